"""Compiled programs against PyTorch's quantized kernels (float bias) and ONNX Runtime's (i32 bias).

Each library is held to where it defines the numbers; skipped where it is not installed.
"""

from __future__ import annotations

import warnings
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qfin

from .case_targets import case_targets

Array = NDArray[Any]

LINEARS = [(1, 3, 5), (4, 17, 10), (7, 64, 33), (16, 515, 48), (5, 768, 96)]
# batch, channels, height, width, out, kernel, stride, padding, dilation, groups
CONVS = [
    (1, 3, 8, 8, 5, 3, 1, 1, 1, 1),
    (2, 8, 9, 7, 16, 3, 2, 1, 1, 1),
    (1, 16, 10, 10, 8, 1, 1, 0, 1, 1),
    (1, 6, 12, 11, 9, 3, 1, 2, 2, 3),
    (2, 16, 7, 7, 16, 3, 1, 1, 1, 16),
]


@dataclass
class Case:
    """Random data of one layer. Scales are arbitrary f32, so that ties do not occur."""

    rng: np.random.Generator
    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    per_channel: bool
    relu: bool
    x: Array = field(init=False)
    w: Array = field(init=False)
    sw: Array = field(init=False)

    def __post_init__(self) -> None:
        rng, out = self.rng, self.w_shape[0]
        self.x = rng.integers(0, 256, self.x_shape, np.uint8)
        self.w = rng.integers(-128, 128, self.w_shape, np.int8)
        count = out if self.per_channel else 1
        self.sx = np.float32(rng.uniform(0.01, 0.02))
        self.sw = rng.uniform(0.001, 0.01, count).astype(np.float32)
        depth = int(np.prod(self.w_shape[1:]))
        self.sy = np.float32(self.sx * self.sw.max() * 75 * np.sqrt(depth) * 2.7)
        self.zx, self.zy = int(rng.integers(0, 256)), int(rng.integers(50, 200))
        unit = self.sx * self.sw
        self.float_bias = rng.normal(0, 1000, out).astype(np.float32) * unit
        self.int_bias = rng.integers(-5000, 5000, out).astype(np.int32)

    def text(self, op: str, y_shape: tuple[int, ...], attributes: str, bias: str) -> str:
        """The layer as level 1 text; `bias` is "f32" or "i32"."""
        out = self.w_shape[0]
        axis = ":0" if self.per_channel else ""

        def scales(values: Array) -> str:
            text = ",".join(repr(float(v)) for v in values)
            return f"{{{text}}}" if self.per_channel else text

        unit = self.sx * self.sw
        x, w, y = ("x".join(map(str, shape)) for shape in (self.x_shape, self.w_shape, y_shape))
        b = self.float_bias if bias == "f32" else self.int_bias
        constant = f'dense<"0x{b.tobytes().hex().upper()}"> : tensor<{out}x{bias}>'
        if bias == "f32":
            bias_lines = f"%b = arith.constant {constant}"
        else:
            bias_lines = f"""%b_i = arith.constant {constant}
              %b_q = quant.scast %b_i : tensor<{out}xi32> to tensor<{out}x!b>
              %b = quant.dcast %b_q : tensor<{out}x!b> to tensor<{out}xf32>"""
        last = "%r" if self.relu else "%y"
        relu = f"%r = nn.relu %y : tensor<{y}xf32>" if self.relu else ""
        return f"""
          !x = !quant.uniform<u8:f32, {float(self.sx)!r}:{self.zx}>
          !w = !quant.uniform<i8:f32{axis}, {scales(self.sw)}>
          !b = !quant.uniform<i32:f32{axis}, {scales(unit)}>
          !y = !quant.uniform<u8:f32, {float(self.sy)!r}:{self.zy}>
          func.func @main(%x_q: tensor<{x}x!x>) -> tensor<{y}x!y> {{
            %x = quant.dcast %x_q : tensor<{x}x!x> to tensor<{x}xf32>
            %w_i = arith.constant dense<"0x{self.w.tobytes().hex().upper()}"> : tensor<{w}xi8>
            %w_q = quant.scast %w_i : tensor<{w}xi8> to tensor<{w}x!w>
            %w = quant.dcast %w_q : tensor<{w}x!w> to tensor<{w}xf32>
            {bias_lines}
            %y = nn.{op} %x, %w, %b {attributes}
              : (tensor<{x}xf32>, tensor<{w}xf32>, tensor<{out}xf32>) -> tensor<{y}xf32>
            {relu}
            %y_q = quant.qcast {last} : tensor<{y}xf32> to tensor<{y}x!y>
            return %y_q : tensor<{y}x!y>
          }}"""


def linear_case(index: int) -> tuple[Case, str, tuple[int, ...], str]:
    m, k, n = LINEARS[index]
    case = Case(np.random.default_rng(index), (m, k), (n, k), index % 2 == 0, index % 3 == 0)
    return case, "linear", (m, n), ""


def conv_case(index: int) -> tuple[Case, str, tuple[int, ...], str]:
    n, c, h, w, out, k, s, p, d, g = CONVS[index]
    rng = np.random.default_rng(100 + index)
    case = Case(rng, (n, c, h, w), (out, c // g, k, k), index % 2 == 0, index % 3 == 0)
    oh, ow = ((size + 2 * p - d * (k - 1) - 1) // s + 1 for size in (h, w))
    attributes = (
        f"{{stride = array<i64: {s}, {s}>, padding = array<i64: {p}, {p}, {p}, {p}>,"
        f" dilation = array<i64: {d}, {d}>, groups = {g} : i64}}"
    )
    return case, "conv2d", (n, out, oh, ow), attributes


CASES = [*(linear_case(i) for i in range(len(LINEARS))), *(conv_case(i) for i in range(len(CONVS)))]
IDS = [f"{op}-{case.x_shape}-{case.w_shape}" for case, op, *_ in CASES]


def run_all_targets(text: str, x: Array) -> Array:
    """The result of a module, which must be the same on every target of this host."""
    results = [qfin.compile(text, target=target)(x) for target in case_targets()]
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])
    assert isinstance(results[0], np.ndarray)
    return results[0]


@pytest.mark.parametrize("index", range(len(CASES)), ids=IDS)
@pytest.mark.parametrize("engine", ["fbgemm", "x86"])
def test_float_bias_is_pytorch(index: int, engine: str) -> None:
    torch = pytest.importorskip("torch")
    case, op, y_shape, attributes = CASES[index]
    if engine not in torch.backends.quantized.supported_engines:
        pytest.skip(f"this torch has no engine {engine}")
    groups = 1 if op == "linear" else CONVS[index - len(LINEARS)][9]
    if engine == "fbgemm" and groups > 1:
        # fbgemm's depthwise kernels saturate at full range: stay in the range it is exact for,
        # with the zero point, which fills the padding.
        case = copy(case)
        case.x, case.zx = case.x // 2, case.zx // 2
    ours = run_all_targets(case.text(op, y_shape, attributes, "f32"), case.x)
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the quantized dtypes are deprecated
            theirs = pytorch(torch, case, index)
    finally:
        torch.backends.quantized.engine = before
    np.testing.assert_array_equal(ours, theirs)


def pytorch(torch: Any, case: Case, index: int) -> Array:
    """What PyTorch's fused op gives."""
    xq = torch._make_per_tensor_quantized_tensor(torch.from_numpy(case.x), float(case.sx), case.zx)
    w = torch.from_numpy(case.w)
    if case.per_channel:
        out = case.w_shape[0]
        zeros = torch.zeros(out, dtype=torch.int64)
        scales = torch.from_numpy(case.sw.astype(np.float64))
        wq = torch._make_per_channel_quantized_tensor(w, scales, zeros, 0)
    else:
        wq = torch._make_per_tensor_quantized_tensor(w, float(case.sw[0]), 0)
    bias = torch.from_numpy(case.float_bias)
    suffix = "_relu" if case.relu else ""
    ops = torch.ops.quantized
    if index < len(LINEARS):
        packed = ops.linear_prepack(wq, bias)
        y = getattr(ops, f"linear{suffix}")(xq, packed, float(case.sy), case.zy)
    else:
        *_, s, p, d, g = CONVS[index - len(LINEARS)]
        packed = ops.conv2d_prepack(wq, bias, [s, s], [p, p], [d, d], g)
        y = getattr(ops, f"conv2d{suffix}")(xq, packed, float(case.sy), case.zy)
    return y.int_repr().contiguous().numpy()


@pytest.mark.parametrize("index", range(len(CASES)), ids=IDS)
def test_int_bias_is_onnxruntime(index: int) -> None:
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    case, op, y_shape, attributes = CASES[index]
    case = copy(case)
    case.relu = False
    ours = run_all_targets(case.text(op, y_shape, attributes, "i32"), case.x)
    w = case.w.T if op == "linear" else case.w
    constants = {
        "xs": np.array(case.sx),
        "xz": np.array(case.zx, np.uint8),
        "w": np.ascontiguousarray(w),
        "ws": case.sw if case.per_channel else np.array(case.sw[0]),
        "wz": np.zeros(case.sw.size, np.int8) if case.per_channel else np.array(0, np.int8),
        "ys": np.array(case.sy),
        "yz": np.array(case.zy, np.uint8),
        "b": case.int_bias,
    }
    helper, proto = onnx.helper, onnx.TensorProto
    if op == "linear":
        inputs = ["x", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz"]
        node = helper.make_node("QGemm", inputs, ["y"], domain="com.microsoft")
    else:
        *_, s, p, d, g = CONVS[index - len(LINEARS)]
        inputs = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"]
        node = helper.make_node(
            "QLinearConv",
            inputs,
            ["y"],
            strides=[s, s],
            pads=[p, p, p, p],
            dilations=[d, d],
            group=g,
            kernel_shape=list(case.w_shape[2:]),
        )
    graph = helper.make_graph(
        [node],
        "layer",
        [helper.make_tensor_value_info("x", proto.UINT8, case.x_shape)],
        [helper.make_tensor_value_info("y", proto.UINT8, y_shape)],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    np.testing.assert_array_equal(ours, session.run(None, {"x": case.x})[0])
