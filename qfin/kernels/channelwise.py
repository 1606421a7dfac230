"""Functions of one quantized value with f32 parameters of its channel: batch_norm and prelu.

The function is `name(x, p0, ..., y, begin, end)`: pointers to element (0, ..., 0) of x and y, and
to one dense f32 [C] for each parameter; see `qfin.kernels.broadcast` for the rest.

Recipe, with f32 in registers and one rounding each, never contracted:

    t = f32(x - input_zero_point) * input_scale
    batch_norm: t = t * p0 + p1
    prelu:      t = max(t, 0) + min(t, 0) * p0     which is t or t * p0: the other part is 0
    y = clamp(rint(t / scale) + zero_point, qmin, qmax)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32
from xdsl.ir import Attribute, SSAValue

from qfin.kernels.broadcast import BroadcastSpec, build_broadcast
from qfin.kernels.builder import KernelBuilder, vector
from qfin.kernels.rounding import round_whole
from qfin.target.isa import Isa

PARAMETERS = {"batch_norm": 2, "prelu": 1}
"""How many parameters of a channel each function has."""


@dataclass(frozen=True)
class ChannelwiseSpec(BroadcastSpec):
    """`function` is batch_norm or prelu; `shape` [N, C, ...] with strides in elements; zero points
    and bounds are those of unsigned bytes."""

    function: str
    shape: tuple[int, ...]
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    input_scale: float
    input_zero_point: int
    scale: float
    zero_point: int
    qmin: int
    qmax: int

    @property
    def buffers(self) -> tuple[tuple[Attribute, tuple[int, ...]], ...]:
        channels = tuple(int(d == 1) for d in range(len(self.shape)))
        parameters = [(f32, channels)] * PARAMETERS[self.function]
        return (i8, self.x_strides), *parameters, (i8, self.y_strides)

    def emit(self, b: KernelBuilder, isa: Isa, values: Sequence[SSAValue], lanes: int) -> SSAValue:
        q, *parameters = values
        words, floats = vector(i32, lanes), vector(f32, lanes)
        q = b.sub(b.zext(q, words), b.splat(self.input_zero_point, words))
        t = b.fmul(b.sitofp(q, floats), b.splat(self.input_scale, floats))
        t = b.fdiv(self._apply(b, t, parameters), b.splat(self.scale, floats))
        return round_whole(b, isa, t, lanes, self.zero_point, self.qmin, self.qmax)

    def _apply(self, b: KernelBuilder, t: SSAValue, p: Sequence[SSAValue]) -> SSAValue:
        """The function of vectors of f32."""
        if self.function == "batch_norm":
            return b.fadd(b.fmul(t, p[0]), p[1])
        zero = b.splat(0.0, t.type)  # pyright: ignore[reportArgumentType]
        return b.fadd(b.fmax(t, zero), b.fmul(b.fmin(t, zero), p[0]))


def build_channelwise(
    name: str, spec: ChannelwiseSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to u8; see the top of this file."""
    return build_broadcast(name, spec, isa, location)
