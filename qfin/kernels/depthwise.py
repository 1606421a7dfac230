"""Depthwise convolutions in int8: each channel with a kernel of its own, requantized to bytes.

Layout: activations lie as NHWC bytes with their halo (filled with the zero point) around them. A
vector holds one byte of as many channels as it has bytes, a block. Where the channels do not fill
blocks, several neighbouring pixels are taken as one of several times the channels (they lie next to
each other), or the last block overlaps the one before. Weights as `#layout.depthwise` says, and in
the order of its lanes, for each an int32 start value of the sum, an f32 multiplier and perhaps an
f32 bias.

Recipe: a dot product instruction sums 4 neighbouring bytes (2 words on avx2), so the bytes of 4
(2) rows are interleaved, with 8 (6) shuffles for 4 vectors of sums, "quads". The same quads serve
several output rows, with weights that stand one byte further on, and zeros: 3x3 kernels read 4 rows
for 2. The shuffles work in each 16 bytes apart, as do the instructions that pack the results, so
these come out in the order of the channels without a permutation.

Signed activations are made unsigned as they are loaded.

Where weights have zero points, each tap's bytes are multiplied with minus these besides; what all
columns of a step read, once for all of them.

Loops: [groups of rows] [block of channels] [rows] [columns]; in a step all columns of the kernel,
and several output columns, which share the weights that are loaded. A column of the input is
interleaved once for all that read it in a step. Several groups of rows are taken at once where the
rows that one of them reads do not stay in the first-level cache until the next one reads them
again, but what is read of one block of channels does.

A last step that does not fit starts earlier and computes some pixels twice, to the same result.
Reads run past a pixel's channels where these do not fill one block: the caller leaves a vector's
length behind the last pixel readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.depthwise_spec import DepthwiseSpec
from qfin.kernels.epilogue import Requantize
from qfin.kernels.strided import scaled
from qfin.target.isa import Isa, flip_signs

__all__ = ["DepthwiseSpec", "build_depthwise"]

_QUADS = 4
# Of those that do not hold sums or quads: for what is loaded and interleaved.
_REGISTERS_FREE = 8


def build_depthwise(
    name: str, spec: DepthwiseSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """The function `name(x, w, init, mult, [bias,] [zero_points,] [residual,] y, begin, end)`:
    pointers, then i64; no result.

    It computes the part `[begin, end)` of the parallel dimension and writes nothing else. Of a
    residual it reads nothing but its elements; it must not overlap y.
    """
    pointers = 5 + spec.float_bias + (spec.zero_points > 0) + (spec.residual is not None)
    b = KernelBuilder(name, [*[ptr] * pointers, i64, i64], location)
    if 0 not in (spec.batch, spec.out_h, spec.out_w, spec.channels):
        _Depthwise(b, spec, isa).build()
    return b.finish()


class _Depthwise:
    """One kernel under construction: the loops from the outside in."""

    def __init__(self, b: KernelBuilder, spec: DepthwiseSpec, isa: Isa):
        self.b, self.spec, self.isa = b, spec, isa
        self.x, self.w, self.init, self.mult, *more, self.y, self.begin, self.end = b.arguments
        self.r = more.pop() if spec.residual else None
        self.zero_points = more.pop() if spec.zero_points else None
        self.bias = more.pop() if spec.float_bias else None
        self.layout = spec.layout(isa)
        self.lanes = isa.vector_bytes
        self.together = spec.pixels * spec.channels
        self.blocks = self.layout.blocks(spec.channels)
        self.pieces = self.layout.pieces(spec.kernel_h)
        self.piece_bytes = self.lanes * isa.row_depth
        self.epilogue = Requantize(
            spec.zero_point, spec.qmin, spec.qmax, spec.bounded, spec.y_signed
        )

    def build(self) -> None:
        b, groups = self.b, self.spec.groups

        def several(first: Index, _: Sequence[SSAValue]) -> None:
            last = b.minimum(b.add(b.index(first), b.index(groups)), self.end)
            b.for_loop(0, self.blocks, 1, lambda block, _: self.block(block, first, last))

        def one(group: Index, _: Sequence[SSAValue]) -> None:
            b.for_loop(0, self.blocks, 1, lambda block, _: self.block(block, group, None))

        b.for_loop(self.begin, self.end, groups, several if groups > 1 else one)

    def block(self, block: Index, first: Index, last: SSAValue | None) -> None:
        """One block of channels of the groups of rows `[first, last)`, or of the first alone."""
        b, spec = self.b, self.spec
        at = scaled(b, block, self.lanes)
        if self.together > self.lanes and self.together % self.lanes:
            at = b.minimum(b.index(at), b.index(self.together - self.lanes))
        self.block_at = at
        step = len(self.pieces) * spec.kernel_w * self.piece_bytes
        constants = scaled(b, block, 4 * self.lanes)
        self.block_w = b.gep(self.w, scaled(b, block, step))
        self.block_init = b.gep(self.init, constants)
        self.block_mult = b.gep(self.mult, constants)
        self.block_bias = b.gep(self.bias, constants) if self.bias else None
        self.block_zero_points = None
        if self.zero_points is not None:
            step = len(self.pieces) * spec.zero_points * self.piece_bytes
            self.block_zero_points = b.gep(self.zero_points, scaled(b, block, step))
        if last is None:
            self.rows(first)
        else:
            b.for_loop(first, last, 1, lambda group, _: self.rows(group))

    def rows(self, group: Index) -> None:
        """One group of rows in the block of channels."""
        b, spec = self.b, self.spec
        image: Index = 0
        if spec.batch > 1:
            count = b.index(spec.row_groups)
            image, group = b.udiv(b.index(group), count), b.urem(b.index(group), count)
        # The last group starts earlier if it does not fit; but rows that another part of the range
        # computes are stored where the first own row belongs, which is stored after them.
        own = first = scaled(b, group, spec.rows)
        if spec.out_h % spec.rows:
            first = b.minimum(b.index(own), b.index(spec.out_h - spec.rows))
        x_image, x_row, _ = spec.x_strides
        y_image, y_row, _ = spec.y_strides
        x_at = scaled(b, image, x_image), scaled(b, first, spec.stride_h * x_row)
        x = b.gep(self.x, *x_at, self.block_at)
        ys: list[SSAValue] = []
        for row in range(spec.rows):
            place = first
            if row:
                place = b.add(b.index(place), b.index(row))
            if spec.out_h % spec.rows and row < spec.rows - 1:
                place = b.intrinsic("llvm.smax.i64", i64, b.index(place), b.index(own))
            y_at = scaled(b, image, y_image), scaled(b, place, y_row)
            ys.append(b.gep(self.y, *y_at, self.block_at))
        rs: list[SSAValue] = []
        if self.r is not None and spec.residual:
            r_image, r_row, _ = spec.residual.strides
            r_at = scaled(b, image, r_image), scaled(b, first, r_row)
            r = b.gep(self.r, *r_at, self.block_at)
            rs = [b.gep(r, row * r_row) for row in range(spec.rows)]
        width = spec.columns * spec.pixels
        kept = self.kept()

        def columns(column: Index, held: Sequence[SSAValue]) -> Sequence[SSAValue]:
            if isinstance(column, SSAValue) and not held and spec.out_w % width:
                column = b.minimum(column, b.index(spec.out_w - width))
            x_at = b.gep(x, scaled(b, column, spec.stride_w * spec.x_strides[2]))
            y_at = scaled(b, column, spec.y_strides[2])
            r_at = scaled(b, column, spec.residual.strides[2]) if spec.residual else 0
            quads = {key: list(held[n * _QUADS :][:_QUADS]) for n, key in enumerate(kept) if held}
            self.step(x_at, [b.gep(y, y_at) for y in ys], [b.gep(r, r_at) for r in rs], quads)
            return [quad for group, at in kept for quad in quads[group, at + self.shift]]

        if not kept or spec.out_w < 2 * width:
            kept = []
            b.for_loop(0, spec.out_w, width, columns)
            return
        whole = spec.out_w // width * width
        first = [quad for group, at in kept for quad in self.interleave(x, group, at)]
        b.for_loop(0, whole, width, columns, *first)
        if whole < spec.out_w:
            kept = []
            columns(spec.out_w - width, ())

    def kept(self) -> list[tuple[int, int]]:
        """The groups of rows, and positions in bytes, whose quads the step before has made, if
        there are registers enough to keep them."""
        spec = self.spec
        positions = {
            self.position(tap, column)
            for tap in range(spec.kernel_w)
            for column in range(spec.columns)
        }
        groups = {group for group, _ in self.pieces}
        kept = [(g, at) for g in groups for at in positions if at + self.shift in positions]
        registers = _QUADS * (len(kept) + spec.rows * spec.columns)
        return sorted(kept) if registers + _REGISTERS_FREE <= self.isa.registers else []

    @property
    def shift(self) -> int:
        """Bytes from a step's input to the next one's."""
        spec = self.spec
        return spec.columns * spec.pixels * spec.stride_w * spec.x_strides[2]

    def position(self, tap: int, column: int) -> int:
        """Where a tap of an output column lies, in bytes from the first tap of the first one."""
        spec = self.spec
        pixel = column * spec.pixels * spec.stride_w + tap * spec.dilation_w
        return pixel * spec.x_strides[2]

    def step(
        self,
        x: SSAValue,
        ys: Sequence[SSAValue],
        rs: Sequence[SSAValue],
        quads: dict[tuple[int, int], list[SSAValue]],
    ) -> None:
        """One block of channels of `columns` columns in all rows. `quads` are those that there are
        already, by group of rows and position, to which it adds the others."""
        b, spec, isa = self.b, self.spec, self.isa
        sums = self.taps(x, quads)
        most = min(self.together, self.lanes)

        def constants(base: SSAValue) -> list[SSAValue]:
            floats = vector(f32, isa.lanes)
            return [b.load(b.gep(base, q * isa.vector_bytes), floats) for q in range(_QUADS)]

        mults = constants(self.block_mult)
        biases = constants(self.block_bias) if self.block_bias else None
        for row in range(spec.rows):
            for column in range(spec.columns):
                addends = None
                if spec.residual:
                    at = b.gep(rs[row], column * spec.pixels * spec.residual.strides[2])
                    addends = spec.residual.emit_quads(b, at, most, isa)
                packed = self.epilogue.emit_quads(b, isa, sums[row, column], mults, biases, addends)
                if most < self.lanes:
                    packed = b.shuffle(packed, packed, tuple(range(most)))
                b.store(packed, b.gep(ys[row], column * spec.pixels * spec.y_strides[2]))

    def taps(
        self, x: SSAValue, quads: dict[tuple[int, int], list[SSAValue]]
    ) -> dict[tuple[int, int], list[SSAValue]]:
        """The four vectors of sums of each (row, column)."""
        b, spec, isa = self.b, self.spec, self.isa
        words = vector(i32, isa.lanes)
        start = [b.load(b.gep(self.block_init, q * isa.vector_bytes), words) for q in range(_QUADS)]
        # What all columns read is multiplied with minus the zero points once, for all of them.
        common = [list(start) for _ in range(spec.rows)]
        shared = self.shared() if self.block_zero_points else []
        counted: set[tuple[int, int, int]] = set()

        def count(group: int, row: int, at: int) -> None:
            if at not in shared or (group, row, at) in counted:
                return
            counted.add((group, row, at))
            for q in range(_QUADS):
                for factor in self.zero_points_of(group, row, q):
                    quad = self.quads(x, group, at, quads)[q]
                    common[row][q] = isa.dot_rows(b, common[row][q], quad, factor)

        groups = sorted({group for group, _ in self.pieces})
        places = [(row, column) for row in range(spec.rows) for column in range(spec.columns)]
        # Before all else, if the quads can wait for the weights; or else in sums of their own, if
        # there are registers for these and for the quads from the first column to the last.
        ahead = len(places) + len(groups) * len(shared)
        aside = len(places) + spec.rows + 1 + (spec.columns - 1) * spec.pixels * spec.stride_w
        apart = bool(shared) and _QUADS * aside <= isa.registers < _QUADS * ahead + _REGISTERS_FREE
        if spec.columns == 1:
            apart, sums = False, {(row, 0): common[row] for row in range(spec.rows)}
        elif apart:
            sums = {place: [b.splat(0, words)] * _QUADS for place in places}
        else:
            for (group, row), at in product(self.pieces, shared):
                count(group, row, at)
            sums = {(row, column): list(common[row]) for row, column in places}
        weights = vector(i8, self.piece_bytes // _QUADS)
        w_at = 0
        for group in groups:
            for tap in range(spec.kernel_w):
                for row, column in product(self.rows_of(group), range(spec.columns)):
                    count(group, row, self.position(tap, column))
                for row, q in product(self.rows_of(group), range(_QUADS)):
                    w = isa.row_weights(b, b.load(b.gep(self.block_w, w_at), weights))
                    w_at += self.piece_bytes // _QUADS
                    for column in range(spec.columns):
                        at = self.position(tap, column)
                        factors = [w]
                        if at not in shared:
                            factors += self.zero_points_of(group, row, q)
                        for factor in factors:
                            quad = self.quads(x, group, at, quads)[q]
                            total = sums[row, column][q]
                            sums[row, column][q] = isa.dot_rows(b, total, quad, factor)
        if apart:
            for row, column in places:
                pairs = zip(sums[row, column], common[row], strict=True)
                sums[row, column] = [b.add(own, shared) for own, shared in pairs]
        return sums

    def quads(
        self, x: SSAValue, group: int, at: int, made: dict[tuple[int, int], list[SSAValue]]
    ) -> list[SSAValue]:
        """The quads of a group of rows at a position, made once."""
        if (group, at) not in made:
            made[group, at] = self.interleave(x, group, at)
        return made[group, at]

    def shared(self) -> list[int]:
        """The positions that some tap of each column reads."""
        spec = self.spec
        read = [
            {self.position(tap, column) for tap in range(spec.kernel_w)}
            for column in range(spec.columns)
        ]
        return sorted(set.intersection(*read))

    def rows_of(self, group: int) -> list[int]:
        """The output rows that have taps in a group of input rows."""
        return [row for of, row in self.pieces if of == group]

    def zero_points_of(self, group: int, row: int, q: int) -> list[SSAValue]:
        """What each tap of an output row in a group of rows is multiplied with beside its weight,
        for a quad; loaded anew, since registers are few."""
        if self.block_zero_points is None:
            return []
        b, spec, piece = self.b, self.spec, self.piece_bytes // _QUADS
        rows = self.rows_of(group)
        before = sum(of < group for of, _ in self.pieces) * spec.zero_points + rows.index(row)
        places = [before + part * len(rows) for part in range(spec.zero_points)]
        starts = [b.gep(self.block_zero_points, (n * _QUADS + q) * piece) for n in places]
        return [self.isa.row_weights(b, b.load(at, vector(i8, piece))) for at in starts]

    def interleave(self, x: SSAValue, group: int, at: int) -> list[SSAValue]:
        """The quads of a group of rows, `at` bytes from `x`."""
        spec, isa = self.spec, self.isa
        depth, count = isa.row_depth, spec.kernel_h + spec.rows - 1
        # There need not be rows beyond the last.
        rows = range(group * depth, min((group + 1) * depth, count))
        step = spec.dilation_h * spec.x_strides[1]
        loaded = [self.load(x, row * step + at) for row in rows]
        if spec.x_signed:
            loaded = [flip_signs(self.b, row, self.lanes) for row in loaded]
        return isa.interleave(self.b, loaded)

    def load(self, x: SSAValue, at: int) -> SSAValue:
        """One row of a block: one piece, or with a stride one of each pixel."""
        b, spec = self.b, self.spec
        if spec.pixels == 1 or spec.stride_w == 1:
            return b.load(b.gep(x, at), vector(i8, self.lanes))
        step, piece = spec.stride_w * spec.x_strides[2], vector(i8, spec.channels)
        pixels = range(at, at + spec.pixels * step, step)
        return b.concat([b.load(b.gep(x, pixel), piece) for pixel in pixels])
