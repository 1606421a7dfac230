"""The formulas of quantized arithmetic, each written once, on plain numpy arrays.

Scales are Python floats or float arrays, zero points and ranges integers; everything broadcasts.
`f32(x)` in a formula is the nearest binary32 value, and every operation on such values is one
rounded binary32 operation. `rint` rounds to nearest, ties to even. Overflow, division by zero and
NaN follow IEEE 754 and never warn: what they give is part of each definition.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Floats: TypeAlias = NDArray[np.float32]
Integers: TypeAlias = NDArray[np.int64]

_INT32 = np.iinfo(np.int32)


def f32(x: ArrayLike) -> Floats:
    """The nearest binary32 value; infinity where the magnitude is too large."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(x).astype(np.float32)


def round_and_clamp(x: Floats, zero_point: ArrayLike, low: int, high: int) -> Integers:
    """`clamp(rint(x) + zero_point, low, high)`, exact for every magnitude; NaN gives `low`.

    Rounds first, then adds the zero point: the rule of ONNX QuantizeLinear, of MLIR's quant
    dialect and of PyTorch's fbgemm kernels. Infinities give the bound on their side.
    """
    shifted = np.rint(x).astype(np.float64) + np.asarray(zero_point, np.float64)
    return np.clip(np.where(np.isnan(shifted), low, shifted), low, high).astype(np.int64)


@np.errstate(all="ignore")
def quantize(
    x: NDArray[np.floating],
    scale: ArrayLike,
    zero_point: ArrayLike,
    low: int,
    high: int,
    dtype: DTypeLike = np.int64,
) -> NDArray[np.integer]:
    """`clamp(rint(f32(x) / f32(scale)) + zero_point, low, high)` as `dtype`; NaN gives `low`.

    Source: ONNX QuantizeLinear; a true division, where PyTorch multiplies by the reciprocal.
    """
    return round_and_clamp(f32(x) / f32(scale), zero_point, low, high).astype(dtype)


@np.errstate(all="ignore")
def dequantize(q: NDArray[np.integer], scale: ArrayLike, zero_point: ArrayLike) -> Floats:
    """`f32(scale) * f32(q - zero_point)`, the subtraction in integers.

    Source: ONNX DequantizeLinear, PyTorch's `dequantize`.
    """
    return f32(scale) * f32(q.astype(np.int64) - np.asarray(zero_point, np.int64))


@np.errstate(all="ignore")
def accumulator_scale(input_scale: ArrayLike, weight_scales: ArrayLike) -> Floats:
    """`f32(sx) * f32(sw)`: what one unit of the accumulator stands for. Shape of `weight_scales`.

    Source: fbgemm's `act_times_w_scale`.
    """
    return f32(input_scale) * f32(weight_scales)


@np.errstate(all="ignore")
def requantize_scales(
    input_scale: ArrayLike, weight_scales: ArrayLike, output_scale: ArrayLike
) -> Floats:
    """`mult = (f32(sx) * f32(sw)) / f32(sy)`. Shape of `weight_scales`.

    Source: fbgemm's requantization, ONNX Runtime's QLinearConv.
    """
    return accumulator_scale(input_scale, weight_scales) / f32(output_scale)


@np.errstate(all="ignore")
def scaled_bias(bias: ArrayLike, input_scale: ArrayLike, weight_scales: ArrayLike) -> Floats:
    """`bias / (f32(sx) * f32(sw))`: a float bias [O] in units of the accumulator, not rounded.

    Source: fbgemm with a float bias, which is PyTorch's quantized linear and conv.
    """
    return f32(bias) / accumulator_scale(input_scale, weight_scales)


def as_accumulator(sums: NDArray[np.float64] | Integers) -> Integers:
    """Exact integer sums, checked to fit 32 bits.

    `sums` hold integers; those in f64 are exact as long as they are below 2**53, which sums of
    8-bit products are. Raises OverflowError for one that an int32 accumulator cannot hold.
    """
    exact = sums.astype(np.int64)
    if exact.size and (exact.min() < _INT32.min or exact.max() > _INT32.max):
        raise OverflowError("a sum of products does not fit into 32 bits")
    return exact


@np.errstate(all="ignore")
def requantize(
    accumulator: Integers,
    mult: Floats,
    zero_point: int,
    low: int,
    high: int,
    bias: Floats | None = None,
    addend: Floats | None = None,
) -> Integers:
    """`clamp(rint((f32(acc) + bias) * mult + addend) + zero_point, low, high)`.

    `bias` is that of `scaled_bias`, or None: then nothing is added to `f32(acc)`, and an int32
    bias is already in the accumulator. `mult` and `bias` have one value, or one for each element
    of the last dimension. `addend`, a value for each element, is added after the product is
    rounded; None adds nothing.

    Source: fbgemm (float bias), ONNX QLinearConv and QLinearMatMul (int32 bias or none).
    """
    t = f32(accumulator)
    if bias is not None:
        t = t + bias
    t = t * mult
    if addend is not None:
        t = t + addend
    return round_and_clamp(t, zero_point, low, high)


@np.errstate(all="ignore")
def residual_scale(scale: ArrayLike, output_scale: ArrayLike) -> Floats:
    """`f32(sr) / f32(sy)`: what one unit of a residual is in units of the result."""
    return f32(scale) / f32(output_scale)


@np.errstate(all="ignore")
def residual(
    q: NDArray[np.integer], scale: ArrayLike, zero_point: ArrayLike, output_scale: ArrayLike
) -> Floats:
    """`f32(q - zero_point) * (f32(sr) / f32(sy))`: a residual, as an addend of `requantize`.

    Source: ours. The sum is rounded once, where a convolution and an addition of their own would
    round twice; it is within a step of the float form as long as both terms stay far below 2**24
    where they cancel (`rules/residual.py` sees to it).
    """
    return dequantize(q, 1.0, zero_point) * residual_scale(scale, output_scale)


@np.errstate(all="ignore")
def avg_pool_scale(input_scale: ArrayLike, output_scale: ArrayLike, area: ArrayLike) -> Floats:
    """`mult = (f32(sx) / f32(sy)) / f32(area)`, the shape of `area`.

    The average of a window is then `requantize(sum of (q - input_zero_point), mult, ...)`. Source:
    ours; PyTorch and ONNX Runtime average in other orders, which differ from this next to ties.
    """
    return (f32(input_scale) / f32(output_scale)) / f32(area)


def largest(
    x: NDArray[Any], axis: int | tuple[int, ...], *, keepdims: bool = False, **initial: Any
) -> NDArray[Any]:
    """`numpy.max`: NaN wins. numpy does not say which zero is the larger; here it is 0.0."""
    top = np.asarray(np.max(x, axis, keepdims=keepdims, **initial))
    if not np.issubdtype(x.dtype, np.floating):
        return top
    positive = np.any((x == 0) & ~np.signbit(x), axis=axis, keepdims=keepdims)
    return np.where(top == 0, np.where(positive, 0.0, -0.0), top).astype(x.dtype)
