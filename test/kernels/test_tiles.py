"""The choice of register tiles."""

from __future__ import annotations

import pytest

from qfin.kernels.tiles import Tile, choose_tile, weight_block
from qfin.target import TARGETS

ZMM, YMM = TARGETS["avx512-vnni"], TARGETS["avx2"]


@pytest.mark.parametrize(
    ("channels", "block"),
    [(1, 16), (16, 16), (24, 32), (32, 32), (48, 48), (64, 32), (768, 48), (1000, 48), (1024, 32)],
)
def test_block_wastes_least(channels: int, block: int):
    """Padding counts first, then the larger block."""
    assert weight_block(channels, ZMM) == block


@pytest.mark.parametrize(
    ("args", "tile"),
    [
        ((1, 128, 768, 768, 768), Tile(8, 3)),
        ((56, 56, 64, 576, 64), Tile(7, 2, pipelined=True)),
        ((28, 28, 128, 1152, 128), Tile(14, 2)),
        ((112, 112, 64, 147, 6), Tile(7, 2, pipelined=True)),
        ((14, 14, 256, 2304, 256), Tile(14, 2)),
        ((7, 7, 512, 4608, 512), Tile(7, 2, 2)),
        ((1, 1, 1000, 1280, 1280), Tile(1, 3)),
        ((112, 112, 32, 27, 3), Tile(7, 2, pipelined=True)),
        ((1, 128, 4096, 4096, 4096), Tile(8, 2)),
    ],
)
def test_known_shapes(args: tuple[int, int, int, int, int], tile: Tile):
    """The tiles that were measured to be the best for common layers."""
    assert choose_tile(*args, ZMM) == tile


@pytest.mark.parametrize(
    ("args", "even", "tile"),
    [
        ((112, 112, 32, 27, 6), False, Tile(7, 2, pipelined=True)),
        ((56, 56, 64, 64, 64), True, Tile(7, 2, pipelined=True)),
        ((56, 56, 256, 64, 64), False, Tile(7, 2, pipelined=True)),
        ((14, 14, 256, 1024, 1024), True, Tile(14, 2)),
        ((7, 7, 2048, 512, 512), True, Tile(7, 2, pipelined=True)),
        ((7, 7, 512, 2048, 2048), True, Tile(7, 2, 2)),
        ((56, 56, 144, 24, 24), True, Tile(4, 3, pipelined=True)),
        ((1, 128, 768, 768, 768), True, Tile(8, 3)),
        ((1, 16, 4096, 4096, 4096), True, Tile(8, 2)),
    ],
)
def test_pointwise(args: tuple[int, int, int, int, int], even: bool, tile: Tile):
    """Pipelined where that was measured to be faster; 7x7 maps waste no rows."""
    assert choose_tile(*args, ZMM, even=even) == tile


def test_pipelined_tiles_need_registers():
    """With 16 registers the sums of two tiles are too few each."""
    assert not choose_tile(56, 56, 64, 64, 64, YMM, even=True).pipelined


def test_tiles_fit():
    """No tile is larger than the output or needs more registers than there are."""
    for isa in (ZMM, YMM):
        for out_w in range(1, 40):
            for out_h in (1, 2, 3, 50):
                for channels in (1, 16, 33, 48, 64):
                    # pipelined ones, too
                    size = out_h, out_w, channels
                    tile = choose_tile(*size, 100, 64, isa)
                    assert 1 <= tile.pixels <= out_w
                    assert 1 <= tile.rows <= out_h
                    sums = tile.rows * tile.pixels * tile.vectors * (1 + tile.pipelined)
                    used = sums + tile.vectors + 1
                    assert used <= isa.registers
                    assert tile.vectors * isa.lanes == weight_block(channels, isa)
