"""quantize and dequantize with scales and zero points that are known at run time.

The functions are `quantize_dynamic(x, scale, zero_point, y, begin, end)` and
`dequantize_dynamic(q, scale, zero_point, y, begin, end)`; for layout and range see
`qfin.kernels.broadcast`. Scales (f32) and zero points (i32) have the strides of a tensor like x
that repeats them: all 0 for one of each, one other than 0 for an axis. Bytes are as the range says,
or `signed`: unsigned or in two's complement.

`qfin.kernels.elementwise` has those whose scale and zero point are baked in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.broadcast import BroadcastSpec, build_broadcast
from qfin.kernels.builder import KernelBuilder, vector
from qfin.kernels.rounding import round_to_bytes
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

    def emit(self, b: KernelBuilder, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        x, scale, zero_point = values
        t = b.fdiv(x, scale)
        return round_to_bytes(b, t, lanes, zero_point, self.qmin, self.qmax)


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

    def emit(self, b: KernelBuilder, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        q, scale, zero_point = values
        wide = b.sext if self.signed else b.zext
        difference = b.sub(wide(q, vector(i32, lanes)), zero_point)
        return b.fmul(b.sitofp(difference, vector(f32, lanes)), scale)


def build_quantize_dynamic(
    name: str, spec: QuantizeDynamicSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to bytes; see the top of this file for the arguments."""
    return build_broadcast(name, spec, isa, location)


def build_dequantize_dynamic(
    name: str, spec: DequantizeDynamicSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """Bytes to f32; see the top of this file for the arguments."""
    return build_broadcast(name, spec, isa, location)
