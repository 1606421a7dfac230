"""How `plan-buffers` turns matrix products and linear layers on f32 into `kernel.contraction`.

Columns have to lie behind each other: what does not is copied, in blocks, which for constants is
done here and now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects import arith
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, f32
from xdsl.ir import Operation, SSAValue

from qfin.dialects import nn
from qfin.dialects.kernel.contraction import BLOCK, ContractionOp
from qfin.interpreter.arrays import dense_to_numpy
from qfin.passes.lower.buffers import NO_HALO, Buffer, row_major
from qfin.passes.lower.emit_binary import broadcast
from qfin.passes.lower.emit_views import copy
from qfin.passes.lower.runtime_weights import parts

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def constant_of(value: SSAValue) -> NDArray[Any] | None:
    """The array of a constant; None for other values."""
    owner = value.owner
    if not isinstance(owner, arith.ConstantOp):
        return None
    assert isinstance(owner.value, DenseIntOrFPElementsAttr)
    return dense_to_numpy(owner.value)


def described(planner: Planner, value: SSAValue) -> Buffer:
    """Where a value lies; for a constant no more than its shape, since what is packed anew is not
    read as it stands."""
    known = constant_of(value)
    if known is None:
        return planner.buffer(value)
    return Buffer(planner.constants.base, f32, known.shape, row_major(known.shape))


def in_blocks(planner: Planner, source: Buffer, array: NDArray[Any] | None, outer: int) -> Buffer:
    """`source` [outer..., N, K...], or its values if they are known, as [outer..., N / BLOCK, K...,
    BLOCK], rounded up, with any values behind the last column."""
    columns = source.shape[outer]
    batch, sums = source.shape[:outer], source.shape[outer + 1 :]
    shape = (*batch, -(-columns // BLOCK), *sums, BLOCK)
    if array is not None:
        padded = np.zeros((*batch, shape[outer] * BLOCK, *sums), np.float32)
        padded[(*[slice(None)] * outer, slice(0, columns))] = array.reshape(source.shape)
        split = padded.reshape((*batch, shape[outer], BLOCK, *sums))
        return planner.constants.add(np.moveaxis(split, outer + 1, -1))
    result = planner.arena.buffer(f32, shape, planner.step, planner.step)
    by_batch, (by_column, *by_sum) = source.strides[:outer], source.strides[outer:]
    for first, blocks, lanes in parts(columns, BLOCK):
        piece = (*batch, blocks, *sums, lanes)
        from_source = replace(
            source,
            shape=piece,
            strides=(*by_batch, BLOCK * by_column, *by_sum, by_column),
            offset=source.offset + 4 * first * BLOCK * by_column,
            halo=NO_HALO,
            slack=0,
        )
        to = result.offset + 4 * first * result.strides[outer]
        copy(planner, from_source, replace(result, shape=piece, offset=to, slack=0))
    return result


def emit_contraction(
    planner: Planner,
    lhs: Buffer,
    rhs: Buffer,
    bias: Buffer | None,
    result: Buffer,
    *,
    batch: int,
    rows: int,
    blocked: bool,
    depthwise: bool = False,
) -> None:
    """One kernel op; see there for the shapes. The bias broadcasts to the result's."""
    spread = None if bias is None else planner.view(broadcast(bias, result.shape))
    views = planner.view(lhs), planner.view(rhs), spread, planner.view(result)
    planner.emit(
        ContractionOp(*views, batch=batch, rows=rows, blocked=blocked, depthwise=depthwise)
    )


def _linear(planner: Planner, op: nn.LinearOp) -> None:
    source, weight = planner.buffer(op.input), described(planner, op.weight)
    bias = None if op.bias is None else planner.buffer(op.bias)
    right = in_blocks(planner, weight, constant_of(op.weight), 0)
    result = planner.result(op.result)
    if len(source.shape) == 1:
        source, result = expanded(source, 0), expanded(result, 0)
    rows = len(source.shape) - 1
    emit_contraction(planner, source, right, bias, result, batch=0, rows=rows, blocked=True)


def _matmul(planner: Planner, op: nn.MatmulOp) -> None:
    lhs, rhs, result = planner.buffer(op.lhs), described(planner, op.rhs), planner.result(op.result)
    known = constant_of(op.rhs)
    if len(rhs.shape) == 1 or rhs.shape[-1] == 1:
        rhs, known = planner.buffer(op.rhs), None
    if len(lhs.shape) == 1:
        lhs, result = expanded(lhs, 0), expanded(result, len(rhs.shape[:-2]))
    if len(rhs.shape) == 1:
        rhs, result = expanded(rhs, 1), expanded(result, len(result.shape))
    *batch, rows, columns = result.shape
    outer = len(rhs.shape) - 2
    if prod(rhs.shape[:-2]) == 1:
        # All rows meet the same columns.
        batch, count = [], len(result.shape) - 1
        rhs = replace(rhs, shape=rhs.shape[-2:], strides=rhs.strides[-2:], slack=0)
        lhs, outer = broadcast(lhs, (*result.shape[:-1], lhs.shape[-1])), 0
    else:
        lhs, count = broadcast(lhs, (*batch, rows, lhs.shape[-1])), 1
    blocked = columns > 1 and (rhs.strides[-1] != 1 or known is not None)
    if blocked:
        columns_first = None if known is None else known.reshape(rhs.shape).swapaxes(-1, -2)
        rhs = in_blocks(planner, _transposed(rhs), columns_first, outer)
        rhs = broadcast(rhs, (*batch, *rhs.shape[outer:]))
    else:
        # A single column is contiguous whatever its stride.
        rhs = broadcast(replace(rhs, strides=(*rhs.strides[:-1], 1)), (*batch, *rhs.shape[-2:]))
        rhs = replace(rhs, strides=(*rhs.strides[:-1], 1))
    if result.strides[-1] != 1:
        result = replace(result, strides=(*result.strides[:-1], 1))
    emit_contraction(planner, lhs, rhs, None, result, batch=len(batch), rows=count, blocked=blocked)


def _transposed(buffer: Buffer) -> Buffer:
    """The last two dimensions exchanged."""
    (*outer, k, n), (*steps, by_k, by_n) = buffer.shape, buffer.strides
    return replace(buffer, shape=(*outer, n, k), strides=(*steps, by_n, by_k), slack=0)


def expanded(buffer: Buffer, at: int) -> Buffer:
    """With one more dimension, of size 1."""
    shape, strides = buffer.shape, buffer.strides
    return replace(
        buffer, shape=(*shape[:at], 1, *shape[at:]), strides=(*strides[:at], 1, *strides[at:])
    )


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    nn.LinearOp: _linear,
    nn.MatmulOp: _matmul,
}
"""By the type of the op, for `buffer_ops`."""
