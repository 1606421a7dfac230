"""How `plan-buffers` turns transposed convolutions of f32 into `kernel.contraction`.

They are convolutions of the input spread by the stride, with the taps in reverse order. Of constant
weights each set of outputs that lie a stride apart is a convolution of the input itself, by every
stride-th tap (see `conv_transpose_geometry`): the other taps meet zeros, which add nothing where
weights are finite, but the sign of a zero. Of others the input is spread indeed. So a bias that is
no negative zero is added to all sums: then none is left, however they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import f32
from xdsl.ir import Operation

from qfin.dialects import nn
from qfin.dialects.kernel.plain import PlainBinaryOp
from qfin.passes.lower.activations import tensor_of
from qfin.passes.lower.buffers import Buffer, row_major
from qfin.passes.lower.conv_transpose_geometry import Phase, outputs_of, phases
from qfin.passes.lower.emit_binary import broadcast
from qfin.passes.lower.emit_contraction import constant_of, in_blocks
from qfin.passes.lower.emit_views import copy, part
from qfin.passes.lower.float_windows import (
    emit_by_channels,
    emit_by_pixels,
    inside,
    whole_vectors,
)

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def _transposed(planner: Planner, op: nn.ConvTranspose) -> None:
    source, result = planner.buffer(op.input), planner.result(op.result)
    if 0 in result.shape:
        return
    known = constant_of(op.weight)
    if known is not None and np.isfinite(known).all():
        each = known.shape[1]
        axes = phases(op, source.shape[2:], known.shape[2:])
        reached = all(phase.taps for of_axes in axes for phase in of_axes)
        if reached and whole_vectors(each) <= prod(op.stride.get_values()) * each:
            _by_phases(planner, op, source, known, axes, result)
            return
    _spread(planner, op, source, result)


def _by_phases(
    planner: Planner,
    op: nn.ConvTranspose,
    source: Buffer,
    known: NDArray[Any],
    phases: Sequence[tuple[Phase, ...]],
    result: Buffer,
) -> None:
    """All read the input where it lies, in zeros, and write where their outputs belong."""
    groups = op.groups.value.data
    inputs, each, *taps = known.shape
    flipped = known.reshape(groups, inputs // groups, each, *taps).swapaxes(1, 2)
    flipped = np.flip(flipped, tuple(range(3, flipped.ndim)))
    wanted = [[side for axis in axes for side in (axis.before, axis.after)] for axes in phases]
    sides = [max(0, *side) for side in zip(*wanted, [0] * (2 * len(taps)), strict=True)]
    around = inside(planner, source, sides, [1] * len(taps))
    innermost = planner.temporary(result, nhwc=True)
    bias = _bias(planner, op)
    for axes in phases:
        starts = [side - axis.before for side, axis in zip(sides[::2], axes, strict=True)]
        sizes = [
            axis.before + size + axis.after
            for axis, size in zip(axes, source.shape[2:], strict=True)
        ]
        window = part(around, (0, 0, *starts), (*source.shape[:2], *sizes))
        chosen = np.ix_(*(np.array(axis.taps) for axis in axes))
        weight = flipped[(slice(None), slice(None), slice(None), *chosen)]
        shape = Buffer(planner.constants.base, f32, weight.shape, row_major(weight.shape))
        emit_by_channels(
            planner,
            window,
            in_blocks(planner, shape, weight, 1),
            bias,
            outputs_of(innermost, axes),
            [1] * len(taps),
            [axis.dilation for axis in axes],
        )
    copy(planner, innermost, result)


def _spread(planner: Planner, op: nn.ConvTranspose, source: Buffer, result: Buffer) -> None:
    """The weight [I, O / groups, taps...] is read as [groups, O / groups, I / groups, taps...] with
    the taps in reverse order."""
    weight, groups = planner.buffer(op.weight), op.groups.value.data
    inputs, outputs, *taps = weight.shape
    by_input, by_output, *by_tap = weight.strides
    last = sum((size - 1) * step for size, step in zip(taps, by_tap, strict=True))
    flipped = replace(
        weight,
        shape=(groups, outputs, inputs // groups, *taps),
        strides=(inputs // groups * by_input, by_output, by_input, *(-step for step in by_tap)),
        offset=weight.offset + 4 * last,
        slack=0,
    )
    dilation, padding = op.dilation.get_values(), op.padding.get_values()
    sides: list[int] = []
    for axis, more in enumerate(op.output_padding.get_values()):
        reach = dilation[axis] * (taps[axis] - 1)
        sides += [reach - padding[2 * axis], reach - padding[2 * axis + 1] + more]
    window = inside(planner, source, sides, op.stride.get_values())
    if not window.is_row_major:
        dense = planner.temporary(window)
        copy(planner, window, dense)
        window = dense
    bias = _bias(planner, op)
    emit_by_pixels(planner, window, flipped, bias, result, dilation)


def _bias(planner: Planner, op: nn.ConvTranspose) -> Buffer:
    """`bias + 0.0`, [O]; 0.0 where there is none."""
    outputs = tensor_of(op.result).get_shape()[1]
    zero = np.zeros(1, np.float32)
    known = zero if op.bias is None else constant_of(op.bias)
    if known is not None:
        return planner.constants.add(np.broadcast_to(known + zero, (outputs,)).copy())
    assert op.bias is not None
    source = planner.buffer(op.bias)
    total = planner.temporary(source)
    zeros = broadcast(planner.constants.add(zero), source.shape)
    planner.emit(
        PlainBinaryOp(planner.view(source), planner.view(zeros), planner.view(total), "add")
    )
    return total


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = dict.fromkeys(
    (nn.ConvTranspose1dOp, nn.ConvTranspose2dOp, nn.ConvTranspose3dOp), _transposed
)
"""By the type of the op, for `buffer_ops`."""
