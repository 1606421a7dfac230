"""Ops that move values, or choose among them, and mean the same on quantized values."""

from __future__ import annotations

from qfin.dialects import nn
from qfin.passes.finalize.fusion import NEEDS_INPUT, Fusion, carry, name_of

FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"{name_of(op)}(dcast x)",
        f"dcast({op.name} x)",
        NEEDS_INPUT,
        carry,
    )
    for op in (nn.ReluOp, nn.ReshapeOp, nn.FlattenOp)
)
