"""The VNNI targets: `vpdpbusd` does four byte products and their sum in one instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from xdsl.dialects.builtin import i8, i16, i32

from qfin.target.isa import Emitter, Isa, broadcast_group, spread, unpack

if TYPE_CHECKING:
    from xdsl.ir import SSAValue


@dataclass(frozen=True)
class Vnni(Isa):
    """Bytes go to `vpdpbusd` as they lie in memory."""

    @property
    def takes_signed(self) -> bool:
        """Matrices are loaded, not broadcast, and multiply unsigned bytes."""
        return not self.has_matrices

    def expand_activation(
        self, b: Emitter, group: SSAValue, *, signed: bool = False
    ) -> Sequence[SSAValue]:
        return (broadcast_group(b, group, self.vector_bytes, signed=signed),)

    def expand_weights(self, b: Emitter, weights: SSAValue) -> Sequence[SSAValue]:
        return (weights,)

    def dot4(
        self, b: Emitter, acc: SSAValue, activation: Sequence[SSAValue], weights: Sequence[SSAValue]
    ) -> SSAValue:
        name = f"llvm.x86.avx512.vpdpbusd.{8 * self.vector_bytes}"
        return b.intrinsic(name, acc.type, acc, *activation, *weights)

    row_depth: ClassVar[int] = 4

    def interleave(self, b: Emitter, rows: Sequence[SSAValue]) -> list[SSAValue]:
        """Pairs of bytes, then pairs of pairs: 8 instructions, 6 for two rows, 4 for one."""
        size = self.vector_bytes
        bytes_, words = b.vector(i8, size), b.vector(i16, size // 2)
        if len(rows) == 1:
            groups = b.bitcast(rows[0], b.vector(i32, size // 4))
            return [b.bitcast(spread(b, groups, (n,) * 4), bytes_) for n in range(4)]
        first = unpack(b, rows[0], rows[1], size)
        second = unpack(b, rows[2], rows[-1], size) if len(rows) > 2 else first
        pairs = zip(first, second, strict=True)
        return [
            b.bitcast(quad, bytes_)
            for upper, lower in pairs
            for quad in unpack(b, b.bitcast(upper, words), b.bitcast(lower, words), size // 2)
        ]

    def dot_rows(self, b: Emitter, acc: SSAValue, rows: SSAValue, weights: SSAValue) -> SSAValue:
        return self.dot4(b, acc, (rows,), (weights,))

    def row_weights(self, b: Emitter, weights: SSAValue) -> SSAValue:
        return weights
