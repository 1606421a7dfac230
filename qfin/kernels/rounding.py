"""From f32 to the bytes that are stored, on vectors of any length."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import f32, i8, i16, i32
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, vector
from qfin.target.isa import Isa

# 1.5 * 2**23: an f32 this large has no fraction bits left, so adding it rounds to the nearest
# integer, ties to even, and leaves the integer in the low bits.
_ROUND = 12582912.0


def round_to_bytes(
    b: KernelBuilder, t: SSAValue, lanes: int, zero_point: int | SSAValue, qmin: int, qmax: int
) -> SSAValue:
    """`clamp(rint(t) + zero_point, qmin, qmax)`, exact at any magnitude; NaN gives qmin.

    `zero_point` is a number, or a vector of i32 known at run time, of magnitudes below 2**21.

    The clamp comes first: its bounds are integers and rounding is monotone, so the result is the
    same, and nothing is too large for the rounding.
    """
    floats, words, bytes_ = vector(f32, lanes), vector(i32, lanes), vector(i8, lanes)

    def bound(q: int) -> SSAValue:
        if isinstance(zero_point, int):
            return b.splat(float(q - zero_point), floats)
        return b.sitofp(b.sub(b.splat(q, words), zero_point), floats)

    # In this order: fmax gives the bound for NaN.
    t = b.fmax(t, bound(qmin))
    t = b.fmin(t, bound(qmax))
    t = b.fadd(t, b.splat(_ROUND, floats))
    q = b.trunc(b.bitcast(t, words), bytes_)
    if not isinstance(zero_point, int):
        return b.add(q, b.trunc(zero_point, bytes_))
    return b.add(q, b.splat(zero_point, bytes_)) if zero_point else q


def round_whole(
    b: KernelBuilder, isa: Isa, t: SSAValue, lanes: int, zero_point: int, qmin: int, qmax: int
) -> SSAValue:
    """The same; if there are as many as a vector has bytes, in two thirds of the instructions."""
    if lanes < isa.vector_bytes:
        return round_to_bytes(b, t, lanes, zero_point, qmin, qmax)
    starts = range(0, lanes, isa.lanes)
    ts = [b.shuffle(t, t, tuple(range(n, n + isa.lanes))) for n in starts]
    packed = round_to_packed_bytes(b, isa, ts, zero_point, qmin, qmax)
    return b.shuffle(packed, packed, natural_order(lanes))


def round_to_packed_bytes(
    b: KernelBuilder, isa: Isa, ts: Sequence[SSAValue], zero_point: int, qmin: int, qmax: int
) -> SSAValue:
    """The same of four vectors of f32 as one vector of bytes: of each 16, 4 of each vector, as
    `Isa.interleave` takes them apart."""
    most = b.splat(float(qmax - zero_point), vector(f32, isa.lanes))
    # What is too small for an int32, and NaN, becomes -2**31, which every later step keeps least.
    words = [isa.round_to_int(b, isa.least_or_nan(b, most, t)) for t in ts]
    packed = pack_saturated(b, isa, words, zero_point)
    if qmin == 0:
        return packed
    bytes_ = vector(i8, isa.vector_bytes)
    return b.intrinsic(f"llvm.umax.v{isa.vector_bytes}i8", bytes_, packed, b.splat(qmin, bytes_))


def pack_saturated(
    b: KernelBuilder,
    isa: Isa,
    words: Sequence[SSAValue],
    zero_point: int | SSAValue,
    *,
    signed: bool = False,
) -> SSAValue:
    """`clamp(word + zero_point, 0, 255)`, or if `signed` from -128 to 127, of one to four vectors
    of int32, as one of bytes: of each 16, 4 of each vector. What follows them is undefined.

    `zero_point` is a number, or a vector of i16 known at run time, of magnitudes up to 255. All
    three steps saturate, which is the clamp.
    """
    halves = vector(i16, isa.vector_bytes // 2)
    if isinstance(zero_point, int):
        addend = b.splat(zero_point, halves) if zero_point else None
    else:
        addend = zero_point
    pairs: list[SSAValue] = []
    for low, high in ((0, 1), (2, 3))[: -(-len(words) // 2)]:
        pair = isa.pack_words(b, words[low], words[min(high, len(words) - 1)])
        if addend is not None:
            name = f"llvm.sadd.sat.v{isa.vector_bytes // 2}i16"
            pair = b.intrinsic(name, halves, pair, addend)
        pairs.append(pair)
    return isa.pack_bytes(b, pairs[0], pairs[-1], signed=signed)


def natural_order(vector_bytes: int) -> tuple[int, ...]:
    """The mask that undoes packing, which works in each 16 bytes apart: 4 bytes of the first
    vector, 4 of the second, third and fourth, then the next 4 of the first, and so on."""
    parts = vector_bytes // 16
    return tuple(16 * part + 4 * n + i for n in range(4) for part in range(parts) for i in range(4))
