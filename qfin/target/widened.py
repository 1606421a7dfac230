"""The targets without VNNI, exact at full range.

`vpmaddubsw` saturates where two products pass 32767, so it is not used. Bytes are widened to 16
bits, in pairs that `vpmaddwd` multiplies and adds: the even bytes (0, 2) of each group first, then
the odd ones (1, 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from xdsl.dialects.builtin import i8, i16, i32

from qfin.target.isa import Emitter, Isa, broadcast_group, spread, unpack

if TYPE_CHECKING:
    from xdsl.ir import SSAValue


@dataclass(frozen=True)
class Widened(Isa):
    """Dot products as two `vpmaddwd` of even and odd bytes."""

    @property
    def takes_signed(self) -> bool:
        """No: what widens each group has enough to do."""
        return False

    def expand_activation(
        self, b: Emitter, group: SSAValue, *, signed: bool = False
    ) -> Sequence[SSAValue]:
        """Unsigned: mask the even bytes, shift the odd ones down."""
        words_type = b.vector(i16, self.vector_bytes // 2)
        words = b.bitcast(broadcast_group(b, group, self.vector_bytes, signed=signed), words_type)
        even = b.and_(words, b.splat(0x00FF, words_type))
        return even, b.lshr(words, b.splat(8, words_type))

    def expand_weights(self, b: Emitter, weights: SSAValue) -> Sequence[SSAValue]:
        """Signed: arithmetic shifts, the even bytes by way of the upper half."""
        words_type = b.vector(i16, self.vector_bytes // 2)
        words = b.bitcast(weights, words_type)
        eight = b.splat(8, words_type)
        return b.ashr(b.shl(words, eight), eight), b.ashr(words, eight)

    def dot4(
        self, b: Emitter, acc: SSAValue, activation: Sequence[SSAValue], weights: Sequence[SSAValue]
    ) -> SSAValue:
        for a, w in zip(activation, weights, strict=True):
            acc = self.dot2(b, acc, a, w)
        return acc

    row_depth: ClassVar[int] = 2

    def interleave(self, b: Emitter, rows: Sequence[SSAValue]) -> list[SSAValue]:
        """Pairs of bytes, then each a word: 6 instructions, as for one row the other way round."""
        size = self.vector_bytes
        zero = b.splat(0, b.vector(i8, size))
        if len(rows) == 1:
            pairs = b.vector(i32, size // 4)
            return [
                b.bitcast(spread(b, b.bitcast(half, pairs), places), b.vector(i16, size // 2))
                for half in unpack(b, rows[0], zero, size)
                for places in ((0, 0, 1, 1), (2, 2, 3, 3))
            ]
        return [
            b.bitcast(quad, b.vector(i16, size // 2))
            for pairs in unpack(b, rows[0], rows[-1], size)
            for quad in unpack(b, pairs, zero, size)
        ]

    def dot_rows(self, b: Emitter, acc: SSAValue, rows: SSAValue, weights: SSAValue) -> SSAValue:
        return self.dot2(b, acc, rows, weights)

    def row_weights(self, b: Emitter, weights: SSAValue) -> SSAValue:
        return b.sext(weights, b.vector(i16, self.vector_bytes // 2))
