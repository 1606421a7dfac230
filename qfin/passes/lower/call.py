"""A call of a kernel: the builder and the specification of a function, and how an op's buffers say
the latter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from xdsl.dialects.builtin import LocationAttr, MemRefType, StridedLayoutAttr
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue

from qfin.dialects.kernel.buffers import is_signed
from qfin.passes.lower.buffers import row_major
from qfin.target.isa import Isa


class Spec(Protocol):
    """A kernel's specification: hashable, everything that is baked into the code."""

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range of the parallel dimension."""
        ...


Build: TypeAlias = Callable[[str, Any, Isa, LocationAttr | None], FuncOp]


@dataclass(frozen=True)
class Call:
    """What a kernel op calls: `build` makes the function of `spec`."""

    build: Build
    spec: Spec

    @property
    def family(self) -> str:
        """The first part of the function's name."""
        return self.build.__name__.removeprefix("build_")


def shape_and_strides(value: SSAValue) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shape and strides in elements of a memref."""
    memref = value.type
    assert isinstance(memref, MemRefType)
    shape = memref.get_shape()
    if not isinstance(memref.layout, StridedLayoutAttr):
        return shape, row_major(shape)
    strides = memref.layout.get_strides()
    assert strides is not None
    return shape, tuple(strides)  # pyright: ignore[reportReturnType]


def stored_byte(buffer: SSAValue, value: int) -> int:
    """An unsigned activation as it lies in a buffer that may be signed, as a number of 0..255."""
    return value ^ 0x80 if is_signed(buffer) else value


def elementwise(input: SSAValue, output: SSAValue) -> tuple[tuple[int, ...], ...]:
    shape, x_strides = shape_and_strides(input)
    return shape, x_strides, shape_and_strides(output)[1]
