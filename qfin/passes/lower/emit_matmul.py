"""How `plan-buffers` turns products of matrices into kernel ops: both operands are laid out as
pairs of 16 bits, less their zero points, for the one kernel that reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from xdsl.dialects.builtin import i8, i16
from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.dialects.kernel.matmul import BLOCK
from qfin.interpreter import numerics
from qfin.passes.lower.activations import clamp, uniform_of, zero_point
from qfin.passes.lower.buffers import NO_HALO, Buffer, row_major
from qfin.passes.lower.emit_binary import broadcast
from qfin.passes.lower.runtime_weights import parts

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_matmul(planner: Planner, op: quant.MatmulOp) -> None:
    """Operands may have any strides."""
    a, b, y = (uniform_of(value) for value in (op.lhs, op.rhs, op.result))
    lhs, rhs, result = planner.buffer(op.lhs), planner.buffer(op.rhs), planner.result(op.result)
    if len(lhs.shape) == 1:
        lhs, result = _expanded(lhs, 0), _expanded(result, len(rhs.shape[:-2]))
    if len(rhs.shape) == 1:
        rhs, result = _expanded(rhs, 1), _expanded(result, len(result.shape))
    left, right = _rows(planner, lhs, zero_point(a)), _columns(planner, rhs, zero_point(b))
    *batch, rows, columns = result.shape
    if prod(rhs.shape[:-2]) == 1 and result.is_row_major:
        # All rows meet the same columns: one product.
        batch, rows = [], prod(batch) * rows
        left = left.reshaped((rows, left.shape[-1]))
        right = right.reshaped(right.shape[-4:])
        result = result.reshaped((rows, columns))
    qmin, qmax = clamp(y, op.activation)
    planner.emit(
        kernel.MatmulOp(
            planner.view(broadcast(left, (*batch, *left.shape[-2:]))),
            planner.view(broadcast(right, (*batch, *right.shape[-4:]))),
            planner.view(result),
            mult=float(numerics.requantize_scales(a.scale, b.scale, y.scale)),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


def _expanded(buffer: Buffer, at: int) -> Buffer:
    """With one more dimension, of size 1."""
    shape, strides = buffer.shape, buffer.strides
    return replace(
        buffer, shape=(*shape[:at], 1, *shape[at:]), strides=(*strides[:at], 1, *strides[at:])
    )


def _pairs(planner: Planner, shape: tuple[int, ...], *, filled: bool) -> Buffer:
    """Memory for this step; of zeros, unless all of it is `filled`."""
    buffer = planner.arena.buffer(i16, shape, planner.step, planner.step)
    if not filled:
        every_byte = replace(buffer, element=i8, shape=(2 * prod(shape),), strides=(1,))
        planner.emit(kernel.FillOp(planner.view(every_byte), 0))
    return buffer


def _rows(planner: Planner, source: Buffer, zero_point: int) -> Buffer:
    """[..., M, K] as rows of pairs."""
    *outer, depth = source.shape
    result = _pairs(planner, (*outer, depth + depth % 2), filled=depth % 2 == 0)
    inside = replace(result, shape=source.shape, slack=0)
    planner.emit(kernel.WidenOp(planner.view(source), planner.view(inside), zero_point))
    return result


def _columns(planner: Planner, source: Buffer, zero_point: int) -> Buffer:
    """[..., K, N] as [..., blocks, pairs, BLOCK, 2], in up to four pieces: whole blocks and the
    rest of the columns, whole pairs and the rest."""
    *batch, depth, columns = source.shape
    *by_batch, by_depth, by_column = source.strides
    shape = (*batch, -(-columns // BLOCK), -(-depth // 2), BLOCK, 2)
    result = _pairs(planner, shape, filled=columns % BLOCK == depth % 2 == 0)
    block, pair = row_major(shape)[-4:-2]
    for first_block, blocks, lanes in parts(columns, BLOCK):
        for first_pair, pairs, halves in parts(depth, 2):
            piece = (*batch, blocks, pairs, lanes, halves)
            strides = (*by_batch, BLOCK * by_column, 2 * by_depth, by_column, by_depth)
            skipped = first_block * BLOCK * by_column + first_pair * 2 * by_depth
            from_source = replace(
                source,
                shape=piece,
                strides=strides,
                offset=source.offset + skipped,
                halo=NO_HALO,
                slack=0,
            )
            to = result.offset + 2 * (first_block * block + first_pair * pair)
            inside = replace(result, shape=piece, offset=to, slack=0)
            planner.emit(
                kernel.WidenOp(planner.view(from_source), planner.view(inside), zero_point)
            )
    return result


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {quant.MatmulOp: emit_matmul}
"""By the type of the op."""
