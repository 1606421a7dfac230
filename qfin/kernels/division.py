"""Quotients by one divisor in three instructions, none of them a division, to the same bits."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, vector
from qfin.target.isa import Isa

LEAST, MOST = 2.0**-60, 2.0**60
"""Bounds of divisors: between them no step below overflows, nor loses bits to underflow."""

LARGEST = 512.0


@dataclass(frozen=True)
class Divisor:
    """An f32 from `LEAST` to `MOST` on all lanes, and what quotients are computed with."""

    negative: SSAValue
    reciprocal: SSAValue
    bound: SSAValue

    @classmethod
    def of(cls, b: KernelBuilder, isa: Isa, value: SSAValue) -> Divisor:
        """Of a scalar."""
        floats = vector(f32, isa.lanes)
        spread = b.spread(value, isa.lanes)
        zero, one, largest = (b.splat(number, floats) for number in (0.0, 1.0, LARGEST))
        return cls(b.fsub(zero, spread), b.fdiv(one, spread), b.fmul(largest, spread))

    def divide(self, b: KernelBuilder, isa: Isa, x: SSAValue) -> SSAValue:
        """`x / value` on a vector of f32, rounded once, if its magnitude is in 2**-40 to `LARGEST`.

        q = x * r with r = 1 / value is off by less than two units in the last place; what is left,
        x - q * value, is exact, and q + left * r rounds to the quotient (P. Markstein, IBM Journal
        of Research and Development 34, 1990). Smaller magnitudes stay below 2**-39. What is above
        `LARGEST` gives that, infinity too; below -`LARGEST` comes what is not above it, or NaN; and
        of NaN NaN.
        """
        floats, fma = vector(f32, isa.lanes), f"llvm.fma.v{isa.lanes}f32"
        x = isa.least_or_nan(b, self.bound, x)
        q = b.fmul(x, self.reciprocal)
        left = b.intrinsic(fma, floats, q, self.negative, x)
        return b.intrinsic(fma, floats, left, self.reciprocal, q)
