"""How `plan-buffers` turns convolutions of f32 into `kernel.contraction`.

The input is copied into zeros if there is padding. With stride 1 pixels may be columns: those of a
window's tap lie behind each other in the padded image, rows too, and what is computed for the
places between the rows of the result is left out afterwards. With other strides, and where that
takes less, channels are columns, and what comes out, channels innermost, is copied to the result.
So they are where each output channel reads an input channel of its own; then the input is turned,
too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from xdsl.ir import Operation

from qfin.dialects import nn
from qfin.passes.lower.buffers import NO_HALO, Buffer
from qfin.passes.lower.emit_contraction import constant_of, described, emit_contraction, in_blocks
from qfin.passes.lower.emit_views import copy
from qfin.passes.lower.float_windows import (
    LANES,
    clear_halo,
    columns_of,
    emit_by_channels,
    emit_by_pixels,
    inside,
    strided,
    whole_vectors,
)

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner

# Products that take as long as to copy a value of the result, in its order or in another one.
_MOVED, _TURNED = 9, 14


def _conv(planner: Planner, op: nn.Conv) -> None:
    source, result = planner.buffer(op.input), planner.result(op.result)
    if 0 in result.shape:
        return
    if _is_depthwise(op):
        _depthwise(planner, op, source, result)
        return
    window = inside(planner, source, op.padding.get_values(), [1] * (len(source.shape) - 2))
    steps, dilation = op.stride.get_values(), op.dilation.get_values()
    along = set(steps) == {1} and window.is_row_major and _prefers_pixels(op, window, result)
    weight = planner.buffer(op.weight) if along else described(planner, op.weight)
    groups = op.groups.value.data
    outputs, inputs, *taps = weight.shape
    split = strided(
        weight,
        (groups, outputs // groups, inputs, *taps),
        (outputs // groups * weight.strides[0], *weight.strides),
    )
    bias = None if op.bias is None else planner.buffer(op.bias)
    if along:
        emit_by_pixels(planner, window, split, bias, result, dilation)
        return
    known = constant_of(op.weight)
    blocks = in_blocks(planner, split, known, 1)
    innermost = planner.temporary(result, nhwc=True)
    emit_by_channels(planner, window, blocks, bias, innermost, steps, dilation)
    copy(planner, innermost, result)


def _prefers_pixels(op: nn.Conv, window: Buffer, result: Buffer) -> bool:
    """Whether, of stride 1, vectors of pixels take less than vectors of channels. A weight that is
    not constant would have to be turned at each call. What is compared are the products of an
    output, with those that are computed in vain, and its copies."""
    known = constant_of(op.weight)
    if known is None:
        return True
    spatial = result.shape[2:]
    pixels, columns = prod(spatial), columns_of(window.shape[2:], spatial)
    each, products = known.shape[0] // op.groups.value.data, prod(known.shape[1:])
    by_pixels = products * whole_vectors(columns) / pixels + (_MOVED if columns > pixels else 0)
    return by_pixels <= products * whole_vectors(each) / each + _TURNED


def _is_depthwise(op: nn.Conv) -> bool:
    """Whether channels do not meet, as many as fill a vector on some target, and weights are known,
    which would have to be turned."""
    known = constant_of(op.weight)
    if known is None or known.shape[0] < LANES // 2 or min(op.padding.get_values()) < 0:
        return False
    return known.shape[:2] == (op.groups.value.data, 1)


def _depthwise(planner: Planner, op: nn.Conv, source: Buffer, result: Buffer) -> None:
    """Channels are columns of both operands, pixels rows."""
    known, padding = constant_of(op.weight), op.padding.get_values()
    assert known is not None
    images, channels, *spatial = result.shape
    turned = planner.temporary(source, nhwc=True, halo=padding)
    if any(padding):
        clear_halo(planner, turned, padding)
    copy(planner, source, replace(turned, halo=NO_HALO))
    window = turned.padded(padding) if any(padding) else turned
    by_image, _, *by_pixel = window.strides
    taps = known.shape[2:]
    stride, dilation = op.stride.get_values(), op.dilation.get_values()
    lhs = strided(
        window,
        (images, *spatial, *taps, channels),
        (
            by_image,
            *(step * apart for step, apart in zip(stride, by_pixel, strict=True)),
            *(step * apart for step, apart in zip(dilation, by_pixel, strict=True)),
            1,
        ),
    )
    weight = described(planner, op.weight)
    weight = strided(weight, (channels, *taps), (weight.strides[0], *weight.strides[2:]))
    blocks = in_blocks(planner, weight, known, 0)
    rhs = strided(blocks, (images, *blocks.shape), (0, *blocks.strides))
    innermost = planner.temporary(result, nhwc=True)
    of_image, _, *of_pixel = innermost.strides
    shape = (images, *spatial, channels)
    output = strided(innermost, shape, (of_image, *of_pixel, 1))
    bias = None if op.bias is None else planner.buffer(op.bias)
    if bias is not None:
        bias = strided(bias, shape, (*[0] * (1 + len(spatial)), bias.strides[0]))
    rows = len(spatial)
    emit_contraction(
        planner, lhs, rhs, bias, output, batch=1, rows=rows, blocked=True, depthwise=True
    )
    copy(planner, innermost, result)


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = dict.fromkeys(
    (nn.Conv1dOp, nn.Conv2dOp, nn.Conv3dOp), _conv
)
"""By the type of the op, for `buffer_ops`."""
