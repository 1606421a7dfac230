"""What a contraction's kernel computes with, from the quantization of its operands: one number for
each output channel, and whether they stay inside of int32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, f32
from xdsl.ir import Operation

from qfin.dialects import quant
from qfin.dialects.quant.packed_attr import PackedAttr
from qfin.errors import UnsupportedError
from qfin.interpreter import numerics
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.packed import less_zero_points
from qfin.passes.lower.activations import clamp, uniform_of, zero_point
from qfin.passes.sums import overflow, sum_range

DenseLike: TypeAlias = quant.Conv | quant.ConvTranspose | quant.LinearOp


@dataclass(frozen=True)
class Addend:
    """How a residual is added: `f32(r - zero_point) * scale`, in steps of the result."""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class Requantization:
    """`clamp(rint((f32(start + sums) + bias) * mult + residual) + zero_point, qmin, qmax)` on
    unsigned bytes. `start`, `mult` and `bias` have one value for each channel. Where there is a
    residual there is a bias. `bounded`: nothing that is rounded leaves int32."""

    start: NDArray[np.int32]
    mult: NDArray[np.float32]
    bias: NDArray[np.float32] | None
    residual: Addend | None
    zero_point: int
    qmin: int
    qmax: int
    bounded: bool


def requantization(op: DenseLike, content: PackedAttr, weight: NDArray[np.int8]) -> Requantization:
    """For the `weight` [O, I, ...] that `content` holds in some layout, with its zero points.

    Raises UnsupportedError, at `op`, where sums can leave int32, or a number is not finite.
    """
    x, y = uniform_of(op.input), uniform_of(op.result)
    centred = less_zero_points(weight, zero_points_of(content))
    scales, channels = dense_to_numpy(content.scales), [weight.shape[0]]
    bias = content.bias
    values = dense_to_numpy(bias) if isinstance(bias, DenseIntOrFPElementsAttr) else None
    mult = numerics.requantize_scales(x.scale, scales, y.scale)
    _require_finite(op, mult, "input scale times weight scale by output scale")
    start = -zero_point(x) * centred.sum(axis=tuple(range(1, weight.ndim)), dtype=np.int64)
    low, high = sum_range(centred, x)
    float_bias = None
    if values is not None and isinstance(bias, DenseIntOrFPElementsAttr):
        if bias.get_element_type() == f32:
            float_bias = numerics.scaled_bias(values, x.scale, scales)
            _require_finite(op, float_bias, "bias by input scale times weight scale")
        else:
            start, low, high = start + values, low + values, high + values
    if overflow(low, high) is not None:
        raise UnsupportedError("the sums of this op can leave 32 bits", op)
    addend, largest = _addend(op)
    if addend is not None and float_bias is None:
        float_bias = np.zeros(1, np.float32)
    qmin, qmax = clamp(y, op.activation)
    return Requantization(
        start.astype(np.int32),
        np.broadcast_to(mult, channels),
        None if float_bias is None else np.broadcast_to(float_bias, channels),
        addend,
        zero_point(y),
        qmin,
        qmax,
        _is_bounded(low, high, float_bias, mult, largest),
    )


def zero_points_of(content: PackedAttr) -> NDArray[np.int32] | None:
    """Those of the weights, [1] or one for each output channel; None where all are 0."""
    given = content.zero_points
    if not isinstance(given, DenseIntOrFPElementsAttr):
        return None
    zero_points = dense_to_numpy(given)
    return zero_points if zero_points.any() else None


def _addend(op: DenseLike) -> tuple[Addend | None, float]:
    """How the residual is added, and the largest magnitude of it in steps of the result."""
    if op.residual is None:
        return None, 0.0
    r, y = uniform_of(op.residual), uniform_of(op.result)
    ends = np.array([r.storage_min, r.storage_max])
    largest = numerics.residual(ends, r.scale, r.zero_point, y.scale)
    _require_finite(op, largest, "residual scale by output scale")
    scale = float(numerics.residual_scale(r.scale, y.scale))
    return Addend(scale, zero_point(r)), float(np.abs(largest).max())


def _require_finite(op: Operation, values: NDArray[np.float32], what: str) -> None:
    """NaN comes only of infinities; kernels are not made for it."""
    if not np.isfinite(values).all():
        raise UnsupportedError(f"{what} is not a finite f32", op)


def _is_bounded(
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    bias: NDArray[np.float32] | None,
    mult: NDArray[np.float32],
    residual: float,
) -> bool:
    """Whether no `(f32(sum) + bias) * mult`, with up to `residual` added or taken away, leaves
    int32. Rounding is monotone: the ends tell."""
    ends = np.stack([low, high]).astype(np.float32)
    with np.errstate(over="ignore"):
        scaled = (ends if bias is None else ends + bias) * mult
        return bool(np.all(np.abs(scaled) + np.float32(residual) < 2**31))
