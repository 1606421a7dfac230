"""How large a register tile the dense kernels use: output pixels times vectors of output channels.

A tile of P pixels and V vectors needs P*V accumulators, V weight vectors and one or two registers
for the activation, and does P*V dot products per P + V loads. Two things are chosen apart, since
weights are packed once while the number of pixels can vary: the channel block (`weight_block`),
then the pixels (`choose_tile`).
"""

from __future__ import annotations

from dataclasses import dataclass

from qfin.target.isa import Isa

# One vector loads nearly as often as it multiplies: only where it saves more than this.
_ONE_VECTOR_COST = 1.15


@dataclass(frozen=True)
class Tile:
    """`rows` rows of `pixels` output pixels, times `vectors` vectors of output channels."""

    pixels: int
    vectors: int
    rows: int = 1


def weight_block(out_channels: int, isa: Isa) -> int:
    """Output channels a block of packed weights holds: what wastes least on padding a group's
    `out_channels`, and the larger of equals."""

    def cost(vectors: int) -> tuple[float, int]:
        block = vectors * isa.lanes
        padded = -(-out_channels // block) * block
        return padded * (_ONE_VECTOR_COST if vectors == 1 else 1.0), -vectors

    return min((vectors for vectors, _ in isa.tiles), key=cost) * isa.lanes


def choose_tile(
    out_h: int, out_w: int, out_channels: int, depth: int, pixel_stride: int, isa: Isa
) -> Tile:
    """The tile for an output of `out_h` x `out_w` pixels (a linear layer: 1 x M).

    `depth` is the number of products a sum has (kernel_h * kernel_w * in_channels), `pixel_stride`
    the bytes between a tile's neighbouring input pixels. The tile never holds more rows or pixels
    than there are.
    """
    vectors = weight_block(out_channels, isa) // isa.lanes
    most = room = dict(isa.tiles)[vectors]
    # Few products: smaller tiles let one tile's epilogue overlap with the next one's products.
    if depth <= 128:
        most = min(most, 4 if depth <= 32 else 8)
    # Pixels 4 KiB apart fall into one set of the 8- to 12-way first-level cache.
    if pixel_stride % 4096 == 0:
        most = min(most, 8)
    most = max(1, min(most, out_w))

    def cost(pixels: int) -> float:
        # Steps of a tile (dots and loads run two a cycle), one more for its start and end.
        step = max(pixels * vectors, pixels + vectors, 8) + 1
        return -(-out_w // pixels) * step

    pixels = min(range(most, 0, -1), key=cost)
    rows = 1
    if pixels == out_w:
        rows = max(1, min(room // pixels, out_h))
    return Tile(pixels, vectors, rows)
