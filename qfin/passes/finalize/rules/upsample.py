"""Fusions of resampling."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.families.upsample import Nearest, Upsample
from qfin.passes.finalize.fusion import (
    NEEDS_ACTIVATIONS,
    NEEDS_INPUT,
    Fusion,
    Rewrite,
    carry,
    name_of,
    rename,
)

_FUSED = {name_of(op): op for op in quant.UPSAMPLE_OPS}


def _interpolate(op: Operation) -> Rewrite:
    """Sums integers, not the floats they stand for: one step of difference, next to ties."""
    return rename(op, _FUSED)


def _row(op: type[Upsample]) -> Fusion:
    name = name_of(op)
    if issubclass(op, Nearest):
        return Fusion(op, f"{name}(dcast x)", f"dcast({op.name} x)", NEEDS_INPUT, carry)
    needs = f"{NEEDS_ACTIVATIONS}; no other use of the result"
    pattern = f"qcast({name}(dcast x))"
    return Fusion(op, pattern, _FUSED[name].name, needs, _interpolate, exact=False)


FUSIONS: tuple[Fusion, ...] = tuple(map(_row, nn.UPSAMPLE_OPS))
