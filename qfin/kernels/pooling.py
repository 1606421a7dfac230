"""Maxima and averages of unsigned bytes, or of f32, over windows of the last dimensions, which
tables describe.

For each of these dimensions a table [outputs, 2] (i32) holds, for each output position, the first
input position of its window and how many there are. So padding, ceil mode, adaptive pooling and the
mean are data, and the loops have no border cases. A window without elements gives 0 (max), or -inf
if of floats, or, at a finite multiplier, the zero point (avg).

Of floats, NaN is the maximum, and 0.0 is more than -0.0; averages are sums in f64, from 0 on, over
the window's elements in row-major order, divided in f64 and rounded once to f32.

Window dimensions are the innermost loops; `qfin.kernels.windowed` has the others.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, f64, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import scaled
from qfin.kernels.windowed import OutputLoops, WindowedSpec
from qfin.target.isa import Isa


@dataclass(frozen=True)
class MaxPoolSpec(WindowedSpec):
    """The maximum; a window's elements are `step` apart in each pooled dimension."""

    step: tuple[int, ...]
    of_floats: bool = False

    @property
    def floats(self) -> bool:
        return self.of_floats


@dataclass(frozen=True)
class AvgPoolSpec(WindowedSpec):
    """`clamp(rint(f32(sum (x - input_zero_point)) * mult[...]) + zero_point, qmin, qmax)`.

    The sum must fit into 32 bits: windows of less than 2**23 elements.
    """

    input_zero_point: int
    zero_point: int
    qmin: int
    qmax: int


@dataclass(frozen=True)
class FloatAvgPoolSpec(WindowedSpec):
    """`f32(sum x / divisor[...])`."""

    @property
    def floats(self) -> bool:
        return True


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


@dataclass(frozen=True)
class _Entry:
    """An output position in one dimension, and how many elements its window has there."""

    output: Index
    count: SSAValue


class _Pool(OutputLoops[_Entry]):
    """What they have in common."""

    def __init__(
        self,
        b: KernelBuilder,
        spec: WindowedSpec,
        isa: Isa,
        x: SSAValue,
        tables: Sequence[SSAValue],
        y: SSAValue,
        step: Sequence[int],
    ):
        super().__init__(b, spec, isa, x, y)
        self.tables = tables
        self.tap_strides = [gap * stride for gap, stride in zip(step, self.x_steps, strict=True)]

    @abstractmethod
    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        """The reduction of two values."""

    def enter(self, axis: int, i: Index, x: SSAValue) -> tuple[SSAValue, _Entry]:
        b = self.b
        entry = b.gep(self.tables[axis], scaled(b, i, 8))
        first, count = (b.sext(b.load(b.gep(entry, at), i32), i64) for at in (0, 4))
        return b.gep(x, scaled(b, first, self.x_steps[axis])), _Entry(i, count)

    def taps(
        self, x: SSAValue, window: Sequence[_Entry], lanes: int, so_far: SSAValue, axis: int = 0
    ) -> SSAValue:
        """`so_far`, combined with each of the window's taps."""
        b = self.b
        if axis == len(window):
            return self.combine(so_far, b.load(x, vector(self.spec.element, lanes)), lanes)

        def tap(k: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            at = b.gep(x, scaled(b, k, self.tap_strides[axis]))
            return [self.taps(at, window, lanes, carried[0], axis + 1)]

        return b.for_loop(0, window[axis].count, 1, tap, so_far)[0]

    def index(self, window: Sequence[_Entry]) -> Index:
        """Where the output position stands in row-major order."""
        b, index = self.b, window[0].output
        for entry, size in zip(window[1:], self.spec.outputs[1:], strict=True):
            index = b.add(b.index(scaled(b, index, size)), b.index(entry.output))
        return index


class _MaxPool(_Pool):
    def pixel(self, x: SSAValue, y: SSAValue, states: Sequence[_Entry], lanes: int) -> None:
        least = float("-inf") if self.spec.floats else 0
        start = self.b.splat(least, vector(self.spec.element, lanes))
        self.b.store(self.taps(x, states, lanes, start), y)

    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        name = f"maximum.v{lanes}f32" if self.spec.floats else f"umax.v{lanes}i8"
        return self.b.intrinsic(f"llvm.{name}", tap.type, so_far, tap)


class _FloatAvgPool(_Pool):
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

    def pixel(self, x: SSAValue, y: SSAValue, states: Sequence[_Entry], lanes: int) -> None:
        b = self.b
        total = self.taps(x, states, lanes, b.splat(0.0, vector(f64, lanes)))
        divisor = b.load(b.gep(self.divisor, scaled(b, self.index(states), 4)), i32)
        mean = b.fdiv(total, self.broadcast(b.sitofp(divisor, f64), lanes))
        b.store(b.fptrunc(mean, vector(f32, lanes)), y)

    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        return self.b.fadd(so_far, self.b.fpext(tap, vector(f64, lanes)))


class _AvgPool(_Pool):
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

    def pixel(self, x: SSAValue, y: SSAValue, states: Sequence[_Entry], lanes: int) -> None:
        b, spec = self.b, self.average
        area = states[0].count
        for entry in states[1:]:
            area = b.mul(area, entry.count)
        start = b.mul(b.trunc(area, i32), b.constant(-spec.input_zero_point, 32))
        total = self.taps(x, states, lanes, self.broadcast(start, lanes))
        mult = b.load(b.gep(self.mult, scaled(b, self.index(states), 4)), f32)
        t = b.fmul(b.sitofp(total, vector(f32, lanes)), self.broadcast(mult, lanes))
        b.store(round_to_bytes(b, t, lanes, spec.zero_point, spec.qmin, spec.qmax), y)

    def combine(self, so_far: SSAValue, tap: SSAValue, lanes: int) -> SSAValue:
        return self.b.add(so_far, self.b.zext(tap, vector(i32, lanes)))
