"""The choice of register tiles."""

from __future__ import annotations

import pytest

from qfin.kernels.tiles import Tile, choose_tile, weight_block
from qfin.target import TARGETS

ZMM, YMM = TARGETS["avx512-vnni"], TARGETS["avx2"]


@pytest.mark.parametrize(
    ("channels", "of_images", "of_matrix"),
    [
        *((channels, 16, 16) for channels in (1, 16)),
        *((channels, 32, 32) for channels in (24, 32, 64, 1024)),
        *((channels, 48, 48) for channels in (48, 144)),
        *((channels, 32, 48) for channels in (96, 768, 1000)),
    ],
)
def test_block_wastes_least(channels: int, of_images: int, of_matrix: int):
    """Padding counts first; then three vectors are for matrices."""
    assert weight_block(channels, ZMM) == of_images
    assert weight_block(channels, ZMM, linear=True) == of_matrix


@pytest.mark.parametrize(
    ("args", "even", "tile"),
    [
        ((56, 56, 2, 576, 64), False, Tile(7, 2, pipelined=True)),
        ((28, 28, 2, 1152, 128), False, Tile(14, 2)),
        ((14, 14, 2, 2304, 256), False, Tile(14, 2)),
        ((7, 7, 2, 4608, 512), False, Tile(7, 2, 2)),
        ((112, 112, 2, 27, 6), False, Tile(7, 2, pipelined=True)),
        ((112, 112, 2, 147, 6), False, Tile(7, 2, pipelined=True)),
        ((56, 56, 2, 64, 64), True, Tile(7, 2, pipelined=True)),
        ((56, 56, 2, 64, 64), False, Tile(7, 2, pipelined=True)),
        ((14, 14, 2, 1024, 1024), True, Tile(14, 2)),
        ((7, 7, 2, 512, 512), True, Tile(7, 2, pipelined=True)),
        ((7, 7, 2, 2048, 2048), True, Tile(7, 2, 2)),
        ((14, 14, 2, 96, 96), True, Tile(7, 2, pipelined=True)),
        ((56, 56, 3, 24, 24), True, Tile(4, 3, pipelined=True)),
        ((1, 128, 3, 768, 768), True, Tile(8, 3)),
        ((1, 128, 2, 4096, 4096), True, Tile(8, 2)),
        ((1, 16, 2, 4096, 4096), True, Tile(8, 2)),
        ((1, 1, 3, 1280, 1280), True, Tile(1, 3)),
    ],
)
def test_known_shapes(args: tuple[int, int, int, int, int], even: bool, tile: Tile):
    """The tiles that were measured to be the best for common layers: pipelined where that was
    faster; 7x7 maps waste no rows."""
    assert choose_tile(*args, ZMM, even=even) == tile


def test_pipelined_tiles_need_registers():
    """With 16 registers the sums of two tiles are too few each."""
    assert not choose_tile(56, 56, 2, 64, 64, YMM, even=True).pipelined


def test_tiles_fit():
    """No tile is larger than the output or needs more registers than there are."""
    for isa in (ZMM, YMM):
        for out_w in range(1, 40):
            for out_h in (1, 2, 3, 50):
                for vectors, _ in isa.tiles:
                    tile = choose_tile(out_h, out_w, vectors, 100, 64, isa)
                    assert 1 <= tile.pixels <= out_w
                    assert 1 <= tile.rows <= out_h
                    sums = tile.rows * tile.pixels * tile.vectors * (1 + tile.pipelined)
                    used = sums + tile.vectors + 1
                    assert used <= isa.registers
                    assert tile.vectors == vectors
