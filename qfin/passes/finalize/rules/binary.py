"""Fusions of elementwise ops on two tensors: add, sub, mul."""

from __future__ import annotations

from xdsl.ir import Operation, SSAValue

from qfin.dialects import nn, quant
from qfin.dialects.quant.activation import NO_ACTIVATION
from qfin.dialects.quant.binary import BinaryOp
from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.fusion import Fusion, Rewrite, name_of, replace_group
from qfin.passes.finalize.groups import (
    dequantized,
    output_of,
    require_activation,
    require_f32,
)
from qfin.passes.finalize.rules.parameters import require_numbers

_FUSED: dict[type[Operation], type[BinaryOp]] = {
    nn.AddOp: quant.AddOp,
    nn.SubOp: quant.SubOp,
    nn.MulOp: quant.MulOp,
}


def _operand(value: SSAValue, what: str) -> tuple[SSAValue, UniformType]:
    stored, element = dequantized(value, what)
    require_activation(element, what)
    return stored, element


def _binary(op: Operation) -> Rewrite:
    """Does what the float ops do, in their order; changes no bit."""
    assert isinstance(op, nn.AddOp | nn.SubOp | nn.MulOp)
    require_f32(op)
    lhs, left = _operand(op.lhs, "left operand")
    rhs, right = _operand(op.rhs, "right operand")
    output = output_of(op, activations=True)
    if output.activation != NO_ACTIVATION:
        require_numbers(left, "left operand")
        require_numbers(right, "right operand")
    fused = _FUSED[type(op)](lhs, rhs, output.quantize.result.type, output.activation)
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"qcast({name_of(op)}(dcast a, dcast b))",
        _FUSED[op].name,
        "f32; both operands and output quantized per layer to 8 bits; with relu or clamp, finite"
        " operands; no other use of the result",
        _binary,
        activations=True,
    )
    for op in (nn.AddOp, nn.SubOp, nn.MulOp)
)
