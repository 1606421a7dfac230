"""The operations of `qfin.float_functions` on vectors of f32, and lines of f32 that are folded in
the order of `lane_sum` of the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import f32, i32
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, vector
from qfin.kernels.strided import scaled

LANES = 64
"""Partial results of a fold: as many vectors as this takes."""


@dataclass(frozen=True)
class VectorArithmetic:
    """Operations on vectors of `lanes`."""

    b: KernelBuilder
    lanes: int

    def constant(self, value: float) -> SSAValue:
        return self.b.splat(value, vector(f32, self.lanes))

    def add(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.b.fadd(a, b)

    def sub(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.b.fsub(a, b)

    def mul(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.b.fmul(a, b)

    def div(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.b.fdiv(a, b)

    def fma(self, a: SSAValue, b: SSAValue, c: SSAValue) -> SSAValue:
        return self.b.intrinsic(f"llvm.fma.v{self.lanes}f32", a.type, a, b, c)

    def magnitude(self, a: SSAValue) -> SSAValue:
        return self.b.intrinsic(f"llvm.fabs.v{self.lanes}f32", a.type, a)

    def at_most(self, a: SSAValue, bound: float) -> SSAValue:
        name = f"llvm.minimum.v{self.lanes}f32"
        return self.b.intrinsic(name, a.type, a, self.constant(bound))

    def where_less(self, a: SSAValue, b: SSAValue, x: SSAValue, y: SSAValue) -> SSAValue:
        return self.b.where_less(a, b, x, y)

    def scale(self, value: SSAValue, exponent: SSAValue) -> SSAValue:
        b, words = self.b, vector(i32, self.lanes)
        shift = b.shl(b.bitcast(exponent, words), b.splat(23, words))
        return b.bitcast(b.add(b.bitcast(value, words), shift), vector(f32, self.lanes))


Combine = Callable[[SSAValue, SSAValue], SSAValue]
"""Two vectors of partial results as one."""
Element = Callable[[Sequence[SSAValue], int], SSAValue]
"""`element(at, width)`: a vector of what lies at these places, `width` elements of it."""


@dataclass(frozen=True)
class Line:
    """`count` values of f32 that lie behind each other, in vectors of `lanes`."""

    b: KernelBuilder
    count: int
    lanes: int

    def load(self, at: SSAValue, width: int, fill: float = 0.0) -> SSAValue:
        """A vector, of which the first `width` elements are read."""
        b = self.b
        if width == self.lanes:
            return b.load(at, vector(f32, self.lanes))
        part = b.load(at, vector(f32, width))
        wide = b.shuffle(part, part, (*range(width), *[0] * (self.lanes - width)))
        return self.masked(wide, width, fill)

    def masked(self, value: SSAValue, width: int, fill: float = 0.0) -> SSAValue:
        """The first `width` elements of a vector, and `fill` behind them."""
        if width == self.lanes:
            return value
        filler = self.b.splat(fill, vector(f32, self.lanes))
        mask = (*range(width), *range(self.lanes + width, 2 * self.lanes))
        return self.b.shuffle(value, filler, mask)

    def store(self, value: SSAValue, at: SSAValue, width: int) -> None:
        if width < self.lanes:
            value = self.b.shuffle(value, value, tuple(range(width)))
        self.b.store(value, at)

    def _at(self, pointers: Sequence[SSAValue], i: Index, v: int) -> list[SSAValue]:
        """Vector v behind element i."""
        b = self.b
        return [b.gep(p, scaled(b, i, 4), 4 * v * self.lanes) for p in pointers]

    def _widths(self, count: int) -> list[int]:
        return [min(self.lanes, count - first) for first in range(0, count, self.lanes)]

    def each(
        self,
        pointers: Sequence[SSAValue],
        body: Callable[[list[SSAValue], int], None],
        lanes: int = LANES,
    ) -> None:
        """`body(pointers, width)` for each vector; those of so many `lanes` stand in one loop
        body."""
        b, whole = self.b, self.count - self.count % lanes

        def step(i: Index, count: int) -> None:
            for v, width in enumerate(self._widths(count)):
                body(self._at(pointers, i, v), width)

        if whole:
            b.for_loop(0, whole, lanes, lambda i, _: step(i, lanes))
        if self.count > whole:
            step(whole, self.count - whole)

    def fold(
        self, pointers: Sequence[SSAValue], initial: float, combine: Combine, element: Element
    ) -> SSAValue:
        """`vector<1xf32>`: partial results, each combined with its elements in order, then by
        halves. An `element` is neutral where there is nothing."""
        b, whole = self.b, self.count - self.count % LANES
        start = b.splat(initial, vector(f32, self.lanes))
        parts: Sequence[SSAValue] = [start] * (LANES // self.lanes)

        def step(i: Index, count: int, parts: Sequence[SSAValue]) -> list[SSAValue]:
            new = list(parts)
            for v, width in enumerate(self._widths(count)):
                new[v] = combine(new[v], element(self._at(pointers, i, v), width))
            return new

        if whole:
            parts = b.for_loop(0, whole, LANES, lambda i, so_far: step(i, LANES, so_far), *parts)
        if self.count > whole:
            parts = step(whole, self.count - whole, parts)
        while len(parts) > 1:
            half = len(parts) // 2
            pairs = zip(parts[:half], parts[half:], strict=True)
            parts = [combine(low, high) for low, high in pairs]
        (total,), lanes = parts, self.lanes
        while lanes > 1:
            lanes //= 2
            low, high = (
                b.shuffle(total, total, tuple(range(first, first + lanes))) for first in (0, lanes)
            )
            total = combine(low, high)
        return total

    def spread(self, value: SSAValue) -> SSAValue:
        """`vector<1xf32>` on all lanes."""
        return self.b.shuffle(value, value, (0,) * self.lanes)
