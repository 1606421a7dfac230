"""How `plan-buffers` turns batch_norm and prelu into kernel ops: a channel's parameters become f32
constants, a function without any becomes a lookup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, quant
from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.batch_norm import coefficients
from qfin.interpreter.prelu import prelu_quantized
from qfin.passes.finalize.groups import constant_of
from qfin.passes.lower.activations import clamp, uniform_of, zero_point
from qfin.passes.lower.emit_unary import byte_table, emit_lookup

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner

Array: TypeAlias = NDArray[Any]


def constant_array(op: Operation, value: SSAValue) -> Array:
    """The values of a constant operand of `op`. Raises UnsupportedError for one that is not."""
    if (constant := constant_of(value)) is None:
        raise UnsupportedError("only constant parameters are compiled", op)
    return dense_to_numpy(constant)


def optional_array(op: Operation, value: SSAValue | None) -> Array | None:
    """As `constant_array`; None for an operand that is absent."""
    return None if value is None else constant_array(op, value)


def _emit(
    planner: Planner,
    op: quant.BatchNormOp | quant.PreluOp,
    function: str,
    parameters: Sequence[Array],
    qmin: int,
    qmax: int,
) -> None:
    x, y = uniform_of(op.input), uniform_of(op.result)
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(
        kernel.ChannelwiseOp(
            planner.view(source),
            [planner.view(planner.constants.add(parameter)) for parameter in parameters],
            planner.view(result),
            function,
            input_scale=float(np.float32(x.scale)),
            input_zero_point=zero_point(x),
            scale=float(np.float32(y.scale)),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


def emit_batch_norm(planner: Planner, op: quant.BatchNormOp) -> None:
    """Scale and shift of each channel, as the interpreter computes them."""
    mean, var = constant_array(op, op.running_mean), constant_array(op, op.running_var)
    weight, bias = optional_array(op, op.weight), optional_array(op, op.bias)
    parameters = coefficients(weight, bias, mean, var, op.eps.value.data)
    bounds = clamp(uniform_of(op.result), op.activation)
    _emit(planner, op, "batch_norm", parameters, *bounds)


def emit_prelu(planner: Planner, op: quant.PreluOp) -> None:
    """One slope is one lookup for each element."""
    weight = constant_array(op, op.weight)
    if not np.isfinite(weight).all():
        raise UnsupportedError("only finite slopes are compiled", op)
    if weight.size != 1:
        _emit(planner, op, "prelu", [weight], *clamp(uniform_of(op.result)))
        return
    source = planner.buffer(op.input, signed=True)
    result = planner.result(op.result, signed=True)
    table = byte_table(op.input, op.result, lambda q: prelu_quantized(op, q, weight))
    emit_lookup(planner, source, table, result)


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    quant.BatchNormOp: emit_batch_norm,
    quant.PreluOp: emit_prelu,
}
"""By the type of the op."""
