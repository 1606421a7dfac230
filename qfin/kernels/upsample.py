"""Interpolation of unsigned bytes, or of f32: f32 sums over neighbours that tables name, in each of
the last dimensions.

Each of these has two tables [outputs, taps]: positions in the input (i32) and weights (f32). With
`q` the integers `x - input_zero_point`, or the floats, the value of the last dimension is
`w0 * q0 + w1 * q1 ...` in order, that of one before likewise of these, every operation rounded.
Taps are unrolled; `qfin.kernels.windowed` has the loops.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import scaled
from qfin.kernels.windowed import OutputLoops, WindowedSpec
from qfin.target.isa import Isa

_Taps = Sequence[tuple[SSAValue, SSAValue]]
"""Of one dimension: the byte offset of each neighbour, and its weight."""


@dataclass(frozen=True)
class UpsampleSpec(WindowedSpec):
    """`clamp(rint(t * mult) + zero_point, qmin, qmax)`, from `taps` neighbours a dimension."""

    taps: int
    input_zero_point: int
    zero_point: int
    qmin: int
    qmax: int


@dataclass(frozen=True)
class FloatUpsampleSpec(WindowedSpec):
    """The sums themselves, from `taps` neighbours a dimension."""

    taps: int

    @property
    def floats(self) -> bool:
        return True


def build_upsample(
    name: str, spec: UpsampleSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, (positions, weights) of each dimension, mult, y, begin, end)`; `mult`
    is one f32."""
    b = KernelBuilder(name, [*[ptr] * (2 * spec.windows + 3), i64, i64], location)
    x, *tables, mult, y, begin, end = b.arguments
    _Upsample(b, spec, isa, x, tables, y, mult).build(begin, end)
    return b.finish()


def build_float_upsample(
    name: str, spec: FloatUpsampleSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, (positions, weights) of each dimension, y, begin, end)`."""
    b = KernelBuilder(name, [*[ptr] * (2 * spec.windows + 2), i64, i64], location)
    x, *tables, y, begin, end = b.arguments
    _FloatUpsample(b, spec, isa, x, tables, y).build(begin, end)
    return b.finish()


class _Interpolation(OutputLoops[_Taps]):
    """What the two have in common."""

    def __init__(
        self,
        b: KernelBuilder,
        spec: UpsampleSpec | FloatUpsampleSpec,
        isa: Isa,
        x: SSAValue,
        tables: Sequence[SSAValue],
        y: SSAValue,
    ):
        super().__init__(b, spec, isa, x, y)
        self.count, self.tables = spec.taps, tables

    @abstractmethod
    def element(self, x: SSAValue, lanes: int) -> SSAValue:
        """Elements of the input as f32."""

    def enter(self, axis: int, i: Index, x: SSAValue) -> tuple[SSAValue, _Taps]:
        b, taps, stride = self.b, self.count, self.x_steps[axis]
        row = scaled(b, i, 4 * taps)
        positions, weights = (b.gep(t, row) for t in self.tables[2 * axis : 2 * axis + 2])
        found: list[tuple[SSAValue, SSAValue]] = []
        for k in range(taps):
            position = b.sext(b.load(b.gep(positions, 4 * k), i32), i64)
            offset = b.index(scaled(b, position, stride))
            found.append((offset, b.load(b.gep(weights, 4 * k), f32)))
        return x, found

    def value(self, x: SSAValue, states: Sequence[_Taps], lanes: int) -> SSAValue:
        """Interpolated along the dimensions of `states`."""
        b = self.b
        if not states:
            return self.element(x, lanes)
        first, *more = (
            b.fmul(self.broadcast(weight, lanes), self.value(b.gep(x, offset), states[1:], lanes))
            for offset, weight in states[0]
        )
        for term in more:
            first = b.fadd(first, term)
        return first


class _Upsample(_Interpolation):
    def __init__(
        self,
        b: KernelBuilder,
        spec: UpsampleSpec,
        isa: Isa,
        x: SSAValue,
        tables: Sequence[SSAValue],
        y: SSAValue,
        mult: SSAValue,
    ):
        super().__init__(b, spec, isa, x, tables, y)
        self.upsample, self.mult = spec, mult

    def pixel(self, x: SSAValue, y: SSAValue, states: Sequence[_Taps], lanes: int) -> None:
        b, spec = self.b, self.upsample
        mult = self.broadcast(b.load(self.mult, f32), lanes)
        t = b.fmul(self.value(x, states, lanes), mult)
        b.store(round_to_bytes(b, t, lanes, spec.zero_point, spec.qmin, spec.qmax), y)

    def element(self, x: SSAValue, lanes: int) -> SSAValue:
        b, integers = self.b, vector(i32, lanes)
        q = b.zext(b.load(x, vector(i8, lanes)), integers)
        q = b.sub(q, b.splat(self.upsample.input_zero_point, integers))
        return b.sitofp(q, vector(f32, lanes))


class _FloatUpsample(_Interpolation):
    def pixel(self, x: SSAValue, y: SSAValue, states: Sequence[_Taps], lanes: int) -> None:
        self.b.store(self.value(x, states, lanes), y)

    def element(self, x: SSAValue, lanes: int) -> SSAValue:
        return self.b.load(x, vector(f32, lanes))
