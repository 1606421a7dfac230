"""How large a register tile the dense kernels use: output pixels times vectors of output channels.

A tile of P pixels and V vectors needs P*V accumulators, V weight vectors and one or two registers
for the activation, and does P*V dot products per P + V loads. Two things are chosen apart, since
weights are packed once while the number of pixels can vary: the channel block (`weight_block`),
then the pixels (`choose_tile`).
"""

from __future__ import annotations

from dataclasses import dataclass

from qfin.dialects.kernel.dense import MATRIX_ROWS
from qfin.target.isa import Isa

# One vector loads nearly as often as it multiplies: only where it saves more than this.
_ONE_VECTOR_COST = 1.15
# Nor three for images: pipelined tiles of 7 x 2 are better. Matrices have 8 rows more often than 7.
_THREE_VECTORS_COST = 1.03
# Pixels 4 KiB apart fall into one set of the 8- to 12-way first-level cache: no more than this.
_ALIASED = 8
# With fewer registers the sums of two tiles, when one ends during the other, are too few each.
_PIPELINE_REGISTERS = 32
# Weights beyond this come from the third-level cache or memory: ask for them this far ahead.
_PREFETCH_ABOVE = 64 * 1024
_PREFETCH_AHEAD = 16 * 1024
# A block of weights beyond this shares the first-level cache with too much; and what that costs
# for each vector and step.
_FIRST_LEVEL_WEIGHTS = 24 * 1024
_WEIGHT_LOAD = 0.25


@dataclass(frozen=True)
class Tile:
    """`rows` rows of `pixels` output pixels, times `vectors` vectors of output channels.

    With `pipelined`, its results are finished between the products of the next tile; such a tile
    has one row. With `matrix`, products are of AMX matrices.
    `prefetch` is how many bytes ahead weights are asked for; 0 for not at all.
    """

    pixels: int
    vectors: int
    rows: int = 1
    pipelined: bool = False
    matrix: bool = False
    prefetch: int = 0


def weight_block(out_channels: int, isa: Isa, *, linear: bool = False) -> int:
    """Output channels a block of packed weights holds: what wastes least on padding a group's
    `out_channels`, and the larger of equals."""
    factors = {1: _ONE_VECTOR_COST, 3: 1.0 if linear else _THREE_VECTORS_COST}

    def cost(vectors: int) -> tuple[float, int]:
        block = vectors * isa.lanes
        padded = -(-out_channels // block) * block
        return padded * factors.get(vectors, 1.0), -vectors

    return min((vectors for vectors, _ in isa.tiles), key=cost) * isa.lanes


def choose_tile(
    rows: int,
    out_w: int,
    vectors: int,
    depth: int,
    pixel_stride: int,
    isa: Isa,
    *,
    even: bool = False,
    matrix: bool = False,
) -> Tile:
    """The cheapest tile for an output of `rows` rows of `out_w` pixels (a linear layer: 1 x M).

    `vectors` is how many a block of weights has, `depth` the number of products of a sum
    (kernel_h * kernel_w * in_channels), `pixel_stride` the bytes between a tile's neighbouring
    input pixels; `even` is that of `DenseSpec`, `matrix` is whether the products are to be of AMX
    matrices. The tile never holds more rows or pixels than there are.
    """
    if matrix:
        return _matrix_tile(rows, out_w, vectors)
    tiles = _candidates(rows, out_w, vectors, pixel_stride, isa)
    return min(tiles, key=lambda tile: _cycles(tile, rows, out_w, depth, even, isa))


def cheapest_tiles(
    rows: int,
    out_w: int,
    vectors: int,
    depth: int,
    pixel_stride: int,
    isa: Isa,
    count: int,
    *,
    even: bool = False,
) -> list[Tile]:
    """So many tiles that may be the best, those first that the model prefers; see `choose_tile`."""
    tiles = _candidates(rows, out_w, vectors, pixel_stride, isa)
    return sorted(tiles, key=lambda tile: _cycles(tile, rows, out_w, depth, even, isa))[:count]


def _candidates(rows: int, out_w: int, vectors: int, pixel_stride: int, isa: Isa) -> list[Tile]:
    room = dict(isa.tiles)[vectors]
    most = max(1, min(room, out_w, _ALIASED if pixel_stride % 4096 == 0 else room))
    # From large to small: of equals, the first.
    tiles = [Tile(pixels, vectors) for pixels in range(most, 0, -1)]
    if most == out_w:
        tiles.append(Tile(out_w, vectors, max(1, min(room // out_w, rows))))
    if isa.registers >= _PIPELINE_REGISTERS:
        # Two tiles' sums, a tile's weights and an activation.
        fit = (isa.registers - vectors - 1) // (2 * vectors)
        tiles += [Tile(pixels, vectors, pipelined=True) for pixels in range(min(fit, most), 0, -1)]
    return tiles


def prefetch_distance(tile: Tile, weight_bytes: int) -> int:
    """What is best for `Tile.prefetch`, where all weights together have so many bytes."""
    # A tile of few pixels reads weights as fast as they come; asking for more slows that down. Nor
    # was it ever measured what matrices need.
    few = tile.pixels * tile.rows <= 4
    return 0 if few or tile.matrix or weight_bytes <= _PREFETCH_ABOVE else _PREFETCH_AHEAD


def _matrix_tile(rows: int, out_w: int, vectors: int) -> Tile:
    """Two matrices of pixels where there are so many: beside each other, as many as fill a row
    evenly, or one below the other. Two by two then need a load for each product, not two."""
    if out_w > MATRIX_ROWS:
        across = -(-out_w // (2 * MATRIX_ROWS))
        return Tile(-(-out_w // across), vectors, matrix=True)
    return Tile(out_w, vectors, min(rows, 2), matrix=True)


def _cycles(tile: Tile, rows: int, out_w: int, depth: int, even: bool, isa: Isa) -> float:
    """About how long one block of channels takes: a model, not a simulation. Its numbers were
    fitted to 1x1 and 3x3 convolutions on AVX512-VNNI (Zen 5)."""
    steps = -(-depth // 4)
    weights = 4 * steps * tile.vectors * isa.lanes
    if even and tile.rows == 1:
        return _tiles_cycles(tile, 1, -(-rows * out_w // tile.pixels), steps, weights)
    across = -(-out_w // tile.pixels)
    tall, rest = divmod(rows, tile.rows)
    return _tiles_cycles(tile, tile.rows, tall * across, steps, weights) + _tiles_cycles(
        tile, 1, rest * across, steps, weights
    )


def _tiles_cycles(tile: Tile, rows: int, count: int, steps: int, weights: int) -> float:
    """`count` tiles of `rows` rows, each of so many steps, that read so many bytes of weights."""
    pixels, vectors = rows * tile.pixels, tile.vectors
    sums = pixels * vectors
    # Two products or loads start in a cycle, and a product takes 4; few sums wait now and then.
    step = max(sums, pixels + vectors, 8) / 2 + (0.15 if sums >= 12 else 0.45)
    if weights > _FIRST_LEVEL_WEIGHTS:
        step += _WEIGHT_LOAD * vectors
    # The end of a small tile overlaps with the next one's products by itself.
    end = (1.2 if sums <= 8 else 2.4) * sums
    if tile.pipelined:
        return count * (steps * step + 0.85 * sums) + end
    return count * (steps * step + end)
