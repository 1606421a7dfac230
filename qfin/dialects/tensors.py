"""Tensor types and window attributes, with their checks, that our dialects share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from typing_extensions import override
from xdsl.dialects.builtin import (
    I64,
    AnyFloat,
    AnyFloatConstr,
    BoolAttr,
    DenseArrayBase,
    FloatAttr,
    IntegerAttr,
    TensorType,
    f64,
    i64,
)
from xdsl.ir import Attribute, AttributeCovT, SSAValue
from xdsl.irdl import BaseAttr, MessageConstraint
from xdsl.irdl.constraints import VerificationContext
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.uniform import UniformType
from qfin.dialects.uniform.containers import verify_container


@dataclass(frozen=True, init=False)
class Expected(MessageConstraint[AttributeCovT]):
    """A constraint that fails with `expected <message>, got <attribute>` and nothing else."""

    @override
    def verify(self, attr: Attribute, constraint_context: VerificationContext) -> None:
        try:
            self.constr.verify(attr, constraint_context)
        except VerifyException:
            raise VerifyException(f"expected {self.message}, got {attr}") from None


FloatTensor: TypeAlias = TensorType[AnyFloat]
FloatTensorConstr = Expected(TensorType.constr(AnyFloatConstr), "a ranked tensor of floats")

QuantTensor: TypeAlias = TensorType[UniformType]
QuantTensorConstr = Expected(
    TensorType.constr(BaseAttr(UniformType)), "a ranked tensor of !quant.uniform"
)

# Ops that only move or select values mean the same on floats and on quantised values.
AnyTensor: TypeAlias = TensorType[AnyFloat | UniformType]
AnyTensorConstr = Expected(
    TensorType.constr(AnyFloatConstr | BaseAttr(UniformType)),
    "a ranked tensor of floats or of !quant.uniform",
)

Ints: TypeAlias = DenseArrayBase[I64]
IntsConstr = Expected(DenseArrayBase.constr(i64), "array<i64: ...>")
IntConstr = Expected(IntegerAttr[I64].constr(i64), "an i64 integer")
NumberConstr = Expected(FloatAttr.constr(f64), "an f64 number")


def ints(*values: int) -> Ints:
    """`array<i64: ...>`"""
    return DenseArrayBase.from_list(i64, values)


def number(value: float) -> FloatAttr:
    """`value : f64`"""
    return FloatAttr(value, f64)


def i64_attr(value: int) -> IntegerAttr[I64]:
    return IntegerAttr(value, i64)


TRUE = BoolAttr.from_bool(True)
FALSE = BoolAttr.from_bool(False)
ONES = ints(1, 1)
NO_PADDING = ints(0, 0, 0, 0)


def shape_of(value: SSAValue) -> tuple[int, ...]:
    """The shape of a tensor value."""
    assert isinstance(value.type, TensorType)
    return value.type.get_shape()


def element_type_of(value: SSAValue) -> Attribute:
    """The element type of a tensor value."""
    assert isinstance(value.type, TensorType)
    return value.type.element_type


def verify_same_element_type(*values: SSAValue | None) -> None:
    """Raises VerifyException unless the element types of the tensors, and the scales in them, fit
    each other and the shapes. None, an absent operand, fits."""
    there = [value for value in values if value is not None]
    elements = dict.fromkeys(map(element_type_of, there))
    if len(elements) > 1:
        listed = ", ".join(map(str, elements))
        raise VerifyException(f"operands and results must have one element type, got {listed}")
    for value in there:
        verify_container(value.type)


def verify_not_per_axis(value: SSAValue) -> None:
    """Raises VerifyException for a tensor of quantised values with more than one scale."""
    element = element_type_of(value)
    if isinstance(element, UniformType) and not element.is_per_layer:
        raise VerifyException(
            f"values must be quantized per layer, since an axis of the scales means nothing to the"
            f" result: {element}"
        )


def verify_result_shape(result: SSAValue, expected: Sequence[int]) -> None:
    """Raises VerifyException when the declared result shape is not the shape rule's."""
    if not shapes.compatible(shape_of(result), expected):
        raise VerifyException(
            f"result has shape {shapes.text(shape_of(result))}, expected {shapes.text(expected)}"
        )
