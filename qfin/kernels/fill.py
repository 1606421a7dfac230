"""fill: one byte into every element of a strided buffer.

The function is `name(y, begin, end)`: a pointer to element (0, ..., 0), then the half-open range,
i64, of the outermost loop that `qfin.kernels.strided` plans.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i8, i64

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.strided import Nest, Pointers, plan
from qfin.target.isa import Isa


@dataclass(frozen=True)
class FillSpec:
    """`shape` and `strides`, the latter in elements (bytes); any order, any gaps, which stay as
    they are. `value` of 0..255."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    value: int

    def nest(self) -> Nest:
        """The loops."""
        return plan(self.shape, [self.strides], (1,))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: steps of the outermost loop."""
        return self.nest().parallel_size


def build_fill(
    name: str, spec: FillSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(y, begin, end)`; see the top of this file."""
    b = KernelBuilder(name, [ptr, i64, i64], location)
    y, begin, end = b.arguments

    def fill(at: Pointers, n: int) -> None:
        b.store(b.splat(spec.value, vector(i8, n)), at[0])

    spec.nest().emit_range(b, (y,), begin, end, isa.vector_bytes, fill)
    return b.finish()
