"""How `plan-buffers` turns poolings into kernel ops: geometry becomes tables of windows."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qfin.dialects import kernel, nn, quant
from qfin.errors import UnsupportedError
from qfin.interpreter import numerics, windows
from qfin.passes.lower.activations import clamp, uniform_of, zero_point

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_max_pool2d(planner: Planner, op: nn.MaxPool2dOp) -> None:
    """The maximum of unsigned bytes; padding is left out by the tables."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    rows, columns = windows.pool2d_ranges(
        source.shape[2:],
        op.kernel.get_values(),
        op.stride.get_values(),
        op.padding.get_values(),
        op.dilation.get_values(),
    )
    lowest, _ = clamp(uniform_of(op.input))
    if lowest and not windows.areas(rows, columns).all():
        # The kernel gives 0 there, which is no value of this type.
        raise UnsupportedError("a window lies in the padding alone", op)
    planner.emit(
        kernel.MaxPoolOp(
            planner.view(source),
            planner.view(planner.constants.add(rows)),
            planner.view(planner.constants.add(columns)),
            planner.view(result),
            op.dilation,
        )
    )


def emit_avg_pool2d(planner: Planner, op: quant.AvgPool2dOp) -> None:
    """The average; padding is left out by the tables and counts in the divisor, or not."""
    rows, columns = windows.pool2d_ranges(
        planner.buffer(op.input).shape[2:],
        op.kernel.get_values(),
        op.stride.get_values(),
        op.padding.get_values(),
    )
    area = windows.areas(rows, columns)
    if op.count_include_pad.value.data:
        area = np.full_like(area, prod(op.kernel.get_values()))
    _average(planner, op, rows, columns, area)


def emit_adaptive_avg_pool2d(planner: Planner, op: quant.AdaptiveAvgPool2dOp) -> None:
    """The average over windows that share the input out among the outputs."""
    rows, columns = windows.adaptive2d_ranges(planner.buffer(op.input).shape, op.result)
    _average(planner, op, rows, columns, windows.areas(rows, columns))


def _average(
    planner: Planner,
    op: quant.AvgPool2dOp | quant.AdaptiveAvgPool2dOp,
    rows: windows.Ranges,
    columns: windows.Ranges,
    area: NDArray[np.int64],
) -> None:
    x, y = uniform_of(op.input), uniform_of(op.result)
    source, result = planner.buffer(op.input), planner.result(op.result)
    qmin, qmax = clamp(y)
    planner.emit(
        kernel.AvgPoolOp(
            planner.view(source),
            planner.view(planner.constants.add(rows)),
            planner.view(planner.constants.add(columns)),
            planner.view(planner.constants.add(numerics.avg_pool_scale(x.scale, y.scale, area))),
            planner.view(result),
            input_zero_point=zero_point(x),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )
