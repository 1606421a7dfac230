"""fill_halo: the zero point around each image, so that convolutions need no test for a border."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i8, i64

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.strided import Pointers, plan, scaled
from qfin.target.isa import Isa


@dataclass(frozen=True)
class FillHaloSpec:
    """`shape` [N, C, H, W] without the halo, `strides` in elements (bytes), `halo` as [top, bottom,
    left, right] rows and columns, `value` of 0..255."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    halo: tuple[int, ...]
    value: int

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: the images."""
        return self.shape[0]


def build_fill_halo(
    name: str, spec: FillHaloSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(y, begin, end)`: y points to element (0, 0, 0, 0).

    The range counts images. It stores to the halo's elements and to nothing inside or beyond; gaps
    between channels and pixels stay as they are.
    """
    b = KernelBuilder(name, [ptr, i64, i64], location)
    y, begin, end = b.arguments
    _, channels, height, width = spec.shape
    image_stride, channel_stride, row_stride, column_stride = spec.strides
    top, bottom, left, right = spec.halo
    whole = left + width + right
    # first row, first column, rows, columns
    rectangles = [
        (-top, -left, top, whole),
        (0, -left, height, left),
        (0, width, height, right),
        (height, -left, bottom, whole),
    ]

    def fill(at: Pointers, n: int) -> None:
        b.store(b.splat(spec.value, vector(i8, n)), at[0])

    def image(n: Index) -> None:
        base = b.gep(y, scaled(b, n, image_stride))
        for row, column, rows, columns in rectangles:
            nest = plan(
                (channels, rows, columns), [(channel_stride, row_stride, column_stride)], (1,)
            )
            if nest.parallel_size:
                corner = b.gep(base, row * row_stride + column * column_stride)
                nest.emit(b, (corner,), isa.vector_bytes, fill)

    b.for_loop(begin, end, 1, lambda n, _: image(n))
    return b.finish()
