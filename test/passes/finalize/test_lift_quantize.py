"""Quantizes that moved up: what fuses then gives the same bits, and compiles."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.dialects import nn
from qfin.passes.finalize.table import FUSIONS

from ...case_targets import case_targets
from .random_groups import ROUNDING, Group

X, Y = "!quant.uniform<u8:f32, 0.1:3>", "!quant.uniform<i8:f32, 0.3:-7>"
SHAPE = "2x3x4x4"
COMPUTED = {
    "add": f"nn.add %f, %f : (tensor<{SHAPE}xf32>, tensor<{SHAPE}xf32>) -> tensor<{SHAPE}xf32>",
    "sigmoid": f"nn.sigmoid %f : tensor<{SHAPE}xf32>",
    "clamp": f"nn.clamp %f {{max = 6.0 : f64}} : tensor<{SHAPE}xf32>",
}
MOVED = {
    "2x48": "nn.flatten %a {start_dim = 1 : i64}",
    "6x16": "nn.reshape %a",
    "2x4x4x3": "nn.permute %a {dims = array<i64: 0, 2, 3, 1>}",
    "2x4x3x4": "nn.transpose %a {dim0 = 1 : i64, dim1 = 2 : i64}",
    "2x1x3x4x4": "nn.unsqueeze %a {dim = 1 : i64}",
    "2x3x4x2": "nn.slice %a {dim = 3 : i64, step = 2 : i64}",
    "2x3x4": "nn.select %a {dim = 2 : i64, index = 1 : i64}",
    "2x3x4x4": "nn.flip %a {dims = array<i64: 2>}",
    "4x3x4x4": "nn.repeat %a {repeats = array<i64: 2, 1, 1, 1>}",
    "5x2x3x4x4": "nn.expand %a {size = array<i64: 5, -1, -1, -1, -1>}",
    "2x3x3x3": "nn.max_pool2d %a {kernel = array<i64: 2, 2>}",
    "2x4x4": "nn.amin %a {dim = array<i64: 1>}",
    "2x3x7x5": "nn.upsample_nearest2d %a",
    "2x3x8x4": "nn.repeat_interleave %a {dim = 2 : i64, repeats = 2 : i64}",
}


@pytest.mark.parametrize("shape", MOVED)
@pytest.mark.parametrize("computed", COMPUTED)
def test_same_bits(computed: str, shape: str):
    module = qfin.parse(f"""
    func.func @main(%x: tensor<{SHAPE}x{X}>) -> tensor<{shape}x{Y}> {{
      %f = quant.dcast %x : tensor<{SHAPE}x{X}> to tensor<{SHAPE}xf32>
      %a = {COMPUTED[computed]}
      %m = {MOVED[shape]} : (tensor<{SHAPE}xf32>) -> tensor<{shape}xf32>
      %q = quant.qcast %m : tensor<{shape}xf32> to tensor<{shape}x{Y}>
      return %q : tensor<{shape}x{Y}>
    }}""")
    finalized = qfin.finalize(module)
    assert "cast" not in str(finalized)
    x = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 4), dtype=np.uint8)
    (expected,) = qfin.interpret(module, [x]).values()
    (fused,) = qfin.interpret(finalized, [x]).values()
    assert fused.tobytes() == expected.tobytes()
    if shape == "2x48":
        (compiled,) = qfin.compile(finalized).run({"x": x}).values()
        assert compiled.tobytes() == expected.tobytes()


CLAMPED = [row.name for row in FUSIONS if not row.activations and not row.carries]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", CLAMPED)
def test_relus_and_clamps(name: str, seed: int):
    """Behind ops that have none of their own: nothing stays float, and no bit changes but those
    that change without them, next to ties."""
    group = Group(name, seed)
    group.activations()
    module = qfin.parse(group.text(quantized=True))
    assert any(isinstance(op, nn.ReluOp | nn.ClampOp) for op in module.walk())
    finalized = qfin.finalize(module)
    assert not [op.name for op in finalized.walk() if op.name in ("quant.dcast", "quant.qcast")]
    (expected,) = qfin.interpret(module, [group.input]).values()
    (fused,) = qfin.interpret(finalized, [group.input]).values()
    most = 1 if name in ROUNDING else 0
    assert np.abs(expected.astype(int) - fused).max() <= most
    if seed == 0 and name in ("sigmoid", "cat", "mean", "softmax"):
        for target in case_targets():
            (compiled,) = qfin.compile(finalized, target=target).run({"x": group.input}).values()
            assert compiled.tobytes() == fused.tobytes()
