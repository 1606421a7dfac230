"""The largest or smallest of unsigned bytes or of floats along some dimensions, of strided buffers.

The function is `name(x, y, begin, end)`: two pointers to element (0, ..., 0), then the half-open
range, i64, of the outermost loop over y (`spec.parallel_size(isa)` steps). x and y must not
overlap.

The loops over y's elements, in vectors where they lie next to each other in x and in y, are around
those over what is reduced, whose first value starts the result. Where only reduced elements lie
next to each other, it goes element by element. Of floats, NaN wins, and 0.0 is more than -0.0.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i64

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.strided import Nest, Pointers, plan
from qfin.target.isa import Isa


@dataclass(frozen=True)
class ExtremumSpec:
    """`shape` of x; `y_strides` of dimensions that are reduced are not looked at. Strides are in
    elements, of any order, with any gaps. `function` is "max" or "min". `floats`: f32, not u8."""

    shape: tuple[int, ...]
    reduced: tuple[bool, ...]
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    function: str
    floats: bool = False

    @property
    def element_bytes(self) -> int:
        return 4 if self.floats else 1

    def kept(self) -> Nest:
        """The loops over y."""
        dims = [dim for dim, reduced in enumerate(self.reduced) if not reduced]
        return plan(
            [self.shape[dim] for dim in dims],
            [[strides[dim] for dim in dims] for strides in (self.x_strides, self.y_strides)],
            (self.element_bytes, self.element_bytes),
        )

    def inner(self) -> Nest:
        """The loops over what one element of y is of."""
        dims = [dim for dim, reduced in enumerate(self.reduced) if reduced]
        shape, strides = ([of[dim] for dim in dims] for of in (self.shape, self.x_strides))
        nest = plan(shape, [strides], (self.element_bytes,))
        return Nest(nest.dims, contiguous=False)

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.kept().parallel_size


def build_extremum(
    name: str, spec: ExtremumSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to u8, or f32 to f32; see the top of this file for the arguments."""
    b = KernelBuilder(name, [ptr, ptr, i64, i64], location)
    x, y, begin, end = b.arguments
    inner = spec.inner()

    def body(at: Pointers, n: int) -> None:
        values = vector(f32 if spec.floats else i8, n)
        intrinsic = f"{spec.function}imum.v{n}f32" if spec.floats else f"u{spec.function}.v{n}i8"
        b.store(b.load(at[0], values), at[1])

        def step(place: Pointers, _: int) -> None:
            both = b.load(at[1], values), b.load(place[0], values)
            b.store(b.intrinsic(f"llvm.{intrinsic}", values, *both), at[1])

        inner.emit(b, [at[0]], 1, step)

    lanes = isa.vector_bytes // spec.element_bytes
    spec.kept().emit_range(b, (x, y), begin, end, lanes, body)
    return b.finish()
