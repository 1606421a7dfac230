"""One value in, one value out, where x and y lie in different orders: tiles turned in registers.

`along` is the dimension whose elements lie next to each other in y, `across` the one of x. Three
ways, by what there is:

- interleaved: up to 4 along, planes that become pixels. A vector of each plane, interleaved.
- separated: up to 4 across, pixels that become planes. As many vectors as planes, taken apart.
- turned: tiles of up to 16 bytes along times up to 32 across. `rows` vectors are loaded; each of
  log2(rows) rounds interleaves the first half of the vectors with the second, within 16 bytes; then
  each vector holds, piece by piece, elements that are neighbours in y. The function itself is done
  on whichever side has the smaller elements in between. A last tile starts earlier and does some
  elements twice. The next tile lies along, so that lines of y become full one after the other.

What fits none of them goes element by element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import i64
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.builder import Index, KernelBuilder, vector
from qfin.kernels.strided import Dim, Nest, Pointers, moved

_MOST_PLANES = 4
_LANE = 16
"""Bytes within which vectors are interleaved, on every target."""
_FEWEST_ROWS = 4
_MOST_COLUMNS = 32
"""Bytes: of 64, tiles are no faster, and lines of y that lie 1 KiB apart evict one another."""

Emit = Callable[[SSAValue, int], SSAValue]
"""The function of so many values."""
At = Callable[[Pointers], Sequence[SSAValue] | None]
"""What is done at a place in x and in y."""


@dataclass(frozen=True)
class Buffers:
    """Element types of x and y, and their bytes."""

    x: Attribute
    y: Attribute
    x_bytes: int
    y_bytes: int


def interleaved(nest: Nest, buffers: Buffers) -> Nest | None:
    """The loops over all but the planes, if that is the way."""
    *_, along, planes = nest.dims
    steps = (buffers.x_bytes, planes.size * buffers.y_bytes)
    if planes.size > _MOST_PLANES or planes.strides[1] != buffers.y_bytes or along.strides != steps:
        return None
    return Nest(nest.dims[:-1], contiguous=True)


def separated(nest: Nest, buffers: Buffers) -> tuple[Nest, Dim] | None:
    """The loops over all but the planes, and the planes, if that is the way."""
    *_, along = nest.dims
    planes = next((dim for dim in nest.dims if dim.strides[0] == buffers.x_bytes), None)
    if planes is None or planes is along or planes.size > _MOST_PLANES:
        return None
    if along.strides != (planes.size * buffers.x_bytes, buffers.y_bytes):
        return None
    return Nest(tuple(dim for dim in nest.dims if dim is not planes), contiguous=True), planes


def interleave(b: KernelBuilder, values: Sequence[SSAValue], lanes: int) -> SSAValue:
    """2 to 4 vectors a, b, ... as a0 b0 ... a1 b1 ..."""
    order = tuple(v * lanes + i for i in range(lanes) for v in range(len(values)))
    if len(values) == 2:
        return b.shuffle(values[0], values[1], order)
    low, high = b.concat(values[:2]), b.concat([values[2], values[-1]])
    return b.shuffle(low, high, order)


def separate(b: KernelBuilder, vectors: Sequence[SSAValue], lanes: int) -> list[SSAValue]:
    """2 to 4 vectors a0 b0 ... a1 b1 ... as a, b, ...: the inverse of `interleave`."""
    count = len(vectors)
    found: list[SSAValue] = []
    for plane in range(count):
        places = [divmod(i * count + plane, lanes) for i in range(lanes)]
        value = vectors[0]
        for n in range(1, count):
            # What vector n holds of the plane; the others are there already, or do not matter yet.
            first = n == 1
            mask = tuple(
                lanes + at if v == n else (at if first and v == 0 else (0 if first else i))
                for i, (v, at) in enumerate(places)
            )
            value = b.shuffle(value, vectors[n], mask)
        found.append(value)
    return found


@dataclass(frozen=True)
class Tiles:
    """Turned: `rows` elements along times `columns` across, inside of the `outer` loops."""

    outer: tuple[Dim, ...]
    along: Dim
    across: Dim
    rows: int
    columns: int

    @property
    def parallel_size(self) -> int:
        """The steps of the outermost loop: of tiles across where there is no other, of which the
        last takes along what does not fill a tile."""
        return self.outer[0].size if self.outer else self.across.size // self.columns

    def emit_range(
        self, b: KernelBuilder, bases: Pointers, begin: SSAValue, end: SSAValue, tile: At
    ) -> None:
        """`tile(pointers)` at the first element of each tile in the range."""
        if self.outer:
            first, *more = self.outer
            step = self._inside(b, more, tile)
            b.for_loop(begin, end, 1, lambda i, _: step(moved(b, bases, i, first.strides)))
            return
        last, size = b.constant(self.parallel_size - 1, 64), self.columns

        def columns(i: SSAValue) -> None:
            count: Index = 1
            if self.across.size % size:
                count = b.sub(b.constant(2, 64), b.zext(b.less(i, last), i64))
            b.for_loop(
                0,
                count,
                1,
                lambda n, _: self._along(
                    b, self._start(b, bases, b.add(i, b.index(n)), self.across, size), tile
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
        count = -(-self.across.size // self.columns)
        return lambda at: b.for_loop(
            0,
            count,
            1,
            lambda i, _: self._along(b, self._start(b, at, i, self.across, self.columns), tile),
        )

    def _along(self, b: KernelBuilder, at: Pointers, tile: At) -> None:
        count = -(-self.along.size // self.rows)
        b.for_loop(0, count, 1, lambda i, _: tile(self._start(b, at, i, self.along, self.rows)))

    @staticmethod
    def _start(b: KernelBuilder, at: Pointers, i: Index, dim: Dim, size: int) -> Pointers:
        """Where tile i starts: the last one no later than where it fits."""
        first = b.mul(b.index(i), b.constant(size, 64))
        if dim.size % size:
            first = b.minimum(first, b.constant(dim.size - size, 64))
        return moved(b, at, first, dim.strides)


def turned(nest: Nest, buffers: Buffers) -> Tiles | None:
    """The tiles, if that is the way."""
    *others, along = nest.dims
    across = next((dim for dim in others if dim.strides[0] == buffers.x_bytes), None)
    if across is None or along.strides[1] != buffers.y_bytes:
        return None
    item = min(buffers.x_bytes, buffers.y_bytes)
    columns = _power_of_two(min(_MOST_COLUMNS // item, across.size))
    rows = _power_of_two(min(_LANE // item, columns, along.size))
    if rows < min(_FEWEST_ROWS, _LANE // item):
        return None
    outer = tuple(dim for dim in others if dim is not across)
    return Tiles(outer, along, across, rows, columns)


def turn(b: KernelBuilder, tiles: Tiles, buffers: Buffers, at: Pointers, emit: Emit) -> None:
    """One tile, from load to store."""
    item = min(buffers.x_bytes, buffers.y_bytes)
    first = buffers.y_bytes == item  # the function makes elements no larger
    values: list[SSAValue] = []
    for row in range(tiles.rows):
        place = b.gep(at[0], row * tiles.along.strides[0])
        value = b.load(place, vector(buffers.x, tiles.columns))
        values.append(emit(value, tiles.columns) if first else value)
    lane = min(_LANE // item, tiles.columns)
    low, high = _halves(tiles.columns, lane)
    half = tiles.rows // 2
    for _ in range(tiles.rows.bit_length() - 1):
        pairs = list(zip(values[:half], values[half:], strict=True))
        values = [b.shuffle(p, q, order) for p, q in pairs for order in (low, high)]
    for column in range(tiles.columns):
        begin, n = divmod(column, lane)
        # Each vector has one or more pieces of `rows` elements in each lane.
        which, piece = divmod(n, lane // tiles.rows)
        start = begin * lane + piece * tiles.rows
        value = values[which]
        if tiles.rows < tiles.columns:
            value = b.shuffle(value, value, tuple(range(start, start + tiles.rows)))
        place = b.gep(at[1], column * tiles.across.strides[1])
        b.store(value if first else emit(value, tiles.rows), place)


def _halves(columns: int, lane: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The masks that interleave two vectors: of each lane the first half, and the second."""

    def mask(offset: int) -> tuple[int, ...]:
        return tuple(
            start + offset + i + which * columns
            for start in range(0, columns, lane)
            for i in range(lane // 2)
            for which in (0, 1)
        )

    return mask(0), mask(lane // 2)


def _power_of_two(size: int) -> int:
    """The largest not above `size`, which is at least 1."""
    return 1 << (size.bit_length() - 1)
