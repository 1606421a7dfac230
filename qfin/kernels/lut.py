"""Table lookup on unsigned bytes, between strided buffers: `y = table[x]`.

The function is `name(x, table, y, begin, end)`: pointers to element (0, ..., 0) of x and y and to
256 bytes, then the half-open range, i64, of the nest's outermost loop (`spec.parallel_size(isa)`
steps; see `qfin.kernels.strided`). x and y must not overlap.

Vectors, where elements lie next to each other in x and in y. The table is 16 rows of 16 bytes. For
each row, `x ^ 16 * row` is below 16 where x is of this row; adding 0x70 with saturation sets the
top bit everywhere else, for which a byte shuffle gives 0. So all 16 shuffles together, by exclusive
or, are the result. 64 bytes at a time, pairs of entries are permuted instead, a third of the
instructions: by all bits but the lowest, for the even and for the odd bytes of x apart, in two
halves of the table, between which the top bit chooses; the lowest says which of a pair it is. With
AVX512-VBMI single entries are permuted. Shorter vectors are parts of these. What is shorter than a
row goes byte by byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, i8, i16, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.strided import Nest, Pointers, plan
from qfin.target.isa import Isa

_ROW = 16
_PERMUTED = 64
"""Bytes of a vector that permutations work on."""
_SHUFFLES = {
    16: "llvm.x86.ssse3.pshuf.b.128",
    32: "llvm.x86.avx2.pshuf.b",
}

_Lookup = Callable[[SSAValue], SSAValue]


@dataclass(frozen=True)
class LutSpec:
    """Shape and strides, the latter in elements, one for each dimension; any order, any gaps."""

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]

    def nest(self) -> Nest:
        """The loops."""
        return plan(self.shape, (self.x_strides, self.y_strides), (1, 1))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.nest().parallel_size


def build_lut(
    name: str, spec: LutSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to u8; see the top of this file for the arguments."""
    b = KernelBuilder(name, [ptr, ptr, ptr, i64, i64], location)
    x, table, y, begin, end = b.arguments
    nest = spec.nest()
    # Tables are loaded once, before the loops, for the lengths of vectors that the loops use.
    lookups = {
        n: _vector_lookup(b, table, n, isa) for n in sorted(_lengths(nest, isa)) if n >= _ROW
    }

    def body(at: Pointers, n: int) -> None:
        if lookup := lookups.get(n):
            b.store(lookup(b.load(at[0], vector(i8, n))), at[1])
            return
        for i in range(n):
            index = b.zext(b.load(b.gep(at[0], i), i8), i64)
            b.store(b.load(b.gep(table, index), i8), b.gep(at[1], i))

    nest.emit_range(b, (x, y), begin, end, isa.vector_bytes, body)
    return b.finish()


def _lengths(nest: Nest, isa: Isa) -> set[int]:
    """The numbers of elements that the nest's body is built for, by building it in vain."""
    lengths: set[int] = set()
    b = KernelBuilder("lengths", [ptr, ptr, i64, i64])
    x, y, begin, end = b.arguments
    nest.emit_range(b, (x, y), begin, end, isa.vector_bytes, lambda _, n: lengths.add(n))
    return lengths


def _vector_lookup(b: KernelBuilder, table: SSAValue, lanes: int, isa: Isa) -> _Lookup:
    """The lookup of a vector; what it needs of the table is loaded here."""
    if isa.vector_bytes == _PERMUTED and lanes < _PERMUTED:
        whole = _vector_lookup(b, table, _PERMUTED, isa)
        return lambda x: _part(b, whole(_repeated(b, x, lanes)), lanes)
    if lanes == _PERMUTED and "avx512vbmi" in isa.features:
        quarters = [b.load(b.gep(table, i * 64), vector(i8, 64)) for i in range(4)]
        return lambda x: _permute(b, x, quarters)
    if lanes == _PERMUTED:
        pairs = [b.load(b.gep(table, i * 64), vector(i16, 32)) for i in range(4)]
        return lambda x: _permute_pairs(b, x, pairs)
    repeat = tuple(range(_ROW)) * (lanes // _ROW)
    rows = [b.load(b.gep(table, i * _ROW), vector(i8, _ROW)) for i in range(256 // _ROW)]
    spread = [b.shuffle(row, row, repeat) for row in rows]
    return lambda x: _shuffle(b, x, spread, lanes)


def _repeated(b: KernelBuilder, x: SSAValue, lanes: int) -> SSAValue:
    """A short vector over and over."""
    return b.shuffle(x, x, tuple(range(lanes)) * (_PERMUTED // lanes))


def _part(b: KernelBuilder, whole: SSAValue, lanes: int) -> SSAValue:
    return b.shuffle(whole, whole, tuple(range(lanes)))


def _permute(b: KernelBuilder, x: SSAValue, quarters: Sequence[SSAValue]) -> SSAValue:
    """By the low seven bits in either half of the table; by the top bit from one of them."""
    name, bytes_ = "llvm.x86.avx512.vpermi2var.qi.512", x.type
    low = b.intrinsic(name, bytes_, quarters[0], x, quarters[1])
    high = b.intrinsic(name, bytes_, quarters[2], x, quarters[3])
    top = b.ashr(x, b.splat(7, vector(i8, 64)))
    return b.xor(low, b.and_(b.xor(low, high), top))


def _permute_pairs(b: KernelBuilder, x: SSAValue, pairs: Sequence[SSAValue]) -> SSAValue:
    """The same with pairs of entries, of which each result takes one."""
    words = vector(i16, 32)
    x = b.bitcast(x, words)

    def splat(value: int) -> SSAValue:
        return b.splat(value, words)

    def entry(index: SSAValue, top: SSAValue, lowest_times_8: SSAValue) -> SSAValue:
        name = "llvm.x86.avx512.vpermi2var.hi.512"
        low = b.intrinsic(name, words, pairs[0], index, pairs[1])
        high = b.intrinsic(name, words, pairs[2], index, pairs[3])
        chosen = b.xor(low, b.and_(b.xor(low, high), b.ashr(top, splat(15))))
        return b.lshr(chosen, b.and_(lowest_times_8, splat(8)))

    # An index has six bits: what lies above does not matter.
    even = entry(b.lshr(x, splat(1)), b.shl(x, splat(8)), b.shl(x, splat(3)))
    odd = entry(b.lshr(x, splat(9)), x, b.lshr(x, splat(5)))
    # The even byte below the odd one.
    both = b.xor(b.and_(even, splat(0xFF)), b.shl(odd, splat(8)))
    return b.bitcast(both, vector(i8, 64))


def _shuffle(b: KernelBuilder, x: SSAValue, rows: Sequence[SSAValue], lanes: int) -> SSAValue:
    """What each row gives, together: its entry, or 0 for an x of another row."""
    bytes_ = vector(i8, lanes)
    beyond = b.splat(0x70, bytes_)
    parts: list[SSAValue] = []
    for i, row in enumerate(rows):
        index = b.xor(x, b.splat(i * _ROW, bytes_)) if i else x
        index = b.intrinsic(f"llvm.uadd.sat.v{lanes}i8", bytes_, index, beyond)
        parts.append(b.intrinsic(_SHUFFLES[lanes], bytes_, row, index))
    while len(parts) > 1:  # in pairs, so that none waits for long
        parts = [b.xor(p, q) for p, q in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]
