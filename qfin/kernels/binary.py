"""add, sub and mul of quantized values: two values in, one out, between strided buffers.

The function is `name(a, b, y, begin, end)`: three pointers to element (0, ..., 0), then the
half-open range, i64, of the nest's outermost loop (`spec.parallel_size(isa)` steps); see
`qfin.kernels.strided`. y must not overlap a or b, which may be the same.

Layout: any strides; an operand that broadcasts along a dimension has stride 0 there. Vectors run
along the innermost dimension of y where each operand is contiguous or has stride 0; in the latter
case one byte is loaded and spread over the lanes, each time: it costs less than the division.

Recipe, with f32 in registers and one rounding each, never contracted:

    ta = f32(a - a_zero_point) * a_scale
    tb = f32(b - b_zero_point) * b_scale
    t = ta + tb, ta - tb or ta * tb
    y = clamp(rint(t / scale) + zero_point, qmin, qmax)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import Nest, Pointers, plan
from qfin.target.isa import Isa


@dataclass(frozen=True)
class BinarySpec:
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

    def nest(self) -> Nest:
        """The loops; bytes are elements."""
        nest = plan(self.shape, (self.a_strides, self.b_strides, self.y_strides), (1, 1, 1))
        a, b, y = nest.dims[-1].strides
        return replace(nest, contiguous=y == 1 and a in (0, 1) and b in (0, 1))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.nest().parallel_size

    def combine(self, b: KernelBuilder, left: SSAValue, right: SSAValue) -> SSAValue:
        """The operation, on vectors of f32."""
        match self.function:
            case "add":
                return b.fadd(left, right)
            case "sub":
                return b.fsub(left, right)
            case "mul":
                return b.fmul(left, right)
            case _:
                raise ValueError(f"no such function: {self.function}")


def build_binary(
    name: str, spec: BinarySpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 and u8 to u8; see the top of this file for the arguments."""
    b = KernelBuilder(name, [ptr, ptr, ptr, i64, i64], location)
    *bases, begin, end = b.arguments
    nest = spec.nest()
    a_step, b_step, _ = nest.dims[-1].strides

    def body(at: Pointers, n: int) -> None:
        left = _dequantized(b, at[0], a_step, n, spec.a_scale, spec.a_zero_point)
        right = _dequantized(b, at[1], b_step, n, spec.b_scale, spec.b_zero_point)
        t = b.fdiv(spec.combine(b, left, right), b.splat(spec.scale, vector(f32, n)))
        b.store(round_to_bytes(b, t, n, spec.zero_point, spec.qmin, spec.qmax), at[2])

    nest.emit_range(b, bases, begin, end, isa.vector_bytes, body)
    return b.finish()


def _dequantized(
    b: KernelBuilder, at: SSAValue, step: int, lanes: int, scale: float, zero_point: int
) -> SSAValue:
    """`f32(q - zero_point) * scale` for `lanes` values `step` apart: 1, or 0 for the same one."""
    words, floats = vector(i32, lanes), vector(f32, lanes)
    q = b.load(at, vector(i8, 1 if step == 0 else lanes))
    if step == 0 and lanes > 1:
        q = b.shuffle(q, q, (0,) * lanes)
    q = b.zext(q, words)
    if zero_point:
        q = b.sub(q, b.splat(zero_point, words))
    return b.fmul(b.sitofp(q, floats), b.splat(scale, floats))
