"""Where a transposed convolution, seen as a convolution of stride 1, reads; see
`emit_conv_transpose`."""

from __future__ import annotations

from qfin.dialects import quant
from qfin.dialects.tensors import ONES
from qfin.passes.lower.buffers import NO_HALO, Halo


def surroundings(packed: quant.PackedType) -> Halo:
    """Rows and columns of zero points around the spread input; negative ones are cut off."""
    geometry = packed.conv
    top, bottom, left, right = geometry.padding.get_values()
    reach = [
        step * (taps - 1)
        for step, taps in zip(
            geometry.dilation.get_values(), packed.weight.get_shape()[2:], strict=True
        )
    ]
    down, along = geometry.output_padding.get_values()
    return reach[0] - top, reach[0] - bottom + down, reach[1] - left, reach[1] - right + along


def is_spread(packed: quant.PackedType) -> bool:
    """Whether anything lies between the inputs, so that they must be copied apart."""
    return packed.conv.stride != ONES


def halo_of_transpose(packed: quant.PackedType) -> Halo:
    """What the op wants around its operand: nothing if it copies that first."""
    if is_spread(packed):
        return NO_HALO
    top, bottom, left, right = (max(0, side) for side in surroundings(packed))
    return top, bottom, left, right
