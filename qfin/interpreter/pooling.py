"""What poolings mean: on floats summed in f64, in row-major order, and rounded once, on quantized
values summed in integers and rounded once. Their geometry, which kernels are given too.
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
from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.families.pooling import AdaptiveAvgPooling, AvgPooling, Pooling, WindowPooling
from qfin.dialects.nn.pooling import MaxPoolOp
from qfin.dialects.uniform import UniformType
from qfin.interpreter import numerics, windows
from qfin.interpreter.arrays import element_type
from qfin.interpreter.nn import rounded
from qfin.interpreter.quant import uniform

Array: TypeAlias = NDArray[Any]


def window_ranges(op: WindowPooling, spatial: Sequence[int]) -> tuple[windows.Ranges, ...]:
    """The windows of a pooling over `spatial`, padding left out."""
    return windows.pool_ranges(
        spatial,
        op.kernel.get_values(),
        op.stride.get_values(),
        op.padding.get_values(),
        op.steps(),
        bool(op.ceil_mode.value.data),
    )


def average_windows(
    op: Pooling, spatial: Sequence[int]
) -> tuple[tuple[windows.Ranges, ...], NDArray[np.int64]]:
    """The windows of an average pooling over `spatial`, and what the sums are divided by:
    [outputs...]."""
    if isinstance(op, AdaptiveAvgPooling):
        ranges = windows.adaptive_pool_ranges(spatial, op.results[0])
        return ranges, windows.areas(ranges)
    assert isinstance(op, AvgPooling)
    ranges = window_ranges(op, spatial)
    area = windows.areas(ranges)
    if (divisor := op.fixed_divisor()) is not None:
        return ranges, np.full_like(area, divisor)
    if op.count_include_pad.value.data:
        return ranges, _padded_areas(op, spatial, ranges)
    return ranges, area


def _padded_areas(
    op: AvgPooling, spatial: Sequence[int], ranges: Sequence[windows.Ranges]
) -> NDArray[np.int64]:
    """How many elements of the padded input each window holds. Source: `avg_pool2d` of ATen."""
    kernel, stride, padding = (a.get_values() for a in (op.kernel, op.stride, op.padding))
    sides: list[NDArray[np.int64]] = []
    for axis, size in enumerate(spatial):
        starts = np.arange(len(ranges[axis])) * stride[axis] - padding[2 * axis]
        ends = np.minimum(starts + kernel[axis], size + padding[2 * axis + 1])
        sides.append(ends - starts)
    return windows.boxes(sides)


@np.errstate(all="ignore")
def average(op: Operation, x: Array, ranges: Sequence[windows.Ranges], divisor: Array) -> Array:
    """The sums over windows of the last dimensions of `x`, divided: as floats, or requantized from
    the op's input type to its result type."""
    (input,), (result,) = op.operands, op.results
    if not isinstance(element_type(result.type), UniformType):
        return rounded(windows.sum_float_windows(x.astype(np.float64), ranges) / divisor, result)
    source, target = uniform(input), uniform(result)
    sums = windows.sum_windows(x.astype(np.int64) - source.zero_point, ranges)
    mult = numerics.avg_pool_scale(source.scale, target.scale, divisor)
    low, high = target.storage_min, target.storage_max
    stored = numerics.requantize(sums, mult, target.zero_point, low, high)
    return stored.astype(target.storage_dtype)


def maximum(op: MaxPoolOp, x: Array) -> Array:
    """The largest value of each window."""
    # Padding never wins, not even over values that an argument has no business to hold.
    quantized = isinstance(element_type(op.input.type), UniformType)
    lowest = x.dtype.type(np.iinfo(x.dtype).min if quantized else -np.inf)
    return windows.max_windows(x, window_ranges(op, x.shape[2:]), op.steps(), lowest)


class PoolingFunctions(InterpreterFunctions):
    """The poolings of both dialects; their methods are added below."""


def _implement(op_type: type[Pooling]) -> None:
    """Gives `PoolingFunctions` the method that runs an op."""

    @impl(op_type)
    def run(
        self: PoolingFunctions, interpreter: Interpreter, op: Pooling, args: PythonValues
    ) -> PythonValues:
        x = np.asarray(args[0])
        if isinstance(op, MaxPoolOp):
            return (maximum(op, x),)
        return (average(op, x, *average_windows(op, x.shape[2:])),)

    setattr(PoolingFunctions, f"run_{op_type.name}", run)


for _op_type in (*nn.POOLING_OPS, *quant.POOLING_OPS):
    _implement(_op_type)
register_impls(PoolingFunctions)
