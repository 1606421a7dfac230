"""What a kernel must know of a CPU: its vectors, and how it multiplies bytes.

An `Isa` names an instruction set, says what a host needs to run it, and emits the one recipe that
differs from set to set: the dot product of four unsigned with four signed bytes, added to int32
lanes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from xdsl.dialects.builtin import i8, i16, i32, i64

if TYPE_CHECKING:
    from xdsl.dialects.builtin import VectorType
    from xdsl.ir import Attribute, SSAValue


_PACKSSDW_512 = "llvm.x86.avx512.packssdw.512"
_PMADDWD_512 = "llvm.x86.avx512.pmaddw.d.512"
_PSADBW_512 = "llvm.x86.avx512.psad.bw.512"
_PACKUSWB_512 = "llvm.x86.avx512.packuswb.512"
_PACKSSWB_512 = "llvm.x86.avx512.packsswb.512"


class Emitter(Protocol):
    """What the recipes need of `qfin.kernels.builder.KernelBuilder`, which kernels pass in."""

    def vector(self, element: Attribute, lanes: int, /) -> VectorType: ...
    def constant(self, value: int, bits: int, /) -> SSAValue: ...
    def splat(self, value: int, vector_type: VectorType, /) -> SSAValue: ...
    def bitcast(self, value: SSAValue, to: Attribute, /) -> SSAValue: ...
    def shuffle(self, a: SSAValue, b: SSAValue, mask: tuple[int, ...], /) -> SSAValue: ...
    def sext(self, value: SSAValue, to: Attribute, /) -> SSAValue: ...
    def add(self, a: SSAValue, b: SSAValue, /) -> SSAValue: ...
    def and_(self, a: SSAValue, b: SSAValue, /) -> SSAValue: ...
    def xor(self, a: SSAValue, b: SSAValue, /) -> SSAValue: ...
    def shl(self, a: SSAValue, b: SSAValue, /) -> SSAValue: ...
    def ashr(self, a: SSAValue, b: SSAValue, /) -> SSAValue: ...
    def lshr(self, a: SSAValue, b: SSAValue, /) -> SSAValue: ...
    def intrinsic(self, name: str, result: Attribute, /, *args: SSAValue) -> SSAValue: ...


@dataclass(frozen=True)
class Isa(ABC):
    """An instruction set; each target is one instance, in a file of its own.

    `cpu` and `features` are LLVM's; `required` are the host features, as
    `llvmlite.binding.get_host_cpu_features` names them, without which its code must not run.
    `tiles` are the register tiles that run well: for a number of weight vectors, the most pixels.
    `has_matrices` is for AMX: matrices in registers, and their products.
    """

    name: str
    cpu: str
    features: str
    vector_bytes: int
    registers: int
    required: tuple[str, ...]
    tiles: tuple[tuple[int, int], ...]
    has_matrices: bool = False

    row_depth: ClassVar[int]
    """How many rows `interleave` takes, at most."""

    @property
    def lanes(self) -> int:
        """int32 lanes of a vector."""
        return self.vector_bytes // 4

    def round_to_int(self, b: Emitter, floats: SSAValue) -> SSAValue:
        """f32 lanes as int32, ties to even; -2**31 for what does not fit (LLVM's own conversion is
        undefined there)."""
        integers = b.vector(i32, self.lanes)
        if self.vector_bytes == 32:
            return b.intrinsic("llvm.x86.avx.cvt.ps2dq.256", integers, floats)
        everything, current_rounding = b.constant(-1, 16), b.constant(4, 32)
        name = "llvm.x86.avx512.mask.cvtps2dq.512"
        return b.intrinsic(
            name, integers, floats, b.splat(0, integers), everything, current_rounding
        )

    def least_or_nan(self, b: Emitter, bound: SSAValue, floats: SSAValue) -> SSAValue:
        """The lesser of f32 lanes, NaN where `floats` are: what the instruction does, unlike LLVM's
        minnum."""
        if self.vector_bytes == 32:
            return b.intrinsic("llvm.x86.avx.min.ps.256", floats.type, bound, floats)
        current_rounding = b.constant(4, 32)
        name = "llvm.x86.avx512.min.ps.512"
        return b.intrinsic(name, floats.type, bound, floats, current_rounding)

    def pack_words(self, b: Emitter, low: SSAValue, high: SSAValue) -> SSAValue:
        """Two vectors of int32 as one of int16, saturated; in each 16 bytes 4 of `low`, 4 of
        `high`."""
        name = "llvm.x86.avx2.packssdw" if self.vector_bytes == 32 else _PACKSSDW_512
        return b.intrinsic(name, b.vector(i16, self.vector_bytes // 2), low, high)

    def pack_bytes(
        self, b: Emitter, low: SSAValue, high: SSAValue, *, signed: bool = False
    ) -> SSAValue:
        """Two vectors of int16 as one of bytes, clamped to 0..255, or if `signed` to -128..127; in
        each 16 bytes 8 of each."""
        if signed:
            name = "llvm.x86.avx2.packsswb" if self.vector_bytes == 32 else _PACKSSWB_512
        else:
            name = "llvm.x86.avx2.packuswb" if self.vector_bytes == 32 else _PACKUSWB_512
        return b.intrinsic(name, b.vector(i8, self.vector_bytes), low, high)

    @abstractmethod
    def interleave(self, b: Emitter, rows: Sequence[SSAValue]) -> list[SSAValue]:
        """The unsigned bytes of up to `row_depth` vectors, one for each of as many rows, in the
        form that `dot_rows` takes: four vectors whose int32 lanes hold what the rows have in one
        place, and anything for rows that are not there; of one row only, the n-th lane has its byte
        at place n % `row_depth`. Of each 16 places, 4 are in each vector;
        `Requantize.emit_quads` packs in this order."""

    @abstractmethod
    def dot_rows(self, b: Emitter, acc: SSAValue, rows: SSAValue, weights: SSAValue) -> SSAValue:
        """acc + the sum over rows * weights, in every int32 lane; exact. `rows` is from
        `interleave`; of the `row_weights`, a lane's are the next `row_depth` signed bytes."""

    @abstractmethod
    def row_weights(self, b: Emitter, weights: SSAValue) -> SSAValue:
        """`vector<{lanes * row_depth}xi8>` in the form that `dot_rows` takes."""

    def dot2(self, b: Emitter, acc: SSAValue, left: SSAValue, right: SSAValue) -> SSAValue:
        """acc + the sum over 2 int16 of left * right, in every int32 lane; with VNNI LLVM makes one
        instruction of it."""
        name = "llvm.x86.avx2.pmadd.wd" if self.vector_bytes == 32 else _PMADDWD_512
        return b.add(acc, b.intrinsic(name, acc.type, left, right))

    def sum_bytes(self, b: Emitter, bytes_: SSAValue) -> SSAValue:
        """The sum of each 8 unsigned bytes, in i64 lanes."""
        name = "llvm.x86.avx2.psad.bw" if self.vector_bytes == 32 else _PSADBW_512
        nothing = b.splat(0, b.vector(i8, self.vector_bytes))
        return b.intrinsic(name, b.vector(i64, self.vector_bytes // 8), bytes_, nothing)

    @property
    @abstractmethod
    def takes_signed(self) -> bool:
        """Whether `expand_activation` makes bytes unsigned at next to no cost: else one copy of all
        is less work than the same of each group, wherever it is read."""

    @abstractmethod
    def expand_activation(
        self, b: Emitter, group: SSAValue, *, signed: bool = False
    ) -> Sequence[SSAValue]:
        """4 unsigned bytes (`vector<4xi8>`) on all int32 lanes, in the form that `dot4` takes; to
        `signed` ones 128 is added before."""

    @abstractmethod
    def expand_weights(self, b: Emitter, weights: SSAValue) -> Sequence[SSAValue]:
        """4 signed bytes a lane (`vector<{vector_bytes}xi8>`), in the form that `dot4` takes."""

    @abstractmethod
    def dot4(
        self, b: Emitter, acc: SSAValue, activation: Sequence[SSAValue], weights: Sequence[SSAValue]
    ) -> SSAValue:
        """acc + the sum over 4 bytes of activation * weights, in every int32 lane; exact."""


def unpack(b: Emitter, low: SSAValue, high: SSAValue, lanes: int) -> tuple[SSAValue, SSAValue]:
    """The `lanes` of two vectors alternating, in each 16 bytes (of bytes or words) apart: those of
    the lower halves, then those of the upper ones."""
    element = cast("VectorType", low.type).get_element_type()
    half = 8 if element == i8 else 4

    def mask(first: int) -> tuple[int, ...]:
        places = (start + first + i for start in range(0, lanes, 2 * half) for i in range(half))
        return tuple(n for place in places for n in (place, lanes + place))

    return b.shuffle(low, high, mask(0)), b.shuffle(low, high, mask(half))


def spread(b: Emitter, words: SSAValue, places: Sequence[int]) -> SSAValue:
    """The int32 lanes at 4 places of each 16 bytes, in each 16 bytes apart."""
    lanes = cast("VectorType", words.type).get_shape()[0]
    return b.shuffle(words, words, tuple(n + p for n in range(0, lanes, 4) for p in places))


def broadcast_group(
    b: Emitter, group: SSAValue, vector_bytes: int, *, signed: bool = False
) -> SSAValue:
    """The 4 bytes repeated over a vector: with the load before it, one broadcast from memory; made
    unsigned if they are `signed`, which vectors of 64 bytes do in the same instruction."""
    repeated = b.shuffle(group, group, (0, 1, 2, 3) * (vector_bytes // 4))
    if not signed:
        return repeated
    # On int32 lanes, since it is such that an instruction can repeat.
    words = b.vector(i32, vector_bytes // 4)
    flipped = b.xor(b.bitcast(repeated, words), b.splat(0x80808080, words))
    return b.bitcast(flipped, repeated.type)


def flip_signs(b: Emitter, bytes_: SSAValue, count: int) -> SSAValue:
    """Signed bytes as unsigned ones that are 128 more, and back."""
    return b.xor(bytes_, b.splat(0x80, b.vector(i8, count)))
