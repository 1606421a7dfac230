"""The types and properties of kernels' ops, each made once: that costs more than making an op."""

from __future__ import annotations

from functools import cache, lru_cache
from math import copysign
from typing import Any

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    StringAttr,
    VectorType,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute

Properties = dict[str, Attribute]

_SPLATS = 1024
"""So many are kept: each network that a process compiles has scales of its own."""

NO_FASTMATH: Properties = {"fastmathFlags": llvm.FastMathAttr(None)}


@cache
def vector(element: Attribute, lanes: int) -> VectorType:
    """`vector<{lanes}x{element}>`."""
    return VectorType(element, [lanes])


@cache
def integer(bits: int) -> IntegerType:
    """`i{bits}`."""
    return IntegerType(bits)


@cache
def number(value: int, bits: int) -> IntegerAttr:
    """`{value} : i{bits}`."""
    return IntegerAttr(value, bits)


def splat(value: float, vector_type: VectorType[Any]) -> DenseIntOrFPElementsAttr[Any]:
    """`dense<{value}> : {vector_type}`; f32 or integer after the vector type."""
    return _splat(value, copysign(1, value), vector_type)


@lru_cache(_SPLATS)
def _splat(
    value: float, sign: float, vector_type: VectorType[Any]
) -> DenseIntOrFPElementsAttr[Any]:
    # By the sign too, as 0.0 equals -0.0.
    element = vector_type.element_type
    if isinstance(element, IntegerType):
        # The signed reading of the bits: xDSL refuses 0xFF as an i8.
        half = 1 << (element.width.data - 1)
        one = IntegerAttr((int(value) + half) % (2 * half) - half, element)
    else:
        one = FloatAttr(value, f32)
    return DenseIntOrFPElementsAttr.from_list(vector_type, [one.value.data])


@cache
def mask(lanes: tuple[int, ...]) -> DenseArrayBase:
    """Of a shuffle."""
    return DenseArrayBase.from_list(i32, lanes)


@cache
def access(align: int) -> Properties:
    """Of loads and stores."""
    return {"alignment": number(align, 64), "ordering": number(0, 64)}


@cache
def gep(offset: int) -> Properties:
    """Of a GEP by so many bytes, or by as many as an operand says (`llvm.GEP_USE_SSA_VAL`)."""
    return {
        "rawConstantIndices": DenseArrayBase.from_list(i32, [offset]),
        "elem_type": i8,
        "noWrapFlags": number(0, 32),
    }


@cache
def intrinsic(name: str, arity: int) -> Properties:
    """Of a call of an intrinsic with so many arguments."""
    return NO_FASTMATH | {
        "intrin": StringAttr(name),
        "op_bundle_sizes": DenseArrayBase.from_list(i32, ()),
        "operandSegmentSizes": DenseArrayBase.from_list(i32, (arity, 0)),
    }
