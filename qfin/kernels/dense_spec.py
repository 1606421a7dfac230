"""What is baked into a kernel of `qfin.kernels.dense`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qfin.dialects.kernel.dense import DEPTH, MATRIX_STEPS
from qfin.kernels.epilogue import Residual, ToFloats
from qfin.kernels.tiles import Tile
from qfin.target.isa import Isa


@dataclass(frozen=True)
class Sums:
    """Where the sums of `kernel.window_sums` lie: strides in bytes, (image, row, pixel), `plane`
    between planes, `group` between groups."""

    strides: tuple[int, int, int]
    plane: int
    group: int


@dataclass(frozen=True)
class DenseSpec:
    """Everything that is baked into one dense kernel.

    `in_channels` and `out_channels` are those of one group. Strides are in bytes, (image, row,
    pixel) of the tensor itself; channels lie next to each other. `x` points to the first tap of
    output pixel (0, 0, 0), in the halo if there is one. The result is `clamp(rint(t * mult) +
    zero_point, qmin, qmax)`, `t = f32(acc)`, plus bias if `float_bias`. `parallel` is the dimension
    that `[begin, end)` counts: batch*out_d*out_h rows, or the blocks of B channels of all groups.
    A `residual` is added to `t * mult`. `bounded` promises that no magnitude that is rounded
    reaches 2**31. With `floats` the result is what that says instead, without residual, and y holds
    f32. With `sums` the weights have zero points. `_d` is the depth of 3-D convolutions, and
    `x_plane` and `y_plane` are the strides of their planes. With `x_signed` the bytes of x are
    signed, 128 less than what is multiplied, with `y_signed` those of y.
    """

    batch: int
    out_h: int
    out_w: int
    groups: int
    in_channels: int
    out_channels: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    x_strides: tuple[int, int, int]
    y_strides: tuple[int, int, int]
    zero_point: int
    qmin: int
    qmax: int
    float_bias: bool
    parallel: Literal["rows", "channel-blocks"]
    tile: Tile
    bounded: bool = False
    out_d: int = 1
    kernel_d: int = 1
    stride_d: int = 1
    dilation_d: int = 1
    x_plane: int = 0
    y_plane: int = 0
    floats: ToFloats | None = None
    residual: Residual | None = None
    sums: Sums | None = None
    x_signed: bool = False
    y_signed: bool = False

    @property
    def rows(self) -> int:
        """Rows of pixels, of all planes of all images."""
        return self.batch * self.out_d * self.out_h

    @property
    def is_pointwise(self) -> bool:
        """Whether the kernel has a single tap."""
        return self.kernel_d * self.kernel_h * self.kernel_w == 1

    @property
    def run(self) -> tuple[int, int]:
        """How many steps of `DEPTH` products read neighbouring bytes, and how many such runs a row
        of taps has: neighbouring taps that lie in one run of bytes are one run."""
        steps = -(-self.in_channels // DEPTH)
        compact = self.dilation_w == 1 and self.x_strides[2] == self.in_channels == DEPTH * steps
        return (steps * self.kernel_w, 1) if compact else (steps, self.kernel_w)

    @property
    def fills_matrix(self) -> bool:
        """Whether a run has as many products as a row of an AMX matrix, of unsigned bytes."""
        return self.run[0] >= MATRIX_STEPS and not self.x_signed

    @property
    def even(self) -> bool:
        """Whether each pixel lies as far behind the one before as in a row, through all rows,
        planes and images, in everything that is read and written."""
        sizes = self.batch, self.out_d, self.out_h, self.out_w
        steps = 1, self.stride_d, self.stride_h, self.stride_w
        tensors = [
            (self.x_strides, self.x_plane, steps),
            (self.y_strides, self.y_plane, (1, 1, 1, 1)),
        ]
        for other in (self.residual, self.sums):
            if other:
                tensors.append((other.strides, other.plane, (1, 1, 1, 1)))
        for (image, row, pixel), plane, by in tensors:
            distance = pixel * by[3]
            strides = image, plane, row, pixel
            for axis in (2, 1, 0):
                distance *= sizes[axis + 1]
                if sizes[axis] > 1 and strides[axis] * by[axis] != distance:
                    return False
        return self.is_pointwise

    def blocks(self, isa: Isa) -> int:
        """Blocks of channels of one group."""
        return -(-self.out_channels // (self.tile.vectors * isa.lanes))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range of the parallel dimension."""
        if self.parallel == "rows":
            return self.rows
        return self.groups * self.blocks(isa)
