"""A linear written as a product and an addition: the same values, to one step where it fuses."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.locations import is_unknown
from qfin.passes.finalize.normalize_contractions import NormalizeContractionsPass

ROWS, DEPTH, COLUMNS = 7, 33, 5


def text(seed: int, bias: str) -> str:
    """The weight is quantized per layer, or along axis 1; the bias has its shape from `bias`."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(-128, 128, (DEPTH, COLUMNS)).tolist()
    scales = rng.uniform(0.01, 0.1, COLUMNS)
    many = ",".join(f"{scale:.17e}" for scale in scales)
    w = f"!quant.uniform<i8:f32:1, {{{many}}}>" if seed % 2 else "!quant.uniform<i8:f32, 0.05>"
    values = np.resize(rng.normal(0, 30, COLUMNS), [int(n) for n in bias.split("x")[:-1]])
    x, y = "!quant.uniform<u8:f32, 0.02:120>", "!quant.uniform<i8:f32, 0.5:3>"
    a, s = f"{ROWS}x{DEPTH}x", f"{DEPTH}x{COLUMNS}x"
    r = f"{ROWS}x{COLUMNS}x"
    return f"""func.func @main(%x: tensor<{a}{x}>) -> tensor<{r}{y}> {{
  %i = arith.constant dense<{weight}> : tensor<{s}i8>
  %w = quant.scast %i : tensor<{s}i8> to tensor<{s}{w}>
  %f = quant.dcast %x : tensor<{a}{x}> to tensor<{a}f32>
  %g = quant.dcast %w : tensor<{s}{w}> to tensor<{s}f32>
  %m = nn.matmul %f, %g : (tensor<{a}f32>, tensor<{s}f32>) -> tensor<{r}f32>
  %b = arith.constant dense<{values.tolist()}> : tensor<{bias}f32>
  %s = nn.add %m, %b : (tensor<{r}f32>, tensor<{bias}f32>) -> tensor<{r}f32>
  %q = quant.qcast %s : tensor<{r}f32> to tensor<{r}{y}>
  func.return %q : tensor<{r}{y}>
}}"""


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("bias", [f"{COLUMNS}x", f"1x{COLUMNS}x"])
def test_one_step_at_most(seed: int, bias: str) -> None:
    module = qfin.parse(text(seed, bias))
    normalized = module.clone()
    NormalizeContractionsPass().apply(qfin.make_context(), normalized)
    normalized.verify()
    assert [op.name for op in normalized.walk() if is_unknown(op.location)] == []
    names = [op.name for op in normalized.walk() if op.name.startswith("nn.")]
    assert names == ["nn.linear"]
    finalized = qfin.finalize(module)
    assert "quant.linear" in [op.name for op in finalized.walk()]
    arrays = [np.random.default_rng(seed).integers(0, 256, (ROWS, DEPTH)).astype(np.uint8)]
    (want,), (near,), (got,) = (
        qfin.interpret(m, arrays).values() for m in (module, normalized, finalized)
    )
    assert len(np.unique(want)) > 10
    assert np.abs(want.astype(int) - near).max() <= 1
    assert np.abs(want.astype(int) - got).max() <= 1


DYNAMIC = """
func.func @main(%x: tensor<3x8xf32>) -> tensor<3x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<3x8xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<3x8xf32>, tensor<f32>, tensor<i32>) -> tensor<3x8xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<3x8xui8>, tensor<f32>, tensor<i32>) -> tensor<3x8xf32>
  %i = arith.constant dense<7> : tensor<8x4xi8>
  %c = quant.scast %i : tensor<8x4xi8> to tensor<8x4x!quant.uniform<i8:f32, 0.02>>
  %w = quant.dcast %c : tensor<8x4x!quant.uniform<i8:f32, 0.02>> to tensor<8x4xf32>
  %m = nn.matmul %d, %w : (tensor<3x8xf32>, tensor<8x4xf32>) -> tensor<3x4xf32>
  %b = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %y = nn.add %m, %b : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %r = nn.relu %y : tensor<3x4xf32>
  func.return %r : tensor<3x4xf32>
}
"""


def test_bias_of_what_is_quantized_at_run_time() -> None:
    """The sum need not be quantized; static finalize leaves it."""
    finalized = qfin.finalize(DYNAMIC, quant_type="dynamic")
    names = [op.name for function in finalized.ops for op in function.walk()]
    assert names.count("quant.linear_dynamic") == 1
    assert "nn.add" not in names
    assert "nn.relu" not in names
    assert "nn.add" in str(qfin.finalize(DYNAMIC))
    x = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    (expected,) = qfin.interpret(DYNAMIC, [x]).values()
    (found,) = qfin.interpret(finalized, [x]).values()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert np.array_equal(qfin.compile(finalized, cache=False)(x), found)
