"""Elementwise kernels of several operands that broadcast: any number of buffers in, one out.

A function is `name(operands..., y, begin, end)`: a pointer to element (0, ..., 0) of each operand
and of y, then the half-open range, i64, of the nest's outermost loop
(`spec.parallel_size(isa)` steps); see `qfin.kernels.strided`. y must not overlap an operand;
operands may be the same.

Layout: any strides; an operand that broadcasts along a dimension has stride 0 there. Vectors run
along the innermost dimension of y where each operand is contiguous or has stride 0; in the latter
case one element is loaded and spread over the lanes, each time: it costs less than the divisions
that such kernels do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i8, i64
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.strided import Nest, Pointers, plan
from qfin.target.isa import Isa


class BroadcastSpec(ABC):
    """One function of one element of each operand. Its subclasses are frozen dataclasses."""

    shape: tuple[int, ...]
    """That of the result."""

    @property
    @abstractmethod
    def buffers(self) -> tuple[tuple[Attribute, tuple[int, ...]], ...]:
        """Element type and strides, in elements, of each operand, and last of the result."""

    @abstractmethod
    def emit(self, b: KernelBuilder, isa: Isa, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        """The function, on vectors of `lanes` elements."""

    def nest(self) -> Nest:
        """The loops."""
        sizes = [_bytes(element) for element, _ in self.buffers]
        nest = plan(self.shape, [strides for _, strides in self.buffers], sizes)
        *steps, last = zip(nest.dims[-1].strides, sizes, strict=True)
        contiguous = last[0] == last[1] and all(step in (0, size) for step, size in steps)
        return replace(nest, contiguous=contiguous)

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.nest().parallel_size


def build_broadcast(
    name: str, spec: BroadcastSpec, isa: Isa, location: LocationAttr | None
) -> func.FuncOp:
    """The function of any spec; see the top of this file for the arguments."""
    b = KernelBuilder(name, [*[ptr] * len(spec.buffers), i64, i64], location)
    emit_broadcast(b, spec, isa)
    return b.finish()


def emit_broadcast(b: KernelBuilder, spec: BroadcastSpec, isa: Isa) -> None:
    """All of the function's body."""
    elements = [element for element, _ in spec.buffers]
    *bases, begin, end = b.arguments
    nest = spec.nest()
    steps = nest.dims[-1].strides

    def body(at: Pointers, n: int) -> None:
        values = [
            _load(b, pointer, element, 1 if step == 0 else n, n)
            for pointer, element, step in zip(at[:-1], elements, steps, strict=False)
        ]
        b.store(spec.emit(b, isa, values, n), at[-1])

    nest.emit_range(b, bases, begin, end, isa.vector_bytes, body)


def _load(b: KernelBuilder, at: SSAValue, element: Attribute, count: int, lanes: int) -> SSAValue:
    """A vector of `lanes` elements, of which `count`, all or 1, lie in memory."""
    value = b.load(at, vector(element, count))
    return value if count == lanes else b.shuffle(value, value, (0,) * lanes)


def _bytes(element: Attribute) -> int:
    return 1 if element == i8 else 4
