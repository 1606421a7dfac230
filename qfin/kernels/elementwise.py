"""quantize, dequantize, copy, clamp, widen: one value in, one value out, between strided buffers.

Each function is `name(x, y, begin, end)`: two pointers to element (0, ..., 0), then the half-open
range, i64, of the nest's outermost loop (`spec.parallel_size(isa)` steps). Which loop that is, the
strides decide: see `qfin.kernels.strided`. x and y must not overlap.

Where x and y lie in different orders, tiles are turned in registers: `qfin.kernels.transposition`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i16, i32, i64
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.floats import clamp_floats
from qfin.kernels.rounding import round_whole
from qfin.kernels.strided import Dim, Nest, Pointers, plan
from qfin.kernels.transposition import (
    interleave,
    interleaved,
    separate,
    separated,
    turn,
)
from qfin.kernels.turned_tiles import Buffers, Tiles, turned
from qfin.target.isa import Isa, flip_signs


@dataclass(frozen=True)
class _Elementwise(ABC):
    """Shape and strides, the latter in elements, one for each dimension; any order, any gaps."""

    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]

    @property
    @abstractmethod
    def element_types(self) -> tuple[Attribute, Attribute]:
        """The types of x's and y's elements."""

    @abstractmethod
    def emit(self, b: KernelBuilder, isa: Isa, value: SSAValue, lanes: int) -> SSAValue:
        """The function of one value, on vectors."""

    def nest(self) -> Nest:
        """The loops, one element after the other or in vectors."""
        buffers = self.buffers()
        sizes = (buffers.x_bytes, buffers.y_bytes)
        return plan(self.shape, (self.x_strides, self.y_strides), sizes)

    def buffers(self) -> Buffers:
        """What lies in x and y."""
        x, y = self.element_types
        return Buffers(x, y, _bytes(x), _bytes(y))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return _way(self, isa).parallel_size


@dataclass(frozen=True)
class QuantizeSpec(_Elementwise):
    """f32 to u8: `clamp(rint(x / scale) + zero_point, qmin, qmax)`; NaN gives qmin."""

    scale: float
    zero_point: int
    qmin: int
    qmax: int

    @property
    def element_types(self) -> tuple[Attribute, Attribute]:
        return f32, i8

    def emit(self, b: KernelBuilder, isa: Isa, value: SSAValue, lanes: int) -> SSAValue:
        t = b.fdiv(value, b.splat(self.scale, vector(f32, lanes)))
        return round_whole(b, isa, t, lanes, self.zero_point, self.qmin, self.qmax)


@dataclass(frozen=True)
class DequantizeSpec(_Elementwise):
    """u8 to f32: `f32(q - zero_point) * scale`."""

    scale: float
    zero_point: int

    @property
    def element_types(self) -> tuple[Attribute, Attribute]:
        return i8, f32

    def emit(self, b: KernelBuilder, isa: Isa, value: SSAValue, lanes: int) -> SSAValue:
        words, floats = vector(i32, lanes), vector(f32, lanes)
        q = b.zext(value, words)
        if self.zero_point:
            q = b.sub(q, b.splat(self.zero_point, words))
        return b.fmul(b.sitofp(q, floats), b.splat(self.scale, floats))


@dataclass(frozen=True)
class CopySpec(_Elementwise):
    """The same bits, in elements of 1 or 4 bytes; `flip_sign` adds 128, and takes bytes only."""

    element_bytes: int = 1
    flip_sign: bool = False

    @property
    def element_types(self) -> tuple[Attribute, Attribute]:
        return (i8, i8) if self.element_bytes == 1 else (i32, i32)

    def emit(self, b: KernelBuilder, isa: Isa, value: SSAValue, lanes: int) -> SSAValue:
        return flip_signs(b, value, lanes) if self.flip_sign else value


@dataclass(frozen=True)
class ClampSpec(_Elementwise):
    """`min(max(x, qmin), qmax)` on unsigned bytes."""

    qmin: int
    qmax: int

    @property
    def element_types(self) -> tuple[Attribute, Attribute]:
        return i8, i8

    def emit(self, b: KernelBuilder, isa: Isa, value: SSAValue, lanes: int) -> SSAValue:
        bytes_ = vector(i8, lanes)
        low, high = b.splat(self.qmin, bytes_), b.splat(self.qmax, bytes_)
        value = b.intrinsic(f"llvm.umax.v{lanes}i8", bytes_, value, low)
        return b.intrinsic(f"llvm.umin.v{lanes}i8", bytes_, value, high)


@dataclass(frozen=True)
class WidenSpec(_Elementwise):
    """u8 to i16: `x - zero_point`."""

    zero_point: int

    @property
    def element_types(self) -> tuple[Attribute, Attribute]:
        return i8, i16

    def emit(self, b: KernelBuilder, isa: Isa, value: SSAValue, lanes: int) -> SSAValue:
        halves = vector(i16, lanes)
        value = b.zext(value, halves)
        return b.sub(value, b.splat(self.zero_point, halves)) if self.zero_point else value


@dataclass(frozen=True)
class FloatClampSpec(_Elementwise):
    """`min(max(x, low), high)` on f32; see `clamp_floats`."""

    low: float | None
    high: float | None

    @property
    def element_types(self) -> tuple[Attribute, Attribute]:
        return f32, f32

    def emit(self, b: KernelBuilder, isa: Isa, value: SSAValue, lanes: int) -> SSAValue:
        return clamp_floats(b, value, lanes, self.low, self.high)


def build_quantize(
    name: str, spec: QuantizeSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to u8; see the top of this file for the arguments."""
    return _build(name, spec, isa, location)


def build_dequantize(
    name: str, spec: DequantizeSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to f32; see the top of this file for the arguments."""
    return _build(name, spec, isa, location)


def build_copy(
    name: str, spec: CopySpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """Any layout to any other; see the top of this file for the arguments."""
    return _build(name, spec, isa, location)


def build_clamp(
    name: str, spec: ClampSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to u8; see the top of this file for the arguments."""
    return _build(name, spec, isa, location)


def build_widen(
    name: str, spec: WidenSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to i16; see the top of this file for the arguments."""
    return _build(name, spec, isa, location)


def build_float_clamp(
    name: str, spec: FloatClampSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to f32; see the top of this file for the arguments."""
    return _build(name, spec, isa, location)


@dataclass(frozen=True)
class _Way:
    """The loops, and what is done in them."""

    loops: Nest | Tiles
    body: Callable[[KernelBuilder, Pointers, int], None]
    """Of so many elements, or of one tile."""

    @property
    def parallel_size(self) -> int:
        return self.loops.parallel_size


def _way(spec: _Elementwise, isa: Isa) -> _Way:
    """How to go through x and y."""
    nest, buffers = spec.nest(), spec.buffers()
    if not nest.contiguous and len(nest.dims) > 1:
        if loops := interleaved(nest, buffers):
            planes = nest.dims[-1]
            return _Way(loops, lambda b, at, n: _interleaved(b, isa, spec, planes, at, n))
        if found := separated(nest, buffers):
            loops, planes = found
            return _Way(loops, lambda b, at, n: _separated(b, isa, spec, planes, at, n))
        if tiles := turned(nest, buffers, isa.vector_bytes):
            return _Way(
                tiles,
                lambda b, at, _: turn(b, tiles, buffers, at, lambda v, m: spec.emit(b, isa, v, m)),
            )
    return _Way(nest, lambda b, at, n: _straight(b, isa, spec, at, n))


def _straight(b: KernelBuilder, isa: Isa, spec: _Elementwise, at: Pointers, n: int) -> None:
    value = b.load(at[0], vector(spec.element_types[0], n))
    b.store(spec.emit(b, isa, value, n), at[1])


def _interleaved(
    b: KernelBuilder, isa: Isa, spec: _Elementwise, planes: Dim, at: Pointers, n: int
) -> None:
    type = vector(spec.element_types[0], n)
    loaded = [b.load(b.gep(at[0], p * planes.strides[0]), type) for p in range(planes.size)]
    b.store(interleave(b, [spec.emit(b, isa, value, n) for value in loaded], n), at[1])


def _separated(
    b: KernelBuilder, isa: Isa, spec: _Elementwise, planes: Dim, at: Pointers, n: int
) -> None:
    element = spec.element_types[0]
    step = n * spec.buffers().x_bytes
    loaded = [b.load(b.gep(at[0], v * step), vector(element, n)) for v in range(planes.size)]
    for plane, value in enumerate(separate(b, loaded, n)):
        b.store(spec.emit(b, isa, value, n), b.gep(at[1], plane * planes.strides[1]))


def _build(name: str, spec: _Elementwise, isa: Isa, location: LocationAttr | None) -> func.FuncOp:
    b = KernelBuilder(name, [ptr, ptr, i64, i64], location)
    x, y, begin, end = b.arguments
    way = _way(spec, isa)
    if isinstance(way.loops, Tiles):
        kept = [b.stack(way.loops.kept)] if way.loops.kept else []
        way.loops.emit_range(b, (x, y), begin, end, lambda at: way.body(b, (*at, *kept), 0))
    else:
        lanes = isa.vector_bytes
        way.loops.emit_range(b, (x, y), begin, end, lanes, lambda at, n: way.body(b, at, n))
    return b.finish()


def _bytes(element: Attribute) -> int:
    if element == i16:
        return 2
    return 1 if element == i8 else 4
