"""The functions of poolings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import item_size
from qfin.dialects.tensors import Ints
from qfin.kernels.pooling import build_avg_pool, build_float_avg_pool, build_max_pool
from qfin.kernels.pooling_spec import AvgPoolSpec, FloatAvgPoolSpec, MaxPoolSpec, Regular
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa


def _call_max_pool(op: kernel.MaxPoolOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    step = tuple(op.step.get_values())
    floats = item_size(op.input) > 1
    regular = _regular(op.regular)
    spec = MaxPoolSpec(shape, x_strides, y_strides, len(op.windows), regular, step, floats)
    return Call(build_max_pool, spec)


def _call_avg_pool(op: kernel.AvgPoolOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    spec = AvgPoolSpec(
        shape,
        x_strides,
        y_strides,
        len(op.windows),
        _regular(op.regular),
        input_zero_point=op.input_zero_point.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_avg_pool, spec)


def _call_float_avg_pool(op: kernel.FloatAvgPoolOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    spec = FloatAvgPoolSpec(shape, x_strides, y_strides, len(op.windows), _regular(op.regular))
    return Call(build_float_avg_pool, spec)


def _regular(values: Ints | None) -> Regular | None:
    return Regular(*values.get_values()) if values else None


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.MaxPoolOp: _call_max_pool,
    kernel.AvgPoolOp: _call_avg_pool,
    kernel.FloatAvgPoolOp: _call_float_avg_pool,
}
"""By the type of the op."""
