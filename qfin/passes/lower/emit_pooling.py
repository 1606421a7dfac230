"""How `plan-buffers` turns poolings into kernel ops: geometry becomes tables of windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import f32
from xdsl.ir import Operation

from qfin.dialects import kernel, nn, quant
from qfin.dialects.nn.pooling import FloatPooling, MaxPoolOp
from qfin.dialects.quant.pooling import QuantPooling
from qfin.dialects.tensors import Ints, ints
from qfin.dialects.uniform import UniformType
from qfin.errors import UnsupportedError
from qfin.interpreter import numerics, windows
from qfin.interpreter.pooling import average_windows, window_ranges
from qfin.passes.lower.activations import clamp, tensor_of, uniform_of, zero_point
from qfin.passes.lower.buffers import Buffer

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_max_pool(planner: Planner, op: MaxPoolOp) -> None:
    """The maximum of unsigned bytes or of f32; padding is left out by the tables."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    ranges = window_ranges(op, source.shape[2:])
    floats = tensor_of(op.input).element_type == f32
    if not floats and clamp(uniform_of(op.input))[0] and not windows.areas(ranges).all():
        # The kernel gives 0 there, which is no value of this type.
        raise UnsupportedError("a window lies in the padding alone", op)
    planner.emit(
        kernel.MaxPoolOp(
            planner.view(source),
            [planner.view(planner.constants.add(axis)) for axis in ranges],
            planner.view(result),
            ints(*op.steps()),
            regular_windows(ranges[-1]),
        )
    )


def emit_avg_pool(planner: Planner, op: QuantPooling) -> None:
    """The average; padding is left out by the tables and counts in the divisor, or not."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    ranges, divisor = average_windows(op, source.shape[2:])
    types = uniform_of(op.input), uniform_of(op.result)
    emit_average(planner, source, result, ranges, divisor, *types)


def emit_average(
    planner: Planner,
    source: Buffer,
    result: Buffer,
    ranges: Sequence[windows.Ranges],
    divisor: NDArray[np.int64],
    x: UniformType,
    y: UniformType,
) -> None:
    """The sums over windows of the last dimensions, divided, from type `x` to type `y`."""
    qmin, qmax = clamp(y)
    planner.emit(
        kernel.AvgPoolOp(
            planner.view(source),
            [planner.view(planner.constants.add(axis)) for axis in ranges],
            planner.view(planner.constants.add(numerics.avg_pool_scale(x.scale, y.scale, divisor))),
            planner.view(result),
            regular_windows(ranges[-1]),
            input_zero_point=zero_point(x),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


def _float_avg_pool(planner: Planner, op: FloatPooling) -> None:
    source, result = planner.buffer(op.input), planner.result(op.result)
    emit_float_average(planner, source, result, *average_windows(op, source.shape[2:]))


def emit_float_average(
    planner: Planner,
    source: Buffer,
    result: Buffer,
    ranges: Sequence[windows.Ranges],
    divisor: NDArray[np.int64],
) -> None:
    """The sums of f32 over windows of the last dimensions, divided."""
    planner.emit(
        kernel.FloatAvgPoolOp(
            planner.view(source),
            [planner.view(planner.constants.add(axis)) for axis in ranges],
            planner.view(planner.constants.add(divisor.astype(np.int32))),
            planner.view(result),
            regular_windows(ranges[-1]),
        )
    )


def regular_windows(ranges: windows.Ranges) -> Ints | None:
    """Which outputs have windows of the most taps, evenly apart: [begin, end, first, stride, taps]
    (see `kernel.max_pool`), the first such range. None where these are fewer than half of them."""
    taps = ranges[:, 1].max(initial=0)
    (full,) = np.nonzero(ranges[:, 1] == taps)
    if not taps or 2 * len(full) < len(ranges):
        return None
    begin = end = int(full[0])
    stride = int(ranges[begin + 1, 0] - ranges[begin, 0]) if begin + 1 < len(ranges) else 0
    first = int(ranges[begin, 0])
    while end < len(ranges) and (*ranges[end],) == (first + (end - begin) * stride, taps):
        end += 1
    if 2 * (end - begin) < len(ranges) or stride < 0:
        return None
    return ints(begin, end, first, stride, int(taps))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    **dict.fromkeys((op for op in nn.POOLING_OPS if issubclass(op, MaxPoolOp)), emit_max_pool),
    **dict.fromkeys((op for op in nn.POOLING_OPS if issubclass(op, FloatPooling)), _float_avg_pool),
    **dict.fromkeys(quant.POOLING_OPS, emit_avg_pool),
}
"""By the type of the op."""
