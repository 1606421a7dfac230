"""From int32 accumulators to what is stored: bytes or f32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, vector
from qfin.kernels.floats import clamp_floats
from qfin.kernels.rounding import natural_order, pack_saturated
from qfin.target.isa import Isa

_VECTORS = 4
"""Vectors of int32 that fill one vector of bytes."""
_SIGN_BIT = 128


@dataclass(frozen=True)
class Residual:
    """Bytes that are added to the results: `f32(r - zero_point) * scale` in steps of the result.

    Strides are in bytes, (image, row, pixel), `plane` between planes; channels lie next to each
    other. The bytes of r are 128 less if `signed`.
    """

    strides: tuple[int, int, int]
    plane: int
    zero_point: int
    scale: float
    signed: bool = False

    def emit(self, b: KernelBuilder, at: SSAValue, count: int, lanes: int) -> SSAValue:
        """f32 of the `count` bytes at `at`, which are all that is read, and what is undefined
        behind them up to `lanes`."""
        q = b.load(at, vector(i8, count))
        if count < lanes:
            q = b.shuffle(q, q, tuple(min(n, count - 1) for n in range(lanes)))
        return self._scaled(b, q, lanes)

    def emit_quads(self, b: KernelBuilder, at: SSAValue, count: int, isa: Isa) -> list[SSAValue]:
        """The same for a vector of bytes, as four vectors in the order of `Requantize.emit_quads`;
        what is behind the `count` bytes is undefined."""
        q = b.load(at, vector(i8, count))
        if count < isa.vector_bytes:
            q = b.shuffle(q, q, tuple(min(n, count - 1) for n in range(isa.vector_bytes)))
        return [
            self._scaled(b, b.shuffle(q, q, lanes), isa.lanes) for lanes in quads(isa.vector_bytes)
        ]

    def _scaled(self, b: KernelBuilder, q: SSAValue, lanes: int) -> SSAValue:
        words, floats = vector(i32, lanes), vector(f32, lanes)
        q = b.sext(q, words) if self.signed else b.zext(q, words)
        zero_point = self.zero_point - (128 if self.signed else 0)
        if zero_point:
            q = b.sub(q, b.splat(zero_point, words))
        return b.fmul(b.sitofp(q, floats), b.splat(self.scale, floats))


@dataclass(frozen=True)
class Requantize:
    """`clamp(rint(t * mult [+ addend]) + zero_point, qmin, qmax)` with `t = f32(acc) [+ bias]`, in
    f32, each step rounded.

    `bounded`: it is known that what is rounded does not reach 2**31, nor -2**31, which saves an
    instruction a vector. `signed`: the bytes are 128 less, at no cost.
    """

    zero_point: int
    qmin: int
    qmax: int
    bounded: bool = False
    signed: bool = False

    item = 1
    """Bytes of a result."""

    def emit_all(
        self,
        b: KernelBuilder,
        isa: Isa,
        sums: Sequence[SSAValue],
        mults: Sequence[SSAValue],
        biases: Sequence[SSAValue] | None,
        addends: Sequence[SSAValue] | None = None,
    ) -> list[SSAValue]:
        """Whole vectors of the results of all sums, in order; the last may end undefined."""
        parts = [slice(n, n + _VECTORS) for n in range(0, len(sums), _VECTORS)]
        return [
            self.emit(
                b,
                isa,
                sums[part],
                mults[part],
                biases[part] if biases else None,
                addends[part] if addends else None,
            )
            for part in parts
        ]

    def emit(
        self,
        b: KernelBuilder,
        isa: Isa,
        sums: Sequence[SSAValue],
        mults: Sequence[SSAValue],
        biases: Sequence[SSAValue] | None,
        addends: Sequence[SSAValue] | None = None,
    ) -> SSAValue:
        """Bytes of one to four vectors of int32 sums, in order; what follows them is undefined."""
        packed = self._packed(b, isa, sums, mults, biases, addends)
        # Signs are turned, and bytes clamped, behind it: LLVM can move either before it to and fro
        # for ever.
        sorted_ = b.shuffle(packed, packed, natural_order(isa.vector_bytes))
        return self._clamp(b, sorted_, isa.vector_bytes)

    def emit_quads(
        self,
        b: KernelBuilder,
        isa: Isa,
        sums: Sequence[SSAValue],
        mults: Sequence[SSAValue],
        biases: Sequence[SSAValue] | None,
        addends: Sequence[SSAValue] | None = None,
    ) -> SSAValue:
        """Bytes of one to four vectors of int32 sums: of each 16, 4 of each vector, which is the
        order of `quads`."""
        packed = self._packed(b, isa, sums, mults, biases, addends)
        return self._clamp(b, packed, isa.vector_bytes)

    def _packed(
        self,
        b: KernelBuilder,
        isa: Isa,
        sums: Sequence[SSAValue],
        mults: Sequence[SSAValue],
        biases: Sequence[SSAValue] | None,
        addends: Sequence[SSAValue] | None,
    ) -> SSAValue:
        """In the order of `quads`, for `_clamp`. A third fewer instructions than `round_to_bytes`.

        Exact at any magnitude. The conversion to int32 makes -2**31 of what does not fit, right
        for what is too small; what is too large is cut off at qmax before, in f32, which is the
        same since rounding is monotone. Packing to 16 bits, adding the zero point and packing to 8
        bits all saturate, so they clamp at the ends of the bytes' range. Where the zero point is in
        the middle of unsigned bytes (or the least of signed ones), the others' range is that of the
        results without it, and turning the sign bits adds it, which `_clamp` does.
        """
        words: list[SSAValue] = []
        for n, total in enumerate(sums):
            t = b.sitofp(total, vector(f32, isa.lanes))
            if biases is not None:
                t = b.fadd(t, biases[n])
            t = b.fmul(t, mults[n])
            if addends is not None:
                t = b.fadd(t, addends[n])
            words.append(self._round(b, isa, t))
        zero_point = 0 if self._turned else self._stored_zero
        return pack_saturated(b, isa, words, zero_point, signed=self.signed != self._turned)

    def _round(self, b: KernelBuilder, isa: Isa, t: SSAValue) -> SSAValue:
        # No NaN: multiplier, bias and residual are finite (`emit_dense` sees to it).
        if not self.bounded:
            most = b.splat(float(self.qmax - self.zero_point), vector(f32, isa.lanes))
            t = b.fmin(t, most)
        return isa.round_to_int(b, t)

    def _clamp(self, b: KernelBuilder, packed: SSAValue, lanes: int) -> SSAValue:
        bytes_, sign = vector(i8, lanes), "s" if self.signed else "u"
        if self._turned:
            packed = b.xor(packed, b.splat(_SIGN_BIT, bytes_))
        if self.qmin > 0:
            least = b.splat(self.qmin + self._least, bytes_)
            packed = b.intrinsic(f"llvm.{sign}max.v{lanes}i8", bytes_, packed, least)
        if self.bounded and self.qmax < 255:
            most = b.splat(self.qmax + self._least, bytes_)
            packed = b.intrinsic(f"llvm.{sign}min.v{lanes}i8", bytes_, packed, most)
        return packed

    @property
    def _stored_zero(self) -> int:
        """The zero point as it is stored."""
        return self.zero_point + self._least

    @property
    def _turned(self) -> bool:
        """Whether sign bits are turned to add the zero point."""
        return abs(self._stored_zero) == _SIGN_BIT

    @property
    def _least(self) -> int:
        """The smallest number that is stored."""
        return -128 if self.signed else 0


@dataclass(frozen=True)
class ToFloats:
    """`min(max(fma(f32(acc), mult, bias), low), high)`, without a bias the product; f32, each step
    rounded once. Bounds that are None do nothing."""

    low: float | None = None
    high: float | None = None

    item = 4
    """Bytes of a result."""

    def emit_all(
        self,
        b: KernelBuilder,
        isa: Isa,
        sums: Sequence[SSAValue],
        mults: Sequence[SSAValue],
        biases: Sequence[SSAValue] | None,
    ) -> list[SSAValue]:
        """A vector of results for each vector of sums."""
        floats = vector(f32, isa.lanes)
        results: list[SSAValue] = []
        for n, total in enumerate(sums):
            t = b.sitofp(total, floats)
            if biases is None:
                t = b.fmul(t, mults[n])
            else:
                t = b.intrinsic(f"llvm.fma.v{isa.lanes}f32", floats, t, mults[n], biases[n])
            results.append(clamp_floats(b, t, isa.lanes, self.low, self.high))
        return results


def quads(vector_bytes: int) -> list[tuple[int, ...]]:
    """Which bytes of a vector each of the four vectors of int32 holds that pack into it without a
    permutation."""
    parts = range(0, vector_bytes, 16)
    return [tuple(part + 4 * q + i for part in parts for i in range(4)) for q in range(_VECTORS)]
