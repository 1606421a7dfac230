"""From f32 to the bytes that are stored, on vectors of any length."""

from __future__ import annotations

from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, vector

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
