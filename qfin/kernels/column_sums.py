"""column_sums: what an input's zero point multiplies, of weights that are packed at run time.

The function is `name(w, y, begin, end)`: pointers to the flat array of `#layout.blocked` weights
and to an i32 for each lane of each block, then the half-open range, i64, of the blocks of all
groups. y becomes minus the sum of each lane's weights.

Recipe: the dense kernel's dot products, with ones for activations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.strided import scaled
from qfin.target.isa import Isa


@dataclass(frozen=True)
class ColumnSumsSpec:
    """`blocks` of `vectors` vectors of lanes, of `steps` times 4 weights a lane."""

    blocks: int
    vectors: int
    steps: int

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: the blocks."""
        return self.blocks


def build_column_sums(
    name: str, spec: ColumnSumsSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """Signed bytes to i32; see the top of this file."""
    b = KernelBuilder(name, [ptr, ptr, i64, i64], location)
    w, y, begin, end = b.arguments
    words = vector(i32, isa.lanes)
    zeros = [b.splat(0, words)] * spec.vectors
    ones = isa.expand_activation(b, b.splat(1, vector(i8, 4)))
    whole = spec.vectors * isa.vector_bytes

    def block(i: Index, _: Sequence[SSAValue]) -> None:
        block_w, block_y = b.gep(w, scaled(b, i, whole * spec.steps)), b.gep(y, scaled(b, i, whole))

        def step(k: Index, sums: Sequence[SSAValue]) -> list[SSAValue]:
            at = b.gep(block_w, scaled(b, k, whole))
            new: list[SSAValue] = []
            for v, total in enumerate(sums):
                weights = b.load(b.gep(at, v * isa.vector_bytes), vector(i8, isa.vector_bytes))
                new.append(isa.dot4(b, total, ones, isa.expand_weights(b, weights)))
            return new

        for v, total in enumerate(b.for_loop(0, spec.steps, 1, step, *zeros)):
            b.store(b.sub(zeros[v], total), b.gep(block_y, v * isa.vector_bytes))

    b.for_loop(begin, end, 1, block)
    return b.finish()
