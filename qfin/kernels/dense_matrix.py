"""The products of a dense kernel by AMX: `tdpbusd` on matrices in tile registers.

A matrix of activations is up to 16 pixels of 64 bytes, one of weights 16 steps of 4 bytes for 16
output channels, which is how they lie for VNNI, too: neither is copied. Up to two of each give up
to four matrices of sums:

    registers 0 to 3: sums[pixels, channels]    4, 5: activations    6, 7: weights

Loops as in `qfin.kernels.dense`; inside: [taps] [64 bytes] load two and two matrices, multiply each
with each. Then the sums go to a buffer on the stack; a few pixels at a time are taken from there,
get the start value and the products of the last steps that fill no matrix, by VNNI, and are
requantized.

The shapes are set once for each call, which also releases the registers.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import i32
from xdsl.ir import SSAValue

from qfin.dialects.kernel.dense import DEPTH, MATRIX_ROWS, MATRIX_STEPS
from qfin.kernels.builder import Index, vector
from qfin.kernels.dense_tile import DenseTile

_ROW_BYTES = 64
_ACTIVATIONS, _WEIGHTS = 4, 6
# Where the configuration has what: its first byte is the palette.
_BYTES_OF_ROWS, _ROWS, _PALETTE = 16, 48, 1


class Matrices:
    """Emits what one register tile needs."""

    def __init__(self, tile: DenseTile):
        spec, isa = tile.spec, tile.isa
        self.tile, self.b = tile, tile.b
        self.vectors = spec.tile.vectors
        # The pixels of each matrix of activations.
        most = tile.pixels
        self.pixels = (
            [most] * spec.tile.rows if most <= MATRIX_ROWS else [MATRIX_ROWS, most - MATRIX_ROWS]
        )
        assert max(len(self.pixels), self.vectors) <= 2
        assert isa.vector_bytes == _ROW_BYTES
        self.sums = self.b.stack(sum(self.pixels) * self.vectors * _ROW_BYTES)

    def configure(self) -> None:
        """Set the shapes of all registers."""
        rows = {self._sum(g, v): n for g, n in enumerate(self.pixels) for v in range(self.vectors)}
        rows |= {_ACTIVATIONS + g: n for g, n in enumerate(self.pixels)}
        rows |= {_WEIGHTS + v: MATRIX_STEPS for v in range(self.vectors)}
        config = bytearray(_ROW_BYTES)
        config[0] = _PALETTE
        for tile, count in rows.items():
            config[_BYTES_OF_ROWS + 2 * tile] = _ROW_BYTES
            config[_ROWS + tile] = count
        memory = self.b.stack(len(config))
        for at in range(0, len(config), 8):
            word = int.from_bytes(config[at : at + 8], "little")
            self.b.store(self.b.constant(word, 64), self.b.gep(memory, at))
        self.b.intrinsic("llvm.x86.ldtilecfg", None, memory)

    def release(self) -> None:
        """After the last products."""
        self.b.intrinsic("llvm.x86.tilerelease", None)

    def products(self, x: SSAValue, offsets: Sequence[int]) -> None:
        """All products that fill matrices, of pixels at `offsets` from x, to the buffer of sums."""
        b, spec, block = self.b, self.tile.spec, self.tile.block
        pixel = spec.stride_w * spec.x_strides[2]
        firsts, first = [], 0
        for count in self.pixels:
            if first < len(offsets):  # else the last row of an odd number of rows
                firsts.append(first)
            first += count
        groups = range(len(firsts))
        whole = spec.run[0] // MATRIX_STEPS
        for g in groups:
            for v in range(self.vectors):
                self._emit("tilezero", self._sum(g, v))

        def step(k: Index, x: SSAValue, w: SSAValue) -> None:
            w_step = b.gep(w, self.tile.scale(k, block))
            for v in range(self.vectors):
                at = b.gep(w_step, v * _ROW_BYTES)
                self._move("tileloadd64", _WEIGHTS + v, at, DEPTH * block)
            for g in groups:
                self._move("tileloadd64", _ACTIVATIONS + g, b.gep(x, k, offsets[firsts[g]]), pixel)
                for v in range(self.vectors):
                    self._emit("tdpbusd", self._sum(g, v), _ACTIVATIONS + g, _WEIGHTS + v)

        def run(x: SSAValue, w: SSAValue, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
            b.for_loop(0, whole * _ROW_BYTES, _ROW_BYTES, lambda k, _: step(k, x, w))
            return ()

        self.tile.runs(x, run)
        for g in groups:
            for v in range(self.vectors):
                at = b.gep(self.sums, (firsts[g] * self.vectors + v) * _ROW_BYTES)
                self._move("tilestored64", self._sum(g, v), at, self.vectors * _ROW_BYTES)

    def finished(
        self, x: SSAValue, offsets: Sequence[int], first: int, start: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """The sums of the pixels at `offsets`, the first of which has the number `first`: what the
        buffer has, the products that fill no matrix, and `start`."""
        b, tile = self.b, self.tile
        words, base = vector(i32, tile.isa.lanes), first * self.vectors
        sums = [
            b.add(value, b.load(b.gep(self.sums, (base + n) * _ROW_BYTES), words))
            for n, value in enumerate(start)
        ]
        whole, rest = divmod(tile.spec.run[0], MATRIX_STEPS)
        if not rest:
            return sums
        done = whole * _ROW_BYTES

        def run(x: SSAValue, w: SSAValue, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            x_rest, w_rest = b.gep(x, done), b.gep(w, done * tile.block)
            return tile.run(x_rest, w_rest, rest, offsets, sums)

        return tile.runs(x, run, sums)

    def _sum(self, group: int, vector: int) -> int:
        return group * self.vectors + vector

    def _emit(self, name: str, *tiles: int) -> None:
        self.b.intrinsic(f"llvm.x86.{name}", None, *(self.b.constant(n, 8) for n in tiles))

    def _move(self, name: str, tile: int, at: SSAValue, stride: int) -> None:
        arguments = self.b.constant(tile, 8), at, self.b.constant(stride, 64)
        self.b.intrinsic(f"llvm.x86.{name}", None, *arguments)
