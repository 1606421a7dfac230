"""How `plan-buffers` turns layer_norm, group_norm and instance_norm into kernel ops: groups become
dimensions, weight and bias constants in steps of the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.dialects.families.norm import Groups
from qfin.dialects.quant.norm import NormOp, relative_eps
from qfin.interpreter.norm import in_steps
from qfin.passes.lower.activations import clamp, uniform_of, zero_point
from qfin.passes.lower.buffers import NO_HALO, Buffer
from qfin.passes.lower.emit_binary import broadcast
from qfin.passes.lower.emit_channelwise import optional_array

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def _grouped(buffer: Buffer, groups: Groups) -> Buffer:
    """The same memory seen under the shape of the groups, which may split the channels."""
    if len(groups.shape) == len(buffer.shape):
        return buffer
    images, channels, *spatial = buffer.strides
    strides = (images, channels * groups.shape[2], channels, *spatial)
    return replace(buffer, shape=groups.shape, strides=strides, halo=NO_HALO, slack=0)


def _emit(planner: Planner, op: NormOp) -> None:
    x, y = uniform_of(op.input), uniform_of(op.result)
    source, result = planner.buffer(op.input), planner.result(op.result)
    groups = op.groups(source.shape)
    if not groups.count:
        return
    parameters: list[Buffer] = []
    for array in in_steps(optional_array(op, op.weight), optional_array(op, op.bias), y):
        array = array if array.size == 1 else array.reshape(groups.parameters)
        parameters.append(broadcast(planner.constants.add(array), groups.shape))
    qmin, qmax = clamp(y, op.activation)
    weight, bias = (planner.view(parameter) for parameter in parameters)
    planner.emit(
        kernel.NormOp(
            planner.view(_grouped(source, groups)),
            weight,
            bias,
            planner.view(_grouped(result, groups)),
            outer=groups.outer,
            eps=relative_eps(op.eps.value.data, x.scale, groups.count),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = dict.fromkeys(
    (quant.LayerNormOp, quant.GroupNormOp, quant.InstanceNormOp), _emit
)
"""By the type of the op."""
