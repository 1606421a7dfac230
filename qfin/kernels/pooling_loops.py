"""What poolings have in common: tables, the regular part of the last one, the taps of a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder
from qfin.kernels.pooling_spec import PoolSpec, Regular
from qfin.kernels.strided import scaled
from qfin.kernels.windowed import OutputLoops
from qfin.target.isa import Isa

_UNROLLED = 16
"""Taps of a row that are taken without a loop."""


@dataclass(frozen=True)
class Entry:
    """An output position in one dimension, and how many elements its window has there."""

    output: Index
    count: Index


Values = Sequence[SSAValue]
Window = Sequence[Entry]
Taps = Callable[[Sequence[SSAValue], Values], Values]
"""What the taps at some places make of carried values."""


class Pool(OutputLoops[Entry]):
    """What they have in common."""

    together = 1
    """How many taps it is of use to have at a time, a power of two."""

    def __init__(
        self,
        b: KernelBuilder,
        spec: PoolSpec,
        isa: Isa,
        x: SSAValue,
        tables: Sequence[SSAValue],
        y: SSAValue,
        step: Sequence[int],
    ):
        super().__init__(b, spec, isa, x, y)
        self.tables, self.step = tables, step
        self.tap_strides = [gap * stride for gap, stride in zip(step, self.x_steps, strict=True)]
        self.regular = spec.regular

    def enter(self, axis: int, i: Index, x: SSAValue) -> tuple[SSAValue, Entry]:
        b, regular = self.b, self.regular
        last = axis + 1 == self.spec.windows
        if last and regular and regular.end - regular.begin == self.spec.outputs[axis]:
            return self.enter_regular(i, x, regular)
        entry = b.gep(self.tables[axis], scaled(b, i, 8))
        first, count = (b.sext(b.load(b.gep(entry, at), i32), i64) for at in (0, 4))
        return b.gep(x, scaled(b, first, self.x_steps[axis])), Entry(i, count)

    def enter_regular(self, i: Index, x: SSAValue, regular: Regular) -> tuple[SSAValue, Entry]:
        """The same for one of the regular outputs of the last dimension."""
        step = self.x_steps[-1]
        before = (regular.first - regular.begin * regular.stride) * step
        at = self.b.gep(x, scaled(self.b, i, regular.stride * step), before)
        return at, Entry(i, regular.taps)

    def line(self, at: Sequence[SSAValue], states: tuple[Entry, ...]) -> None:
        regular = self.regular
        if len(states) + 1 < self.spec.windows or regular is None:
            super().line(at, states)
            return
        self.positions(0, regular.begin, at, states)
        self.regular_line(at, states, regular)
        self.positions(regular.end, self.spec.outputs[-1], at, states)

    def regular_line(
        self, at: Sequence[SSAValue], states: tuple[Entry, ...], regular: Regular
    ) -> None:
        """The regular outputs of the last dimension, one by one."""

        def output(i: Index, _: Values) -> None:
            x, entry = self.enter_regular(i, at[0], regular)
            place = x, self.b.gep(at[1], scaled(self.b, i, self.y_steps[-1]))
            self.place(place, (*states, entry))

        self.b.for_loop(regular.begin, regular.end, 1, output)

    def taps(
        self, x: SSAValue, window: Window, values: Values, body: Taps, axis: int = 0
    ) -> Values:
        """`values`, after `body` of the places of all taps in row-major order: as many of a row at
        a time as it is known to have, and of more rows up to `together` of them."""
        b, stride = self.b, self.tap_strides[axis]
        count, *inner = (entry.count for entry in window[axis:])

        def tap(k: Index, values: Values) -> Values:
            at = b.gep(x, scaled(b, k, stride))
            return self.taps(at, window, values, body, axis + 1) if inner else body([at], values)

        def several(k: Index, values: Values, steps: int, row: int = 1) -> Values:
            at = b.gep(x, scaled(b, k, stride))
            offsets = [
                n * stride + tap * self.tap_strides[-1] for n in range(steps) for tap in range(row)
            ]
            return body([b.gep(at, offset) for offset in offsets], values)

        if len(inner) == 1 and isinstance(row := inner[0], int) and 2 * row <= self.together:
            steps = self.together // row
            whole = b.and_(b.index(count), b.constant(-steps, 64))
            values = b.for_loop(
                0, whole, steps, lambda k, values: several(k, values, steps, row), *values
            )
            return b.for_loop(whole, count, 1, tap, *values)
        if inner or not isinstance(count, int):
            return b.for_loop(0, count, 1, tap, *values)
        rest = count % _UNROLLED
        if count > rest:
            values = b.for_loop(
                0, count - rest, _UNROLLED, lambda k, values: several(k, values, _UNROLLED), *values
            )
        return several(count - rest, values, rest) if rest else values

    def index(self, window: Window) -> Index:
        """Where the output position stands in row-major order."""
        b, index = self.b, window[0].output
        for entry, size in zip(window[1:], self.spec.outputs[1:], strict=True):
            index = b.add(b.index(scaled(b, index, size)), b.index(entry.output))
        return index
