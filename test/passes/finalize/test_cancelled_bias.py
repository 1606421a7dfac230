"""A bias that large sums cancel: fused as long as no step of the output is lost."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.passes.finalize.weights import MAX_CANCELLED

ROWS, DEPTH = 256, 1101
SCALE = 0.01


def network(cancelled: float) -> tuple[str, np.ndarray, np.ndarray]:
    """A linear whose bias cancels the sums of all rows but for a few steps, the rows, and the
    exact results in steps of the output; `cancelled` is the bias in such steps."""
    weight = np.full((2, DEPTH), 127, np.int8)
    weight[:, 0] = 1
    rows = np.full((ROWS, DEPTH), 255, np.uint8)
    rows[:, 0] = np.arange(ROWS)
    sums = rows.astype(np.int64) @ weight.T.astype(np.int64)
    unit = float(np.float32(np.float32(SCALE) * np.float32(SCALE)))
    bias = np.float32(-sums[ROWS // 2, 0] * unit)
    step = float(np.float32(-float(bias) / cancelled))
    x, w, y = f"{ROWS}x{DEPTH}x", f"2x{DEPTH}x", f"{ROWS}x2x"
    qx, qw = f"!quant.uniform<u8:f32, {SCALE}>", f"!quant.uniform<i8:f32, {SCALE}>"
    qy = f"!quant.uniform<u8:f32, {step:.17e}:128>"
    text = f"""func.func @main(%x: tensor<{x}{qx}>) -> tensor<{y}{qy}> {{
  %f = quant.dcast %x : tensor<{x}{qx}> to tensor<{x}f32>
  %i = arith.constant dense<"0x{weight.tobytes().hex()}"> : tensor<{w}i8>
  %s = quant.scast %i : tensor<{w}i8> to tensor<{w}{qw}>
  %w = quant.dcast %s : tensor<{w}{qw}> to tensor<{w}f32>
  %b = arith.constant dense<{float(bias):.17e}> : tensor<2xf32>
  %y = nn.linear %f, %w, %b
    : (tensor<{x}f32>, tensor<{w}f32>, tensor<2xf32>) -> tensor<{y}f32>
  %q = quant.qcast %y : tensor<{y}f32> to tensor<{y}{qy}>
  func.return %q : tensor<{y}{qy}>
}}"""
    factor = np.float64(np.float32(SCALE)) ** 2
    return text, rows, (sums * factor + np.float64(bias)) / step + 128


@pytest.mark.parametrize("share", [0.999, 0.7, 0.3])
def test_no_step_is_lost_up_to_the_bound(share: float):
    text, rows, exact = network(share * MAX_CANCELLED)
    finalized = qfin.finalize(text)
    assert "quant.linear" in [op.name for op in finalized.walk()]
    (got,) = qfin.interpret(finalized, [rows]).values()
    assert len(np.unique(got)) > 1
    assert np.abs(got - exact).max() <= 0.75


def test_refused_beyond():
    text, _, _ = network(1.001 * MAX_CANCELLED)
    with qfin.remarks.collect() as said:
        finalized = qfin.finalize(text)
    assert "quant.linear" not in [op.name for op in finalized.walk()]
    assert any("sums that cancel it would lose steps" in str(remark) for remark in said)


def test_not_refused_where_no_sum_cancels():
    """A bias that saturates every result, whatever the sum."""
    text, rows, _ = network(4 * MAX_CANCELLED)
    text = text.replace("%b = arith.constant dense<-", "%b = arith.constant dense<")
    finalized = qfin.finalize(text)
    assert "quant.linear" in [op.name for op in finalized.walk()]
    (got,) = qfin.interpret(finalized, [rows]).values()
    assert (got == 255).all()
