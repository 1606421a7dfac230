"""What f32 convolutions and transposed ones share: the memory of their windows, and the two ways to
sum, in vectors of pixels or of channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import i8

from qfin.dialects import kernel
from qfin.dialects.tensors import ints
from qfin.passes.lower.buffers import Buffer, row_major
from qfin.passes.lower.emit_contraction import emit_contraction
from qfin.passes.lower.emit_views import copy, part

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner

LANES = 16
"""Those of the widest vectors of f32."""


def inside(planner: Planner, source: Buffer, sides: Sequence[int], apart: Sequence[int]) -> Buffer:
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
    inner = part(place, (0, 0, *most[::2]), source.shape, (1, 1, *apart))
    if set(apart) == {1}:
        clear_halo(planner, inner, most)
    else:
        planner.emit(kernel.FillOp(planner.view(_as_bytes(place)), 0))
    copy(planner, source, inner)
    kept = [size + min(0, b) + min(0, a) for size, b, a in zip(whole, before, after, strict=True)]
    return part(place, (0, 0, *(max(0, -b) for b in before)), (*images, *kept))


def clear_halo(planner: Planner, images: Buffer, sides: Sequence[int]) -> None:
    """Zeros around images of f32 that lie in larger ones, `sides` for each dimension."""
    halo = replace(_as_bytes(images), halo=tuple(sides))
    planner.emit(kernel.FillHaloOp(planner.view(halo), ints(*sides), 0))


def _as_bytes(images: Buffer) -> Buffer:
    """The bytes of f32 as channels, 4 of each; where these lie apart, of images of one channel."""
    count, channels, *spatial = images.shape
    by_image, by_channel, *by_pixel = images.strides
    if by_channel > 1:
        outer, step = (count * channels, 4), by_channel
    else:
        outer, step = (count, 4 * channels), by_image
    return replace(
        images,
        element=i8,
        shape=(*outer, *spatial),
        strides=(4 * step, 1, *(4 * stride for stride in by_pixel)),
    )


def strided(buffer: Buffer, shape: Sequence[int], strides: Sequence[int]) -> Buffer:
    return replace(buffer, shape=tuple(shape), strides=tuple(strides), slack=0)


def columns_of(window: Sequence[int], result: Sequence[int]) -> int:
    """From the first place of a window of this size to its last: those between the rows, too."""
    steps = row_major(window)
    return 1 + sum((size - 1) * step for size, step in zip(result, steps, strict=True))


def whole_vectors(lanes: int) -> int:
    """So many lanes in whole vectors."""
    return -(-lanes // LANES) * LANES


def emit_by_pixels(
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
    columns = columns_of(sizes, spatial)
    rhs = strided(
        window,
        (images, groups, inputs, *taps, columns),
        (
            *(channels * area, inputs * area, area),
            *(apart * step for apart, step in zip(dilation, steps, strict=True)),
            1,
        ),
    )
    lhs = strided(weight, (images, *weight.shape), (0, *weight.strides))
    straight = columns == prod(spatial)
    flat = result.shape[:2]
    target = result if straight else planner.temporary(replace(result, shape=(*flat, columns)))
    shape = (images, groups, each, columns)
    output = strided(target, shape, row_major(shape))
    if bias is not None:
        by_channel = bias.strides[0]
        bias = strided(bias, shape, (0, each * by_channel, by_channel, 0))
    emit_contraction(planner, lhs, rhs, bias, output, batch=2, rows=1, blocked=False)
    if not straight:
        of_image, of_channel, _ = row_major((*flat, columns))
        seen = strided(target, result.shape, (of_image, of_channel, *steps))
        copy(planner, seen, result)


def emit_by_channels(
    planner: Planner,
    window: Buffer,
    blocks: Buffer,
    bias: Buffer | None,
    innermost: Buffer,
    steps: Sequence[int],
    dilation: Sequence[int],
) -> None:
    """Output channels are columns, pixels rows. `blocks` are [G, blocks, K..., BLOCK]; the result
    has its channels `innermost`, its pixels anywhere."""
    groups, _, inputs, *taps, _ = blocks.shape
    images, outputs, *spatial = innermost.shape
    by_image, by_channel, *by_pixel = window.strides
    each = outputs // groups
    lhs = strided(
        window,
        (images, groups, *spatial, inputs, *taps),
        (
            *(by_image, inputs * by_channel),
            *(step * stride for step, stride in zip(steps, by_pixel, strict=True)),
            by_channel,
            *(apart * stride for apart, stride in zip(dilation, by_pixel, strict=True)),
        ),
    )
    rhs = strided(blocks, (images, *blocks.shape), (0, *blocks.strides))
    of_image, _, *of_pixel = innermost.strides
    shape = (images, groups, *spatial, each)
    output = strided(innermost, shape, (of_image, each, *of_pixel, 1))
    if bias is not None:
        step = bias.strides[0]
        bias = strided(bias, shape, (0, each * step, *[0] * len(spatial), step))
    emit_contraction(planner, lhs, rhs, bias, output, batch=2, rows=len(spatial), blocked=True)
