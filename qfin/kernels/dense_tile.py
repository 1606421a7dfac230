"""What is inside the loops of `qfin.kernels.dense`: a register tile's products, and its end.

In the tile: taps, then channels in steps of 4: broadcast 4 bytes of each pixel, multiply with each
vector of weights. At its end the sums become results, and those are stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import gcd, prod
from typing import NamedTuple

from xdsl.dialects.builtin import f32, i8, i16, i32
from xdsl.ir import SSAValue

from qfin.dialects.kernel.dense import DEPTH
from qfin.kernels.builder import Index, KernelBuilder, vector
from qfin.kernels.dense_spec import DenseSpec
from qfin.kernels.epilogue import Requantize
from qfin.target.isa import Isa

# Two products start in a cycle, and each takes 4 or 5.
_SUMS_IN_FLIGHT = 8
# A pipelined tile ends in pieces, with so many steps of the next one before each.
_STEPS_APART = 2


Body = Callable[[SSAValue, SSAValue, Sequence[SSAValue]], Sequence[SSAValue]]
"""Products at pointers into input and weights, added to sums."""


class Axis(NamedTuple):
    """A loop over products: how many times, and how many bytes apart in input and weights."""

    size: int
    x_step: int
    w_step: int


class DenseTile:
    """Emits the parts of a register tile; the pointers to the constants of a block of output
    channels are set by whoever walks over the blocks."""

    block_w: SSAValue
    block_init: SSAValue
    block_mult: SSAValue
    block_bias: SSAValue | None
    block_zero_points: SSAValue | None
    channels: int
    """Those of the block that are there."""

    def __init__(self, b: KernelBuilder, spec: DenseSpec, isa: Isa):
        self.b, self.spec, self.isa = b, spec, isa
        self.block = spec.tile.vectors * isa.lanes
        self.pixels = min(spec.tile.pixels, spec.out_w)
        self.steps = -(-spec.in_channels // 4)
        taps = spec.kernel_d * spec.kernel_h * spec.kernel_w
        self.block_bytes = taps * self.steps * 4 * self.block
        self.epilogue = spec.floats or Requantize(
            spec.zero_point, spec.qmin, spec.qmax, spec.bounded, spec.y_signed
        )

    def start(self, pixels: int, sums: Sequence[SSAValue] = ()) -> list[SSAValue]:
        """What the sums of so many pixels start from; where weights have zero points, the sums of
        what each reads are at `sums`."""
        b, isa, vectors = self.b, self.isa, range(self.spec.tile.vectors)
        words, halves = vector(i32, isa.lanes), vector(i16, 2 * isa.lanes)
        init = [b.load(b.gep(self.block_init, v * isa.vector_bytes), words) for v in vectors]
        if not sums or self.block_zero_points is None:
            return init * pixels
        zero_points = [
            b.load(b.gep(self.block_zero_points, v * isa.vector_bytes), halves) for v in vectors
        ]
        started: list[SSAValue] = []
        for at in sums:
            pair = b.load(at, vector(i32, 1))
            spread = b.bitcast(b.shuffle(pair, pair, (0,) * isa.lanes), halves)
            started += [isa.dot2(b, init[v], spread, zero_points[v]) for v in vectors]
        return started

    def conclude(
        self,
        sums: Sequence[SSAValue],
        y: SSAValue,
        offsets: Sequence[int],
        residuals: Sequence[SSAValue],
    ) -> None:
        """Store the results of pixels `offsets` bytes from `y`; if there is a residual, those of it
        are at `residuals`."""
        addends = self.addends(residuals) if residuals else None
        self.store(y, offsets, self.finish(sums, addends))

    def products(
        self, x: SSAValue, sums: Sequence[SSAValue], conclude: Callable[[int, int], None]
    ) -> Sequence[SSAValue]:
        """The sums of a pipelined tile, which start from `sums`. Between the first steps,
        `conclude(first, last)` is called for a few pixels of the tile before at a time."""
        spec = self.spec
        offsets = [p * spec.stride_w * spec.x_strides[2] for p in range(self.pixels)]
        # So many pixels fill whole vectors of bytes.
        few = 4 // gcd(4, spec.tile.vectors)
        pending = deque(range(0, self.pixels, few))

        def step(x: SSAValue, w: SSAValue, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            return self.dots(x, w, offsets, sums)

        # One by one, as many as there are pieces to end between; then in loops.
        axes = [*self.axes(), Axis(spec.run[0], DEPTH, DEPTH * self.block)]
        total = prod(axis.size for axis in axes)
        done = 0
        while pending:
            last = min(done + _STEPS_APART, total)
            for n in range(done, last):
                sums = step(*self.place(x, axes, n), sums)
            done, first = last, pending.popleft()
            conclude(first, min(first + few, self.pixels))
        if done == total:
            return sums
        # What was begun is ended from inside out: a run, a row of taps, a plane, the kernel.
        for depth in range(len(axes) - 1, -1, -1):
            done, begun = divmod(done, axes[depth].size)
            if begun or (not depth and not done):
                x_at, w_at = self.place(x, axes[:depth], done)
                sums = self.loops(axes[depth:], begun, x_at, w_at, step, sums)
                done += 1
        return sums

    def place(self, x: SSAValue, axes: Sequence[Axis], number: int) -> tuple[SSAValue, SSAValue]:
        """Where a step over `axes` reads that has so many before it."""
        x_at = w_at = 0
        for axis in reversed(axes):
            number, k = divmod(number, axis.size)
            x_at, w_at = x_at + k * axis.x_step, w_at + k * axis.w_step
        return self.b.gep(x, x_at), self.b.gep(self.block_w, w_at)

    def taps(
        self, x: SSAValue, offsets: Sequence[int], sums: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """All products of a tile."""
        steps, _ = self.spec.run
        return self.runs(x, lambda x, w, sums: self.run(x, w, steps, offsets, sums), sums)

    def axes(self) -> list[Axis]:
        """The taps, from outside in: planes, rows, and runs of neighbouring bytes."""
        spec = self.spec
        run, columns = spec.run
        x_row, x_pixel = spec.dilation_h * spec.x_strides[1], spec.dilation_w * spec.x_strides[2]
        run_bytes = run * DEPTH * self.block
        x_plane = spec.dilation_d * spec.x_plane
        return [
            Axis(spec.kernel_d, x_plane, run_bytes * columns * spec.kernel_h),
            Axis(spec.kernel_h, x_row, run_bytes * columns),
            Axis(columns, x_pixel, run_bytes),
        ]

    def runs(self, x: SSAValue, body: Body, sums: Sequence[SSAValue] = ()) -> Sequence[SSAValue]:
        """The loops over taps around `body(x, w, sums)`, which does one run of neighbouring
        bytes."""
        return self.loops(self.axes(), 0, x, self.block_w, body, sums)

    def loops(
        self,
        axes: Sequence[Axis],
        begin: int,
        x: SSAValue,
        w: SSAValue,
        body: Body,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        """Loops around `body(x, w, sums)`, the outermost one from `begin` on."""
        if not axes:
            return body(x, w, sums)
        b, (axis, *inner) = self.b, axes

        def step(k: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            x_step, w_step = self.scale(k, axis.x_step), self.scale(k, axis.w_step)
            return self.loops(inner, 0, b.gep(x, x_step), b.gep(w, w_step), body, sums)

        return b.for_loop(begin, axis.size, 1, step, *sums)

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
            if self.spec.tile.prefetch:
                b.prefetch(b.gep(at, self.spec.tile.prefetch))
        new: list[SSAValue] = []
        for p, offset in enumerate(offsets):
            group = b.load(b.gep(x, offset), vector(i8, 4))
            activation = isa.expand_activation(b, group, signed=self.spec.x_signed)
            for v in range(vectors):
                new.append(isa.dot4(b, sums[p * vectors + v], activation, weights[v]))
        return new

    def addends(self, residuals: Sequence[SSAValue]) -> list[SSAValue]:
        """The residual of all pixels after each other, a vector for each vector of sums."""
        b, lanes, residual = self.b, self.isa.lanes, self.spec.residual
        assert residual is not None
        nothing = b.splat(0.0, vector(f32, lanes))
        starts = range(0, self.block, lanes)
        return [
            residual.emit(b, b.gep(at, n), min(lanes, self.channels - n), lanes)
            if n < self.channels
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

    def store(self, y: SSAValue, offsets: Sequence[int], outputs: Sequence[SSAValue]) -> None:
        """Store the results of each pixel's channels, and no others."""
        b, whole = self.b, self.isa.vector_bytes // self.epilogue.item
        for offset, n, lanes in self.pieces(offsets):
            piece = outputs[n]
            if lanes != list(range(whole)):
                piece = b.shuffle(piece, piece, tuple(lanes))
            b.store(piece, b.gep(y, offset))

    def pieces(self, offsets: Sequence[int]) -> list[tuple[int, int, list[int]]]:
        """What is stored: where, of which output vector, which of its lanes.

        Pixels of one vector that lie behind each other are one piece. That saves stores; and LLVM,
        which else tries to join them itself, can take hours over 27 pixels of two channels.
        """
        item = self.epilogue.item
        whole = self.isa.vector_bytes // item
        found: list[tuple[int, int, list[int]]] = []
        for p, offset in enumerate(offsets):
            # Where the pixel's results are among all, block by block.
            first, done = p * self.block, 0
            while done < self.channels:
                n, at = divmod(first + done, whole)
                length = min(self.channels - done, whole - at)
                place, lanes = offset + done * item, list(range(at, at + length))
                if found and found[-1][1] == n and found[-1][0] + len(found[-1][2]) * item == place:
                    found[-1][2].extend(lanes)
                else:
                    found.append((place, n, lanes))
                done += length
        return found

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
