"""Packed weights as kernels read them, whether they are constants or packed at run time.

A packed value is a few buffers: the weights in the order of `#layout.blocked`, and for each lane
of each block ([groups, blocks * lanes]) minus the sum of its weights, its scale, perhaps its bias.
Constants have them in the constants, `quant.prepack_dynamic` in the arena.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, f32, i8, i32
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, quant
from qfin.dialects.kernel.dense import DEPTH
from qfin.dialects.kernel.fill import FillOp
from qfin.dialects.layout import BlockedAttr
from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.blocked import pad_channels, unblock
from qfin.interpreter.packed import less_zero_points
from qfin.passes.lower.buffers import Buffer
from qfin.passes.lower.requantization import zero_points_of
from qfin.passes.lower.window_sums import pair_constants

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


@dataclass(frozen=True)
class Weights:
    """The buffers of one packed value; `start` is minus the sums of the weights, less their zero
    points, of which `zero_points` has pairs (`window_sums`), where any is not 0."""

    lanes: int
    weights: Buffer
    start: Buffer
    scales: Buffer
    bias: Buffer | None
    zero_points: Buffer | None = None


def weights_of(planner: Planner, op: Operation, value: SSAValue) -> Weights:
    """Where the packed `value` lies that `op` reads. Raises UnsupportedError, at `op`, for one that
    is laid out for no target."""
    if value in planner.packed:
        return planner.packed[value]
    packed, constant = value.type, value.owner
    assert isinstance(packed, quant.PackedType)
    if not isinstance(constant, quant.PackedConstantOp):
        raise UnsupportedError("only weights that are packed in the same function are compiled", op)
    layout = layout_of(op, packed)
    content, groups, lanes = constant.value, packed.groups, layout.lanes.data
    flat = dense_to_numpy(content.weight)
    weight = unblock(flat, packed.dense_shape, groups, lanes, DEPTH)
    zero_points = zero_points_of(content)
    centred = less_zero_points(weight, zero_points)
    start = -centred.sum(axis=tuple(range(1, weight.ndim)), dtype=np.int32)

    def spread(per_channel: NDArray[np.generic]) -> Buffer:
        each = np.broadcast_to(per_channel, [packed.out_channels])
        return planner.constants.add(pad_channels(each, groups, lanes))

    pairs = None
    if zero_points is not None:
        each = np.broadcast_to(zero_points, [packed.out_channels])
        pairs = pair_constants(planner, each, groups, lanes)
    bias = content.bias
    return Weights(
        lanes,
        planner.constants.add(flat),
        spread(start),
        spread(dense_to_numpy(content.scales)),
        spread(dense_to_numpy(bias)) if isinstance(bias, DenseIntOrFPElementsAttr) else None,
        pairs,
    )


def layout_of(op: Operation, packed: quant.PackedType) -> BlockedAttr:
    """How the weights lie. Raises UnsupportedError, at `op`, unless it is a target's way."""
    layout = packed.layout
    if not isinstance(layout, BlockedAttr) or layout.depth.data != DEPTH:
        raise UnsupportedError("the weights are not as a target reads them: run assign-layout", op)
    return layout


def emit_prepack(planner: Planner, op: quant.PrepackDynamicOp) -> None:
    """Lays the weights out in the arena, and what belongs to each lane."""
    packed = op.result.type
    assert isinstance(packed, quant.PackedType)
    if packed.is_transposed:
        raise UnsupportedError("weights of transposed convolutions are not packed at run time", op)
    layout = layout_of(op, packed)
    lanes, groups = layout.lanes.data, packed.groups
    of_group = packed.out_channels // groups
    blocks = -(-of_group // lanes)
    last = planner.last_uses[op.result]

    def place(element: object, shape: tuple[int, ...]) -> Buffer:
        return planner.arena.buffer(element, shape, planner.step, last)  # pyright: ignore[reportArgumentType]

    def spread(value: SSAValue) -> Buffer:
        """One value, or one for each channel, as one for each lane."""
        source, result = planner.buffer(value), place(f32, (groups, blocks * lanes))
        step = source.strides[0] if source.shape else 0
        shape = (groups, of_group)
        channels = replace(source, shape=shape, strides=(of_group * step, step), slack=0)
        inside = replace(result, shape=shape, slack=0)
        planner.emit(kernel.CopyOp(planner.view(channels), planner.view(inside)))
        return result

    flat = place(i8, (layout.size(packed.dense_shape, groups),))
    if of_group % lanes or packed.dense_shape[1] % DEPTH:
        planner.emit(FillOp(planner.view(flat), 0))
    for source, target in _pieces(planner.buffer(op.weight), flat, groups, lanes):
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(target)))
    start = place(i32, (groups, blocks * lanes))
    planner.emit(kernel.ColumnSumsOp(planner.view(flat), planner.view(start), lanes))
    bias = None if op.bias is None else spread(op.bias)
    planner.packed[op.result] = Weights(lanes, flat, start, spread(op.scale), bias)


def _pieces(
    weight: Buffer, flat: Buffer, groups: int, lanes: int
) -> Iterator[tuple[Buffer, Buffer]]:
    """A weight [O, I, taps...] and its flat array as views of one shape
    [groups, blocks, lanes, steps, depth, taps...], in up to four pieces: whole blocks and the
    channels of the last one, whole steps and the inputs of the last one."""
    (out, inner, *taps), (by_out, by_inner, *by_tap) = weight.shape, weight.strides
    of_group = out // groups
    blocks, steps = -(-of_group // lanes), -(-inner // DEPTH)
    step = lanes * DEPTH
    tap_strides = [step * steps * prod(taps[i + 1 :]) for i in range(len(taps))]
    block = step * steps * prod(taps)
    for first_block, block_count, lane_count in parts(of_group, lanes):
        for first_step, step_count, depth in parts(inner, DEPTH):
            shape = (groups, block_count, lane_count, step_count, depth, *taps)
            source = (of_group * by_out, lanes * by_out, by_out, DEPTH * by_inner, by_inner)
            yield (
                replace(
                    weight,
                    shape=shape,
                    strides=(*source, *by_tap),
                    offset=weight.offset
                    + first_block * lanes * by_out
                    + first_step * DEPTH * by_inner,
                    slack=0,
                ),
                replace(
                    flat,
                    shape=shape,
                    strides=(blocks * block, block, DEPTH, step, 1, *tap_strides),
                    offset=flat.offset + first_block * block + first_step * step,
                    slack=0,
                ),
            )


def parts(size: int, whole: int) -> Iterator[tuple[int, int, int]]:
    """(first, count, size) of the whole parts of `size`, and of the rest."""
    count, rest = divmod(size, whole)
    if count:
        yield 0, count, whole
    if rest:
        yield count, 1, rest
