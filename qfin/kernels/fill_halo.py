"""fill_halo: the zero point around each image, so that convolutions need no test for a border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i8, i64

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.strided import Pointers, plan, scaled
from qfin.target.isa import Isa


@dataclass(frozen=True)
class FillHaloSpec:
    """`shape` [N, C, spatial...] without the halo, `strides` in elements (bytes), `halo` as
    [before, after] for each spatial dimension in turn, `value` of 0..255."""

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
    """The function `name(y, begin, end)`: y points to the first element.

    The range counts images. It stores to the halo's elements and to nothing inside or beyond; gaps
    between channels and pixels stay as they are.
    """
    b = KernelBuilder(name, [ptr, i64, i64], location)
    y, begin, end = b.arguments
    _, channels, *spatial = spec.shape
    image_stride, channel_stride, *strides = spec.strides

    def fill(at: Pointers, n: int) -> None:
        b.store(b.splat(spec.value, vector(i8, n)), at[0])

    def image(n: Index) -> None:
        base = b.gep(y, scaled(b, n, image_stride))
        for box in _boxes(spatial, spec.halo):
            sizes = [end - begin for begin, end in box]
            nest = plan((channels, *sizes), [(channel_stride, *strides)], (1,))
            if nest.parallel_size:
                first = sum(begin * s for (begin, _), s in zip(box, strides, strict=True))
                nest.emit(b, (b.gep(base, first),), isa.vector_bytes, fill)

    b.for_loop(begin, end, 1, lambda n, _: image(n))
    return b.finish()


def _boxes(spatial: Sequence[int], halo: Sequence[int]) -> list[list[tuple[int, int]]]:
    """What is around an image as boxes that do not overlap: (begin, end) along each dimension.

    Before and after a dimension lies a box as long as the image in the dimensions in front of it,
    and as long as image and halo in those behind.
    """
    inside = [(0, size) for size in spatial]
    whole = [
        (-before, size + after)
        for size, before, after in zip(spatial, halo[::2], halo[1::2], strict=True)
    ]
    boxes: list[list[tuple[int, int]]] = []
    for axis, ((begin, end), size) in enumerate(zip(whole, spatial, strict=True)):
        boxes += [[*inside[:axis], side, *whole[axis + 1 :]] for side in ((begin, 0), (size, end))]
    return boxes
