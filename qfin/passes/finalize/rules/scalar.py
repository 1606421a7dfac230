"""Fusions of add, sub and mul with a constant number, on either side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from xdsl.dialects.builtin import f32
from xdsl.ir import Operation, SSAValue

from qfin.dialects import nn, quant
from qfin.dialects.quant.activation import NO_ACTIVATION
from qfin.dialects.quant.scalar import QuantScalarOp
from qfin.dialects.tensors import shape_of
from qfin.interpreter.arrays import dense_to_numpy
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, name_of, replace_group
from qfin.passes.finalize.groups import (
    constant_of,
    dequantized,
    element_type,
    output_of,
    require_activation,
    require_f32,
    require_verified,
)
from qfin.passes.finalize.rules.parameters import require_numbers

_BECOMES: dict[type[Operation], tuple[type[QuantScalarOp], type[QuantScalarOp]]] = {
    nn.AddOp: (quant.AddScalarOp, quant.AddScalarOp),
    nn.SubOp: (quant.AddScalarOp, quant.RsubScalarOp),
    nn.MulOp: (quant.MulScalarOp, quant.MulScalarOp),
}
"""With the number on the right, and on the left."""


@dataclass(frozen=True)
class ScalarForm:
    """An op on a tensor and a number: `becomes` of `input` and `other` is what it computes."""

    input: SSAValue
    other: float
    becomes: type[QuantScalarOp]


def scalar_form(op: Operation) -> ScalarForm | None:
    """The op as one of a tensor and a constant number; None for all others.

    A number is an f32 constant whose elements are all the same, such as one of one element, next
    to an operand of the result's shape. Subtracting c is adding -c, to the bit.
    """
    if not isinstance(op, nn.AddOp | nn.SubOp | nn.MulOp):
        return None
    right, left = _BECOMES[type(op)]
    if shape_of(op.lhs) == shape_of(op.result) and (other := _number(op.rhs)) is not None:
        return ScalarForm(op.lhs, -other if isinstance(op, nn.SubOp) else other, right)
    if shape_of(op.rhs) == shape_of(op.result) and (other := _number(op.lhs)) is not None:
        return ScalarForm(op.rhs, other, left)
    return None


def _number(value: SSAValue) -> float | None:
    """The one element of an f32 constant, or all of them where they are equal."""
    constant = constant_of(value)
    if constant is None or element_type(value) != f32:
        return None
    elements = dense_to_numpy(constant)
    if elements.size == 0 or np.any(elements != elements.flat[0]):
        return None
    return float(elements.flat[0])


def _becomes(fused: type[QuantScalarOp], op: Operation) -> bool:
    form = scalar_form(op)
    return form is not None and form.becomes is fused


def _scalar(op: Operation) -> Rewrite:
    """Does what the float ops do, in their order; changes no bit.

    Before:

        %c = arith.constant dense<3.0> : tensor<f32>
        %y = nn.add %xf, %c : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
        %q = quant.qcast %y : tensor<2x8xf32> to tensor<2x8x!qy>

    After:

        %q = quant.add_scalar %x {other = 3.0 : f64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """
    form = scalar_form(op)
    assert form is not None
    require_f32(op)
    input, element = dequantized(form.input, "input")
    require_activation(element, "input")
    output = output_of(op, activations=True)
    if output.activation != NO_ACTIVATION:
        require_numbers(element, "input")
    fused = form.becomes(input, output.quantize.result.type, form.other, output.activation)
    require_verified(fused)
    return replace_group(op, output, fused)


def _row(op: type[Operation], fused: type[QuantScalarOp], variant: str, operands: str) -> Fusion:
    sides = "" if issubclass(op, nn.SubOp) else ", either way round"
    return Fusion(
        op,
        f"qcast({name_of(op)}({operands})){sides}",
        fused.name,
        f"{NEEDS_ACTIVATIONS}; c a finite constant, of one element or of equal ones; with relu or"
        " clamp, finite input; no other use of the result",
        _scalar,
        activations=True,
        when=partial(_becomes, fused),
        variant=variant,
    )


FUSIONS: tuple[Fusion, ...] = (
    _row(nn.AddOp, quant.AddScalarOp, "scalar", "dcast x, c"),
    _row(nn.SubOp, quant.AddScalarOp, "scalar", "dcast x, c"),
    _row(nn.SubOp, quant.RsubScalarOp, "scalar_left", "c, dcast x"),
    _row(nn.MulOp, quant.MulScalarOp, "scalar", "dcast x, c"),
)
