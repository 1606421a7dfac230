"""channel_sums: the sum of the bytes of each pixel, in each group of its channels.

The function is `name(x, y, begin, end)`: pointers to u8 or s8 pixels with channels innermost and to
dense i32, then the half-open range, i64, of the blocks of pixels of all rows that lie evenly.

Recipe: for as many pixels as a vector has int32 lanes, each 8 bytes are summed by one instruction
(`Isa.sum_bytes`), so a pixel has a vector of i64. Those of all pixels become one vector of sums:
two share a vector of int32, then each step adds the halves of two vectors, in each 16 bytes apart
first. A last block that does not fit starts earlier and does some pixels twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.strided import Dim, moved, plan, scaled
from qfin.target.isa import Isa, flip_signs

# More vectors of a pixel's bytes than this are summed in a loop.
_UNROLLED = 4


@dataclass(frozen=True)
class ChannelSumsSpec:
    """`shape` is [N, groups, spatial...] of y, `x_strides` the bytes of x between these; each
    element sums `channels` neighbouring bytes, to which 128 is added if they are `signed`."""

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    channels: int
    signed: bool = False

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The loops; the innermost is over pixels, which lie behind each other in y."""
        y_strides = tuple(prod(self.shape[i + 1 :]) for i in range(len(self.shape)))
        return plan(self.shape, (self.x_strides, y_strides), (1, 4)).dims

    def blocks(self, isa: Isa) -> int:
        """Of one row of pixels."""
        return -(-self.dims[-1].size // isa.lanes)

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return prod(dim.size for dim in self.dims[:-1]) * self.blocks(isa)


def build_channel_sums(
    name: str, spec: ChannelSumsSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """Bytes to i32; see the top of this file."""
    b = KernelBuilder(name, [ptr, ptr, i64, i64], location)
    x, y, begin, end = b.arguments
    *outer, row = spec.dims
    count, blocks = min(row.size, isa.lanes), spec.blocks(isa)

    def block(index: Index, _: Sequence[SSAValue]) -> None:
        at: Sequence[SSAValue] = (x, y)
        size, i = b.constant(blocks, 64), b.index(index)
        i, first = b.udiv(i, size), b.mul(b.urem(i, size), b.constant(isa.lanes, 64))
        for dim in reversed(outer):
            size = b.constant(dim.size, 64)
            at, i = moved(b, at, b.urem(i, size), dim.strides), b.udiv(i, size)
        if row.size % isa.lanes:
            first = b.minimum(first, b.constant(row.size - count, 64))
        pixels, to = moved(b, at, first, row.strides)
        offsets = [pixel * row.strides[0] for pixel in range(count)]
        sums = _reduced(b, isa, _partial_sums(b, isa, pixels, offsets, spec))
        if count < isa.lanes:
            sums = b.shuffle(sums, sums, tuple(range(count)))
        b.store(sums, to)

    if spec.parallel_size(isa):
        b.for_loop(begin, end, 1, block)
    return b.finish()


def _partial_sums(
    b: KernelBuilder, isa: Isa, x: SSAValue, offsets: Sequence[int], spec: ChannelSumsSpec
) -> list[SSAValue]:
    """A vector of i64 for each pixel, which add up to its sum."""
    full, rest = divmod(spec.channels, isa.vector_bytes)
    sums: Sequence[SSAValue] = [b.splat(0, vector(i64, isa.lanes // 2))] * len(offsets)

    def load(at: SSAValue, count: int) -> SSAValue:
        q = b.load(at, vector(i8, count))
        return flip_signs(b, q, count) if spec.signed else q

    def add(k: Index, sums: Sequence[SSAValue]) -> list[SSAValue]:
        at = b.gep(x, scaled(b, k, isa.vector_bytes))
        loads = [load(b.gep(at, offset), isa.vector_bytes) for offset in offsets]
        return [b.add(s, isa.sum_bytes(b, q)) for s, q in zip(sums, loads, strict=True)]

    if full > _UNROLLED:
        sums = b.for_loop(0, full, 1, add, *sums)
    else:
        for k in range(full):
            sums = add(k, sums)
    if not rest:
        return list(sums)
    nothing = b.splat(0, vector(i8, rest))
    padded = tuple(min(n, rest) for n in range(isa.vector_bytes))
    new: list[SSAValue] = []
    for total, offset in zip(sums, offsets, strict=True):
        q = load(b.gep(x, full * isa.vector_bytes + offset), rest)
        new.append(b.add(total, isa.sum_bytes(b, b.shuffle(q, nothing, padded))))
    return new


def _reduced(b: KernelBuilder, isa: Isa, sums: Sequence[SSAValue]) -> SSAValue:
    """From a vector of i64 for each of up to as many pixels as there are lanes, which all fit 32
    bits, to one vector of i32: the sum of each."""
    lanes = isa.lanes
    words = vector(i32, lanes)
    nothing, upper = b.splat(0, words), b.splat(32, vector(i64, lanes // 2))
    # Even lanes are of one pixel, odd ones of the next.
    pairs: list[SSAValue] = []
    for n in range(0, len(sums), 2):
        both = sums[n]
        if n + 1 < len(sums):
            both = b.add(both, b.shl(sums[n + 1], upper))
        pairs.append(b.bitcast(both, words))
    pairs += [nothing] * (lanes // 2 - len(pairs))
    quads = [
        _folded(b, first, second, lanes)
        for first, second in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    # Each 16 bytes are a part of the sums of 4 pixels: halves of them are added until one is left.
    half = lanes // 2
    while len(quads) > 1:
        low = [n for start in range(0, lanes, 2 * half) for n in range(start, start + half)]
        high = [n + half for n in low]
        quads = [
            _joined(b, first, second, low, high, lanes)
            for first, second in zip(quads[::2], quads[1::2], strict=True)
        ]
        half //= 2
    return quads[0]


def _folded(b: KernelBuilder, first: SSAValue, second: SSAValue, lanes: int) -> SSAValue:
    """In each 4 lanes the sum of the two pairs of `first`, then that of `second`."""

    def mask(part: tuple[int, int]) -> tuple[int, ...]:
        starts = range(0, lanes, 4)
        return tuple(s + base + n for s in starts for base in (0, lanes) for n in part)

    low, high = (b.shuffle(first, second, mask(part)) for part in ((0, 1), (2, 3)))
    return b.add(low, high)


def _joined(
    b: KernelBuilder,
    first: SSAValue,
    second: SSAValue,
    low: Sequence[int],
    high: Sequence[int],
    lanes: int,
) -> SSAValue:
    """The lanes `low` plus those `high`: of `first`, then of `second`."""

    def taken(places: Sequence[int]) -> SSAValue:
        return b.shuffle(first, second, (*places, *(lanes + n for n in places)))

    return b.add(taken(low), taken(high))
