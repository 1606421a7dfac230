"""The VNNI targets: `vpdpbusd` does four byte products and their sum in one instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qfin.target.isa import Emitter, Isa, broadcast_group

if TYPE_CHECKING:
    from xdsl.ir import SSAValue


@dataclass(frozen=True)
class Vnni(Isa):
    """Bytes go to `vpdpbusd` as they lie in memory."""

    def expand_activation(self, b: Emitter, group: SSAValue) -> Sequence[SSAValue]:
        return (broadcast_group(b, group, self.vector_bytes),)

    def expand_weights(self, b: Emitter, weights: SSAValue) -> Sequence[SSAValue]:
        return (weights,)

    def dot4(
        self, b: Emitter, acc: SSAValue, activation: Sequence[SSAValue], weights: Sequence[SSAValue]
    ) -> SSAValue:
        name = f"llvm.x86.avx512.vpdpbusd.{8 * self.vector_bytes}"
        return b.intrinsic(name, acc.type, acc, *activation, *weights)
