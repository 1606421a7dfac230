"""Where a transposed convolution, seen as a convolution of stride 1, reads; see
`emit_conv_transpose`."""

from __future__ import annotations

from qfin.dialects import quant
from qfin.passes.lower.buffers import NO_HALO, Halo


def surroundings(packed: quant.PackedType) -> Halo:
    """Zero points around the spread input, before and after it in each dimension; negative ones are
    cut off."""
    geometry = packed.conv
    padding = geometry.padding.get_values()
    sides: list[int] = []
    for before, after, step, taps, more in zip(
        padding[::2],
        padding[1::2],
        geometry.dilation.get_values(),
        packed.weight.get_shape()[2:],
        geometry.output_padding.get_values(),
        strict=True,
    ):
        reach = step * (taps - 1)
        sides += [reach - before, reach - after + more]
    return tuple(sides)


def is_spread(packed: quant.PackedType) -> bool:
    """Whether anything lies between the inputs, so that they must be copied apart."""
    return max(packed.conv.stride.get_values()) > 1


def halo_of_transpose(packed: quant.PackedType) -> Halo:
    """What the op wants around its operand: nothing if it copies that first."""
    if is_spread(packed):
        return NO_HALO
    return tuple(max(0, side) for side in surroundings(packed))
