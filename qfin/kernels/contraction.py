"""Sums of products of f32, in a stated order: matrix products, linear layers, convolutions.

The function is `name(a, b, [bias,] y, begin, end)`: pointers to the first elements, then the
half-open range, i64, over the batches, their blocks of columns, and all rows but the last dimension
of them (`spec.parallel_size(isa)` steps, in this order; with `spec.rows_outside` rows, then blocks,
so that it is b that is read again and again, and not a).

Layout: any strides; columns, which are lanes, are contiguous in b and y. A block is BLOCK columns.
a is read value by value, broadcast; of a depthwise one vector by vector, where columns are
contiguous, too, each with its own values: a[m, k, n] below.

Recipe, for each row and column, in this order, each step rounded once to f32:

    t = 0, then for k = 0, 1, ...: t = fma(a[m, k], b[k, n], t)
    y = t + bias[m, n]

A tile of rows times two vectors of columns has its sums in registers, of more vectors where there
are few rows; the rows are from the last dimension of them, and where this is short from the last
two. The loop over k is not taken apart, so every target gives the same bits; several k stand in one
body only where a tile is so small that the loop would cost more than its products: else LLVM loads
a value of a that two taps share once, keeps it, and spills sums for it. In a block that is not
whole, vectors that do not fit are shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i64
from xdsl.ir import SSAValue

from qfin.dialects.kernel.contraction import BLOCK
from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.strided import Dim, moved
from qfin.target.isa import Isa

# Vectors of columns that a tile has, the most of these that fit.
_VECTORS = (8, 4, 2)
# Multiply-adds that stand in one loop body.
_UNROLLED = 16
# Steps of a long innermost loop that stand in its body.
_STEPS = 4

_Product = Callable[[SSAValue, SSAValue, Sequence[SSAValue]], Sequence[SSAValue]]
"""`product(a, b, sums)`: one more step of k, at these pointers."""


@dataclass(frozen=True)
class ContractionSpec:
    """Loops, outermost first; of the strides, in bytes, `batch` has (a, b, bias, y), `rows` (a,
    bias, y), and `sums` (a, b). `block` is the bytes between blocks of columns in b, which is
    `padded` to whole ones or not. `bias` is None, or the bytes between columns; `rows_outside` and
    `depthwise`: see the top of this file."""

    batch: tuple[Dim, ...]
    rows: tuple[Dim, ...]
    sums: tuple[Dim, ...]
    columns: int
    block: int
    padded: bool
    bias: int | None
    rows_outside: bool = False
    depthwise: bool = False

    def vectors(self, isa: Isa) -> int:
        """How many vectors of columns a tile has."""
        *outer, last = self.rows
        rows = last.size * (outer[-1].size if outer else 1)
        room = 24 if isa.registers >= 32 else 8
        return next((count for count in _VECTORS if rows * count <= room), _VECTORS[-1])

    def blocks_at_once(self, isa: Isa) -> int:
        """The blocks of columns of a step."""
        return max(1, self.vectors(isa) * isa.lanes // BLOCK)

    def column_steps(self, isa: Isa) -> int:
        """Steps along the columns, the last one perhaps not whole."""
        return -(-self.columns // (BLOCK * self.blocks_at_once(isa)))

    def tile(self, isa: Isa) -> tuple[int, int]:
        """How many of the last two dimensions of rows a tile has."""
        vectors = self.vectors(isa)
        room = 28 // vectors if isa.registers >= 32 else (isa.registers - vectors - 1) // vectors
        room = max(room, 1)
        *outer, last = self.rows
        if last.size > room:
            # As many tiles as needed, of equal size.
            return 1, -(-last.size // -(-last.size // room))
        tall = max(room // max(last.size, 1), 1)
        near = outer[-1].size if outer else 1
        return -(-near // -(-near // tall)) or 1, last.size

    def row_steps(self, isa: Isa) -> tuple[tuple[Dim, ...], int]:
        """The loops over rows that are not in `last`; and how many of the innermost of them a tile
        has, which is all that its step says."""
        *outer, _ = self.rows
        return tuple(outer), self.tile(isa)[0]

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        if 0 in (self.columns, *(dim.size for dim in self.rows)):
            return 0
        outer, tall = self.row_steps(isa)
        steps = prod(dim.size for dim in outer[:-1])
        steps *= -(-outer[-1].size // tall) if outer else 1
        return prod(dim.size for dim in self.batch) * self.column_steps(isa) * steps


@dataclass(frozen=True)
class _At:
    """Pointers to the first elements of a piece."""

    a: SSAValue
    b: SSAValue
    bias: SSAValue | None
    y: SSAValue

    def moved(
        self, builder: KernelBuilder, i: Index, a: int = 0, b: int = 0, bias: int = 0, y: int = 0
    ) -> _At:
        """Each by i times so many bytes."""
        pointers = [self.a, self.b, self.y] + ([] if self.bias is None else [self.bias])
        strides = [a, b, y, bias][: len(pointers)]
        new_a, new_b, new_y, *new_bias = moved(builder, pointers, i, strides)
        return _At(new_a, new_b, new_bias[0] if new_bias else None, new_y)


def build_contraction(
    name: str, spec: ContractionSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to f32; see the top of this file for the arguments."""
    has_bias = spec.bias is not None
    b = KernelBuilder(name, [*[ptr] * (4 if has_bias else 3), i64, i64], location)
    first, second, *bias, y, begin, end = b.arguments
    if spec.parallel_size(isa):
        emitter = _Emitter(b, spec, isa)
        whole = _At(first, second, bias[0] if bias else None, y)
        b.for_loop(begin, end, 1, lambda i, _: emitter.step(whole, i))
    return b.finish()


class _Emitter:
    """Emits one step of the range and what is in it."""

    def __init__(self, b: KernelBuilder, spec: ContractionSpec, isa: Isa):
        self.b = b
        self.spec = spec
        self.isa = isa
        self.lanes = isa.lanes
        self.vectors = spec.vectors(isa)
        self.at_once = spec.blocks_at_once(isa)
        # The bytes between columns of a.
        self.a_column = 4 if spec.depthwise else 0

    def step(self, at: _At, i: Index) -> None:
        """Some blocks of columns, some rows: all of the last dimension, `tall` of that before."""
        b, spec = self.b, self.spec
        outer, tall = spec.row_steps(self.isa)
        near = outer[-1].size if outer else 1
        short, steps = near % tall, -(-near // tall)
        if spec.rows_outside:
            i, block, at = self._some_columns(i, at)
            i, group, at = self._some_rows(i, at)
        else:
            i, group, at = self._some_rows(i, at)
            i, block, at = self._some_columns(i, at)
        for dim in reversed(spec.batch):
            i, place = self._split(i, dim.size)
            a_step, b_step, bias_step, y_step = dim.strides
            at = at.moved(b, place, a_step, b_step, bias_step, y_step)

        def rows(columns: int) -> None:
            if not short:
                self._block(at, columns, tall)
            elif steps == 1:
                self._block(at, columns, short)
            else:
                self._either(group, steps - 1, lambda n: self._block(at, columns, n), (tall, short))

        columns, last = BLOCK * self.at_once, spec.column_steps(self.isa) - 1
        rest = spec.columns - last * columns
        if not last or rest == columns:
            rows(rest)
        else:
            self._either(block, last, rows, (columns, rest))

    def _some_rows(self, i: Index, at: _At) -> tuple[Index, Index, _At]:
        """What is left of i, which group of rows of the innermost loop over them, and where."""
        outer, tall = self.spec.row_steps(self.isa)
        if not outer:
            return i, 0, at
        *others, near = outer
        i, group = self._split(i, -(-near.size // tall))
        at = at.moved(self.b, group, *_row(near, tall))
        for dim in reversed(others):
            i, place = self._split(i, dim.size)
            at = at.moved(self.b, place, *_row(dim, 1))
        return i, group, at

    def _some_columns(self, i: Index, at: _At) -> tuple[Index, Index, _At]:
        """What is left of i, which step along the columns, and where."""
        i, step = self._split(i, self.spec.column_steps(self.isa))
        count, column = self.at_once, self.spec.bias or 0
        at = at.moved(
            self.b,
            step,
            a=count * self.a_column * BLOCK,
            b=count * self.spec.block,
            bias=count * column * BLOCK,
            y=count * 4 * BLOCK,
        )
        return i, step, at

    def _split(self, i: Index, size: int) -> tuple[Index, Index]:
        """(i // size, i % size)"""
        if size == 1:
            return i, 0
        if isinstance(i, int):
            return divmod(i, size)
        divisor = self.b.constant(size, 64)
        return self.b.udiv(i, divisor), self.b.urem(i, divisor)

    def _either(
        self, i: Index, edge: int, build: Callable[[int], None], sizes: tuple[int, int]
    ) -> None:
        """`build` of one size where i < edge, of the other where not."""
        if isinstance(i, int):
            build(sizes[i >= edge])
            return
        below = self.b.less(i, self.b.constant(edge, 64))
        self.b.if_else(below, lambda: build(sizes[0]), lambda: build(sizes[1]))

    def _block(self, at: _At, columns: int, tall: int) -> None:
        """So many columns, in pieces of as many vectors as a tile has."""
        wide = self.vectors * self.lanes
        column = self.spec.bias or 0
        for first in range(0, columns, wide):
            places = self.a_column * first, self._column(first), first * column, 4 * first
            piece = at.moved(self.b, 1, *places)
            count = min(wide, columns - first)
            widths = [min(self.lanes, count - v) for v in range(0, count, self.lanes)]
            self._line(piece, widths, tall)

    def _column(self, column: int) -> int:
        """The bytes to a column of b."""
        block, lane = divmod(column, BLOCK)
        return block * self.spec.block + 4 * lane

    def _line(self, at: _At, widths: Sequence[int], tall: int) -> None:
        """All of the last dimension of rows, in tiles."""
        b, (*outer, last) = self.b, self.spec.rows
        _, pixels = self.spec.tile(self.isa)
        whole = last.size - last.size % pixels
        near = outer[-1] if outer else Dim(1, (0, 0, 0))

        def tile(m: Index, count: int) -> None:
            places = [
                tuple(
                    r * by_row + p * by_pixel
                    for by_row, by_pixel in zip(near.strides, last.strides, strict=True)
                )
                for r in range(tall)
                for p in range(count)
            ]
            self._tile(at.moved(b, m, *_row(last, 1)), widths, places)

        if whole:
            b.for_loop(0, whole, pixels, lambda m, _: tile(m, pixels))
        if last.size > whole:
            tile(whole, last.size - whole)

    def _tile(self, at: _At, widths: Sequence[int], places: Sequence[tuple[int, ...]]) -> None:
        """Rows that begin at `places`, the bytes from `at` in a, bias and y."""
        b, lanes = self.b, self.lanes
        floats = vector(f32, lanes)
        fma = f"llvm.fma.v{lanes}f32"

        def product(a: SSAValue, right: SSAValue, sums: Sequence[SSAValue]) -> list[SSAValue]:
            values = [
                self._load(b.gep(right, self._column(lanes * v)), width)
                for v, width in enumerate(widths)
            ]
            new: list[SSAValue] = []
            for row, (place, *_) in enumerate(places):
                lefts = self._lefts(b.gep(a, place), widths)
                for v, (left, value) in enumerate(zip(lefts, values, strict=True)):
                    total = sums[row * len(widths) + v]
                    new.append(b.intrinsic(fma, floats, left, value, total))
            return new

        zeros = [b.splat(0.0, floats)] * (len(places) * len(widths))
        sums = self._sum(at.a, at.b, product, zeros)
        for row, (_, bias, y) in enumerate(places):
            for v, width in enumerate(widths):
                total = sums[row * len(widths) + v]
                if at.bias is not None:
                    total = b.fadd(total, self._bias(b.gep(at.bias, bias), v, width))
                if width < lanes:
                    total = b.shuffle(total, total, tuple(range(width)))
                b.store(total, b.gep(at.y, y + 4 * lanes * v))

    def _sum(
        self, a: SSAValue, right: SSAValue, product: _Product, sums: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """The loops over k. The innermost ones stand in one body while they are short."""
        b, dims = self.b, list(self.spec.sums)
        if any(dim.size == 0 for dim in dims):
            return sums
        steps = [(0, 0)]
        while dims and len(steps) * dims[-1].size * len(sums) <= _UNROLLED:
            size, (by_a, by_b) = dims[-1].size, dims[-1].strides
            steps = [(k * by_a + x, k * by_b + z) for k in range(size) for x, z in steps]
            dims.pop()

        def body(
            a: SSAValue, right: SSAValue, sums: Sequence[SSAValue], count: int, dim: Dim
        ) -> Sequence[SSAValue]:
            for k in range(count):
                for x, z in steps:
                    by_a, by_b = dim.strides
                    places = b.gep(a, k * by_a + x), b.gep(right, k * by_b + z)
                    sums = product(*places, sums)
            return sums

        def loops(
            a: SSAValue, right: SSAValue, dims: Sequence[Dim], sums: Sequence[SSAValue]
        ) -> Sequence[SSAValue]:
            if not dims:
                return body(a, right, sums, 1, Dim(1, (0, 0)))
            outer, *inner = dims

            def at(k: Index) -> tuple[SSAValue, SSAValue]:
                first, second = moved(b, [a, right], k, outer.strides)
                return first, second

            if inner:
                return b.for_loop(
                    0, outer.size, 1, lambda k, sums: loops(*at(k), inner, sums), *sums
                )
            few = _UNROLLED // (len(steps) * len(sums))
            count = max(1, min(_STEPS, few, outer.size))
            whole = outer.size - outer.size % count
            sums = b.for_loop(
                0, whole, count, lambda k, sums: body(*at(k), sums, count, outer), *sums
            )
            if whole == outer.size:
                return sums
            return b.for_loop(
                whole, outer.size, 1, lambda k, sums: body(*at(k), sums, 1, outer), *sums
            )

        return loops(a, right, dims, sums)

    def _load(self, at: SSAValue, width: int) -> SSAValue:
        """A vector of b; if not all of it is there, the rest is any value."""
        if self.spec.padded:
            width = self.lanes
        return self._part(at, width)

    def _lefts(self, at: SSAValue, widths: Sequence[int]) -> list[SSAValue]:
        """What of a row of a meets each vector of b."""
        b, lanes = self.b, self.lanes
        if self.spec.depthwise:
            return [self._part(b.gep(at, 4 * lanes * v), width) for v, width in enumerate(widths)]
        one = b.load(at, vector(f32, 1))
        return [b.shuffle(one, one, (0,) * lanes)] * len(widths)

    def _bias(self, at: SSAValue, v: int, width: int) -> SSAValue:
        b, lanes = self.b, self.lanes
        if not self.spec.bias:
            return b.spread(b.load(at, f32), lanes)
        return self._part(b.gep(at, 4 * lanes * v), width)

    def _part(self, at: SSAValue, width: int) -> SSAValue:
        """A vector of which only the first lanes are read; the others are any value."""
        b, lanes = self.b, self.lanes
        if width == lanes:
            return b.load(at, vector(f32, lanes))
        part = b.load(at, vector(f32, width))
        return b.shuffle(part, part, (*range(width), *[0] * (lanes - width)))


def _row(dim: Dim, times: int) -> tuple[int, int, int, int]:
    """The strides of a dimension of rows, as `_At.moved` takes them."""
    a, bias, y = (times * stride for stride in dim.strides)
    return a, 0, bias, y
