"""Maxima and averages of unsigned bytes over windows of the last dimensions, which tables describe.

For each of these dimensions a table [outputs, 2] (i32) holds, for each output position, the first
input position of its window and how many there are. So padding, ceil mode, adaptive pooling and the
mean are data, and the loops have no border cases. A window without elements gives 0 (max) or, at a
finite multiplier, the zero point (avg).

Loops: [the first dimensions, and the first output dimension] [other output dimensions] [vectors]
[window dimensions]. Vectors run along the innermost of the first dimensions where it is contiguous
in x and in y, as channels are; otherwise elements are done one by one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import Dim, contiguous, moved, plan, scaled
from qfin.target.isa import Isa

_ONE = Dim(1, (1, 1))


@dataclass(frozen=True)
class _Pool:
    """`shape` of the output, of which the last `windows` dimensions are pooled; strides in elements
    (bytes), in the same order."""

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    windows: int

    @property
    def kept(self) -> int:
        """How many dimensions are not pooled."""
        return len(self.shape) - self.windows

    def loops(self) -> tuple[tuple[Dim, ...], Dim]:
        """Over the kept dimensions: the outer ones, and the one that vectors run along."""
        kept = self.kept
        nest = plan(self.shape[:kept], (self.x_strides[:kept], self.y_strides[:kept]), (1, 1))
        return (nest.dims[:-1], nest.dims[-1]) if nest.contiguous else (nest.dims, _ONE)

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: the outer loops times the first output dimension."""
        return prod(dim.size for dim in self.loops()[0]) * self.shape[self.kept]


@dataclass(frozen=True)
class MaxPoolSpec(_Pool):
    """The maximum; a window's elements are `step` apart in each pooled dimension."""

    step: tuple[int, ...]


@dataclass(frozen=True)
class AvgPoolSpec(_Pool):
    """`clamp(rint(f32(sum (x - input_zero_point)) * mult[...]) + zero_point, qmin, qmax)`.

    The sum must fit into 32 bits: windows of less than 2**23 elements.
    """

    input_zero_point: int
    zero_point: int
    qmin: int
    qmax: int


def build_max_pool(
    name: str, spec: MaxPoolSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, tables..., y, begin, end)`."""
    b = KernelBuilder(name, [*[ptr] * (spec.windows + 2), i64, i64], location)
    x, *tables, y, begin, end = b.arguments
    _MaxPool(b, spec, isa, x, tables, y, spec.step).build(begin, end)
    return b.finish()


def build_avg_pool(
    name: str, spec: AvgPoolSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, tables..., mult, y, begin, end)`; `mult` is f32 [outputs...]."""
    b = KernelBuilder(name, [*[ptr] * (spec.windows + 3), i64, i64], location)
    x, *tables, mult, y, begin, end = b.arguments
    _AvgPool(b, spec, isa, x, tables, y, mult).build(begin, end)
    return b.finish()


@dataclass(frozen=True)
class _Window:
    """One output position of the pooled dimensions, and the counts of its tables' entries."""

    outputs: tuple[Index, ...] = ()
    counts: tuple[SSAValue, ...] = ()


class _Loops(ABC):
    """The loops that the two have in common."""

    def __init__(
        self,
        b: KernelBuilder,
        spec: _Pool,
        isa: Isa,
        x: SSAValue,
        tables: Sequence[SSAValue],
        y: SSAValue,
        step: Sequence[int],
    ):
        self.b, self.spec, self.isa = b, spec, isa
        self.x, self.tables, self.y = x, tables, y
        self.strides = list(
            zip(spec.x_strides[spec.kept :], spec.y_strides[spec.kept :], strict=True)
        )
        self.tap_strides = [
            gap * stride for gap, (stride, _) in zip(step, self.strides, strict=True)
        ]
        self.outer, self.lane = spec.loops()

    @abstractmethod
    def pixel(self, x: SSAValue, y: SSAValue, window: _Window, lanes: int) -> None:
        """`lanes` elements of one output position; `x` is the first tap."""

    @abstractmethod
    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        """The reduction of two values."""

    def build(self, begin: SSAValue, end: SSAValue) -> None:
        """The whole body."""
        if 0 in self.spec.shape:
            return
        self.b.for_loop(begin, end, 1, lambda i, _: self.part(self.b.index(i)))

    def part(self, i: SSAValue) -> None:
        """The outputs of one step of the range."""
        b, spec = self.b, self.spec
        *outer, first = self.split(i, [*(dim.size for dim in self.outer), spec.shape[spec.kept]])
        at: Sequence[SSAValue] = (self.x, self.y)
        for dim, j in zip(self.outer, outer, strict=True):
            at = moved(b, at, j, dim.strides)
        self.output(first, at, _Window())

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

    def output(self, i: Index, at: Sequence[SSAValue], outer: _Window) -> None:
        """Position `i` of the next pooled dimension, after those of `outer`."""
        b, spec, axis = self.b, self.spec, len(outer.outputs)
        entry = b.gep(self.tables[axis], scaled(b, i, 8))
        first, count = (b.sext(b.load(b.gep(entry, at), i32), i64) for at in (0, 4))
        x_stride, y_stride = self.strides[axis]
        x = b.gep(at[0], scaled(b, first, x_stride))
        y = b.gep(at[1], scaled(b, i, y_stride))
        window = _Window((*outer.outputs, i), (*outer.counts, count))
        if axis + 1 < spec.windows:
            size = spec.shape[spec.kept + axis + 1]
            b.for_loop(0, size, 1, lambda j, _: self.output(j, (x, y), window))
            return
        contiguous(
            b,
            (x, y),
            self.lane,
            self.isa.vector_bytes,
            lambda at, lanes: self.pixel(at[0], at[1], window, lanes),
        )

    def taps(
        self, x: SSAValue, counts: Sequence[SSAValue], lanes: int, so_far: SSAValue, axis: int = 0
    ) -> SSAValue:
        """`so_far`, combined with each of the window's taps."""
        b = self.b
        if axis == len(counts):
            return self.combine(so_far, b.load(x, vector(i8, lanes)), lanes)

        def tap(k: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            at = b.gep(x, scaled(b, k, self.tap_strides[axis]))
            return [self.taps(at, counts, lanes, carried[0], axis + 1)]

        return b.for_loop(0, counts[axis], 1, tap, so_far)[0]


class _MaxPool(_Loops):
    def pixel(self, x: SSAValue, y: SSAValue, window: _Window, lanes: int) -> None:
        start = self.b.splat(0, vector(i8, lanes))
        self.b.store(self.taps(x, window.counts, lanes, start), y)

    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        return self.b.intrinsic(f"llvm.umax.v{lanes}i8", tap.type, so_far, tap)


class _AvgPool(_Loops):
    def __init__(
        self,
        b: KernelBuilder,
        spec: AvgPoolSpec,
        isa: Isa,
        x: SSAValue,
        tables: Sequence[SSAValue],
        y: SSAValue,
        mult: SSAValue,
    ):
        super().__init__(b, spec, isa, x, tables, y, (1,) * spec.windows)
        self.mult = mult
        self.average = spec

    def pixel(self, x: SSAValue, y: SSAValue, window: _Window, lanes: int) -> None:
        b, spec = self.b, self.average
        area, *more = window.counts
        for count in more:
            area = b.mul(area, count)
        start = b.mul(b.trunc(area, i32), b.constant(-spec.input_zero_point, 32))
        total = self.taps(x, window.counts, lanes, self.broadcast(start, lanes))
        mult = b.load(b.gep(self.mult, scaled(b, self.index(window), 4)), f32)
        t = b.fmul(b.sitofp(total, vector(f32, lanes)), self.broadcast(mult, lanes))
        b.store(round_to_bytes(b, t, lanes, spec.zero_point, spec.qmin, spec.qmax), y)

    def index(self, window: _Window) -> Index:
        """Where the output position stands in row-major order."""
        b, index = self.b, window.outputs[0]
        for i, size in zip(window.outputs[1:], self.spec.shape[self.spec.kept + 1 :], strict=True):
            index = b.add(b.index(scaled(b, index, size)), b.index(i))
        return index

    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        return self.b.add(so_far, self.b.zext(tap, vector(i32, lanes)))

    def broadcast(self, value: SSAValue, lanes: int) -> SSAValue:
        """A scalar on all lanes."""
        one = self.b.bitcast(value, vector(value.type, 1))
        return self.b.shuffle(one, one, (0,) * lanes)
