"""One value in, one value out, where x and y lie in different orders: tiles turned in registers.

`along` is the dimension whose elements lie next to each other in y, `across` the one of x. Three
ways, by what there is:

- interleaved: up to 4 along, planes that become pixels. A vector of each plane, interleaved.
- separated: up to 4 across, pixels that become planes. As many vectors as planes, taken apart.
- turned: tiles of whole vectors both ways, in two steps. As many vectors are loaded as a lane of 16
  bytes has elements; each of log2 of these rounds interleaves the first half of the vectors with
  the second, in each lane apart; then each lane holds elements that are neighbours in y, and all
  vectors are kept in memory. From there vectors are put together of lanes. Where there are too few
  elements for that, only the first step, and lanes or parts of them are stored.

Turned elements go through the function on whichever side they are smaller in between. A last tile
starts earlier and does some elements twice. The next tile lies along, so that lines of y become
full one after the other.

What fits none of them goes element by element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, vector
from qfin.kernels.strided import Dim, Nest, Pointers, scaled
from qfin.kernels.turned_tiles import Buffers, Tiles

_MOST_PLANES = 4

Emit = Callable[[SSAValue, int], SSAValue]
"""The function of so many values."""


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


def turn(b: KernelBuilder, tiles: Tiles, buffers: Buffers, at: Pointers, emit: Emit) -> None:
    """One tile, from load to store, at places in x, in y, and in memory of `tiles.kept` bytes, if
    that is any."""
    x, y, *kept = at
    width, height, lane = tiles.columns, tiles.height, tiles.lane
    x_row, y_column = tiles.along.strides[0], tiles.across.strides[1]
    first = buffers.y_bytes == tiles.item  # the function makes elements no larger

    def turn_lanes(at: SSAValue, rows: int) -> Sequence[SSAValue]:
        values: list[SSAValue] = []
        for row in range(rows):
            value = b.load(b.gep(at, row * x_row), vector(buffers.x, width))
            values.append(emit(value, width) if first else value)
        return _turn_lanes(b, values, width, lane)

    def store(value: SSAValue, at: SSAValue) -> None:
        b.store(value if first else emit(value, height), at)

    if not kept:
        values = turn_lanes(x, tiles.rows)
        for place in range(width):
            begin, n = divmod(place, lane)
            # Each vector has one or more pieces of `rows` elements in each lane.
            which, piece = divmod(n, lane // height)
            value = values[which]
            if height < width:
                start = begin * lane + piece * height
                value = b.shuffle(value, value, tuple(range(start, start + height)))
            store(value, b.gep(y, place * y_column))
        return

    element = buffers.y if first else buffers.x
    groups, size = height // lane, width * tiles.item
    # Kept in the order in which they are read: for each column of a lane, down the tile.
    per_column = tiles.rows // lane * size

    def group(g: Index, _: Sequence[SSAValue]) -> None:
        to = b.gep(kept[0], scaled(b, g, size))
        for n, value in enumerate(turn_lanes(b.gep(x, scaled(b, g, lane * x_row)), lane)):
            b.store(value, b.gep(to, n * per_column))

    def column(n: Index, _: Sequence[SSAValue]) -> None:
        at, to = b.gep(kept[0], scaled(b, n, per_column)), b.gep(y, scaled(b, n, y_column))

        def part(r: Index, _: Sequence[SSAValue]) -> None:
            source = b.gep(at, scaled(b, r, groups * size))
            place = b.gep(to, scaled(b, r, height * buffers.y_bytes))
            parts = [b.load(b.gep(source, g * size), vector(element, width)) for g in range(groups)]
            for k, value in enumerate(_gather_lanes(b, parts, width, lane)):
                store(value, b.gep(place, k * lane * y_column))

        b.for_loop(0, tiles.rows // height, 1, part)

    b.for_loop(0, tiles.rows // lane, 1, group)
    b.for_loop(0, lane, 1, column)


def _turn_lanes(
    b: KernelBuilder, values: Sequence[SSAValue], columns: int, lane: int
) -> Sequence[SSAValue]:
    """So many vectors, a power of two, turned in each lane of up to `lane` elements: a round
    interleaves the first half of them with the second."""
    low, high = _halves(columns, min(lane, columns))
    half = len(values) // 2
    for _ in range(len(values).bit_length() - 1):
        pairs = list(zip(values[:half], values[half:], strict=True))
        values = [b.shuffle(p, q, order) for p, q in pairs for order in (low, high)]
    return values


def _gather_lanes(
    b: KernelBuilder, parts: Sequence[SSAValue], columns: int, lane: int
) -> list[SSAValue]:
    """For each lane of up to 4 vectors a vector of what they have there, one after the other."""
    count = columns // lane

    def mask(*lanes: int) -> tuple[int, ...]:
        return tuple(n * lane + i for n in lanes for i in range(lane))

    if len(parts) == 1 or count == 1:
        whole = b.concat(parts)
        return [b.shuffle(whole, whole, mask(n)) for n in range(count)] if count > 1 else [whole]
    if len(parts) == 2:
        return [b.shuffle(parts[0], parts[1], mask(n, count + n)) for n in range(count)]
    # Halves of two vectors first, which are one instruction each, as then are the rest.
    half = count // 2
    found: list[SSAValue] = []
    for begin in (0, half):
        order = mask(*range(begin, begin + half), *range(count + begin, count + begin + half))
        p, q = (b.shuffle(parts[n], parts[n + 1], order) for n in (0, 2))
        found += [
            b.shuffle(p, q, mask(n, half + n, count + n, count + half + n)) for n in range(half)
        ]
    return found


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
