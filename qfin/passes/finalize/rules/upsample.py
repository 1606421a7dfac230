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
    replace_group,
)
from qfin.passes.finalize.groups import input_of, output_of

_FUSED = {op.name.removeprefix("quant."): op for op in quant.UPSAMPLE_OPS}


def _name(op: type[Operation] | Operation) -> str:
    return op.name.removeprefix("nn.")


def _interpolate(op: Operation) -> Rewrite:
    """Sums integers, not the floats they stand for: one step of difference, next to ties."""
    input, _ = input_of(op)
    output = output_of(op, activations=False)
    fused = _FUSED[_name(op)](input, output.quantize.result.type, op.properties)
    return replace_group(op, output, fused)


def _row(op: type[Upsample]) -> Fusion:
    name = _name(op)
    if issubclass(op, Nearest):
        return Fusion(op, f"{name}(dcast x)", f"dcast({op.name} x)", NEEDS_INPUT, carry)
    needs = f"{NEEDS_ACTIVATIONS}; no other use of the result"
    pattern = f"qcast({name}(dcast x))"
    return Fusion(op, pattern, _FUSED[name].name, needs, _interpolate, exact=False)


FUSIONS: tuple[Fusion, ...] = tuple(map(_row, nn.UPSAMPLE_OPS))
