"""The functions of interpolations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.kernels.upsample import (
    FloatUpsampleSpec,
    UpsampleSpec,
    build_float_upsample,
    build_upsample,
)
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa


def _call_upsample(op: kernel.UpsampleOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    (_, taps), _ = shape_and_strides(op.tables[0])
    spec = UpsampleSpec(
        shape,
        x_strides,
        y_strides,
        len(op.tables) // 2,
        taps=taps,
        input_zero_point=op.input_zero_point.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_upsample, spec)


def _call_float_upsample(op: kernel.FloatUpsampleOp, isa: Isa) -> Call:
    shape, y_strides = shape_and_strides(op.output)
    _, x_strides = shape_and_strides(op.input)
    (_, taps), _ = shape_and_strides(op.tables[0])
    spec = FloatUpsampleSpec(shape, x_strides, y_strides, len(op.tables) // 2, taps)
    return Call(build_float_upsample, spec)


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.UpsampleOp: _call_upsample,
    kernel.FloatUpsampleOp: _call_float_upsample,
}
"""By the type of the op."""
