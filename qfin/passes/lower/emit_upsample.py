"""How `plan-buffers` turns resampling into kernel ops: positions and weights become tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from xdsl.ir import Operation

from qfin.dialects import kernel, nn, quant
from qfin.dialects.families.upsample import Interpolation
from qfin.dialects.nn.upsample import FloatUpsample, UpsampleNearestOp
from qfin.dialects.quant.upsample import QuantUpsample
from qfin.dialects.tensors import ints
from qfin.interpreter import numerics
from qfin.interpreter.upsample import interpolation_taps, nearest_positions
from qfin.passes.lower.activations import clamp, uniform_of, zero_point

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_nearest(planner: Planner, op: UpsampleNearestOp) -> None:
    """The maximum of windows of one element each."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    axes = nearest_positions(op, source.shape[2:])
    tables = [np.stack([axis, np.ones_like(axis)], axis=1) for axis in axes]
    planner.emit(
        kernel.MaxPoolOp(
            planner.view(source),
            [planner.view(planner.constants.add(table)) for table in tables],
            planner.view(result),
            ints(*(1 for _ in tables)),
        )
    )


def emit_interpolation(planner: Planner, op: QuantUpsample) -> None:
    """The sums over neighbours."""
    assert isinstance(op, Interpolation)
    source, result = planner.buffer(op.input), planner.result(op.result)
    x, y = uniform_of(op.input), uniform_of(op.result)
    mult = numerics.requantize_scales(x.scale, [1.0], y.scale)
    qmin, qmax = clamp(y)
    tables = [table for taps in interpolation_taps(op, source.shape[2:]) for table in taps]
    planner.emit(
        kernel.UpsampleOp(
            planner.view(source),
            [planner.view(planner.constants.add(table)) for table in tables],
            planner.view(planner.constants.add(mult)),
            planner.view(result),
            input_zero_point=zero_point(x),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


def _float_interpolation(planner: Planner, op: FloatUpsample) -> None:
    assert isinstance(op, Interpolation)
    source, result = planner.buffer(op.input), planner.result(op.result)
    tables = [table for taps in interpolation_taps(op, source.shape[2:]) for table in taps]
    views = [planner.view(planner.constants.add(table)) for table in tables]
    planner.emit(kernel.FloatUpsampleOp(planner.view(source), views, planner.view(result)))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    **dict.fromkeys(
        (op for op in nn.UPSAMPLE_OPS if issubclass(op, UpsampleNearestOp)), emit_nearest
    ),
    **dict.fromkeys(
        (op for op in nn.UPSAMPLE_OPS if issubclass(op, FloatUpsample)), _float_interpolation
    ),
    **dict.fromkeys(quant.UPSAMPLE_OPS, emit_interpolation),
}
"""By the type of the op."""
