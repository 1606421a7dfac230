"""Layers fuse whose weights are moved behind their dequantize; twice is once, and compiles."""

from __future__ import annotations

import numpy as np
import pytest

import qfin

from .random_moved_weights import layer


@pytest.mark.parametrize("seed", range(16))
def test_moved_weights_are_packed(seed: int):
    text = layer(seed)
    once = qfin.finalize(text)
    names = [op.name for function in once.ops for op in function.walk()]
    assert not [name for name in names if name.startswith("nn.")]
    assert names.count("quant.packed_constant") == 1
    assert str(qfin.finalize(once)) == str(once)
    (spec,), _ = qfin.signature(once)
    x = np.random.default_rng(seed).integers(0, 256, spec.shape, np.uint8)
    (fused,) = qfin.interpret(once, [x]).values()
    (floats,) = qfin.interpret(text, [x]).values()
    assert np.abs(fused.astype(int) - floats).max() <= 1


@pytest.mark.parametrize("seed", range(3))
def test_finalized_ones_compile(seed: int):
    finalized = qfin.finalize(layer(seed))
    (spec,), _ = qfin.signature(finalized)
    x = np.random.default_rng(seed).integers(0, 256, spec.shape, np.uint8)
    (expected,) = qfin.interpret(finalized, [x]).values()
    assert np.array_equal(qfin.compile(finalized, cache=False)(x), expected)


CONVOLUTIONS = (
    ("linear", "3x8", "4x8", "3x4"),
    ("conv1d", "1x1x6", "2x1x3", "1x2x4"),
    ("conv2d", "1x1x6x6", "2x1x3x3", "1x2x4x4"),
    ("conv_transpose1d", "1x1x6", "1x2x3", "1x2x8"),
)


@pytest.mark.parametrize(("name", "x", "w", "y"), CONVOLUTIONS)
@pytest.mark.parametrize("quant_type", ["static", "dynamic"])
def test_weights_that_are_arguments_compile(
    name: str, x: str, w: str, y: str, quant_type: str
) -> None:
    """They are not packed, for there is no machine code that packs them at each call."""
    q, weight = "!quant.uniform<u8:f32, 0.05:128>", "!quant.uniform<i8:f32, 0.02>"
    text = f"""
    func.func @main(%xq: tensor<{x}x{q}>, %wq: tensor<{w}x{weight}>) -> tensor<{y}x{q}> {{
      %x = quant.dcast %xq : tensor<{x}x{q}> to tensor<{x}xf32>
      %w = quant.dcast %wq : tensor<{w}x{weight}> to tensor<{w}xf32>
      %y = nn.{name} %x, %w : (tensor<{x}xf32>, tensor<{w}xf32>) -> tensor<{y}xf32>
      %q = quant.qcast %y : tensor<{y}xf32> to tensor<{y}x{q}>
      func.return %q : tensor<{y}x{q}>
    }}"""
    finalized = qfin.finalize(text, quant_type=quant_type)
    rng = np.random.default_rng(0)
    specs, _ = qfin.signature(finalized)
    inputs = [rng.integers(0, 100, spec.shape).astype(spec.dtype) for spec in specs]
    (expected,) = qfin.interpret(text, inputs).values()
    assert np.array_equal(qfin.compile(finalized, cache=False)(*inputs), expected)
