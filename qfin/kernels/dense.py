"""Convolutions and linear in int8: unsigned activations, signed weights, exact int32 sums,
requantized to bytes or scaled to f32. Signed activations are made unsigned as they are broadcast.

A direct convolution: activations lie as NHWC bytes with their halo (filled with the zero point)
around them, so there is no im2col and no test for a border. A linear layer of M rows is a 1x1
convolution with one row of M pixels. A 3-D convolution walks planes of rows, a 2-D one a single
plane.

Layout: weights as `#layout.blocked` says, a block of B output channels after the other;
for each padded output channel an int32 start value of the sum, an f32 multiplier and perhaps an f32
bias. Where weights have zero points z, the sums start with minus z times what a window's inputs add
up to, which `kernel.window_sums` gives for each output pixel, in two halves: one dot product of
pairs with (z, 256 * z).

Loops: [block of channels] [strips] [tiles of pixels] around one register tile (`dense_tile`), so
that a block's weights stay in the first-level cache while the activations pass. A strip is a row of
pixels, or all rows of all images where these lie evenly (`DenseSpec.even`). A last tile that does
not fit starts earlier and computes some pixels twice, to the same result.

A pipelined tile ends in the loop of the next one: its sums stay in registers, and are requantized
between that one's first steps, when they do not keep the products waiting.

Reads run up to 3 bytes past a pixel's channels, against zero weights: the caller leaves that slack
readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr
from qfin.kernels.dense_matrix import Matrices
from qfin.kernels.dense_spec import DenseSpec, Sums
from qfin.kernels.dense_tile import DenseTile
from qfin.kernels.tiles import Tile, choose_tile, weight_block
from qfin.target.isa import Isa

__all__ = ["DenseSpec", "Sums", "Tile", "build_dense", "choose_tile", "weight_block"]

# Vectors of sums that are taken at a time from what matrices in registers made.
_AT_ONCE = 16


def build_dense(
    name: str, spec: DenseSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, w, init, mult, [bias,] [residual,] [sums, zero_points,] y, begin,
    end)`: pointers, then i64; no result.

    It computes the part `[begin, end)` of the parallel dimension and writes nothing else. Of a
    residual it reads nothing but its elements; it must not overlap y.
    """
    pointers = 5 + spec.float_bias + (spec.residual is not None) + 2 * (spec.sums is not None)
    b = KernelBuilder(name, [*[ptr] * pointers, i64, i64], location)
    if spec.rows * spec.out_w > 0:
        _Dense(b, spec, isa).build()
    return b.finish()


class Place(NamedTuple):
    """Pointers to a pixel: in x, y, the residual and the sums, where there are such."""

    x: SSAValue
    y: SSAValue
    r: SSAValue | None
    s: SSAValue | None


class _Dense(DenseTile):
    """One kernel under construction: the loops from the outside in."""

    def __init__(self, b: KernelBuilder, spec: DenseSpec, isa: Isa):
        super().__init__(b, spec, isa)
        self.x, self.w, self.init, self.mult, *more, self.y, self.begin, self.end = b.arguments
        self.zero_points = more.pop() if spec.sums else None
        self.s = more.pop() if spec.sums else None
        self.r = more.pop() if spec.residual else None
        self.bias = more.pop() if spec.float_bias else None
        self.matrix = Matrices(self) if spec.tile.matrix else None

    def build(self) -> None:
        spec = self.spec
        if self.matrix:
            self.matrix.configure()
        rows: tuple[Index, Index] = 0, spec.rows
        blocks: tuple[Index, Index] = 0, spec.groups * spec.blocks(self.isa)
        if spec.parallel == "rows":
            rows = self.begin, self.end
        else:
            blocks = self.begin, self.end
        self.b.for_loop(*blocks, 1, lambda block, _: self.channel_block(block, rows))
        if self.matrix:
            self.matrix.release()

    def channel_block(self, block: Index, rows: tuple[Index, Index]) -> None:
        """All rows for one block of output channels."""
        b, spec = self.b, self.spec
        blocks = spec.blocks(self.isa)
        group, local = self.divide(block, blocks)
        first = self.scale(block, 4 * self.block)
        self.block_w = b.gep(self.w, self.scale(block, self.block_bytes))
        self.block_init = b.gep(self.init, first)
        self.block_mult = b.gep(self.mult, first)
        self.block_bias = b.gep(self.bias, first) if self.bias else None
        self.block_zero_points = b.gep(self.zero_points, first) if self.zero_points else None
        self.block_x = b.gep(self.x, self.scale(group, spec.in_channels))
        item = self.epilogue.item
        self.block_y = b.gep(
            self.y,
            self.scale(group, spec.out_channels * item),
            self.scale(local, self.block * item),
        )
        self.block_r = None
        if self.r is not None:
            group_r, local_r = self.scale(group, spec.out_channels), self.scale(local, self.block)
            self.block_r = b.gep(self.r, group_r, local_r)
        self.block_s = None
        if self.s is not None and spec.sums is not None:
            self.block_s = b.gep(self.s, self.scale(group, spec.sums.group))
        last = spec.out_channels - (blocks - 1) * self.block
        if last == self.block or blocks == 1:
            self.walk(last, rows)
            return
        b.if_else(
            b.less(b.index(local), b.index(blocks - 1)),
            lambda: self.walk(self.block, rows),
            lambda: self.walk(last, rows),
        )

    def walk(self, channels: int, rows: tuple[Index, Index]) -> None:
        """All rows for a block that has so many channels."""
        self.channels = channels
        if self.spec.tile.pipelined:
            self.pipeline(*rows)
        else:
            self.tiles(*rows)

    def tiles(self, begin: Index, end: Index) -> None:
        """The tiles of these rows, each finished before the next."""
        b, spec = self.b, self.spec
        if spec.even and spec.tile.rows == 1:
            self.strip(self.pixel(0), self.scale(begin, spec.out_w), self.scale(end, spec.out_w), 1)
            return
        tall = spec.tile.rows if spec.batch * spec.out_d == 1 else 1
        if tall > 1:
            middle = self.whole_tiles(begin, end, tall)
            b.for_loop(
                begin, middle, tall, lambda row, _: self.strip(self.pixel(row), 0, spec.out_w, tall)
            )
            begin = middle
        b.for_loop(begin, end, 1, lambda row, _: self.strip(self.pixel(row), 0, spec.out_w, 1))

    def whole_tiles(self, begin: Index, end: Index, tall: int) -> Index:
        """The row at which tiles of `tall` rows stop."""
        if isinstance(begin, int) and isinstance(end, int):
            return begin + (end - begin) // tall * tall
        b = self.b
        rest = b.urem(b.sub(b.index(end), b.index(begin)), b.index(tall))
        return b.sub(b.index(end), rest)

    def pixel(self, row: Index) -> Place:
        """Where the first pixel of a row begins; `row` counts through all planes of all images."""
        spec = self.spec
        slab, line = self.divide(row, spec.out_h) if spec.batch * spec.out_d > 1 else (0, row)
        image, plane = self.divide(slab, spec.out_d) if spec.batch > 1 else (0, slab)

        def at(base: SSAValue, strides: tuple[int, int, int]) -> SSAValue:
            places = zip((image, plane, line), strides, strict=True)
            return self.b.gep(base, *(self.scale(place, stride) for place, stride in places))

        (x_image, x_row, _), (y_image, y_row, _) = spec.x_strides, spec.y_strides
        x = at(self.block_x, (x_image, spec.stride_d * spec.x_plane, spec.stride_h * x_row))
        y = at(self.block_y, (y_image, spec.y_plane, y_row))
        r = s = None
        if self.block_r is not None and spec.residual is not None:
            r_image, r_row, _ = spec.residual.strides
            r = at(self.block_r, (r_image, spec.residual.plane, r_row))
        if self.block_s is not None and spec.sums is not None:
            s_image, s_row, _ = spec.sums.strides
            s = at(self.block_s, (s_image, spec.sums.plane, s_row))
        return Place(x, y, r, s)

    def column(self, first: Place, column: Index, end: Index) -> Place:
        """The pixels of a tile that begins at `column`, or earlier where it would pass `end`."""
        b, spec = self.b, self.spec
        if spec.out_w % self.pixels:
            last = (
                end - self.pixels
                if isinstance(end, int)
                else b.sub(end, b.constant(self.pixels, 64))
            )
            column = b.minimum(b.index(column), b.index(last))
        x, y, r, s = first
        if r is not None and spec.residual:
            r = b.gep(r, self.scale(column, spec.residual.strides[2]))
        if s is not None and spec.sums:
            s = b.gep(s, self.scale(column, spec.sums.strides[2]))
        return Place(
            b.gep(x, self.scale(column, spec.stride_w * spec.x_strides[2])),
            b.gep(y, self.scale(column, spec.y_strides[2])),
            r,
            s,
        )

    def strip(
        self,
        first: Place,
        begin: Index,
        end: Index,
        tall: int,
    ) -> None:
        """The tiles of pixels [begin, end) of a strip that begins at `first`, `tall` rows high."""
        spec = self.spec
        (_, x_row, x_pixel), (_, y_row, y_pixel) = spec.x_strides, spec.y_strides
        places = [(down, p) for down in range(tall) for p in range(self.pixels)]
        x_offsets = [
            down * spec.stride_h * x_row + p * spec.stride_w * x_pixel for down, p in places
        ]
        y_offsets = [down * y_row + p * y_pixel for down, p in places]

        def tile(column: Index, _: Sequence[SSAValue]) -> None:
            x, y, r, s = self.column(first, column, end)
            sums_at, addends = self.sums_at(s, places), self.addends_at(r, places)
            if self.matrix:
                self.matrix.products(x, x_offsets)
            few = _AT_ONCE // spec.tile.vectors if self.matrix else len(places)
            for n in range(0, len(places), few):
                part = slice(n, n + few)
                sums = self.start(len(places[part]), sums_at[part])
                if self.matrix:
                    sums = self.matrix.finished(x, x_offsets[part], n, sums)
                else:
                    sums = self.taps(x, x_offsets, sums)
                self.conclude(sums, y, y_offsets[part], addends[part])

        self.b.for_loop(begin, end, self.pixels, tile)

    def addends_at(self, r: SSAValue | None, places: Sequence[tuple[int, int]]) -> list[SSAValue]:
        """The residual's pixels at (row, column) of a tile, if there is a residual."""
        if r is None or self.spec.residual is None:
            return []
        _, r_row, r_pixel = self.spec.residual.strides
        return [self.b.gep(r, down * r_row + p * r_pixel) for down, p in places]

    def sums_at(self, s: SSAValue | None, places: Sequence[tuple[int, int]]) -> list[SSAValue]:
        """The sums of what pixels at (row, column) of a tile read, if they are needed."""
        if s is None or self.spec.sums is None:
            return []
        _, s_row, s_pixel = self.spec.sums.strides
        return [self.b.gep(s, down * s_row + p * s_pixel) for down, p in places]

    def pipeline(self, begin: Index, end: Index) -> None:
        """The tiles of these rows, each finished during the next one.

        The first tile finishes one that holds no sums yet, in its own place, which it overwrites.
        """
        b, spec = self.b, self.spec
        y_offsets = [p * spec.y_strides[2] for p in range(self.pixels)]

        def conclude(carried: Sequence[SSAValue], first: int, last: int) -> None:
            vectors = spec.tile.vectors
            y, r = carried[-1], None
            if spec.residual:
                *_, y, r = carried
            self.conclude(
                carried[first * vectors : last * vectors],
                y,
                y_offsets[first:last],
                self.addends_at(r, [(0, p) for p in range(first, last)]),
            )

        def strip(
            first: Place, begin: Index, end: Index, carried: Sequence[SSAValue]
        ) -> Sequence[SSAValue]:
            def tile(column: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
                x, y, r, s = self.column(first, column, end)
                places = [(0, p) for p in range(self.pixels)]
                start = self.start(self.pixels, self.sums_at(s, places))
                sums = self.products(x, start, lambda i, j: conclude(carried, i, j))
                return [*sums, y] if r is None else [*sums, y, r]

            return b.for_loop(begin, end, self.pixels, tile, *carried)

        def everything() -> None:
            _, y, r, _ = self.pixel(begin)
            carried: Sequence[SSAValue] = [*self.start(self.pixels), y]
            if r is not None:
                carried = [*carried, r]
            if spec.even:
                pixels = self.scale(begin, spec.out_w), self.scale(end, spec.out_w)
                carried = strip(self.pixel(0), *pixels, carried)
            else:
                carried = b.for_loop(
                    begin,
                    end,
                    1,
                    lambda row, carried: strip(self.pixel(row), 0, spec.out_w, carried),
                    *carried,
                )
            conclude(carried, 0, self.pixels)

        if isinstance(begin, int) and isinstance(end, int):
            if begin < end:
                everything()
            return
        b.if_else(b.less(b.index(begin), b.index(end)), everything, lambda: None)
