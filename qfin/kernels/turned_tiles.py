"""Tiles of a buffer that is turned: their size, where each starts, in which order they come.

`along` is the dimension whose elements lie next to each other in y, `across` the one of x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import i64
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.builder import Index, KernelBuilder
from qfin.kernels.strided import Dim, Nest, Pointers, moved, scaled

LANE = 16
"""Bytes within which vectors are interleaved, on every target."""
_LINE = 64
"""Bytes of a cache line."""
_MANY = 16
"""Tiles in a dimension, of which one more does not matter."""
_HIGH = 2
"""Vectors behind each other in y, of each column of a tile: lines that lie 1 KiB apart share so few
places in a cache that they are better written in pairs."""
_FEWEST_ROWS = 4
_MOST_COLUMNS = 32
"""Bytes: of 64, tiles are no faster, and lines of y that lie 1 KiB apart evict one another."""

At = Callable[[Pointers], Sequence[SSAValue] | None]
"""What is done at a place in x and in y."""


@dataclass(frozen=True)
class Buffers:
    """Element types of x and y, and their bytes."""

    x: Attribute
    y: Attribute
    x_bytes: int
    y_bytes: int


@dataclass(frozen=True)
class Tiles:
    """Turned: `rows` elements along times `columns` across, inside of the `outer` loops; `item` is
    the smaller of an element's sizes, in bytes. A vector that is loaded has `columns` elements, one
    that is stored `height`."""

    outer: tuple[Dim, ...]
    along: Dim
    across: Dim
    rows: int
    columns: int
    item: int
    height: int

    @property
    def lane(self) -> int:
        """Elements of a lane, or of a vector that is smaller than one."""
        return min(LANE // self.item, self.columns)

    @property
    def kept(self) -> int:
        """Bytes between the two steps of a tile, if it is turned in two."""
        return self.rows * self.columns * self.item if self.height > self.lane else 0

    @property
    def parallel_size(self) -> int:
        """The steps of the outermost loop: of tiles across where there is no other."""
        if self.outer:
            return self.outer[0].size
        return self.across.size // self.columns - self._in_lines(self.across, 0)

    def emit_range(
        self, b: KernelBuilder, bases: Pointers, begin: SSAValue, end: SSAValue, tile: At
    ) -> None:
        """`tile(pointers)` at the first element of each tile in the range."""
        if self.outer:
            first, *more = self.outer
            step = self._inside(b, more, tile)
            b.for_loop(begin, end, 1, lambda i, _: step(moved(b, bases, i, first.strides)))
            return
        starts = self._starts(b, self.across, self.columns, bases[0], 0)
        # Tiles that overlap are of one step: the first two, and all from the last that is whole.
        skipped = int(self._in_lines(self.across, 0))
        zero, last = b.constant(0, 64), b.constant(self.parallel_size - 1, 64)

        def columns(i: SSAValue) -> None:
            own = b.add(i, b.constant(skipped, 64))
            first = b.select(b.less(zero, i), own, zero)
            behind = b.select(b.less(i, last), b.add(own, b.constant(1, 64)), b.index(starts.count))
            b.for_loop(
                first,
                behind,
                1,
                lambda n, _: self._along(
                    b, moved(b, bases, starts.of(n), self.across.strides), tile
                ),
            )

        b.for_loop(begin, end, 1, lambda i, _: columns(b.index(i)))

    def _inside(self, b: KernelBuilder, dims: Sequence[Dim], tile: At) -> At:
        """The other outer loops, and tiles across."""
        if dims:
            first, *more = dims
            step = self._inside(b, more, tile)
            return lambda at: b.for_loop(
                0, first.size, 1, lambda i, _: step(moved(b, at, i, first.strides))
            )

        def across(at: Pointers) -> None:
            starts = self._starts(b, self.across, self.columns, at[0], 0)
            b.for_loop(
                0,
                starts.count,
                1,
                lambda i, _: self._along(b, moved(b, at, starts.of(i), self.across.strides), tile),
            )

        return across

    def _along(self, b: KernelBuilder, at: Pointers, tile: At) -> None:
        starts = self._starts(b, self.along, self.rows, at[1], 1)
        b.for_loop(
            0,
            starts.count,
            1,
            lambda i, _: tile(moved(b, at, starts.of(i), self.along.strides)),
        )

    def _in_lines(self, dim: Dim, buffer: int) -> bool:
        """Whether tiles start in this dimension where cache lines of x, or y, do. Otherwise most
        accesses are of two lines, of which the second is out of the cache before the next tile."""
        other, size = (self.along, self.columns) if dim is self.across else (self.across, self.rows)
        return bool(self.kept) and dim.size >= _MANY * size and other.strides[buffer] % _LINE == 0

    def _starts(
        self, b: KernelBuilder, dim: Dim, size: int, base: SSAValue, buffer: int
    ) -> _Starts:
        """Where tiles start in a dimension: the last one no later than where it fits."""
        last = b.constant(dim.size - size, 64)
        if not self._in_lines(dim, buffer):

            def even(i: Index) -> Index:
                first = scaled(b, i, size)
                return b.minimum(b.index(first), last) if dim.size % size else first

            return _Starts(-(-dim.size // size), even)
        # By so many elements all but the first tile start earlier.
        early = b.and_(b.address(base), b.constant(_LINE - 1, 64))
        early = b.lshr(early, b.constant(dim.strides[buffer].bit_length() - 1, 64))
        whole = b.add(early, b.constant(dim.size + size - 1, 64))

        def in_lines(i: Index) -> Index:
            first = b.sub(b.index(scaled(b, i, size)), early)
            first = b.intrinsic("llvm.smax.i64", i64, first, b.constant(0, 64))
            return b.minimum(first, last)

        return _Starts(b.udiv(whole, b.constant(size, 64)), in_lines)


@dataclass(frozen=True)
class _Starts:
    """How many tiles there are in a dimension, and with which element each starts."""

    count: Index
    of: Callable[[Index], Index]


def turned(nest: Nest, buffers: Buffers, vector_bytes: int) -> Tiles | None:
    """The tiles, if that is the way."""
    *others, along = nest.dims
    across = next((dim for dim in others if dim.strides[0] == buffers.x_bytes), None)
    if across is None or along.strides[1] != buffers.y_bytes:
        return None
    outer = tuple(dim for dim in others if dim is not across)
    item = min(buffers.x_bytes, buffers.y_bytes)
    lane, most = LANE // item, vector_bytes // item
    height, width = (_power_of_two(min(most, dim.size)) for dim in (along, across))
    if min(height, width) < lane or max(height, width) == lane:  # in one step
        width = min(width, _MOST_COLUMNS // item)
        height = min(height, lane, width)
        if height < min(_FEWEST_ROWS, lane):
            return None
        return Tiles(outer, along, across, height, width, item, height)
    rows = height * min(_HIGH, along.size // height)
    return Tiles(outer, along, across, rows, width, item, height)


def _power_of_two(size: int) -> int:
    """The largest not above `size`, which is at least 1."""
    return 1 << (size.bit_length() - 1)
