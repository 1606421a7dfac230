"""A transposed convolution as convolutions of stride 1 of its input; see `emit_conv_transpose`.

Of stride s, it is a convolution of stride 1 of the input spread by s, with the taps in reverse
order. Of the spread input an output sees only every s-th pixel, so that outputs s apart use the
same taps: they are a convolution of the input itself by those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import gcd

from qfin.dialects import nn, quant
from qfin.passes.lower.buffers import NO_HALO, Buffer, Halo, element_bytes


@dataclass(frozen=True)
class Phase:
    """Along one dimension: the outputs `first`, `first + apart`, ..., so many, are a convolution of
    stride 1 of the input, padded so, by those `taps` of the spread input's convolution.

    Without taps nothing of the input reaches these outputs; it is then read as by one tap.
    """

    first: int
    apart: int
    count: int
    taps: range
    dilation: int
    before: int
    after: int


def phases(
    geometry: quant.ConvGeometry | nn.ConvTranspose, sizes: Sequence[int], taps: Sequence[int]
) -> list[tuple[Phase, ...]]:
    """The convolutions that make up a transposed one of an input of spatial `sizes`, with so many
    `taps`: a phase for each dimension."""
    padding = geometry.padding.get_values()
    axes = zip(
        sizes,
        taps,
        geometry.stride.get_values(),
        geometry.dilation.get_values(),
        padding[::2],
        padding[1::2],
        geometry.output_padding.get_values(),
        strict=True,
    )
    return list(product(*(phases_along(*axis) for axis in axes)))


def phases_along(
    size: int, taps: int, stride: int, dilation: int, before: int, after: int, more: int
) -> list[Phase]:
    """The phases of one dimension that have outputs."""
    reach = dilation * (taps - 1)
    outputs = (size - 1) * stride + reach + 1 - before - after + more
    step = stride // gcd(stride, dilation)
    found: list[Phase] = []
    for first in range(min(stride, outputs)):
        # Tap t of output o sees pixel o - (reach - before) + t * dilation of the spread input.
        at = first - (reach - before)
        start = next((t for t in range(min(step, taps)) if (at + t * dilation) % stride == 0), taps)
        chosen = range(start, taps, step)
        apart = step * dilation // stride if len(chosen) > 1 else 1
        pixel = (at + start * dilation) // stride if chosen else 0
        count = -(-(outputs - first) // stride)
        last = pixel + count - 1 + max(0, len(chosen) - 1) * apart
        found.append(Phase(first, stride, count, chosen, apart, -pixel, last - (size - 1)))
    return found


def outputs_of(whole: Buffer, axes: Sequence[Phase]) -> Buffer:
    """Those of a result that a phase gives."""
    steps = whole.strides[2:]
    first = sum(axis.first * step for axis, step in zip(axes, steps, strict=True))
    return replace(
        whole,
        shape=(*whole.shape[:2], *(axis.count for axis in axes)),
        strides=(*whole.strides[:2], *(a.apart * s for a, s in zip(axes, steps, strict=True))),
        offset=whole.offset + first * element_bytes(whole.element),
        halo=NO_HALO,
        slack=0,
    )


def halo_of_transpose(packed: quant.PackedType, sizes: Sequence[int]) -> Halo:
    """What the op wants around its operand."""
    sides = [
        [side for phase in axes for side in (phase.before, phase.after)]
        for axes in phases(packed.conv, sizes, packed.weight.get_shape()[2:])
    ]
    return tuple(max(0, *side) for side in zip(*sides, strict=True))
