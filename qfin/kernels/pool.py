"""max_pool and avg_pool on unsigned bytes, over windows that tables describe.

`rows` [H', 2] and `columns` [W', 2] (i32) hold, for each output row and column, the first input row
(column) of its window and how many there are. So padding, ceil mode and adaptive pooling are data,
and the loops have no border cases. A window without elements gives 0 (max) or the zero point (avg).

Loops: [rows of all images] [columns] [vectors of channels] [window rows] [window columns]. Channels
go in vectors where they lie next to each other in x and in y, otherwise one by one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import Pointers, plan, scaled
from qfin.target.isa import Isa


@dataclass(frozen=True)
class _Pool:
    """`shape` [N, C, H', W'] of the output; strides in elements (bytes), in the same order."""

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: the output rows of all images, N * H'."""
        return self.shape[0] * self.shape[2]


@dataclass(frozen=True)
class MaxPoolSpec(_Pool):
    """The maximum; a window's rows and columns are `step` (rows, columns) apart."""

    step: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class AvgPoolSpec(_Pool):
    """`clamp(rint(f32(sum (x - input_zero_point)) * mult[y, x]) + zero_point, qmin, qmax)`.

    The sum must fit into 32 bits: windows of less than 2**23 elements.
    """

    input_zero_point: int
    zero_point: int
    qmin: int
    qmax: int


def build_max_pool(
    name: str, spec: MaxPoolSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, rows, columns, y, begin, end)`; the range counts rows of N * H'."""
    b = KernelBuilder(name, [*[ptr] * 4, i64, i64], location)
    x, rows, columns, y, begin, end = b.arguments
    _MaxPool(b, spec, isa, x, rows, columns, y, spec.step).build(begin, end)
    return b.finish()


def build_avg_pool(
    name: str, spec: AvgPoolSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, rows, columns, mult, y, begin, end)`; `mult` is f32 [H', W'], the range
    counts rows of N * H'."""
    b = KernelBuilder(name, [*[ptr] * 5, i64, i64], location)
    x, rows, columns, mult, y, begin, end = b.arguments
    _AvgPool(b, spec, isa, x, rows, columns, y, mult).build(begin, end)
    return b.finish()


@dataclass
class _Window:
    """One output pixel, all channels: the table's entries, and where the pixel is."""

    row: SSAValue
    column: Index
    rows: SSAValue
    columns: SSAValue


class _Loops(ABC):
    """The loops that the two have in common."""

    def __init__(
        self,
        b: KernelBuilder,
        spec: _Pool,
        isa: Isa,
        x: SSAValue,
        rows: SSAValue,
        columns: SSAValue,
        y: SSAValue,
        step: tuple[int, int] = (1, 1),
    ):
        self.b, self.spec, self.isa = b, spec, isa
        self.x, self.rows, self.columns, self.y = x, rows, columns, y
        self.tap_strides = step[0] * spec.x_strides[2], step[1] * spec.x_strides[3]

    @abstractmethod
    def pixel(self, at: Pointers, window: _Window, lanes: int) -> None:
        """`lanes` channels of one output pixel; `at` is (first tap, output)."""

    def build(self, begin: SSAValue, end: SSAValue) -> None:
        """The whole body."""
        if 0 in self.spec.shape:
            return
        self.b.for_loop(begin, end, 1, lambda row, _: self.output_row(self.b.index(row)))

    def output_row(self, row: SSAValue) -> None:
        """One output row; `row` counts through all images."""
        b, spec = self.b, self.spec
        image: Index = 0
        if spec.shape[0] > 1:
            height = b.constant(spec.shape[2], 64)
            image, row = b.udiv(row, height), b.urem(row, height)
        first, count = self.entry(self.rows, row)
        x = b.gep(self.x, scaled(b, image, spec.x_strides[0]), scaled(b, first, spec.x_strides[2]))
        y = b.gep(self.y, scaled(b, image, spec.y_strides[0]), scaled(b, row, spec.y_strides[2]))

        def output(column: Index, _: Sequence[SSAValue]) -> None:
            first, columns = self.entry(self.columns, column)
            at = (
                b.gep(x, scaled(b, first, spec.x_strides[3])),
                b.gep(y, scaled(b, column, spec.y_strides[3])),
            )
            window = _Window(row, column, count, columns)
            channels = plan(spec.shape[1:2], (spec.x_strides[1:2], spec.y_strides[1:2]), (1, 1))
            channels.emit(b, at, self.isa.vector_bytes, lambda at, n: self.pixel(at, window, n))

        b.for_loop(0, spec.shape[3], 1, output)

    def entry(self, table: SSAValue, i: Index) -> tuple[SSAValue, SSAValue]:
        """(first, count) of a table."""
        at = self.b.gep(table, scaled(self.b, i, 8))
        first, count = self.b.load(at, i32), self.b.load(self.b.gep(at, 4), i32)
        return self.b.sext(first, i64), self.b.sext(count, i64)

    def taps(self, x: SSAValue, window: _Window, lanes: int, start: SSAValue) -> SSAValue:
        """`start`, combined with each of the window's taps."""
        b, (row_stride, column_stride) = self.b, self.tap_strides

        def line(kh: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            row = b.gep(x, scaled(b, kh, row_stride))

            def tap(kw: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
                at = b.gep(row, scaled(b, kw, column_stride))
                return [self.combine(carried[0], b.load(at, vector(i8, lanes)), lanes)]

            return b.for_loop(0, window.columns, 1, tap, *carried)

        return b.for_loop(0, window.rows, 1, line, start)[0]

    @abstractmethod
    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        """The reduction of two values."""


class _MaxPool(_Loops):
    def pixel(self, at: Pointers, window: _Window, lanes: int) -> None:
        start = self.b.splat(0, vector(i8, lanes))
        self.b.store(self.taps(at[0], window, lanes, start), at[1])

    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        return self.b.intrinsic(f"llvm.umax.v{lanes}i8", tap.type, so_far, tap)


class _AvgPool(_Loops):
    def __init__(
        self,
        b: KernelBuilder,
        spec: AvgPoolSpec,
        isa: Isa,
        x: SSAValue,
        rows: SSAValue,
        columns: SSAValue,
        y: SSAValue,
        mult: SSAValue,
    ):
        super().__init__(b, spec, isa, x, rows, columns, y)
        self.mult = mult
        self.average = spec

    def pixel(self, at: Pointers, window: _Window, lanes: int) -> None:
        b, spec = self.b, self.average
        area = b.trunc(b.mul(window.rows, window.columns), i32)
        start = b.mul(area, b.constant(-spec.input_zero_point, 32))
        total = self.taps(at[0], window, lanes, self.broadcast(start, lanes))
        index = b.add(b.mul(window.row, b.constant(spec.shape[3], 64)), b.index(window.column))
        mult = b.load(b.gep(self.mult, scaled(b, index, 4)), f32)
        t = b.fmul(b.sitofp(total, vector(f32, lanes)), self.broadcast(mult, lanes))
        b.store(round_to_bytes(b, t, lanes, spec.zero_point, spec.qmin, spec.qmax), at[1])

    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        return self.b.add(so_far, self.b.zext(tap, vector(i32, lanes)))

    def broadcast(self, value: SSAValue, lanes: int) -> SSAValue:
        """A scalar on all lanes."""
        one = self.b.bitcast(value, vector(value.type, 1))
        return self.b.shuffle(one, one, (0,) * lanes)
