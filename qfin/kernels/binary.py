"""add, sub, mul, prelu: two values in, one out, of bytes or plain numbers, between strided buffers.

The function is `name(a, b, y, begin, end)`; for layout and range see `qfin.kernels.broadcast`.

Recipe for bytes, with f32 in registers and one rounding each, never contracted:

    ta = f32(a - a_zero_point) * a_scale
    tb = f32(b - b_zero_point) * b_scale
    t = ta + tb, ta - tb or ta * tb
    y = clamp(rint(t / scale) + zero_point, qmin, qmax)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.broadcast import BroadcastSpec, build_broadcast
from qfin.kernels.builder import KernelBuilder, vector, vector_lanes
from qfin.kernels.rounding import round_whole
from qfin.target.isa import Isa


def combine(
    b: KernelBuilder, function: str, left: SSAValue, right: SSAValue, element: Attribute = f32
) -> SSAValue:
    """add, sub or mul of vectors of f32, or of i32, wrapping; prelu of f32. Raises ValueError for
    other names."""
    functions = {"add": b.fadd, "sub": b.fsub, "mul": b.fmul, "prelu": partial(_prelu, b)}
    if element != f32:
        functions = {"add": b.add, "sub": b.sub, "mul": b.mul}
    if function not in functions:
        raise ValueError(f"no such function: {function}")
    return functions[function](left, right)


def _prelu(b: KernelBuilder, x: SSAValue, slope: SSAValue) -> SSAValue:
    zero = b.splat(0.0, vector(f32, vector_lanes(x)))
    return b.where_less(zero, x, x, b.fmul(slope, x))


@dataclass(frozen=True)
class BinarySpec(BroadcastSpec):
    """`function` is add, sub or mul. Strides are in elements, one for each dimension of `shape`;
    zero points and bounds are those of unsigned bytes."""

    function: str
    shape: tuple[int, ...]
    a_strides: tuple[int, ...]
    b_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    a_scale: float
    a_zero_point: int
    b_scale: float
    b_zero_point: int
    scale: float
    zero_point: int
    qmin: int
    qmax: int

    @property
    def buffers(self) -> tuple[tuple[Attribute, tuple[int, ...]], ...]:
        return (i8, self.a_strides), (i8, self.b_strides), (i8, self.y_strides)

    def emit(self, b: KernelBuilder, isa: Isa, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        left = _dequantized(b, values[0], lanes, self.a_scale, self.a_zero_point)
        right = _dequantized(b, values[1], lanes, self.b_scale, self.b_zero_point)
        t = combine(b, self.function, left, right)
        t = b.fdiv(t, b.splat(self.scale, vector(f32, lanes)))
        return round_whole(b, isa, t, lanes, self.zero_point, self.qmin, self.qmax)


@dataclass(frozen=True)
class PlainBinarySpec(BroadcastSpec):
    """`function` is add, sub or mul, of f32, rounded once, or of i32, wrapping; or prelu of f32:
    a where a > 0, else a * b. Strides as in `BinarySpec`."""

    function: str
    shape: tuple[int, ...]
    a_strides: tuple[int, ...]
    b_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    element: Attribute = f32

    @property
    def buffers(self) -> tuple[tuple[Attribute, tuple[int, ...]], ...]:
        strides = self.a_strides, self.b_strides, self.y_strides
        return tuple((self.element, each) for each in strides)

    def emit(self, b: KernelBuilder, isa: Isa, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        return combine(b, self.function, values[0], values[1], self.element)


def build_binary(
    name: str, spec: BinarySpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 and u8 to u8; see the top of this file."""
    return build_broadcast(name, spec, isa, location)


def build_plain_binary(
    name: str, spec: PlainBinarySpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 and f32 to f32, or i32 and i32 to i32: the operation alone."""
    return build_broadcast(name, spec, isa, location)


def _dequantized(
    b: KernelBuilder, q: SSAValue, lanes: int, scale: float, zero_point: int
) -> SSAValue:
    """`f32(q - zero_point) * scale` of unsigned bytes."""
    words, floats = vector(i32, lanes), vector(f32, lanes)
    q = b.zext(q, words)
    if zero_point:
        q = b.sub(q, b.splat(zero_point, words))
    return b.fmul(b.sitofp(q, floats), b.splat(scale, floats))
