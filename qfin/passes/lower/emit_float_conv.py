"""How `plan-buffers` turns convolutions of f32, transposed or not, into `kernel.contraction`.

The input is copied into zeros if there is padding, and spread by the stride for a transposed one,
which is a convolution of stride 1 then. With stride 1 pixels may be columns: those of a window's
tap lie behind each other in the padded image, rows too, and what is computed for the places between
the rows of the result is left out afterwards. With other strides, and where that takes less,
channels are columns, and what comes out, channels innermost, is copied to the result. So they are
where each output channel reads an input channel of its own; then the input is turned, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from xdsl.dialects.builtin import i8
from xdsl.ir import Operation

from qfin.dialects import kernel, nn
from qfin.dialects.tensors import ints
from qfin.passes.lower.buffers import NO_HALO, Buffer, row_major
from qfin.passes.lower.emit_contraction import constant_of, described, emit_contraction, in_blocks
from qfin.passes.lower.emit_views import copy, part

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


# Those of the widest vectors of f32.
_LANES = 16
# Products that take as long as to copy a value of the result, in its order or in another one.
_MOVED, _TURNED = 9, 14


def _inside(planner: Planner, source: Buffer, sides: Sequence[int], apart: Sequence[int]) -> Buffer:
    """Images with zeros around them, `sides` for each dimension, and between their pixels, which
    come to lie `apart`; pixels that negative sides cut off are not there."""
    before, after = sides[::2], sides[1::2]
    if not any(sides) and set(apart) == {1}:
        return source
    spread = [(size - 1) * step + 1 for size, step in zip(source.shape[2:], apart, strict=True)]
    most = [max(0, side) for side in sides]
    whole = [b + s + a for b, s, a in zip(most[::2], spread, most[1::2], strict=True)]
    images = source.shape[:2]
    place = planner.temporary(replace(source, shape=(*images, *whole)))
    _clear(planner, place, most if set(apart) == {1} else ())
    inner = part(place, (0, 0, *most[::2]), source.shape, (1, 1, *apart))
    copy(planner, source, inner)
    kept = [size + min(0, b) + min(0, a) for size, b, a in zip(whole, before, after, strict=True)]
    return part(place, (0, 0, *(max(0, -b) for b in before)), (*images, *kept))


def _is_depthwise(op: nn.Conv) -> bool:
    """Whether channels do not meet, as many as fill a vector on some target, and weights are known,
    which would have to be turned."""
    known = constant_of(op.weight)
    if known is None or known.shape[0] < _LANES // 2 or min(op.padding.get_values()) < 0:
        return False
    return known.shape[:2] == (op.groups.value.data, 1)


def _depthwise(planner: Planner, op: nn.Conv, source: Buffer, result: Buffer) -> None:
    """Channels are columns of both operands, pixels rows."""
    known, padding = constant_of(op.weight), op.padding.get_values()
    assert known is not None
    images, channels, *spatial = result.shape
    turned = planner.temporary(source, nhwc=True, halo=padding)
    if any(padding):
        every_byte = replace(
            turned,
            element=i8,
            shape=(images, 4 * channels, *source.shape[2:]),
            strides=tuple(1 if d == 1 else 4 * step for d, step in enumerate(turned.strides)),
        )
        planner.emit(kernel.FillHaloOp(planner.view(every_byte), ints(*padding), 0))
    copy(planner, source, replace(turned, halo=NO_HALO))
    window = turned.padded(padding) if any(padding) else turned
    by_image, _, *by_pixel = window.strides
    taps = known.shape[2:]
    stride, dilation = op.stride.get_values(), op.dilation.get_values()
    lhs = _strides(
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
    weight = _strides(weight, (channels, *taps), (weight.strides[0], *weight.strides[2:]))
    blocks = in_blocks(planner, weight, known, 0)
    rhs = _strides(blocks, (images, *blocks.shape), (0, *blocks.strides))
    innermost = planner.temporary(result, nhwc=True)
    of_image, _, *of_pixel = innermost.strides
    shape = (images, *spatial, channels)
    output = _strides(innermost, shape, (of_image, *of_pixel, 1))
    bias = None if op.bias is None else planner.buffer(op.bias)
    if bias is not None:
        bias = _strides(bias, shape, (*[0] * (1 + len(spatial)), bias.strides[0]))
    rows = len(spatial)
    emit_contraction(
        planner, lhs, rhs, bias, output, batch=1, rows=rows, blocked=True, depthwise=True
    )
    copy(planner, innermost, result)


def _clear(planner: Planner, place: Buffer, sides: Sequence[int]) -> None:
    """Zeros in all of a dense buffer, or on those `sides` of its images: 4 zero bytes for each."""
    images, channels, *whole = place.shape
    planes = replace(
        place,
        element=i8,
        shape=(images * channels, 4, *whole),
        strides=(4 * prod(whole), 1, *(4 * step for step in row_major(whole))),
    )
    if not sides:
        planner.emit(kernel.FillOp(planner.view(planes), 0))
        return
    before, after = sides[::2], sides[1::2]
    inside = [size - b - a for size, b, a in zip(whole, before, after, strict=True)]
    inner = part(planes, (0, 0, *before), (images * channels, 4, *inside))
    view = planner.view(replace(inner, halo=tuple(sides)))
    planner.emit(kernel.FillHaloOp(view, ints(*sides), 0))


def _strides(buffer: Buffer, shape: Sequence[int], strides: Sequence[int]) -> Buffer:
    return replace(buffer, shape=tuple(shape), strides=tuple(strides), slack=0)


def _conv(planner: Planner, op: nn.Conv) -> None:
    source, result = planner.buffer(op.input), planner.result(op.result)
    if 0 in result.shape:
        return
    if _is_depthwise(op):
        _depthwise(planner, op, source, result)
        return
    window = _inside(planner, source, op.padding.get_values(), [1] * (len(source.shape) - 2))
    steps, dilation = op.stride.get_values(), op.dilation.get_values()
    along = set(steps) == {1} and window.is_row_major and _prefers_pixels(op, window, result)
    weight = planner.buffer(op.weight) if along else described(planner, op.weight)
    groups = op.groups.value.data
    outputs, inputs, *taps = weight.shape
    split = _strides(
        weight,
        (groups, outputs // groups, inputs, *taps),
        (outputs // groups * weight.strides[0], *weight.strides),
    )
    bias = None if op.bias is None else planner.buffer(op.bias)
    if along:
        _pixels(planner, window, split, bias, result, dilation)
        return
    known = constant_of(op.weight)
    blocks = in_blocks(planner, split, known, 1)
    _channels(planner, window, blocks, bias, result, steps, dilation)


def _prefers_pixels(op: nn.Conv, window: Buffer, result: Buffer) -> bool:
    """Whether, of stride 1, vectors of pixels take less than vectors of channels. A weight that is
    not constant would have to be turned at each call. What is compared are the products of an
    output, with those that are computed in vain, and its copies."""
    known = constant_of(op.weight)
    if known is None:
        return True
    spatial = result.shape[2:]
    pixels, columns = prod(spatial), _columns(window.shape[2:], spatial)
    each, products = known.shape[0] // op.groups.value.data, prod(known.shape[1:])
    by_pixels = products * _whole(columns) / pixels + (_MOVED if columns > pixels else 0)
    return by_pixels <= products * _whole(each) / each + _TURNED


def _columns(window: Sequence[int], result: Sequence[int]) -> int:
    """From the first place of a window of this size to its last: those between the rows, too."""
    steps = row_major(window)
    return 1 + sum((size - 1) * step for size, step in zip(result, steps, strict=True))


def _whole(lanes: int) -> int:
    """So many lanes in whole vectors."""
    return -(-lanes // _LANES) * _LANES


def _transposed(planner: Planner, op: nn.ConvTranspose) -> None:
    """The weight [I, O / groups, taps...] is read as [groups, O / groups, I / groups, taps...] with
    the taps in reverse order."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    if 0 in result.shape:
        return
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
    window = _inside(planner, source, sides, op.stride.get_values())
    if not window.is_row_major:
        dense = planner.temporary(window)
        copy(planner, window, dense)
        window = dense
    bias = None if op.bias is None else planner.buffer(op.bias)
    _pixels(planner, window, flipped, bias, result, dilation)


def _pixels(
    planner: Planner,
    window: Buffer,
    weight: Buffer,
    bias: Buffer | None,
    result: Buffer,
    dilation: Sequence[int],
) -> None:
    """Pixels are columns, output channels rows. `window` is dense, `weight` [G, O / G, K...]."""
    images, channels, *sizes = window.shape
    groups, each, inputs, *taps = weight.shape
    spatial = result.shape[2:]
    steps, area = row_major(sizes), prod(sizes)
    columns = _columns(sizes, spatial)
    rhs = _strides(
        window,
        (images, groups, inputs, *taps, columns),
        (
            *(channels * area, inputs * area, area),
            *(apart * step for apart, step in zip(dilation, steps, strict=True)),
            1,
        ),
    )
    lhs = _strides(weight, (images, *weight.shape), (0, *weight.strides))
    straight = columns == prod(spatial)
    flat = result.shape[:2]
    target = result if straight else planner.temporary(replace(result, shape=(*flat, columns)))
    shape = (images, groups, each, columns)
    output = _strides(target, shape, row_major(shape))
    if bias is not None:
        by_channel = bias.strides[0]
        bias = _strides(bias, shape, (0, each * by_channel, by_channel, 0))
    emit_contraction(planner, lhs, rhs, bias, output, batch=2, rows=1, blocked=False)
    if not straight:
        of_image, of_channel, _ = row_major((*flat, columns))
        seen = _strides(target, result.shape, (of_image, of_channel, *steps))
        copy(planner, seen, result)


def _channels(
    planner: Planner,
    window: Buffer,
    blocks: Buffer,
    bias: Buffer | None,
    result: Buffer,
    steps: Sequence[int],
    dilation: Sequence[int],
) -> None:
    """Output channels are columns, pixels rows. `blocks` are [G, blocks, K..., BLOCK]."""
    groups, _, inputs, *taps, _ = blocks.shape
    images, outputs, *spatial = result.shape
    by_image, by_channel, *by_pixel = window.strides
    each = outputs // groups
    lhs = _strides(
        window,
        (images, groups, *spatial, inputs, *taps),
        (
            *(by_image, inputs * by_channel),
            *(step * stride for step, stride in zip(steps, by_pixel, strict=True)),
            by_channel,
            *(apart * stride for apart, stride in zip(dilation, by_pixel, strict=True)),
        ),
    )
    rhs = _strides(blocks, (images, *blocks.shape), (0, *blocks.strides))
    innermost = planner.temporary(result, nhwc=True)
    of_image, _, *of_pixel = innermost.strides
    shape = (images, groups, *spatial, each)
    output = _strides(innermost, shape, (of_image, each, *of_pixel, 1))
    if bias is not None:
        step = bias.strides[0]
        bias = _strides(bias, shape, (0, each * step, *[0] * len(spatial), step))
    emit_contraction(planner, lhs, rhs, bias, output, batch=2, rows=len(spatial), blocked=True)
    copy(planner, innermost, result)


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    **dict.fromkeys((nn.Conv1dOp, nn.Conv2dOp, nn.Conv3dOp), _conv),
    **dict.fromkeys(
        (nn.ConvTranspose1dOp, nn.ConvTranspose2dOp, nn.ConvTranspose3dOp), _transposed
    ),
}
"""By the type of the op, for `buffer_ops`."""
