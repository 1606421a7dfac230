"""What the expressed float types can hold: their finite positive range, precision and rounding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from xdsl.dialects.builtin import (
    AnyFloat,
    BFloat16Type,
    Float16Type,
    Float32Type,
    ReducedPrecisionFloatType,
)

_F64_RANGE = (5e-324, (2 - 2.0**-52) * 2.0**1023)


@cache
def positive_range(expressed: AnyFloat) -> tuple[float, float]:
    """
    The smallest and the largest positive finite value of a float type, subnormals included.
    Types wider than f64 have that of f64, since scales are held as doubles.
    """
    match expressed:
        case Float16Type():
            return 2.0**-24, 65504.0
        case BFloat16Type():
            return 2.0**-133, (2 - 2.0**-7) * 2.0**127
        case Float32Type():
            return 2.0**-149, (2 - 2.0**-23) * 2.0**127
        case ReducedPrecisionFloatType(SEMANTICS=semantics):
            decoded = map(expressed.decode_bits, range(1 << semantics.sign_shift))
            values = [v for v in decoded if v > 0 and math.isfinite(v)]
            return min(values), max(values)
        case _:
            return _F64_RANGE


def rounded(values: Sequence[float], expressed: AnyFloat) -> tuple[float, ...]:
    """Positive values within `positive_range`, rounded to the nearest ones of the type."""
    try:
        return expressed.unpack(expressed.pack(values), len(values))
    except NotImplementedError:  # f80 and f128, which hold every double
        return tuple(values)
