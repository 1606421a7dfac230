"""How `plan-buffers` turns softmax into a kernel op: the exponentials become a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.interpreter.softmax import exponentials
from qfin.passes.lower.activations import clamp, uniform_of, zero_point

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_softmax(planner: Planner, op: quant.SoftmaxOp) -> None:
    """A scalar is a line of one value."""
    y = uniform_of(op.result)
    source, result = planner.buffer(op.input), planner.result(op.result)
    if not source.shape:
        source, result = source.reshaped((1,)), result.reshaped((1,))
    qmin, qmax = clamp(y)
    table = planner.constants.add(exponentials(uniform_of(op.input).scale))
    planner.emit(
        kernel.SoftmaxOp(
            planner.view(source),
            planner.view(table),
            planner.view(result),
            dim=op.dim.value.data % len(source.shape),
            scale=float(np.float32(y.scale)),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {quant.SoftmaxOp: emit_softmax}
"""By the type of the op."""
