"""The functions of poolings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import item_size
from qfin.errors import PassError, describe
from qfin.kernels.pooling import build_avg_pool, build_float_avg_pool, build_max_pool
from qfin.kernels.pooling_spec import AvgPoolSpec, FloatAvgPoolSpec, MaxPoolSpec, Regular
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.passes.lower.constant_views import constant_table
from qfin.target.isa import Isa

AnyPool: TypeAlias = kernel.MaxPoolOp | kernel.AvgPoolOp | kernel.FloatAvgPoolOp


def _call_max_pool(op: kernel.MaxPoolOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    step = tuple(op.step.get_values())
    floats = item_size(op.input) > 1
    regular = _regular(op)
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
        _regular(op),
        input_zero_point=op.input_zero_point.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_avg_pool, spec)


def _call_float_avg_pool(op: kernel.FloatAvgPoolOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    spec = FloatAvgPoolSpec(shape, x_strides, y_strides, len(op.windows), _regular(op))
    return Call(build_float_avg_pool, spec)


def _regular(op: AnyPool) -> Regular | None:
    """What is said of the last table. Raises PassError where that is a constant and holds other
    windows."""
    if op.regular is None:
        return None
    regular = Regular(*op.regular.get_values())
    table = constant_table(op.windows[-1])
    if table is None:
        return regular
    for n in range(regular.begin, regular.end):
        said = [regular.first + (n - regular.begin) * regular.stride, regular.taps]
        if said != (held := table[n].tolist()):
            raise PassError(
                f"{describe(op)}: regular makes window {n} of the last table {said}, it is {held}:"
                " correct regular, or leave it out"
            )
    return regular


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.MaxPoolOp: _call_max_pool,
    kernel.AvgPoolOp: _call_avg_pool,
    kernel.FloatAvgPoolOp: _call_float_avg_pool,
}
"""By the type of the op."""
