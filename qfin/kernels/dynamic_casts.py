"""quantize and dequantize with scales and zero points that are known at run time.

The functions are `quantize_dynamic(x, scale, zero_point, y, begin, end)` and
`dequantize_dynamic(q, scale, zero_point, y, begin, end)`; for layout and range see
`qfin.kernels.broadcast`. Scales (f32) and zero points (i32) have the strides of a tensor like x
that repeats them: all 0 for one of each, one other than 0 for an axis. Bytes are as the range says,
or `signed`: unsigned or in two's complement.

Where everything is dense and there is one scale, a loop that multiplies with its reciprocal, to the
same bits (`qfin.kernels.division`), stands beside the one that divides: which runs is told by the
scale and the zero point.

`qfin.kernels.elementwise` has those whose scale and zero point are baked in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i16, i32, i64
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.broadcast import BroadcastSpec, build_broadcast, emit_broadcast
from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.division import LEAST, MOST, Divisor
from qfin.kernels.rounding import natural_order, pack_saturated, round_to_bytes
from qfin.kernels.strided import Dim, Nest, Pointers
from qfin.target.isa import Isa


@dataclass(frozen=True)
class QuantizeDynamicSpec(BroadcastSpec):
    """f32 to bytes: `clamp(rint(x / scale) + zero_point, qmin, qmax)`; NaN gives qmin.

    A true division. Zero points have magnitudes below 2**21. Strides are in elements.
    """

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    scale_strides: tuple[int, ...]
    zero_point_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    qmin: int
    qmax: int

    @property
    def buffers(self) -> tuple[tuple[Attribute, tuple[int, ...]], ...]:
        parameters = (f32, self.scale_strides), (i32, self.zero_point_strides)
        return (f32, self.x_strides), *parameters, (i8, self.y_strides)

    def emit(self, b: KernelBuilder, isa: Isa, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        x, scale, zero_point = values
        t = b.fdiv(x, scale)
        return round_to_bytes(b, t, lanes, zero_point, self.qmin, self.qmax)

    def is_plain(self) -> bool:
        """Whether it is dense values to unsigned bytes, with one scale and zero point."""
        nest = self.nest()
        dense = len(nest.dims) == 1 and nest.dims[0].strides == (4, 0, 0, 1)
        return dense and (self.qmin, self.qmax) == (0, 255)


@dataclass(frozen=True)
class DequantizeDynamicSpec(BroadcastSpec):
    """Bytes to f32: `f32(q - zero_point) * scale`. Strides are in elements."""

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    scale_strides: tuple[int, ...]
    zero_point_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    signed: bool = False

    @property
    def buffers(self) -> tuple[tuple[Attribute, tuple[int, ...]], ...]:
        parameters = (f32, self.scale_strides), (i32, self.zero_point_strides)
        return (i8, self.x_strides), *parameters, (f32, self.y_strides)

    def emit(self, b: KernelBuilder, isa: Isa, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        q, scale, zero_point = values
        wide = b.sext if self.signed else b.zext
        difference = b.sub(wide(q, vector(i32, lanes)), zero_point)
        return b.fmul(b.sitofp(difference, vector(f32, lanes)), scale)


def build_quantize_dynamic(
    name: str, spec: QuantizeDynamicSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to bytes; see the top of this file for the arguments."""
    if not spec.is_plain():
        return build_broadcast(name, spec, isa, location)
    b = KernelBuilder(name, [*[ptr] * 4, i64, i64], location)
    _, scale, zero_point, *_ = b.arguments
    scale, zero_point = b.load(scale, f32), b.load(zero_point, i32)
    in_bounds = b.and_(
        b.fcompare("oge", scale, b.number(LEAST, f32)),
        b.fcompare("ole", scale, b.number(MOST, f32)),
    )
    a_byte = b.and_(b.less(b.constant(-1, 32), zero_point), b.less(zero_point, b.constant(256, 32)))
    b.if_else(
        b.and_(in_bounds, a_byte),
        lambda: _multiply(b, spec, isa, scale, zero_point),
        lambda: emit_broadcast(b, spec, isa),
    )
    return b.finish()


def _multiply(
    b: KernelBuilder,
    spec: QuantizeDynamicSpec,
    isa: Isa,
    scale: SSAValue,
    zero_point: SSAValue,
) -> None:
    """The loop for a scale from `LEAST` to `MOST` and a zero point from 0 to 255.

    Packing is the clamp: -2**31, that NaN and what is too small for an int32 becomes, ends as 0.
    """
    divisor = Divisor.of(b, isa, scale)
    addend = b.spread(b.trunc(zero_point, i16), isa.vector_bytes // 2)
    x, _, _, y, begin, end = b.arguments

    def body(at: Pointers, n: int) -> None:
        if n < isa.vector_bytes:
            few = b.load(at[0], vector(f32, n)), b.spread(scale, n), b.spread(zero_point, n)
            b.store(spec.emit(b, isa, few, n), at[1])
            return
        words: list[SSAValue] = []
        for first in range(0, n, isa.lanes):
            values = b.load(b.gep(at[0], 4 * first), vector(f32, isa.lanes))
            words.append(isa.round_to_int(b, divisor.divide(b, isa, values)))
        packed = pack_saturated(b, isa, words, addend)
        b.store(b.shuffle(packed, packed, natural_order(n)), at[1])

    (dim,) = spec.nest().dims
    dense = Nest((Dim(dim.size, (dim.strides[0], dim.strides[3])),), contiguous=True)
    dense.emit_range(b, (x, y), begin, end, isa.vector_bytes, body)


def build_dequantize_dynamic(
    name: str, spec: DequantizeDynamicSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """Bytes to f32; see the top of this file for the arguments."""
    return build_broadcast(name, spec, isa, location)
