"""What the ops of the `kernel` dialect share: buffers, the rules for them, the ops' base class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    Float32Type,
    FloatAttr,
    IntegerType,
    MemRefType,
    NoneAttr,
    Signedness,
    StridedLayoutAttr,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import BaseAttr, IRDLOperation, ParsePropInAttrDict, traits_def
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.tensors import Expected, Ints
from qfin.dialects.windows import verify_around

Buffer: TypeAlias = MemRefType[Attribute]
BufferConstr = Expected(
    MemRefType.constr(BaseAttr(IntegerType) | BaseAttr(Float32Type)), "a memref of i8, i32 or f32"
)
si8 = IntegerType(8, Signedness.SIGNED)
"""Activations as a caller has them where they are signed: 128 less than those of `i8`."""

ScaleConstr = Expected(FloatAttr.constr(f32), "an f32 scale")

NumberConstr = Expected(FloatAttr.constr(f32), "an f32 number")

MAX_BYTE = 255


class KernelOp(IRDLOperation):
    """Base of the ops that run: each becomes one call of one generated function."""

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = "operands attr-dict `:` type(operands)"
    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())


def optional_number(value: float | None) -> FloatAttr | None:
    """An f32, or nothing."""
    return None if value is None else FloatAttr(value, f32)


def memref_of(value: SSAValue) -> Buffer:
    """The type of a buffer."""
    assert isinstance(value.type, MemRefType)
    return value.type


def item_size(value: SSAValue) -> int:
    """Bytes of one element."""
    element = memref_of(value).element_type
    assert isinstance(element, IntegerType | Float32Type)
    return max(1, element.bitwidth // 8)


def is_signed(value: SSAValue) -> bool:
    """Whether the buffer holds signed activations."""
    return memref_of(value).element_type == si8


def strides_of(value: SSAValue) -> tuple[int, ...]:
    """Strides, in elements. Raises VerifyException where the type does not say them."""
    memref = memref_of(value)
    if DYNAMIC_INDEX in memref.get_shape():
        raise VerifyException(f"a buffer has a static shape, got {memref}")
    if isinstance(memref.layout, NoneAttr):
        shape = memref.get_shape()
        strides = [1] * len(shape)
        for i in reversed(range(len(shape) - 1)):
            strides[i] = strides[i + 1] * shape[i + 1]
        return tuple(strides)
    if not isinstance(memref.layout, StridedLayoutAttr):
        raise VerifyException(f"a buffer is row-major or strided, got {memref}")
    strides = [s for s in memref.layout.get_strides() or () if s is not None]
    if len(strides) != memref.get_num_dims():
        raise VerifyException(f"a buffer has a static stride for each dimension, got {memref}")
    if memref.layout.get_offset() != 0:
        raise VerifyException(f"the offset of a buffer stands in its kernel.view, got {memref}")
    return tuple(strides)


def verify_buffer(name: str, value: SSAValue, element: Attribute, rank: int | None = None) -> None:
    """Raises VerifyException unless the operand called `name` is a static buffer of `element`s."""
    memref = memref_of(value)
    strides_of(value)
    if memref.element_type != element:
        raise VerifyException(f"{name} must hold {element}, got {memref}")
    if rank is not None and memref.get_num_dims() != rank:
        raise VerifyException(f"{name} must have {rank} dimensions, got {memref}")


def verify_activations(name: str, value: SSAValue, rank: int | None = None) -> None:
    """Raises VerifyException unless the operand called `name` is a static buffer of bytes, unsigned
    (i8) or signed (si8)."""
    verify_buffer(name, value, si8 if is_signed(value) else i8, rank)


def verify_stored(name: str, value: SSAValue) -> None:
    """Raises VerifyException unless the operand is a static buffer of i8, si8, i32 or f32."""
    if (element := memref_of(value).element_type) not in (i8, si8, i32, f32):
        raise VerifyException(f"{name} must hold i8, si8, i32 or f32, got {element}")
    strides_of(value)


def verify_halo(value: SSAValue, halo: Ints) -> None:
    """Raises VerifyException unless the buffer holds images [N, C, spatial...], and the halo has
    two values >= 0, [before, after], for each spatial dimension."""
    rank = memref_of(value).get_num_dims() - 2
    if not 1 <= rank <= 3:
        raise VerifyException(f"only images [N, C, spatial...] have a halo, got {value.type}")
    verify_around(rank, "halo", halo)


def verify_row_major(name: str, value: SSAValue) -> None:
    """Raises VerifyException unless the elements of the operand called `name` lie behind each
    other, in the order of its dimensions; those of size 1 may have any stride."""
    memref, step = memref_of(value), 1
    for size, stride in reversed(list(zip(memref.get_shape(), strides_of(value), strict=True))):
        if size != 1 and stride != step:
            raise VerifyException(f"{name} must be dense and row-major, got {memref}")
        step *= size


def verify_shape(name: str, value: SSAValue, expected: Sequence[int]) -> None:
    """Raises VerifyException unless the operand called `name` has this shape."""
    if (shape := memref_of(value).get_shape()) != tuple(expected):
        raise VerifyException(
            f"{name} has shape {shapes.text(shape)}, expected {shapes.text(expected)}"
        )


def verify_byte(name: str, value: int) -> None:
    """Raises VerifyException for what is not an unsigned byte."""
    if not 0 <= value <= MAX_BYTE:
        raise VerifyException(f"{name} must be an unsigned byte, got {value}")


def verify_clamp(qmin: int, qmax: int) -> None:
    """Raises VerifyException unless both are unsigned bytes, in order."""
    verify_byte("qmin", qmin)
    verify_byte("qmax", qmax)
    if qmin > qmax:
        raise VerifyException(f"qmin {qmin} is greater than qmax {qmax}")


def verify_scale(value: float) -> None:
    """Raises VerifyException unless the scale is positive and finite."""
    if not 0 < value < float("inf"):
        raise VerifyException(f"scale must be positive and finite, got {value}")
