"""Tensor types and window attributes, with their checks, that our dialects share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from xdsl.dialects.builtin import (
    I64,
    AnyFloat,
    AnyFloatConstr,
    DenseArrayBase,
    IntegerAttr,
    TensorType,
    i64,
)
from xdsl.ir import SSAValue
from xdsl.irdl import BaseAttr
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.uniform import UniformType

FloatTensor: TypeAlias = TensorType[AnyFloat]
FloatTensorConstr = TensorType.constr(AnyFloatConstr)

QuantTensor: TypeAlias = TensorType[UniformType]
QuantTensorConstr = TensorType.constr(BaseAttr(UniformType))

# Ops that only move or select values mean the same on floats and on quantised values.
AnyTensor: TypeAlias = TensorType[AnyFloat | UniformType]
AnyTensorConstr = TensorType.constr(AnyFloatConstr | BaseAttr(UniformType))

Ints: TypeAlias = DenseArrayBase[I64]
IntsConstr = DenseArrayBase.constr(i64)


def ints(*values: int) -> Ints:
    """`array<i64: ...>`"""
    return DenseArrayBase.from_list(i64, values)


def i64_attr(value: int) -> IntegerAttr[I64]:
    return IntegerAttr(value, i64)


ONES = ints(1, 1)
NO_PADDING = ints(0, 0, 0, 0)


def shape_of(value: SSAValue) -> tuple[int, ...]:
    """The shape of a tensor value."""
    assert isinstance(value.type, TensorType)
    return value.type.get_shape()


def verify_window(
    stride: Ints, padding: Ints, dilation: Ints = ONES, kernel: Ints | None = None
) -> None:
    """Checks counts and signs of 2-D window attributes. Raises VerifyException."""
    if kernel is not None:
        _verify_pair("kernel", kernel.get_values())
    _verify_pair("stride", stride.get_values())
    _verify_pair("dilation", dilation.get_values())
    if len(padding) != 4 or min(padding.get_values()) < 0:
        raise VerifyException("padding must be four values >= 0: [top, bottom, left, right]")


def _verify_pair(name: str, values: Sequence[int]) -> None:
    if len(values) != 2 or min(values) < 1:
        raise VerifyException(f"{name} must be two values >= 1: [height, width]")


def verify_result_shape(result: SSAValue, expected: Sequence[int]) -> None:
    """Raises VerifyException when the declared result shape is not the shape rule's."""
    if not shapes.compatible(shape_of(result), expected):
        raise VerifyException(
            f"result has shape {_text(shape_of(result))}, expected {_text(expected)}"
        )


def _text(shape: Sequence[int]) -> str:
    return "[" + ", ".join("?" if d == shapes.DYNAMIC else str(d) for d in shape) + "]"
