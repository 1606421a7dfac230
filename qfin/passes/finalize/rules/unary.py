"""Fusions of activations; none changes a bit, since the fused op means just what it replaces."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import input_of, output_of

_FUSED = {op.name.removeprefix("quant."): op for op in quant.UNARY_OPS}


def _name(op: type[Operation] | Operation) -> str:
    return op.name.removeprefix("nn.")


def _unary(op: Operation) -> Rewrite:
    """The fused op has the float op's parameters."""
    input, _ = input_of(op)
    output = output_of(op, activations=False)
    fused = _FUSED[_name(op)](input, output.quantize.result.type, op.properties)
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"qcast({_name(op)}(dcast x))",
        _FUSED[_name(op)].name,
        f"{NEEDS_ACTIVATIONS}; no other use of the result",
        _unary,
    )
    for op in nn.UNARY_OPS
)
