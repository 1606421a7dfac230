"""A register tile that the kernel op gives is the one that is used."""

from __future__ import annotations

import pytest
from xdsl.parser import Parser

from qfin.dialects import kernel
from qfin.errors import PassError
from qfin.ir import make_context
from qfin.kernels.dense import DenseSpec, Tile
from qfin.passes.lower.kernel_calls import call_of
from qfin.target import lookup

TEXT = """
func.func @f(%x: memref<1x64x8x8xi8, strided<[4096, 1, 512, 64]>>, %w: memref<2048xi8>,
    %i: memref<1x32xi32>, %m: memref<1x32xf32>,
    %y: memref<1x32x8x8xi8, strided<[2048, 1, 256, 32]>>) {{
  kernel.dense %x, %w, %i, %m, %y {{lanes = 32 : i64, {tile} zero_point = 0 : i64,
      qmin = 0 : i64, qmax = 255 : i64}}
    : memref<1x64x8x8xi8, strided<[4096, 1, 512, 64]>>, memref<2048xi8>,
      memref<1x32xi32>, memref<1x32xf32>, memref<1x32x8x8xi8, strided<[2048, 1, 256, 32]>>
  func.return
}}
"""


def tile_of(text: str, target: str) -> Tile:
    """The one of the kernel, if `text` is what the op says of it."""
    module = Parser(make_context(), TEXT.format(tile=text)).parse_module()
    module.verify()
    op = next(op for op in module.walk() if isinstance(op, kernel.DenseOp))
    spec = call_of(op, lookup(target)).spec
    assert isinstance(spec, DenseSpec)
    return spec.tile


@pytest.mark.parametrize(
    ("text", "tile"),
    [
        ("", Tile(6, 2, pipelined=True)),
        ("tile = array<i64: 4, 2>,", Tile(4, 2, 2)),
        ("tile = array<i64: 5, 1>, pipelined,", Tile(5, 2, pipelined=True)),
        ("tile = array<i64: 8, 1>, prefetch = 512,", Tile(8, 2, prefetch=512)),
    ],
)
def test_tile(text: str, tile: Tile):
    """Chosen where nothing is given."""
    assert tile_of(text, "avx512-vnni") == tile


def test_matrix():
    """Only where there are matrices."""
    text = "tile = array<i64: 8, 2>, matrix,"
    assert tile_of(text, "amx-int8") == Tile(8, 2, 2, matrix=True)
    with pytest.raises(PassError, match="no matrices: they are for target amx-int8, here it is av"):
        tile_of(text, "avx512-vnni")
