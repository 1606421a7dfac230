"""From int32 accumulators to the bytes that are stored."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, vector

# 1.5 * 2**23: an f32 this large has no fraction bits left, so adding it rounds to the nearest
# integer, ties to even, and leaves the integer in the low bits.
_ROUND = 12582912.0


@dataclass(frozen=True)
class Requantize:
    """`clamp(rint(t * mult) + zero_point, qmin, qmax)` with `t = f32(acc) [+ bias]`, each step
    rounded to f32."""

    zero_point: int
    qmin: int
    qmax: int

    def emit(
        self, b: KernelBuilder, acc: SSAValue, mult: SSAValue, bias: SSAValue | None
    ) -> SSAValue:
        """The bytes of int32 `acc` (vector of n; `mult`, `bias`: n f32). Returns a vector of n i8.

        The clamp comes before the rounding: its bounds are integers and rounding is monotone, so
        the result is the same, and no magnitude of acc * mult can overflow an integer.
        """
        lanes = acc.type.get_shape()[0]  # pyright: ignore
        floats, bytes_ = vector(f32, lanes), vector(i8, lanes)
        t = b.sitofp(acc, floats)
        if bias is not None:
            t = b.fadd(t, bias)
        t = b.fmul(t, mult)
        t = b.fmax(t, b.splat(float(self.qmin - self.zero_point), floats))
        t = b.fmin(t, b.splat(float(self.qmax - self.zero_point), floats))
        t = b.fadd(t, b.splat(_ROUND, floats))
        q = b.trunc(b.bitcast(t, vector(i32, lanes)), bytes_)
        return b.add(q, b.splat(self.zero_point, bytes_)) if self.zero_point else q
