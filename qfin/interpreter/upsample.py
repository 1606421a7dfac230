"""What resampling means: sums over neighbours, whose positions and weights are given for each
dimension. Formulas are those of ATen's `UpSample.h`, each operation one rounded f32 operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects import nn, quant
from qfin.dialects.families.upsample import Cubic, Interpolation, Nearest, Upsample
from qfin.dialects.tensors import shape_of
from qfin.dialects.uniform import UniformType
from qfin.interpreter import numerics
from qfin.interpreter.arrays import element_type
from qfin.interpreter.nn import rounded
from qfin.interpreter.numerics import Floats, f32
from qfin.interpreter.quant import uniform

Taps: TypeAlias = tuple[NDArray[np.int32], Floats]
"""Positions in the input and weights, [outputs, taps] both: output i is the sum of `weights[i, k]
* input[positions[i, k]]` in the order of k."""

_A = np.float32(-0.75)
_HALF, _ONE = np.float32(0.5), np.float32(1)


def nearest(size: int, outputs: int, factor: float | None) -> NDArray[np.int32]:
    """The input position of each output. Source: `nearest_neighbor_compute_source_index`."""
    source = np.floor(np.arange(outputs, dtype=np.float32) * _scale(size, outputs, factor))
    return np.minimum(source.astype(np.int64), size - 1).astype(np.int32)


def linear(size: int, outputs: int, factor: float | None, align_corners: bool) -> Taps:
    """Two neighbours. Source: `compute_source_index_and_lambda`."""
    if outputs == size:
        first, weight = np.arange(outputs), np.zeros(outputs, np.float32)
    else:
        source = np.maximum(_source(size, outputs, factor, align_corners), np.float32(0))
        first, weight = _split(source, size)
    positions = np.stack([first, np.minimum(first + 1, size - 1)], axis=1)
    return positions.astype(np.int32), np.stack([_ONE - weight, weight], axis=1)


def cubic(size: int, outputs: int, factor: float | None, align_corners: bool) -> Taps:
    """Four neighbours, those beyond the ends replaced by the ends. Source:
    `get_cubic_upsample_coefficients`."""
    first, t = _split(_source(size, outputs, factor, align_corners), size)
    positions = np.clip(first[:, None] + np.arange(-1, 3), 0, size - 1)
    weights = [_outer(t + _ONE), _inner(t), _inner(_ONE - t), _outer(_ONE - t + _ONE)]
    return positions.astype(np.int32), np.stack(weights, axis=1)


def _inner(x: Floats) -> Floats:
    """Source: `cubic_convolution1`."""
    return ((_A + np.float32(2)) * x - (_A + np.float32(3))) * x * x + _ONE


def _outer(x: Floats) -> Floats:
    """Source: `cubic_convolution2`."""
    return ((_A * x - np.float32(5) * _A) * x + np.float32(8) * _A) * x - np.float32(4) * _A


def _scale(size: int, outputs: int, factor: float | None) -> np.float32:
    """How far outputs are apart in the input. Source: `compute_scales_value`."""
    if factor is not None:
        return np.float32(1 / factor)
    return np.float32(size) / np.float32(outputs)


def _source(size: int, outputs: int, factor: float | None, align_corners: bool) -> Floats:
    """The positions of the outputs in the input. Source: `area_pixel_compute_source_index`."""
    index = np.arange(outputs, dtype=np.float32)
    if align_corners:
        steps = np.float32(size - 1) / np.float32(outputs - 1) if outputs > 1 else np.float32(0)
        return index * steps
    return _scale(size, outputs, factor) * (index + _HALF) - _HALF


def _split(source: Floats, size: int) -> tuple[NDArray[np.int64], Floats]:
    """The whole part of positions and what is left. Source: `guard_index_and_lambda`."""
    first = np.minimum(np.floor(source).astype(np.int64), size - 1)
    return first, np.clip(source - f32(first), np.float32(0), _ONE)


def nearest_positions(op: Nearest, spatial: Sequence[int]) -> list[NDArray[np.int32]]:
    """For each dimension of `spatial`, the input's."""
    outputs = shape_of(op.results[0])[2:]
    positions: list[NDArray[np.int32]] = []
    for size, n, factor in zip(spatial, outputs, op.factors(), strict=True):
        if op.RANK == 2 and n in (size, 2 * size):
            factor = None  # `nearest_idx`, which only ATen's 2-D kernel takes
        positions.append(nearest(size, n, factor))
    return positions


def interpolation_taps(op: Interpolation, spatial: Sequence[int]) -> list[Taps]:
    """For each dimension of `spatial`, the input's."""
    taps = cubic if isinstance(op, Cubic) else linear
    align_corners = bool(op.align_corners.value.data)
    outputs = shape_of(op.results[0])[2:]
    axes = zip(spatial, outputs, op.factors(), strict=True)
    return [taps(size, n, factor, align_corners) for size, n, factor in axes]


@np.errstate(all="ignore")
def interpolate(x: NDArray[np.floating], taps: Sequence[Taps]) -> NDArray[Any]:
    """The last dimensions resampled, the last one first, in the dtype of `x`."""
    for back, (positions, weights) in enumerate(reversed(taps), 1):
        axis = x.ndim - back
        spread = [1] * x.ndim
        spread[axis] = len(positions)
        total: Any = None
        for k in range(positions.shape[1]):
            weight = weights[:, k].astype(x.dtype).reshape(spread)
            term = weight * np.take(x, positions[:, k], axis)
            total = term if total is None else total + term
        x = total
    return x


@np.errstate(all="ignore")
def evaluate(op: Upsample, x: NDArray[Any]) -> NDArray[Any]:
    """The result of an op, float or quantized."""
    if isinstance(op, Nearest):
        for axis, positions in enumerate(nearest_positions(op, x.shape[2:]), 2):
            x = np.take(x, positions, axis)
        return x
    assert isinstance(op, Interpolation)
    taps = interpolation_taps(op, x.shape[2:])
    (input,), (result,) = op.operands, op.results
    if not isinstance(element_type(result.type), UniformType):
        return rounded(
            interpolate(x if x.dtype == np.float32 else x.astype(np.float64), taps), result
        )
    source, target = uniform(input), uniform(result)
    t = interpolate(f32(x.astype(np.int64) - source.zero_point), taps)
    mult = numerics.requantize_scales(source.scale, 1.0, target.scale)
    low, high = target.storage_min, target.storage_max
    stored = numerics.round_and_clamp(t * mult, target.zero_point, low, high)
    return stored.astype(target.storage_dtype)


class UpsampleFunctions(InterpreterFunctions):
    """Resampling, in both dialects; on f32 in f32, on other floats summed in f64 and rounded once.
    The methods are added below."""


def _implement(op_type: type[Upsample]) -> None:
    """Gives `UpsampleFunctions` the method that runs an op."""

    @impl(op_type)
    def run(
        self: UpsampleFunctions, interpreter: Interpreter, op: Upsample, args: PythonValues
    ) -> PythonValues:
        return (evaluate(op, np.asarray(args[0])),)

    setattr(UpsampleFunctions, f"run_{op_type.name}", run)


for _op_type in (*nn.UPSAMPLE_OPS, *quant.UPSAMPLE_OPS):
    _implement(_op_type)
register_impls(UpsampleFunctions)
