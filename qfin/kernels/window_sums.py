"""window_sums: minus the sum over each window of an image of i32, in halves for a dot product.

The function is `name(x, y, begin, end)`: pointers to dense i32, then the half-open range, i64, of
the output's rows, of all planes of all images. See `kernel.window_sums` for the halves.

Loops: [rows] [vectors of neighbouring pixels] [taps]. Vectors do not leave a row: the last one
starts earlier. With a horizontal stride of 2 every other lane of two vectors is taken, with a
larger one pixels are done one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.strided import Dim, contiguous, scaled
from qfin.target.isa import Isa

_ITEM = 4


@dataclass(frozen=True)
class WindowSumsSpec:
    """`images` of one channel, of `input` (depth, height, width) pixels, to `output` ones; the
    others have as many values."""

    images: int
    input: tuple[int, int, int]
    output: tuple[int, int, int]
    kernel: tuple[int, int, int]
    stride: tuple[int, int, int]
    dilation: tuple[int, int, int]

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: rows."""
        return self.images * prod(self.output[:2])


def build_window_sums(
    name: str, spec: WindowSumsSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """i32 to i32; see the top of this file."""
    b = KernelBuilder(name, [ptr, ptr, i64, i64], location)
    x, y, begin, end = b.arguments
    (_, height, width), (depth_y, height_y, width_y) = spec.input, spec.output
    steps = height * width * _ITEM, width * _ITEM, _ITEM
    image = spec.input[0] * steps[0]

    def row(index: Index, _: Sequence[SSAValue]) -> None:
        i = b.index(index)
        to = b.gep(y, b.mul(i, b.index(width_y * _ITEM)))
        line, i = b.urem(i, b.index(height_y)), b.udiv(i, b.index(height_y))
        plane, i = b.urem(i, b.index(depth_y)), b.udiv(i, b.index(depth_y))
        at = b.gep(x, scaled(b, i, image), scaled(b, plane, spec.stride[0] * steps[0]))
        at = b.gep(at, scaled(b, line, spec.stride[1] * steps[1]))
        lanes = isa.lanes if spec.stride[2] <= 2 else 1
        pixels = Dim(width_y, (spec.stride[2] * _ITEM, _ITEM))
        contiguous(b, (at, to), pixels, lanes, lambda at, n: pixel(at[0], at[1], n))

    def pixel(x: SSAValue, y: SSAValue, lanes: int) -> None:
        words = vector(i32, lanes)
        (total,) = along(0, x, [b.splat(0, words)])
        low = b.and_(total, b.splat(255, words))
        high = b.ashr(total, b.splat(8, words))
        b.store(b.add(b.shl(high, b.splat(16, words)), low), y)

    def along(axis: int, x: SSAValue, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
        step = spec.dilation[axis] * steps[axis]
        if axis == 2:
            for tap in range(spec.kernel[2]):
                sums = [b.sub(total, load(b.gep(x, tap * step), total)) for total in sums]
            return sums
        return b.for_loop(
            0,
            spec.kernel[axis],
            1,
            lambda k, sums: along(axis + 1, b.gep(x, scaled(b, k, step)), sums),
            *sums,
        )

    def load(x: SSAValue, like: SSAValue) -> SSAValue:
        first = b.load(x, like.type, align=_ITEM)
        lanes = vector_lanes(like)
        if spec.stride[2] == 1 or lanes == 1:
            return first
        # The second vector begins with the last lane of the first, and ends with the last taken.
        second = b.load(b.gep(x, (lanes - 1) * _ITEM), like.type, align=_ITEM)
        return b.shuffle(first, second, tuple(2 * n + (2 * n >= lanes) for n in range(lanes)))

    if spec.parallel_size(isa) * width_y:
        b.for_loop(begin, end, 1, row)
    return b.finish()


def vector_lanes(value: SSAValue) -> int:
    """How many a vector has."""
    (lanes,) = value.type.get_shape()  # pyright: ignore[reportAttributeAccessIssue]
    return lanes
