"""Which ops of `nn` have native code: each is compiled on f32 here and compared bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.dialects.nn import NN
from qfin.errors import UnsupportedError

from ...compiled_floats import check_floats, floats

# For each set of arguments, ops that return results of these shapes. {x} is the type of %x.
ON_IMAGES = {"x": (2, 4, 5, 6), "y": (2, 4, 5, 6), "k": (3, 4, 3, 3), "t": (4, 3, 2, 3), "c": (4,)}
IMAGES = {
    "nn.conv2d %x, %k {{padding = array<i64: 1, 0, 2, 1>}} : ({x}, {k})": ["2x3x4x7"],
    "nn.conv_transpose2d %x, %t {{stride = array<i64: 2, 1>}} : ({x}, {t})": ["2x3x10x8"],
    "nn.max_pool2d %x {{kernel = array<i64: 2, 3>}} : ({x})": ["2x4x4x4"],
    "nn.avg_pool2d %x {{kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>}} : ({x})": [
        "2x4x5x6"
    ],
    "nn.adaptive_avg_pool2d %x : ({x})": ["2x4x3x1"],
    "nn.upsample_nearest2d %x : ({x})": ["2x4x7x12"],
    "nn.upsample_bilinear2d %x : ({x})": ["2x4x9x4"],
    "nn.upsample_bicubic2d %x {{align_corners = true}} : ({x})": ["2x4x7x9"],
    "nn.mean %x {{dim = array<i64: 2, 0>}} : ({x})": ["4x6"],
    "nn.amax %x {{dim = array<i64: 1>}} : ({x})": ["2x5x6"],
    "nn.amin %x {{dim = array<i64: 3>, keepdim = true}} : ({x})": ["2x4x5x1"],
    "nn.group_norm %x {{num_groups = 2 : i64}} : {x}": ["2x4x5x6"],
    "nn.instance_norm %x : {x}": ["2x4x5x6"],
    "nn.prelu %x weight(%c : {c}) : {x}": ["2x4x5x6"],
    "nn.batch_norm %x running_mean(%ones : {c}) running_var(%ones : {c}) : {x}": ["2x4x5x6"],
    "nn.add %x, %y : ({x}, {y})": ["2x4x5x6"],
    "nn.sub %x, %y : ({x}, {y})": ["2x4x5x6"],
    "nn.mul %x, %y : ({x}, {y})": ["2x4x5x6"],
    "nn.cat %x, %y {{dim = 1 : i64}} : ({x}, {y})": ["2x8x5x6"],
    "nn.stack %x, %y {{dim = 2 : i64}} : ({x}, {y})": ["2x4x2x5x6"],
    "nn.pad %x {{pad = array<i64: 1, -2, 0, 3>, value = -1.5 : f64}} : ({x})": ["2x4x8x5"],
    "nn.permute %x {{dims = array<i64: 0, 2, 3, 1>}} : ({x})": ["2x5x6x4"],
    "nn.flatten %x {{start_dim = 1 : i64}} : ({x})": ["2x120"],
}
ON_LINES = {"x": (2, 3, 9), "k": (4, 3, 2), "t": (3, 4, 2)}
LINES = {
    "nn.conv1d %x, %k : ({x}, {k})": ["2x4x8"],
    "nn.conv_transpose1d %x, %t : ({x}, {t})": ["2x4x10"],
    "nn.max_pool1d %x {{kernel = array<i64: 2>, dilation = array<i64: 3>}} : ({x})": ["2x3x6"],
    "nn.avg_pool1d %x {{kernel = array<i64: 4>, stride = array<i64: 3>}} : ({x})": ["2x3x2"],
    "nn.adaptive_avg_pool1d %x : ({x})": ["2x3x4"],
    "nn.upsample_nearest1d %x : ({x})": ["2x3x20"],
    "nn.upsample_linear1d %x : ({x})": ["2x3x20"],
}
ON_VOLUMES = {"x": (1, 3, 4, 3, 5), "k": (2, 3, 2, 2, 3), "t": (3, 2, 2, 1, 2)}
VOLUMES = {
    "nn.conv3d %x, %k : ({x}, {k})": ["1x2x3x2x3"],
    "nn.conv_transpose3d %x, %t : ({x}, {t})": ["1x2x5x3x6"],
    "nn.max_pool3d %x {{kernel = array<i64: 2, 3, 2>}} : ({x})": ["1x3x3x1x4"],
    "nn.avg_pool3d %x {{kernel = array<i64: 2, 2, 2>, divisor_override = 3 : i64}} : ({x})": [
        "1x3x3x2x4"
    ],
    "nn.adaptive_avg_pool3d %x : ({x})": ["1x3x2x3x1"],
    "nn.upsample_nearest3d %x : ({x})": ["1x3x5x6x5"],
    "nn.upsample_trilinear3d %x : ({x})": ["1x3x5x6x5"],
}
ON_MATRICES = {"x": (6, 20), "w": (7, 20), "b": (7,), "m": (20, 3), "u": (1, 5)}
MATRICES = {
    "nn.linear %x, %w, %b : ({x}, {w}, {b})": ["6x7"],
    "nn.matmul %x, %m : ({x}, {m})": ["6x3"],
    "nn.layer_norm %x {{normalized_shape = array<i64: 20>}} : {x}": ["6x20"],
    "nn.softmax %x {{dim = 1 : i64}} : {x}": ["6x20"],
    **{f"nn.{name} %x : {{x}}": ["6x20"] for name in ("relu", "sigmoid", "tanh", "silu", "gelu")},
    **{f"nn.{name} %x : {{x}}": ["6x20"] for name in ("hardsigmoid", "hardswish", "elu", "celu")},
    "nn.leaky_relu %x : {x}": ["6x20"],
    "nn.clamp %x {{min = -0.5 : f64, max = 0.5 : f64}} : {x}": ["6x20"],
    "nn.transpose %x {{dim0 = 0 : i64, dim1 = 1 : i64}} : ({x})": ["20x6"],
    "nn.reshape %x : ({x})": ["5x24"],
    "nn.squeeze %u {{dim = array<i64: 0>}} : ({u})": ["5"],
    "nn.unsqueeze %x {{dim = 1 : i64}} : ({x})": ["6x1x20"],
    "nn.flip %x {{dims = array<i64: 0>}} : ({x})": ["6x20"],
    "nn.slice %x {{dim = 0 : i64, start = 1 : i64, step = 2 : i64}} : ({x})": ["3x20"],
    "nn.select %x {{dim = 0 : i64, index = -1 : i64}} : ({x})": ["20"],
    "nn.split %x {{split_sizes = array<i64: 2, 4>, dim = 0 : i64}} : ({x})": ["2x20", "4x20"],
    "nn.chunk %x {{chunks = 2 : i64}} : ({x})": ["3x20", "3x20"],
    "nn.expand %u {{size = array<i64: 2, 4, -1>}} : ({u})": ["2x4x5"],
    "nn.contiguous %x : ({x})": ["6x20"],
    "nn.detach %x : ({x})": ["6x20"],
    "nn.dropout %x : ({x})": ["6x20"],
    "nn.repeat %x {{repeats = array<i64: 2, 1>}} : ({x})": ["12x20"],
    "nn.repeat_interleave %x {{repeats = 2 : i64, dim = 0 : i64}} : ({x})": ["12x20"],
}
GROUPS = ((ON_IMAGES, IMAGES), (ON_LINES, LINES), (ON_VOLUMES, VOLUMES), (ON_MATRICES, MATRICES))

NOT_COMPILED = {
    "nn.to": "%h = nn.to %x : tensor<4xf32> to tensor<4xf16>",
    "nn.saturate_to_fp16": "%h = nn.saturate_to_fp16 %x : tensor<4xf32> to tensor<4xf16>",
}
"""Between float types, of which one alone is compiled."""


def test_each_op_has_a_case() -> None:
    cases = {case.split()[0] for _, cases in GROUPS for case in cases}
    assert cases | set(NOT_COMPILED) == {op.name for op in NN.operations}


@pytest.mark.parametrize(("arguments", "cases"), GROUPS, ids=["images", "lines", "volumes", "rows"])
def test_native_code(arguments: dict[str, tuple[int, ...]], cases: dict[str, list[str]]) -> None:
    """One function of all ops, which returns every result."""
    types = {name: f"tensor<{'x'.join(map(str, s))}xf32>" for name, s in arguments.items()}
    lines: list[str] = []
    results: dict[str, str] = {}
    for number, (case, shapes) in enumerate(cases.items()):
        made = {f"%r{number}_{i}": f"tensor<{shape}xf32>" for i, shape in enumerate(shapes)}
        text = case.format(**types)
        # Ops that have one type for all do not say the result's.
        after = f" -> ({', '.join(made.values())})" if text.endswith(")") else ""
        lines.append(f"{', '.join(made)} = {text}{after}")
        results |= made
    kinds = ", ".join(results.values())
    given = ", ".join(f"%{name}: {type}" for name, type in types.items())
    body = "\n".join(lines)
    check_floats(
        f"""func.func @main({given}) -> ({kinds}) {{
          %ones = arith.constant dense<1.0> : tensor<4xf32>
          {body}
          func.return {", ".join(results)} : {kinds}
        }}""",
        floats(0, *arguments.values()),
    )


@pytest.mark.parametrize("op", NOT_COMPILED)
def test_what_is_not_compiled_says_so(op: str) -> None:
    text = f"""func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {{
      {NOT_COMPILED[op]}
      %y = nn.to %h : tensor<4xf16> to tensor<4xf32>
      func.return %y : tensor<4xf32> }}"""
    with pytest.raises(UnsupportedError, match=f"{op}.*tensors of f16 are not compiled"):
        qfin.compile(text)


def test_a_float_network_compiles() -> None:
    """Of convolutions, pools, norms, activations, products and moves, all on f32."""
    data = np.random.default_rng(0)
    weight = data.normal(0, 0.2, (8, 3, 3, 3)).astype(np.float32)
    text = f"""
    func.func @main(%x: tensor<1x3x12x12xf32>, %k: tensor<5x8xf32>) -> tensor<1x36x5xf32> {{
      %w = arith.constant dense<"0x{weight.tobytes().hex()}"> : tensor<8x3x3x3xf32>
      %0 = nn.conv2d %x, %w {{padding = array<i64: 1, 1, 1, 1>}}
        : (tensor<1x3x12x12xf32>, tensor<8x3x3x3xf32>) -> tensor<1x8x12x12xf32>
      %p = nn.max_pool2d %0 {{kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}}
        : (tensor<1x8x12x12xf32>) -> tensor<1x8x6x6xf32>
      %1 = nn.group_norm %p {{num_groups = 2 : i64}} : tensor<1x8x6x6xf32>
      %2 = nn.gelu %1 : tensor<1x8x6x6xf32>
      %3 = nn.flatten %2 {{start_dim = 2 : i64}} : (tensor<1x8x6x6xf32>) -> tensor<1x8x36xf32>
      %4 = nn.transpose %3 {{dim0 = 1 : i64, dim1 = 2 : i64}}
        : (tensor<1x8x36xf32>) -> tensor<1x36x8xf32>
      %5 = nn.layer_norm %4 {{normalized_shape = array<i64: 8>}} : tensor<1x36x8xf32>
      %6 = nn.linear %5, %k : (tensor<1x36x8xf32>, tensor<5x8xf32>) -> tensor<1x36x5xf32>
      %7 = nn.softmax %6 {{dim = 1 : i64}} : tensor<1x36x5xf32>
      func.return %7 : tensor<1x36x5xf32>
    }}"""
    check_floats(text, floats(1, (1, 3, 12, 12), (5, 8)))
