"""Ops that move values, or choose among them, and mean the same on quantized values: their
dequantize moves behind them."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn
from qfin.dialects.nn.identity import IdentityOp
from qfin.dialects.nn.padding import PadOp, stored_fill
from qfin.passes.finalize.fusion import NEEDS_INPUT, Fusion, Rewrite, carry, name_of
from qfin.passes.finalize.groups import Refused, input_of


def _pad(op: Operation) -> Rewrite:
    """Moves the dequantize behind a pad whose value a stored number stands for, exactly."""
    assert isinstance(op, PadOp)
    _, element = input_of(op)
    value = op.value.value.data
    if op.mode.data == "constant" and stored_fill(value, element) is None:
        raise Refused(f"pads with {value}, for which {element} has no number")
    return carry(op)


FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"{name_of(op)}(dcast x)",
        f"dcast({op.name} x)",
        f"{NEEDS_INPUT}; a padded constant that one of them stands for"
        if op is PadOp
        else NEEDS_INPUT,
        _pad if op is PadOp else carry,
    )
    for op in (nn.ReluOp, nn.ReshapeOp, nn.FlattenOp, *nn.MOVE_OPS)
    if not issubclass(op, IdentityOp)  # which quant-fusion takes away
)
