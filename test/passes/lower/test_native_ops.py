"""Which ops of `nn` have native code."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.dialects.nn import NN
from qfin.passes.lower.buffer_ops import EMITTERS
from qfin.target import host_target_names

INTERPRETED = {
    *("nn.avg_pool1d", "nn.avg_pool2d", "nn.avg_pool3d", "nn.mean", "nn.prelu"),
    *("nn.adaptive_avg_pool1d", "nn.adaptive_avg_pool2d", "nn.adaptive_avg_pool3d"),
    *("nn.upsample_linear1d", "nn.upsample_bilinear2d", "nn.upsample_bicubic2d"),
    *("nn.upsample_trilinear3d", "nn.to", "nn.saturate_to_fp16"),
}
"""What README.md says is not compiled; max pools and nearest upsampling are when quantized."""


def test_every_other_op_has_native_code() -> None:
    assert {op.name for op in NN.operations if op not in EMITTERS} == INTERPRETED


def test_a_float_network_compiles() -> None:
    """Of convolutions, norms, activations, products and moves, all on f32."""
    data = np.random.default_rng(0)
    weight = data.normal(0, 0.2, (8, 3, 3, 3)).astype(np.float32)
    text = f"""
    func.func @main(%x: tensor<1x3x6x6xf32>, %k: tensor<5x8xf32>) -> tensor<1x36x5xf32> {{
      %w = arith.constant dense<"0x{weight.tobytes().hex()}"> : tensor<8x3x3x3xf32>
      %0 = nn.conv2d %x, %w {{padding = array<i64: 1, 1, 1, 1>}}
        : (tensor<1x3x6x6xf32>, tensor<8x3x3x3xf32>) -> tensor<1x8x6x6xf32>
      %1 = nn.group_norm %0 {{num_groups = 2 : i64}} : tensor<1x8x6x6xf32>
      %2 = nn.gelu %1 : tensor<1x8x6x6xf32>
      %3 = nn.flatten %2 {{start_dim = 2 : i64}} : (tensor<1x8x6x6xf32>) -> tensor<1x8x36xf32>
      %4 = nn.transpose %3 {{dim0 = 1 : i64, dim1 = 2 : i64}}
        : (tensor<1x8x36xf32>) -> tensor<1x36x8xf32>
      %5 = nn.layer_norm %4 {{normalized_shape = array<i64: 8>}} : tensor<1x36x8xf32>
      %6 = nn.linear %5, %k : (tensor<1x36x8xf32>, tensor<5x8xf32>) -> tensor<1x36x5xf32>
      %7 = nn.softmax %6 {{dim = 1 : i64}} : tensor<1x36x5xf32>
      func.return %7 : tensor<1x36x5xf32>
    }}"""
    arrays = [data.normal(0, 1, s).astype(np.float32) for s in ((1, 3, 6, 6), (5, 8))]
    (want,) = qfin.interpret(qfin.parse(text), arrays).values()
    if not host_target_names():
        pytest.skip("no target of ours")
    for target in host_target_names():
        program = qfin.compile(text, target=target)
        names = [spec.name for spec in program.inputs]
        (got,) = program.run(dict(zip(names, arrays, strict=True))).values()
        assert got.tobytes() == want.tobytes(), target
