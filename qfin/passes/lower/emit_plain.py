"""How `plan-buffers` turns elementwise ops on f32 into kernel ops: what stands between layers that
quantize at run time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Operation

from qfin.dialects import nn
from qfin.dialects.kernel.plain import PRELU, FloatClampOp, PlainBinaryOp
from qfin.passes.lower.emit_binary import broadcast

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def float_bounds(low: float, high: float) -> tuple[float | None, float | None]:
    """The bounds of a clamp in f32; None for one that does nothing."""
    with np.errstate(over="ignore"):
        least, greatest = float(np.float32(low)), float(np.float32(high))
    return (None if least == -np.inf else least), (None if greatest == np.inf else greatest)


def _plain(bound: FloatAttr | None, otherwise: float) -> float:
    return otherwise if bound is None else bound.value.data


def emit_float_relu(planner: Planner, op: nn.ReluOp) -> None:
    """The greater of each value and 0."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(FloatClampOp(planner.view(source), planner.view(result), 0.0, None))


def _clamp(planner: Planner, op: nn.ClampOp) -> None:
    """Rounding is monotone: between bounds in f32 as between those in f64."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    bounds = float_bounds(_plain(op.min, -np.inf), _plain(op.max, np.inf))
    planner.emit(FloatClampOp(planner.view(source), planner.view(result), *bounds))


def _binary(planner: Planner, op: nn.AddOp | nn.SubOp | nn.MulOp) -> None:
    sources = planner.buffer(op.lhs), planner.buffer(op.rhs)
    result = planner.result(op.result)
    lhs, rhs = (planner.view(broadcast(source, result.shape)) for source in sources)
    planner.emit(PlainBinaryOp(lhs, rhs, planner.view(result), op.name.removeprefix("nn.")))


def _prelu(planner: Planner, op: nn.PreluOp) -> None:
    source, slopes = planner.buffer(op.input), planner.buffer(op.weight)
    result = planner.result(op.result)
    if slopes.shape != (1,):
        (size,), (step,) = slopes.shape, slopes.strides
        beside = [1] * (len(source.shape) - 2)
        slopes = replace(slopes, shape=(size, *beside), strides=(step, *beside), slack=0)
    views = planner.view(source), planner.view(broadcast(slopes, source.shape))
    planner.emit(PlainBinaryOp(*views, planner.view(result), PRELU))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    nn.ClampOp: _clamp,
    nn.AddOp: _binary,
    nn.SubOp: _binary,
    nn.MulOp: _binary,
    nn.PreluOp: _prelu,
}
"""By the type of the op, for `buffer_ops`."""
