"""Convolutions and linear in int8: unsigned activations, signed weights, exact int32 sums,
requantized to bytes or scaled to f32.

A direct convolution: activations lie as NHWC bytes with their halo (filled with the zero point)
around them, so there is no im2col and no test for a border. A linear layer of M rows is a 1x1
convolution with one row of M pixels. A 3-D convolution walks planes of rows, a 2-D one a single
plane.

Layout: weights as `#layout.blocked` says, a block of B output channels after the other;
for each padded output channel an int32 start value of the sum, an f32 multiplier and perhaps an f32
bias.

Loops: [block of channels] [rows] [tiles of pixels] around one register tile, so that a block's
weights stay in the first-level cache while the activations pass. In the tile: taps, then channels
in steps of 4: broadcast 4 bytes of each pixel, multiply with each vector of weights. A last tile
that does not fit starts earlier and computes some pixels twice, to the same result.

Reads run up to 3 bytes past a pixel's channels, against zero weights: the caller leaves that slack
readable.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.dense_spec import DenseSpec
from qfin.kernels.epilogue import Requantize
from qfin.kernels.tiles import Tile, choose_tile, weight_block
from qfin.target.isa import Isa

__all__ = ["DenseSpec", "Tile", "build_dense", "choose_tile", "weight_block"]

# Weights beyond this come from the third-level cache or memory: ask for them this far ahead.
_PREFETCH_ABOVE = 64 * 1024
_PREFETCH_AHEAD = 16 * 1024
# Two products start in a cycle, and each takes 4 or 5.
_SUMS_IN_FLIGHT = 8


def build_dense(
    name: str, spec: DenseSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, w, init, mult, [bias,] [residual,] y, begin, end)`: pointers, then
    i64; no result.

    It computes the part `[begin, end)` of the parallel dimension and writes nothing else. Of a
    residual it reads nothing but its elements; it must not overlap y.
    """
    pointers = 5 + spec.float_bias + (spec.residual is not None)
    b = KernelBuilder(name, [*[ptr] * pointers, i64, i64], location)
    if spec.out_w > 0:
        _Dense(b, spec, isa).build()
    return b.finish()


class _Dense:
    """One kernel under construction: the loops from the outside in."""

    def __init__(self, b: KernelBuilder, spec: DenseSpec, isa: Isa):
        self.b, self.spec, self.isa = b, spec, isa
        self.x, self.w, self.init, self.mult, *more, self.y, self.begin, self.end = b.arguments
        self.bias = more[0] if spec.float_bias else None
        self.r = more[-1] if spec.residual else None
        self.block = spec.tile.vectors * isa.lanes
        self.pixels = min(spec.tile.pixels, spec.out_w)
        self.steps = -(-spec.in_channels // 4)
        taps = spec.kernel_d * spec.kernel_h * spec.kernel_w
        self.block_bytes = taps * self.steps * 4 * self.block
        all_bytes = self.block_bytes * spec.blocks(isa) * spec.groups
        # A tile of few pixels reads weights as fast as they come; asking for more slows that down.
        self.prefetch = all_bytes > _PREFETCH_ABOVE and self.pixels * spec.tile.rows > 4
        self.epilogue = spec.floats or Requantize(
            spec.zero_point, spec.qmin, spec.qmax, spec.bounded
        )

    def build(self) -> None:
        spec = self.spec
        rows: tuple[Index, Index] = 0, spec.rows
        blocks: tuple[Index, Index] = 0, spec.groups * spec.blocks(self.isa)
        if spec.parallel == "rows":
            rows = self.begin, self.end
        else:
            blocks = self.begin, self.end
        self.b.for_loop(*blocks, 1, lambda block, _: self.channel_block(block, rows))

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
        self.last_channels = spec.out_channels - (blocks - 1) * self.block
        self.is_full = None
        if self.last_channels < self.block and blocks > 1:
            self.is_full = b.less(b.index(local), b.index(blocks - 1))
        begin, end = rows
        tall = spec.tile.rows if spec.batch * spec.out_d == 1 else 1
        if tall > 1:
            middle = self.whole_tiles(begin, end, tall)
            b.for_loop(begin, middle, tall, lambda row, _: self.row(row, tall))
            begin = middle
        b.for_loop(begin, end, 1, lambda row, _: self.row(row, 1))

    def whole_tiles(self, begin: Index, end: Index, tall: int) -> Index:
        """The row at which tiles of `tall` rows stop."""
        if isinstance(begin, int) and isinstance(end, int):
            return begin + (end - begin) // tall * tall
        b = self.b
        rest = b.urem(b.sub(b.index(end), b.index(begin)), b.index(tall))
        return b.sub(b.index(end), rest)

    def row(self, row: Index, tall: int) -> None:
        """The tiles of `tall` rows of pixels; `row` counts through all planes of all images."""
        b, spec, pixels = self.b, self.spec, self.pixels
        slab, line = self.divide(row, spec.out_h) if spec.batch * spec.out_d > 1 else (0, row)
        image, plane = self.divide(slab, spec.out_d) if spec.batch > 1 else (0, slab)
        x_image, x_row, x_pixel = spec.x_strides
        y_image, y_row, y_pixel = spec.y_strides
        x = b.gep(
            self.block_x,
            self.scale(image, x_image),
            self.scale(plane, spec.stride_d * spec.x_plane),
            self.scale(line, spec.stride_h * x_row),
        )
        y = b.gep(
            self.block_y,
            self.scale(image, y_image),
            self.scale(plane, spec.y_plane),
            self.scale(line, y_row),
        )
        places = [(down, p) for down in range(tall) for p in range(pixels)]
        offsets = [
            (down * spec.stride_h * x_row + p * spec.stride_w * x_pixel, down * y_row + p * y_pixel)
            for down, p in places
        ]
        r, r_pixel, r_offsets = None, 0, []
        if self.block_r is not None and spec.residual:
            r_image, r_row, r_pixel = spec.residual.strides
            r = b.gep(
                self.block_r,
                self.scale(image, r_image),
                self.scale(plane, spec.residual.plane),
                self.scale(line, r_row),
            )
            r_offsets = [down * r_row + p * r_pixel for down, p in places]

        def tile(column: Index, _: Sequence[SSAValue]) -> None:
            if spec.out_w % pixels:
                column = b.minimum(b.index(column), b.index(spec.out_w - pixels))
            self.tile(
                b.gep(x, self.scale(column, spec.stride_w * x_pixel)),
                b.gep(y, self.scale(column, y_pixel)),
                offsets,
                [b.gep(r, self.scale(column, r_pixel), n) for n in r_offsets] if r else [],
            )

        b.for_loop(0, spec.out_w, pixels, tile)

    def tile(
        self,
        x: SSAValue,
        y: SSAValue,
        offsets: Sequence[tuple[int, int]],
        residuals: Sequence[SSAValue],
    ) -> None:
        """One register tile: its pixels at `offsets` bytes from `x` and `y`, and if there is a
        residual, those of it at `residuals`."""
        b, spec, isa = self.b, self.spec, self.isa
        start = [
            b.load(b.gep(self.block_init, v * isa.vector_bytes), vector(i32, isa.lanes))
            for v in range(spec.tile.vectors)
        ]
        sums = self.taps(x, [offset for offset, _ in offsets], start * len(offsets))
        # Without a residual both ends of the branch are the same up to the stores.
        outputs = None if residuals else self.finish(sums)

        def end(channels: int) -> None:
            results = outputs or self.finish(sums, self.addends(residuals, channels))
            self.store(y, offsets, results, channels)

        if self.is_full is not None:
            b.if_else(self.is_full, lambda: end(self.block), lambda: end(self.last_channels))
        else:
            end(self.last_channels)

    def taps(
        self, x: SSAValue, offsets: Sequence[int], sums: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """All products of a tile. Neighbouring taps that lie in one run of bytes are one run."""
        b, spec = self.b, self.spec
        run, columns = self.steps, spec.kernel_w
        compact = spec.dilation_w == 1 and spec.x_strides[2] == 4 * self.steps
        if compact and spec.in_channels == 4 * self.steps:
            run, columns = self.steps * columns, 1
        x_row, x_pixel = spec.dilation_h * spec.x_strides[1], spec.dilation_w * spec.x_strides[2]
        run_bytes = run * 4 * self.block
        # How many there are, and how far apart they lie in input and weights, from outside in.
        axes = [
            (spec.kernel_d, spec.dilation_d * spec.x_plane, run_bytes * columns * spec.kernel_h),
            (spec.kernel_h, x_row, run_bytes * columns),
            (columns, x_pixel, run_bytes),
        ]

        def along(
            axis: int, x: SSAValue, w: SSAValue, sums: Sequence[SSAValue]
        ) -> Sequence[SSAValue]:
            if axis == len(axes):
                return self.run(x, w, run, offsets, sums)
            count, x_step, w_step = axes[axis]

            def tap(k: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
                x_tap, w_tap = b.gep(x, self.scale(k, x_step)), b.gep(w, self.scale(k, w_step))
                return along(axis + 1, x_tap, w_tap, sums)

            return b.for_loop(0, count, 1, tap, *sums)

        return along(0, x, self.block_w, sums)

    def run(
        self,
        x: SSAValue,
        w: SSAValue,
        steps: int,
        offsets: Sequence[int],
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        """The products of `steps` times 4 neighbouring bytes.

        With few sums each would wait for its last product: then several parts of each are summed
        side by side.
        """
        b, count = self.b, len(sums)
        parts = next(n for n in range(-(-_SUMS_IN_FLIGHT // count), 0, -1) if steps % n == 0)

        def step(k: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            x_step, w_step = b.gep(x, k), b.gep(w, self.scale(k, self.block))
            new: list[SSAValue] = []
            for n in range(parts):
                w_part = b.gep(w_step, n * 4 * self.block)
                part = sums[n * count : (n + 1) * count]
                new += self.dots(b.gep(x_step, 4 * n), w_part, offsets, part)
            return new

        zeros = [b.splat(0, vector(i32, self.isa.lanes))] * (count * (parts - 1))
        sums = b.for_loop(0, 4 * steps, 4 * parts, step, *sums, *zeros)
        total = list(sums[:count])
        for n in range(count, count * parts):
            total[n % count] = b.add(total[n % count], sums[n])
        return total

    def dots(
        self, x: SSAValue, w: SSAValue, offsets: Sequence[int], sums: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """One step of 4 channels: each pixel's 4 bytes with each vector of weights."""
        b, isa, vectors = self.b, self.isa, self.spec.tile.vectors
        weights: list[Sequence[SSAValue]] = []
        for v in range(vectors):
            at = b.gep(w, v * isa.vector_bytes)
            weights.append(isa.expand_weights(b, b.load(at, vector(i8, isa.vector_bytes))))
            if self.prefetch:
                b.prefetch(b.gep(at, _PREFETCH_AHEAD))
        new: list[SSAValue] = []
        for p, offset in enumerate(offsets):
            group = b.load(b.gep(x, offset), vector(i8, 4))
            activation = isa.expand_activation(b, group)
            for v in range(vectors):
                new.append(isa.dot4(b, sums[p * vectors + v], activation, weights[v]))
        return new

    def addends(self, residuals: Sequence[SSAValue], channels: int) -> list[SSAValue]:
        """The residual of all pixels after each other, a vector for each vector of sums."""
        b, lanes, residual = self.b, self.isa.lanes, self.spec.residual
        assert residual is not None
        nothing = b.splat(0.0, vector(f32, lanes))
        starts = range(0, self.block, lanes)
        return [
            residual.emit(b, b.gep(at, n), min(lanes, channels - n), lanes)
            if n < channels
            else nothing
            for at in residuals
            for n in starts
        ]

    def finish(
        self, sums: Sequence[SSAValue], addends: Sequence[SSAValue] | None = None
    ) -> list[SSAValue]:
        """The results of all pixels after each other, a vector's worth each."""
        b, isa, vectors = self.b, self.isa, self.spec.tile.vectors
        floats = vector(f32, isa.lanes)

        def constants(base: SSAValue) -> list[SSAValue]:
            return [b.load(b.gep(base, v * isa.vector_bytes), floats) for v in range(vectors)]

        pixels = len(sums) // vectors
        mults = constants(self.block_mult) * pixels
        biases = constants(self.block_bias) * pixels if self.block_bias else None
        if addends is None:
            return self.epilogue.emit_all(b, isa, sums, mults, biases)
        assert isinstance(self.epilogue, Requantize)
        return self.epilogue.emit_all(b, isa, sums, mults, biases, addends)

    def store(
        self,
        y: SSAValue,
        offsets: Sequence[tuple[int, int]],
        outputs: Sequence[SSAValue],
        channels: int,
    ) -> None:
        """Store the first `channels` results of each pixel, and no others."""
        b, item = self.b, self.epilogue.item
        whole = self.isa.vector_bytes // item
        for p, (_, offset) in enumerate(offsets):
            # Where the pixel's results are among all, block by block.
            first, done = p * self.block, 0
            while done < channels:
                n, at = divmod(first + done, whole)
                length = min(channels - done, whole - at)
                piece = outputs[n]
                if length < whole:
                    piece = b.shuffle(piece, piece, tuple(range(at, at + length)))
                b.store(piece, b.gep(y, offset + done * item))
                done += length

    def scale(self, value: Index, factor: int) -> Index:
        """value * factor."""
        if isinstance(value, int):
            return value * factor
        return self.b.mul(value, self.b.index(factor)) if factor != 1 else value

    def divide(self, value: Index, by: int) -> tuple[Index, Index]:
        """Quotient and remainder of a number that is not negative."""
        if by == 1:
            return value, 0
        if isinstance(value, int):
            return divmod(value, by)
        divisor = self.b.index(by)
        return self.b.udiv(value, divisor), self.b.urem(value, divisor)
