"""From f32 to the bytes that are stored, on vectors of any length."""

from __future__ import annotations

from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, vector

# 1.5 * 2**23: an f32 this large has no fraction bits left, so adding it rounds to the nearest
# integer, ties to even, and leaves the integer in the low bits.
_ROUND = 12582912.0


def round_to_bytes(
    b: KernelBuilder, t: SSAValue, lanes: int, zero_point: int, qmin: int, qmax: int
) -> SSAValue:
    """`clamp(rint(t) + zero_point, qmin, qmax)`, exact at any magnitude; NaN gives qmin.

    The clamp comes first: its bounds are integers and rounding is monotone, so the result is the
    same, and nothing is too large for the rounding.
    """
    floats, bytes_ = vector(f32, lanes), vector(i8, lanes)
    # In this order: fmax gives the bound for NaN.
    t = b.fmax(t, b.splat(float(qmin - zero_point), floats))
    t = b.fmin(t, b.splat(float(qmax - zero_point), floats))
    t = b.fadd(t, b.splat(_ROUND, floats))
    q = b.trunc(b.bitcast(t, vector(i32, lanes)), bytes_)
    return b.add(q, b.splat(zero_point, bytes_)) if zero_point else q
