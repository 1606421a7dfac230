"""Products of matrices that are both known at run time only, requantized to bytes.

The function is `name(a, b, y, begin, end)`: pointers to element (0, ..., 0), then the half-open
range, i64, of the tiles of rows of all products (`spec.parallel_size(isa)`).

Layout: values in 16 bits, less their zero points, as pairs of neighbours along what is summed, with
zeros where there is nothing: a as rows of pairs, b as [blocks of 16 columns][pairs][16]. So there
is no zero point here and no border, and every product of bytes is exact.

Loops: [products and tiles of rows] [blocks of columns] around one register tile. In the tile, for
each pair: broadcast those of the rows, multiply with each vector of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i16, i32, i64
from xdsl.ir import SSAValue

from qfin.dialects.kernel.matmul import BLOCK
from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import moved, plan, scaled
from qfin.target.isa import Isa

# More rows do not run faster, and are more code.
_MOST_ROWS = 14
# Two products start in a cycle, and each takes 4 or 5.
_SUMS_IN_FLIGHT = 8
# Bytes of a pair.
_PAIR = 4


@dataclass(frozen=True)
class MatmulSpec:
    """For each index of `batch` `rows` times `columns` sums of `pairs` pairs of products. The
    strides are those of `batch`, in elements (of 16 bits, in y of 8), `y_row` is that of y's
    rows."""

    batch: tuple[int, ...]
    rows: int
    columns: int
    pairs: int
    a_strides: tuple[int, ...]
    b_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    y_row: int
    mult: float
    zero_point: int
    qmin: int
    qmax: int

    @property
    def is_empty(self) -> bool:
        """Whether there are no results."""
        return 0 in (*self.batch, self.rows, self.columns)

    def tile(self, isa: Isa) -> int:
        """Rows of a tile: as even as can be."""
        most = min(dict(isa.tiles)[BLOCK // isa.lanes], _MOST_ROWS)
        return -(-self.rows // -(-self.rows // most))

    def tiles(self, isa: Isa) -> int:
        """Tiles of one product."""
        return -(-self.rows // self.tile(isa))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return 0 if self.is_empty else prod(self.batch) * self.tiles(isa)


def build_matmul(
    name: str, spec: MatmulSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """i16 and i16 to u8; see the top of this file."""
    b = KernelBuilder(name, [*[ptr] * 3, i64, i64], location)
    if not spec.is_empty:
        _Matmul(b, spec, isa).build()
    return b.finish()


class _Matmul:
    """One kernel under construction: the loops from the outside in."""

    def __init__(self, b: KernelBuilder, spec: MatmulSpec, isa: Isa):
        self.b, self.spec, self.isa = b, spec, isa
        self.row_bytes = _PAIR * spec.pairs

    def build(self) -> None:
        *_, begin, end = self.b.arguments
        self.b.for_loop(begin, end, 1, lambda i, _: self.tile_of_rows(self.b.index(i)))

    def tile_of_rows(self, i: SSAValue) -> None:
        """All columns of one tile of rows; `i` counts through all products."""
        b, spec = self.b, self.spec
        tiles, tile = spec.tiles(self.isa), spec.tile(self.isa)
        at = list(b.arguments[:3])
        count = b.constant(tiles, 64)
        image, i = b.udiv(i, count), b.urem(i, count)
        strides = spec.a_strides, spec.b_strides, spec.y_strides
        for dim in reversed(plan(spec.batch, strides, (2, 2, 1)).dims):
            if dim.size > 1:
                size = b.constant(dim.size, 64)
                at = moved(b, at, b.urem(image, size), dim.strides)
                image = b.udiv(image, size)
        x, w, y = moved(b, at, i, (tile * self.row_bytes, 0, tile * spec.y_row))
        rest = spec.rows - (tiles - 1) * tile
        if rest == tile:
            self.rows(x, w, y, tile)
            return
        b.if_else(
            b.less(i, b.constant(tiles - 1, 64)),
            lambda: self.rows(x, w, y, tile),
            lambda: self.rows(x, w, y, rest),
        )

    def rows(self, x: SSAValue, w: SSAValue, y: SSAValue, rows: int) -> None:
        """The blocks of columns."""
        b, whole = self.b, self.spec.columns // BLOCK

        def block(j: Index, columns: int) -> None:
            at_w = b.gep(w, scaled(b, j, BLOCK * self.row_bytes))
            self.store(self.sums(x, at_w, rows), b.gep(y, scaled(b, j, BLOCK)), rows, columns)

        if whole:
            b.for_loop(0, whole, 1, lambda j, _: block(j, BLOCK))
        if rest := self.spec.columns % BLOCK:
            block(whole, rest)

    def sums(self, x: SSAValue, w: SSAValue, rows: int) -> Sequence[SSAValue]:
        """The vectors of sums of a register tile, row by row. With few of them each would wait for
        its last product: then several parts of each are summed side by side."""
        b, isa, pairs = self.b, self.isa, self.spec.pairs
        words, halves = vector(i32, isa.lanes), vector(i16, 2 * isa.lanes)
        vectors = BLOCK // isa.lanes
        count = rows * vectors
        parts = next(n for n in range(-(-_SUMS_IN_FLIGHT // count), 0, -1) if pairs % n == 0)

        def step(k: Index, sums: Sequence[SSAValue]) -> list[SSAValue]:
            at_x, at_w = b.gep(x, scaled(b, k, _PAIR)), b.gep(w, scaled(b, k, _PAIR * BLOCK))
            new: list[SSAValue] = []
            for part in range(parts):
                first = part * _PAIR * BLOCK
                columns = [
                    b.load(b.gep(at_w, first + v * isa.vector_bytes), halves)
                    for v in range(vectors)
                ]
                for row in range(rows):
                    pair = b.load(b.gep(at_x, row * self.row_bytes + part * _PAIR), vector(i32, 1))
                    spread = b.bitcast(b.shuffle(pair, pair, (0,) * isa.lanes), halves)
                    for column in columns:
                        new.append(isa.dot2(b, sums[len(new)], spread, column))
            return new

        zeros = [b.splat(0, words)] * (count * parts)
        sums = b.for_loop(0, pairs, parts, step, *zeros) if pairs else zeros
        total = list(sums[:count])
        for n in range(count, len(sums)):
            total[n % count] = b.add(total[n % count], sums[n])
        return total

    def store(self, sums: Sequence[SSAValue], y: SSAValue, rows: int, columns: int) -> None:
        """Requantizes the sums, and stores the first `columns` of each row."""
        b, spec, lanes = self.b, self.spec, self.isa.lanes
        floats = vector(f32, lanes)
        vectors = len(sums) // rows
        for n, total in enumerate(sums):
            row, first = n // vectors, n % vectors * lanes
            count = min(columns - first, lanes)
            if count <= 0:
                continue
            t = b.fmul(b.sitofp(total, floats), b.splat(spec.mult, floats))
            q = round_to_bytes(b, t, lanes, spec.zero_point, spec.qmin, spec.qmax)
            if count < lanes:
                q = b.shuffle(q, q, tuple(range(count)))
            b.store(q, b.gep(y, row * spec.y_row + first))
