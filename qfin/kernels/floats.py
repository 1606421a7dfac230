"""Functions of vectors of f32 that kernels share."""

from __future__ import annotations

from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, vector


def clamp_floats(
    b: KernelBuilder, value: SSAValue, lanes: int, low: float | None, high: float | None
) -> SSAValue:
    """`min(max(value, low), high)`; a bound that is None does nothing, and NaN stays NaN.

    Bounds of -0.0 count as 0.0, and a zero that meets a bound of zero becomes 0.0.
    """
    floats = vector(f32, lanes)
    for name, bound in (("maximum", low), ("minimum", high)):
        if bound is not None:
            other = b.splat(bound + 0.0, floats)
            value = b.intrinsic(f"llvm.{name}.v{lanes}f32", floats, value, other)
    if high == 0:  # the lesser of 0.0 and -0.0 is -0.0
        value = b.fadd(value, b.splat(0.0, floats))
    return value
