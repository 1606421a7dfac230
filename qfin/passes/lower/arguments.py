"""Where a program's arguments and results lie: the caller's memory, as the function's type says."""

from __future__ import annotations

from xdsl.dialects.builtin import MemRefType, TensorType, i8
from xdsl.ir import Attribute, SSAValue

from qfin.dialects.layout import halo_of_type, is_nhwc
from qfin.passes.lower.activations import given_type, stored_type
from qfin.passes.lower.buffers import (
    NO_HALO,
    SLACK,
    Buffer,
    channels_innermost,
    element_bytes,
    row_major,
)


def argument_buffer(base: SSAValue, tensor: TensorType[Attribute]) -> Buffer:
    """The memory behind the argument `base`.

    With channels innermost it begins with the halo that the type asks for, and slack lies behind.
    """
    element, shape = given_type(tensor.element_type), tensor.get_shape()
    if not is_nhwc(tensor):
        return Buffer(base, element, shape, row_major(shape))
    halo = halo_of_type(tensor)
    lies = channels_innermost(shape, halo)
    offset = lies.first * element_bytes(element)
    return Buffer(base, element, shape, lies.strides, offset, halo or NO_HALO, SLACK)


def memory_type(tensor: TensorType[Attribute]) -> MemRefType[Attribute]:
    """The type of that argument; with channels innermost just bytes."""
    element, shape = stored_type(tensor.element_type), tensor.get_shape()
    if not is_nhwc(tensor):
        return MemRefType(element, shape)
    size = channels_innermost(shape, halo_of_type(tensor)).size
    return MemRefType(i8, [size * element_bytes(element) + SLACK])
