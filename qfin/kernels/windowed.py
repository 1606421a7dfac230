"""Loops over outputs that are computed from several positions in each of the last dimensions, as
pooling and resampling do.

Loops: [the first dimensions, and the first output dimension] [other output dimensions] [vectors].
Vectors run along the innermost of the first dimensions where it is contiguous in x and in y, as
channels are; otherwise along so many of its elements as `WindowedSpec.gathered` says, or fewer that
its size is a multiple of, each of which is loaded by itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, prod
from typing import Generic, TypeVar

from xdsl.dialects.builtin import f32, i8
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.builder import Index, KernelBuilder, vector, vector_lanes
from qfin.kernels.strided import Body, Dim, contiguous, moved, plan, scaled
from qfin.target.isa import Isa

State = TypeVar("State")


@dataclass(frozen=True)
class WindowedSpec:
    """`shape` of the output, of which the last `windows` dimensions are not those of the input;
    strides in elements, in the same order."""

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    windows: int

    @property
    def floats(self) -> bool:
        """Whether elements are f32, not bytes."""
        return False

    @property
    def element(self) -> Attribute:
        """The type of x's and y's elements."""
        return f32 if self.floats else i8

    @property
    def item(self) -> int:
        """Bytes of an element."""
        return 4 if self.floats else 1

    @property
    def kept(self) -> int:
        """How many dimensions are the input's."""
        return len(self.shape) - self.windows

    @property
    def outputs(self) -> tuple[int, ...]:
        """The last dimensions."""
        return self.shape[self.kept :]

    @property
    def gathered(self) -> int:
        """The most elements of a vector that do not lie next to each other."""
        return 1

    def loops(self) -> tuple[tuple[Dim, ...], Dim]:
        """Over the kept dimensions: the outer ones, and the one that vectors run along."""
        kept = self.kept
        strides, items = (self.x_strides[:kept], self.y_strides[:kept]), (self.item, self.item)
        nest = plan(self.shape[:kept], strides, items)
        *outer, last = nest.dims
        if nest.contiguous:
            return tuple(outer), last
        n = gcd(last.size, self.gathered)
        steps = Dim(last.size // n, tuple(n * stride for stride in last.strides))
        return (*outer, steps), Dim(n, last.strides if n > 1 else items)

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: the outer loops times the first output dimension."""
        return prod(dim.size for dim in self.loops()[0]) * self.outputs[0]


class OutputLoops(ABC, Generic[State]):
    """The loops; a kernel says what an output position means for the input, and computes."""

    def __init__(self, b: KernelBuilder, spec: WindowedSpec, isa: Isa, x: SSAValue, y: SSAValue):
        self.b, self.spec, self.isa = b, spec, isa
        self.x, self.y = x, y
        self.outer, self.lane = spec.loops()
        # In bytes, of the last dimensions.
        self.x_steps, self.y_steps = (
            [spec.item * stride for stride in strides[spec.kept :]]
            for strides in (spec.x_strides, spec.y_strides)
        )

    @abstractmethod
    def enter(self, axis: int, i: Index, x: SSAValue) -> tuple[SSAValue, State]:
        """What output position `i` of a dimension says: where it moves `x`, and anything else."""

    @abstractmethod
    def pixel(self, x: SSAValue, y: SSAValue, states: Sequence[State], lanes: int) -> None:
        """`lanes` elements of one output position; `states` has one for each dimension."""

    def build(self, begin: SSAValue, end: SSAValue) -> None:
        """The whole body."""
        if 0 in self.spec.shape:
            return
        self.b.for_loop(begin, end, 1, lambda i, _: self.part(self.b.index(i)))

    def part(self, i: SSAValue) -> None:
        """The outputs of one step of the range."""
        *outer, first = self.split(i, [*(dim.size for dim in self.outer), self.spec.outputs[0]])
        at: Sequence[SSAValue] = (self.x, self.y)
        for dim, j in zip(self.outer, outer, strict=True):
            at = moved(self.b, at, j, dim.strides)
        self.output(first, at, ())

    def split(self, i: SSAValue, sizes: Sequence[int]) -> list[Index]:
        """A position in each of the dimensions, from one that counts through them all."""
        indices: list[Index] = []
        for n, size in reversed(list(enumerate(sizes))):
            if prod(sizes[:n]) == 1:
                return [*[0] * n, i, *indices]
            length = self.b.constant(size, 64)
            indices.insert(0, self.b.urem(i, length) if size > 1 else 0)
            i = self.b.udiv(i, length) if size > 1 else i
        return indices

    def output(self, i: Index, at: Sequence[SSAValue], states: tuple[State, ...]) -> None:
        """Position `i` of the next output dimension, after those that made `states`."""
        b, spec, axis = self.b, self.spec, len(states)
        x, state = self.enter(axis, i, at[0])
        at = x, b.gep(at[1], scaled(b, i, self.y_steps[axis]))
        states = (*states, state)
        if axis + 1 < spec.windows:
            self.line(at, states)
            return
        self.place(at, states)

    def place(self, at: Sequence[SSAValue], states: tuple[State, ...]) -> None:
        """One output position, in vectors."""
        self.vectors(at, lambda at, lanes: self.pixel(at[0], at[1], states, lanes))

    def line(self, at: Sequence[SSAValue], states: tuple[State, ...]) -> None:
        """All positions of the next output dimension."""
        self.positions(0, self.spec.outputs[len(states)], at, states)

    def positions(
        self, begin: int, end: int, at: Sequence[SSAValue], states: tuple[State, ...]
    ) -> None:
        """Some of them."""
        if begin < end:
            self.b.for_loop(begin, end, 1, lambda i, _: self.output(i, at, states))

    def vectors(self, at: Sequence[SSAValue], body: Body) -> None:
        """The innermost loop: along the lanes."""
        contiguous(self.b, at, self.lane, self.isa.vector_bytes // self.spec.item, body)

    def load(self, at: SSAValue, lanes: int) -> SSAValue:
        """`lanes` elements of x along the vectors' dimension."""
        b, element, step = self.b, self.spec.element, self.lane.strides[0]
        if step == self.spec.item:
            return b.load(at, vector(element, lanes))
        return b.concat([b.load(b.gep(at, n * step), vector(element, 1)) for n in range(lanes)])

    def store(self, value: SSAValue, at: SSAValue) -> None:
        """Elements of y along the vectors' dimension."""
        b, step = self.b, self.lane.strides[1]
        lanes = 1 if step == self.spec.item else vector_lanes(value)
        if lanes == 1:
            b.store(value, at)
            return
        for n in range(lanes):
            b.store(b.shuffle(value, value, (n,)), b.gep(at, n * step))

    def broadcast(self, value: SSAValue, lanes: int) -> SSAValue:
        """A scalar on all lanes."""
        one = self.b.bitcast(value, vector(value.type, 1))
        return self.b.shuffle(one, one, (0,) * lanes)
