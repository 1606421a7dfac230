"""The formulas of quantization at run time, each written once, on plain numpy arrays.

Notation as in `qfin.interpreter.numerics`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qfin.interpreter.numerics import Floats, Integers, f32

SMALL_SCALE = np.float64(np.float32(6.1e-5))
"""The smallest scale that the affine rule gives (SMALL_SCALE_THRESHOLD of PyTorch)."""

LEAST_SYMMETRIC_SCALE = np.float32(2.0**-23)
"""The smallest scale that the symmetric rule gives: `eps` of PyTorch's observers."""


@np.errstate(all="ignore")
def extremes(x: Floats) -> tuple[np.float32, np.float32]:
    """The least and the greatest of 0 and the values of `x`.

    NaN does not count; infinities count as the largest finite values.
    """
    largest = np.finfo(np.float32).max
    known = np.clip(x[~np.isnan(x)], -largest, largest)
    return np.float32(known.min(initial=0.0)), np.float32(known.max(initial=0.0))


@np.errstate(all="ignore")
def choose_affine(x: Floats, low: int, high: int) -> tuple[np.float32, int]:
    """(scale, zero point) that spread the values of `x`, and 0, over `low..high`.

    Everything is in f64 but for `least` and `greatest`, which are f32. Source:
    `quant_utils::ChooseQuantizationParams` of ATen, which `_choose_qparams_per_tensor` and
    `quantized::linear_dynamic` use.
    """
    least, greatest = extremes(x)
    scale = (np.float64(greatest) - np.float64(least)) / (high - low)
    if np.float32(scale) == 0 or np.isinf(np.float32(1) / np.float32(scale)):
        scale = np.float64(0.1)
    if scale < SMALL_SCALE:
        span = np.float32(SMALL_SCALE) * np.float32(high - low)
        amplifier = np.float32(SMALL_SCALE) / np.float32(scale)
        scale = SMALL_SCALE
        if least == 0:
            greatest = span
        elif greatest == 0:
            least = -span
        else:
            least, greatest = least * amplifier, greatest * amplifier
    below, above = np.float64(least) / scale, np.float64(greatest) / scale
    from_low, from_high = low - below, high - above
    closer = abs(low) - abs(below) < abs(high) - abs(above)
    zero_point = np.rint(np.clip(from_low if closer else from_high, low, high))
    return np.float32(scale), int(zero_point)


@np.errstate(all="ignore")
def choose_symmetric(x: Floats, low: int, high: int) -> np.float32:
    """The scale that spreads the values of `x` over `low..high`, with zero point 0:
    `max(f32(magnitude / f32((high - low) / 2)), 2**-23)`.

    Source: `_calculate_qparams` of PyTorch's observers, which compute in f32.
    """
    least, greatest = extremes(x)
    scale = max(-least, greatest) / np.float32((high - low) / 2)
    return max(scale, LEAST_SYMMETRIC_SCALE)


@np.errstate(all="ignore")
def fma(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> Floats:
    """`f32(a * b + c)`, rounded once, of f32 values."""
    product = f32(a).astype(np.float64) * f32(b).astype(np.float64)  # exact
    addend = f32(c).astype(np.float64)
    total = product + addend
    # Rounded to odd in f64 (Boldo and Melquiond 2008), so that f32 rounds what was exact.
    virtual = total - product
    error = (product - (total - virtual)) + (addend - virtual)
    bits = np.ascontiguousarray(total).view(np.int64).reshape(total.shape)
    inexact = np.isfinite(total) & (error != 0) & (bits & 1 == 0)
    odd = np.nextafter(total, np.where(error > 0, np.inf, -np.inf))
    return f32(np.where(inexact, odd, total))


@np.errstate(all="ignore")
def linear_fp16(x: Floats, weight: NDArray[np.float16], bias: Floats | None) -> Floats:
    """[..., K] by [N, K] to [..., N], in f32: `t = fma(x[k], f32(w[k]), t)` for each k in order,
    from t = 0; then `t + bias`, a step of its own.

    Source: ours; PyTorch sums in an order that its BLAS chooses.
    """
    total = np.zeros((*x.shape[:-1], len(weight)), np.float32)
    for k in range(weight.shape[1]):
        total = fma(x[..., k, None], weight[:, k], total)
    return total if bias is None else total + bias


@np.errstate(all="ignore")
def dynamic_output(
    accumulator: Integers, input_scale: ArrayLike, weight_scales: ArrayLike, bias: Floats | None
) -> Floats:
    """`fma(f32(acc), f32(sx) * f32(sw), bias)`, without a bias `f32(acc) * (f32(sx) * f32(sw))`.

    Scales and bias have one value, or one for each element of the last dimension.

    Source: fbgemm's output of `quantized::linear_dynamic`.
    """
    unit = f32(input_scale) * f32(weight_scales)
    values = f32(accumulator)
    return f32(values * unit) if bias is None else fma(values, unit, bias)


def clamp(x: Floats, bounds: tuple[float, float]) -> NDArray[np.float32]:
    """`min(max(x, low), high)`; NaN stays."""
    return np.minimum(np.maximum(x, f32(bounds[0])), f32(bounds[1]))
