"""How `plan-buffers` turns activations, softmax and normalisations of f32 into kernel ops.

Their kernels take dense rows; what lies otherwise is copied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from xdsl.ir import Operation, SSAValue

from qfin.dialects import nn
from qfin.dialects.families.norm import Groups
from qfin.dialects.kernel.float_lines import FloatNormOp, FloatSoftmaxOp, FloatUnaryOp
from qfin.dialects.kernel.plain import PlainBinaryOp
from qfin.dialects.nn.activation import UnaryOp
from qfin.errors import UnsupportedError
from qfin.interpreter.batch_norm import coefficients, per_channel
from qfin.interpreter.unary import float_function
from qfin.passes.lower.buffers import NO_HALO, Buffer
from qfin.passes.lower.emit_binary import broadcast
from qfin.passes.lower.emit_channelwise import constant_array, optional_array
from qfin.passes.lower.emit_views import copy

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def dense(planner: Planner, buffer: Buffer) -> Buffer:
    """The buffer itself if it is dense, else a copy for this step."""
    if buffer.is_row_major:
        return buffer
    result = planner.temporary(buffer)
    copy(planner, buffer, result)
    return result


def emit_unary(planner: Planner, op: UnaryOp) -> None:
    """A function of each value."""
    known = float_function(op)
    assert known is not None
    source, result = dense(planner, planner.buffer(op.input)), planner.result(op.result)
    target = result if result.is_row_major else planner.temporary(result)
    planner.emit(FloatUnaryOp(planner.view(source), planner.view(target), *known))
    if target != result:
        copy(planner, target, result)


def _as_rows(buffer: Buffer) -> Buffer:
    """[..., C], dense, as [R, C]."""
    return buffer.reshaped((prod(buffer.shape[:-1]), buffer.shape[-1]))


def _last(buffer: Buffer, dim: int) -> Buffer:
    """The same memory with this dimension innermost."""
    order = [d for d in range(len(buffer.shape)) if d != dim] + [dim]
    shape, strides = (tuple(of[d] for d in order) for of in (buffer.shape, buffer.strides))
    return replace(buffer, shape=shape, strides=strides, halo=NO_HALO, slack=0)


def _softmax(planner: Planner, op: nn.SoftmaxOp) -> None:
    """A scalar is a line of one value."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    if not source.shape:
        source, result = source.reshaped((1,)), result.reshaped((1,))
    dim = op.dim.value.data % len(source.shape)
    seen, place = dense(planner, _last(source, dim)), _last(result, dim)
    target = place if place.is_row_major else planner.temporary(place)
    views = planner.view(_as_rows(seen)), planner.view(_as_rows(target))
    planner.emit(FloatSoftmaxOp(*views))
    if target != place:
        copy(planner, target, place)


def _norm(planner: Planner, op: nn.LayerNormOp | nn.GroupNormOp | nn.InstanceNormOp) -> None:
    source, result = planner.buffer(op.input), planner.result(op.result)
    groups = op.groups(source.shape)
    if not groups.count:
        return
    rows = prod(groups.shape[: groups.outer]), groups.count
    buffers = [
        None if value is None else dense(planner, planner.buffer(value))
        for value in (op.weight, op.bias)
    ]
    x, y = dense(planner, source).reshaped(rows), result.reshaped(rows)
    if isinstance(op, nn.LayerNormOp):
        weight, bias = (
            None if buffer is None else planner.view(buffer.reshaped((groups.count,)))
            for buffer in buffers
        )
        views = planner.view(x), weight, bias, planner.view(y)
        planner.emit(FloatNormOp(*views, eps=op.eps.value.data))
        return
    _scaled(planner, x, y, groups, buffers, op.eps.value.data)


def _scaled(
    planner: Planner,
    x: Buffer,
    y: Buffer,
    groups: Groups,
    parameters: list[Buffer | None],
    eps: float,
) -> None:
    """Normalised, then times a weight and plus a bias that each channel has."""
    steps = [
        (buffer, function)
        for buffer, function in zip(parameters, ("mul", "add"), strict=True)
        if buffer is not None
    ]
    target = planner.temporary(y) if steps else y
    planner.emit(FloatNormOp(planner.view(x), None, None, planner.view(target), eps=eps))
    for index, (buffer, function) in enumerate(steps):
        last = index == len(steps) - 1
        following = y if last else planner.temporary(y)
        operand = broadcast(buffer.reshaped(groups.parameters), groups.shape)
        views = (
            planner.view(target.reshaped(groups.shape)),
            planner.view(operand),
            planner.view(following.reshaped(groups.shape)),
        )
        planner.emit(PlainBinaryOp(*views, function=function))
        target = following


def _instance_norm(planner: Planner, op: nn.InstanceNormOp) -> None:
    if op.use_input_stats.value.data:
        _norm(planner, op)
        return
    assert op.running_mean is not None
    assert op.running_var is not None
    statistics = op.running_mean, op.running_var
    _by_channel(planner, op, (op.weight, op.bias, *statistics), op.eps.value.data)


def _batch_norm(planner: Planner, op: nn.BatchNormOp) -> None:
    if op.training.value.data:
        raise UnsupportedError("only batch_norm by running statistics is compiled", op)
    parameters = op.weight, op.bias, op.running_mean, op.running_var
    _by_channel(planner, op, parameters, op.eps.value.data)


def _by_channel(
    planner: Planner,
    op: nn.BatchNormOp | nn.InstanceNormOp,
    parameters: tuple[SSAValue | None, SSAValue | None, SSAValue, SSAValue],
    eps: float,
) -> None:
    """A multiplication and an addition, each rounded, whose operands are known now."""
    weight, bias, mean, var = parameters
    scale, shift = coefficients(
        optional_array(op, weight),
        optional_array(op, bias),
        constant_array(op, mean),
        constant_array(op, var),
        eps,
    )
    source, result = planner.buffer(op.input), planner.result(op.result)
    product = planner.temporary(result)
    steps = (source, scale, product, "mul"), (product, shift, result, "add")
    for lhs, values, output, function in steps:
        operand = planner.constants.add(per_channel(values, len(result.shape)))
        spread = planner.view(broadcast(operand, result.shape))
        planner.emit(PlainBinaryOp(planner.view(lhs), spread, planner.view(output), function))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    **dict.fromkeys((op for op in nn.UNARY_OPS if op is not nn.ClampOp), emit_unary),
    nn.SoftmaxOp: _softmax,
    nn.LayerNormOp: _norm,
    nn.GroupNormOp: _norm,
    nn.InstanceNormOp: _instance_norm,
    nn.BatchNormOp: _batch_norm,
}
"""By the type of the op, for `buffer_ops`."""
