"""Fusions of activations; none changes a bit, since the fused op means just what it replaces."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, name_of, rename

_FUSED = {name_of(op): op for op in quant.UNARY_OPS}


def _unary(op: Operation) -> Rewrite:
    """The fused op has the float op's parameters."""
    return rename(op, _FUSED)


FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"qcast({name_of(op)}(dcast x))",
        _FUSED[name_of(op)].name,
        f"{NEEDS_ACTIVATIONS}; no other use of the result",
        _unary,
    )
    for op in nn.UNARY_OPS
)
