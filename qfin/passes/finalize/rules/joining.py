"""Fusions of `nn.cat` and `nn.stack`: both become `quant.cat`, operands of any scales."""

from __future__ import annotations

from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter

from qfin.dialects import quant
from qfin.dialects.nn.axes import UnsqueezeOp
from qfin.dialects.nn.joining import CatOp, StackOp
from qfin.dialects.shapes_movement import unsqueeze
from qfin.dialects.tensors import i64_attr, shape_of
from qfin.passes.finalize.fusion import Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import (
    dequantized,
    element_type,
    output_of,
    require_activation,
    require_f32,
)

NEEDS_OPERANDS = (
    "f32; every operand and the output quantized per layer to 8 bits; no other use of the result"
)


def _stored(op: CatOp | StackOp) -> list[SSAValue]:
    """The quantized values behind the operands."""
    require_f32(op)
    stored: list[SSAValue] = []
    for number, value in enumerate(op.inputs):
        operand, element = dequantized(value, f"operand {number}")
        require_activation(element, f"operand {number}")
        stored.append(operand)
    return stored


def _cat(op: Operation) -> Rewrite:
    """Dequantizes and quantizes each element as before; changes no bit."""
    assert isinstance(op, CatOp)
    stored = _stored(op)
    output = output_of(op, activations=False)
    fused = quant.CatOp(stored, output.quantize.result.type, op.dim.value.data)
    return replace_group(op, output, fused)


def _stack(op: Operation) -> Rewrite:
    """As `_cat`, of operands with one more dimension."""
    assert isinstance(op, StackOp)
    stored, dim = _stored(op), op.dim.value.data
    output = output_of(op, activations=False)
    wider = [_unsqueezed(value, dim) for value in stored]
    fused = quant.CatOp([part.result for part in wider], output.quantize.result.type, dim)
    replace = replace_group(op, output, fused)

    def rewrite(rewriter: PatternRewriter) -> Operation:
        for part in wider:
            part.location = op.location
            rewriter.insert(part)
        return replace(rewriter)

    return rewrite


def _unsqueezed(value: SSAValue, dim: int) -> UnsqueezeOp:
    result = TensorType(element_type(value), unsqueeze(shape_of(value), dim))
    return UnsqueezeOp(value, [result], {"dim": i64_attr(dim)})


FUSIONS: tuple[Fusion, ...] = (
    Fusion(CatOp, "qcast(cat(dcast a, dcast b, ...))", quant.CatOp.name, NEEDS_OPERANDS, _cat),
    Fusion(
        StackOp,
        "qcast(stack(dcast a, dcast b, ...))",
        f"{quant.CatOp.name}({UnsqueezeOp.name} a, {UnsqueezeOp.name} b, ...)",
        NEEDS_OPERANDS,
        _stack,
    ),
)
