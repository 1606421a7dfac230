"""How `plan-buffers` turns elementwise ops on two tensors into kernel ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.dialects.quant.binary import BinaryOp
from qfin.passes.lower.activations import clamp, uniform_of, zero_point
from qfin.passes.lower.buffers import NO_HALO, Buffer

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def broadcast(buffer: Buffer, shape: Sequence[int]) -> Buffer:
    """The same memory seen under a shape that it broadcasts to: new dimensions and those of size 1
    have stride 0."""
    if buffer.shape == tuple(shape):
        return buffer
    missing = len(shape) - len(buffer.shape)
    strides = [
        0 if size == 1 else step for size, step in zip(buffer.shape, buffer.strides, strict=True)
    ]
    return replace(
        buffer, shape=tuple(shape), strides=(*[0] * missing, *strides), halo=NO_HALO, slack=0
    )


def _emit(planner: Planner, op: BinaryOp) -> None:
    a, b, y = (uniform_of(value) for value in (op.lhs, op.rhs, op.result))
    sources = planner.buffer(op.lhs), planner.buffer(op.rhs)
    result = planner.result(op.result)
    qmin, qmax = clamp(y, op.activation)
    lhs, rhs = (planner.view(broadcast(source, result.shape)) for source in sources)
    planner.emit(
        kernel.BinaryOp(
            lhs,
            rhs,
            planner.view(result),
            op.name.removeprefix("quant."),
            lhs_scale=float(np.float32(a.scale)),
            lhs_zero_point=zero_point(a),
            rhs_scale=float(np.float32(b.scale)),
            rhs_zero_point=zero_point(b),
            scale=float(np.float32(y.scale)),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    op: _emit for op in (quant.AddOp, quant.SubOp, quant.MulOp)
}
"""By the type of the op, for `buffer_ops`."""
