"""The operations of `qfin.float_functions` on arrays of f32, and sums in a stated order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qfin.interpreter.numerics import Floats, f32
from qfin.interpreter.numerics_dynamic import fma

LANES = 64
"""Partial sums of `lane_sum`."""


class ArrayArithmetic:
    """Operations on arrays that broadcast."""

    def constant(self, value: float) -> Floats:
        return f32(value)

    def add(self, a: Floats, b: Floats) -> Floats:
        return np.asarray(a + b)

    def sub(self, a: Floats, b: Floats) -> Floats:
        return np.asarray(a - b)

    def mul(self, a: Floats, b: Floats) -> Floats:
        return np.asarray(a * b)

    def div(self, a: Floats, b: Floats) -> Floats:
        return np.asarray(a / b)

    def fma(self, a: Floats, b: Floats, c: Floats) -> Floats:
        return fma(a, b, c)

    def magnitude(self, a: Floats) -> Floats:
        return np.abs(a)

    def at_most(self, a: Floats, bound: float) -> Floats:
        return np.minimum(a, f32(bound))

    def where_less(self, a: Floats, b: Floats, x: Floats, y: Floats) -> Floats:
        return np.asarray(np.where(a < b, x, y))

    def scale(self, value: Floats, exponent: Floats) -> Floats:
        return np.asarray((_bits(value) + (_bits(exponent) << np.uint32(23))).view(np.float32))


ARRAYS = ArrayArithmetic()


def _bits(value: Floats) -> NDArray[np.uint32]:
    return value.copy().view(np.uint32)


@np.errstate(all="ignore")
def lane_sum(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """The sums along the last dimension, in the dtype of `x`: element i is added to partial sum i
    mod 64, in order, from 0 on; then the upper half of the partial sums to the lower one, and so on
    until one is left."""
    count = x.shape[-1]
    steps = -(-count // LANES)
    padded = np.zeros((*x.shape[:-1], steps * LANES), x.dtype)
    padded[..., :count] = x
    parts = padded.reshape((*x.shape[:-1], steps, LANES))
    total = np.zeros((*x.shape[:-1], LANES), x.dtype)
    for step in range(steps):
        total = total + parts[..., step, :]
    half = LANES
    while half > 1:
        half //= 2
        total = total[..., :half] + total[..., half : 2 * half]
    return total[..., 0]
