"""Maxima and averages of unsigned bytes, or of f32, over windows of the last dimensions, which
tables describe.

For each of these dimensions a table [outputs, 2] (i32) holds, for each output position, the first
input position of its window and how many there are. So padding, ceil mode, adaptive pooling and the
mean are data, and the loops have no border cases. A window without elements gives 0 (max), or -inf
if of floats, or, at a finite multiplier, the zero point (avg).

Of floats, NaN is the maximum, and 0.0 is more than -0.0; averages are sums in f64, from 0 on, over
the window's elements in row-major order, divided in f64 and rounded once to f32.

Window dimensions are the innermost loops; `qfin.kernels.windowed` has the others. Where the last
table is `Regular`, which is nearly everywhere, the code knows what it holds, and takes the taps of
a row without a loop:

- max: the maxima of the columns of several neighbouring windows, which share some of them, over
  their rows; then of each window's columns.
- avg of whole vectors of bytes: up to `Isa.row_depth` taps of a row are one dot product with ones
  in every int32 lane, whose four vectors pack into bytes in their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from xdsl.dialects import func
from xdsl.dialects.builtin import IntegerType, LocationAttr, f32, f64, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector, vector_lanes
from qfin.kernels.pooling_loops import Entry, Pool, Values, Window
from qfin.kernels.pooling_spec import AvgPoolSpec, FloatAvgPoolSpec, MaxPoolSpec, Regular
from qfin.kernels.rounding import round_to_bytes, round_to_packed_bytes
from qfin.kernels.strided import Dim, contiguous, moved, scaled
from qfin.target.isa import Isa

_VECTORS = 2
"""Vectors of bytes that are averaged together."""
_COLUMNS = 9
"""Input columns of the windows that are taken together."""


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


def build_float_avg_pool(
    name: str, spec: FloatAvgPoolSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, tables..., divisor, y, begin, end)`; `divisor` is i32 [outputs...]."""
    b = KernelBuilder(name, [*[ptr] * (spec.windows + 3), i64, i64], location)
    x, *tables, divisor, y, begin, end = b.arguments
    _FloatAvgPool(b, spec, isa, x, tables, y, divisor).build(begin, end)
    return b.finish()


class _MaxPool(Pool):
    def pixel(self, x: SSAValue, y: SSAValue, states: Window, lanes: int) -> None:
        def maxima(places: Sequence[SSAValue], values: Values) -> Values:
            return [self.largest([values[0], *(self.load(at, lanes) for at in places)])]

        self.store(self.taps(x, states, [self.least(lanes)], maxima)[0], y)

    def regular_line(
        self, at: Sequence[SSAValue], states: tuple[Entry, ...], regular: Regular
    ) -> None:
        b, stride = self.b, regular.stride
        span = (regular.taps - 1) * self.step[-1] + 1
        together = (_COLUMNS - span) // stride + 1 if stride else 1
        together = min(together, regular.end - regular.begin)
        if together < 2:
            super().regular_line(at, states, regular)
            return
        windows = [
            [n * stride + k * self.step[-1] for k in range(regular.taps)] for n in range(together)
        ]
        columns = sorted({column for window in windows for column in window})

        def vectors(at: Sequence[SSAValue], lanes: int) -> None:
            maxima = self.column_maxima(at[0], states, columns, lanes)
            for n, window in enumerate(windows):
                value = self.largest([maxima[column] for column in window])
                self.store(value, b.gep(at[1], n * self.y_steps[-1]))

        def outputs(i: Index, _: Values) -> None:
            x, _entry = self.enter_regular(i, at[0], regular)
            self.vectors((x, b.gep(at[1], scaled(b, i, self.y_steps[-1]))), vectors)

        rest = (regular.end - regular.begin) % together
        b.for_loop(regular.begin, regular.end - rest, together, outputs)
        if rest:  # the last ones, some of them twice
            outputs(regular.end - together, ())

    def column_maxima(
        self, x: SSAValue, states: Window, columns: Sequence[int], lanes: int
    ) -> dict[int, SSAValue]:
        """For each of the columns, by their places, the maximum of a window's rows there."""

        def load(x: SSAValue) -> list[SSAValue]:
            return [self.load(self.b.gep(x, n * self.x_steps[-1]), lanes) for n in columns]

        def row(places: Sequence[SSAValue], values: Values) -> Values:
            pairs = zip(values, load(places[0]), strict=True)
            return [self.largest(pair) for pair in pairs]

        start = [self.least(lanes)] * len(columns)
        maxima = self.taps(x, states, start, row) if states else load(x)
        return dict(zip(columns, maxima, strict=True))

    def least(self, lanes: int) -> SSAValue:
        least = float("-inf") if self.spec.floats else 0
        return self.b.splat(least, vector(self.spec.element, lanes))

    def largest(self, values: Sequence[SSAValue]) -> SSAValue:
        return reduce(self.larger, values)

    def larger(self, first: SSAValue, second: SSAValue) -> SSAValue:
        lanes = vector_lanes(first)
        name = f"maximum.v{lanes}f32" if self.spec.floats else f"umax.v{lanes}i8"
        return self.b.intrinsic(f"llvm.{name}", first.type, first, second)


class _FloatAvgPool(Pool):
    def __init__(
        self,
        b: KernelBuilder,
        spec: FloatAvgPoolSpec,
        isa: Isa,
        x: SSAValue,
        tables: Sequence[SSAValue],
        y: SSAValue,
        divisor: SSAValue,
    ):
        super().__init__(b, spec, isa, x, tables, y, (1,) * spec.windows)
        self.divisor = divisor

    def pixel(self, x: SSAValue, y: SSAValue, states: Window, lanes: int) -> None:
        b, doubles = self.b, vector(f64, lanes)

        def add(places: Sequence[SSAValue], values: Values) -> Values:
            (total,) = values
            for at in places:
                total = b.fadd(total, b.fpext(self.load(at, lanes), doubles))
            return [total]

        (total,) = self.taps(x, states, [b.splat(0.0, doubles)], add)
        divisor = b.load(b.gep(self.divisor, scaled(b, self.index(states), 4)), i32)
        mean = b.fdiv(total, self.broadcast(b.sitofp(divisor, f64), lanes))
        self.store(b.fptrunc(mean, vector(f32, lanes)), y)


class _AvgPool(Pool):
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
        self.together = isa.row_depth

    def place(self, at: Sequence[SSAValue], states: tuple[Entry, ...]) -> None:
        # Vectors that lie next to each other come from the same cache lines where these begin
        # somewhere else, and of tall windows no line stays in the cache until the next vector.
        size, lanes = self.lane.size, self.isa.vector_bytes
        whole = size - size % (_VECTORS * lanes)
        if not isinstance(states[-1].count, int) or not whole:
            super().place(at, states)
            return
        b, strides = self.b, self.lane.strides

        def body(at: Sequence[SSAValue], lanes: int) -> None:
            self.pixel(at[0], at[1], states, lanes)

        contiguous(b, at, Dim(whole, strides), _VECTORS * lanes, body)
        if whole < size:
            begin = min(whole, size - lanes)
            contiguous(b, moved(b, at, begin, strides), Dim(size - begin, strides), lanes, body)

    def pixel(self, x: SSAValue, y: SSAValue, states: Window, lanes: int) -> None:
        b, spec = self.b, self.average
        area = b.index(states[0].count)
        for entry in states[1:]:
            area = b.mul(area, b.index(entry.count))
        start = b.mul(b.trunc(area, i32), b.constant(-spec.input_zero_point, 32))
        mult = b.load(b.gep(self.mult, scaled(b, self.index(states), 4)), f32)
        if lanes >= self.isa.vector_bytes and isinstance(states[-1].count, int):
            for n, value in enumerate(self.whole_vectors(x, states, start, mult, lanes)):
                b.store(value, b.gep(y, n * self.isa.vector_bytes))
            return

        def add(places: Sequence[SSAValue], values: Values) -> Values:
            (total,) = values
            for at in places:
                total = b.add(total, b.zext(self.load(at, lanes), vector(i32, lanes)))
            return [total]

        (total,) = self.taps(x, states, [self.broadcast(start, lanes)], add)
        t = b.fmul(b.sitofp(total, vector(f32, lanes)), self.broadcast(mult, lanes))
        self.store(round_to_bytes(b, t, lanes, spec.zero_point, spec.qmin, spec.qmax), y)

    def whole_vectors(
        self, x: SSAValue, states: Window, start: SSAValue, mult: SSAValue, lanes: int
    ) -> list[SSAValue]:
        """Vectors of bytes, of each of which the sums are in four of int32."""
        b, isa, spec = self.b, self.isa, self.average
        bytes_, floats = vector(i8, isa.vector_bytes), vector(f32, isa.lanes)

        def add(places: Sequence[SSAValue], sums: Values) -> Values:
            for n in range(0, len(places), isa.row_depth):
                some = places[n : n + isa.row_depth]
                ones, quads = self.ones(len(some)), list[SSAValue]()
                for offset in range(0, lanes, isa.vector_bytes):
                    rows = [b.load(b.gep(at, offset), bytes_) for at in some]
                    # Of one row, `interleave` has an order of its own.
                    quads += isa.interleave(b, rows if len(rows) > 1 else rows * 2)
                pairs = zip(sums, quads, strict=True)
                sums = [isa.dot_rows(b, total, quad, ones) for total, quad in pairs]
            return sums

        first = [self.broadcast(start, isa.lanes)] * (lanes // isa.lanes)
        sums = self.taps(x, states, first, add)
        scale = self.broadcast(mult, isa.lanes)
        ts = [b.fmul(b.sitofp(total, floats), scale) for total in sums]
        bounds = spec.zero_point, spec.qmin, spec.qmax
        return [round_to_packed_bytes(b, isa, ts[n : n + 4], *bounds) for n in range(0, len(ts), 4)]

    def ones(self, rows: int) -> SSAValue:
        """Weights of 1 for so many rows, of 0 for the others."""
        b, depth = self.b, self.isa.row_depth
        pattern = sum(1 << 8 * n for n in range(rows))
        lanes = b.splat(pattern, vector(IntegerType(8 * depth), self.isa.lanes))
        return self.isa.row_weights(b, b.bitcast(lanes, vector(i8, self.isa.lanes * depth)))
