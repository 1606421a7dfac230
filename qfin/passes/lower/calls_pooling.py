"""The functions of poolings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.kernels.pooling import AvgPoolSpec, MaxPoolSpec, build_avg_pool, build_max_pool
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa


def _call_max_pool(op: kernel.MaxPoolOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    step = tuple(op.step.get_values())
    return Call(build_max_pool, MaxPoolSpec(shape, x_strides, y_strides, len(op.windows), step))


def _call_avg_pool(op: kernel.AvgPoolOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    spec = AvgPoolSpec(
        shape,
        x_strides,
        y_strides,
        len(op.windows),
        input_zero_point=op.input_zero_point.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_avg_pool, spec)


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.MaxPoolOp: _call_max_pool,
    kernel.AvgPoolOp: _call_avg_pool,
}
"""By the type of the op."""
