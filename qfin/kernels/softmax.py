"""Softmax of unsigned bytes along one dimension, between strided buffers.

The function is `name(x, e, y, begin, end)`: pointers to element (0, ..., 0) of x and y and to a
table of 256 i32, then the half-open range, i64, of the outermost loop over lines
(`spec.parallel_size(isa)` steps; see `qfin.kernels.strided`). y must not overlap x.

Layout: any strides. A line is read three times: for its maximum, in vectors where it is contiguous,
for the sum, and for the results, the latter two value by value.

Recipe, for a line:

    s = sum(e[max(x) - x])                          in i64, exact
    y = clamp(rint(f32(e[max(x) - x]) / (f32(s) * scale)) + zero_point, qmin, qmax)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import Nest, Pointers, plan, scaled
from qfin.target.isa import Isa


@dataclass(frozen=True)
class SoftmaxSpec:
    """Strides are in elements, one for each dimension of `shape`, of which `dim` is summed over, at
    most 2**32 values. Zero point and bounds are those of bytes."""

    shape: tuple[int, ...]
    dim: int
    x_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    scale: float
    zero_point: int
    qmin: int
    qmax: int

    def lines(self) -> Nest:
        """The loops over lines."""
        if 0 in self.shape:
            return plan((0,), [(1,)] * 2, (1, 1))
        others = [d for d in range(len(self.shape)) if d != self.dim]
        shape, x, y = (
            tuple(of[d] for d in others) for of in (self.shape, self.x_strides, self.y_strides)
        )
        return replace(plan(shape, (x, y), (1, 1)), contiguous=False)

    def line(self, *strides: tuple[int, ...]) -> Nest:
        """The loop along a line, on buffers with these strides."""
        dim = slice(self.dim, self.dim + 1)
        return plan(self.shape[dim], [s[dim] for s in strides], [1] * len(strides))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.lines().parallel_size


def build_softmax(
    name: str, spec: SoftmaxSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to u8; see the top of this file for the arguments."""
    b = KernelBuilder(name, [*[ptr] * 3, i64, i64], location)
    x, table, y, begin, end = b.arguments
    if 0 not in spec.shape:
        spec.lines().emit_range(
            b, (x, y), begin, end, 1, lambda at, _: _line(b, spec, isa, table, at)
        )
    return b.finish()


def _line(b: KernelBuilder, spec: SoftmaxSpec, isa: Isa, table: SSAValue, at: Pointers) -> None:
    alone = spec.line(spec.x_strides)
    (largest,) = alone.fold(b, at[:1], isa.vector_bytes, _maximum(b), b.constant(0, 8))
    largest = b.zext(largest, i64)

    def entry(x: SSAValue) -> SSAValue:
        below = b.sub(largest, b.zext(b.load(x, i8), i64))
        return b.load(b.gep(table, scaled(b, below, 4)), i32)

    def add(at: Pointers, _: int, so_far: Sequence[SSAValue]) -> Sequence[SSAValue]:
        return [b.add(so_far[0], b.zext(entry(at[0]), i64))]

    (total,) = replace(alone, contiguous=False).fold(b, at[:1], 1, add, b.constant(0, 64))
    whole = b.fmul(
        b.bitcast(b.sitofp(total, f32), vector(f32, 1)), b.splat(spec.scale, vector(f32, 1))
    )

    def result(at: Pointers, _: int) -> None:
        e = b.bitcast(b.sitofp(entry(at[0]), f32), vector(f32, 1))
        t = b.fdiv(e, whole)
        b.store(round_to_bytes(b, t, 1, spec.zero_point, spec.qmin, spec.qmax), at[1])

    both = spec.line(spec.x_strides, spec.y_strides)
    replace(both, contiguous=False).emit(b, at, 1, result)


def _maximum(b: KernelBuilder):
    def step(at: Pointers, lanes: int, so_far: Sequence[SSAValue]) -> Sequence[SSAValue]:
        x = b.load(at[0], vector(i8, lanes))
        here = b.intrinsic(f"llvm.vector.reduce.umax.v{lanes}i8", i8, x)
        return [b.intrinsic("llvm.umax.i8", i8, so_far[0], here)]

    return step
