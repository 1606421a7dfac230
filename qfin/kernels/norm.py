"""Normalisation of groups of unsigned bytes by their mean and variance, between strided buffers.

The function is `name(x, weight, bias, y, begin, end)`: pointers to element (0, ..., 0), weight and
bias f32, then the half-open range, i64, of the outermost loop over groups
(`spec.parallel_size(isa)` steps; see `qfin.kernels.strided`). y must not overlap x.

Layout: any strides; 0 along what weight and bias do not depend on. A group is read twice: for its
sums, in vectors where its innermost dimension is contiguous; then for its results, in vectors where
that is contiguous in y as well, and contiguous or the same in weight and bias.

Recipe, for a group of n elements:

    s = sum(x), v = n * sum(x**2) - s**2            integers, exact
    r = f32(1 / sqrt(f64(v) + eps))                 in f64: true root, true division
    t = f32(n * x - s) * r                          the difference in i32, exact
    y = clamp(rint(t * weight + bias) + zero_point, qmin, qmax)

The last two lines in f32, one rounding each, never contracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, f64, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.rounding import round_to_bytes
from qfin.kernels.strided import Nest, Pointers, plan
from qfin.target.isa import Isa

_SIZES = (1, 4, 4, 1)


@dataclass(frozen=True)
class NormSpec:
    """Strides are in elements, one for each dimension of `shape`, of which the first `outer` number
    the groups; these have at most 2**23 elements. Zero point and bounds are those of bytes."""

    shape: tuple[int, ...]
    outer: int
    x_strides: tuple[int, ...]
    weight_strides: tuple[int, ...]
    bias_strides: tuple[int, ...]
    y_strides: tuple[int, ...]
    eps: float
    zero_point: int
    qmin: int
    qmax: int

    @property
    def count(self) -> int:
        """Elements of a group."""
        return prod(self.shape[self.outer :])

    def _strides(self, dims: slice) -> list[tuple[int, ...]]:
        every = (self.x_strides, self.weight_strides, self.bias_strides, self.y_strides)
        return [strides[dims] for strides in every]

    def groups(self) -> Nest:
        """The loops over groups."""
        if 0 in self.shape:
            return plan((0,), [(1,)] * 4, _SIZES)
        dims = slice(self.outer)
        nest = plan(self.shape[dims], self._strides(dims), _SIZES)
        return replace(nest, contiguous=False)

    def sums(self) -> Nest:
        """The loops over the elements of a group, on x alone."""
        dims = slice(self.outer, None)
        return plan(self.shape[dims], (self.x_strides[dims],), (1,))

    def results(self) -> Nest:
        """The loops over the elements of a group, on every buffer."""
        dims = slice(self.outer, None)
        nest = plan(self.shape[dims], self._strides(dims), _SIZES)
        x, weight, bias, y = nest.dims[-1].strides
        contiguous = x == 1 and y == 1 and weight in (0, 4) and bias in (0, 4)
        return replace(nest, contiguous=contiguous)

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.groups().parallel_size


def build_norm(
    name: str, spec: NormSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to u8; see the top of this file for the arguments."""
    b = KernelBuilder(name, [*[ptr] * 4, i64, i64], location)
    *bases, begin, end = b.arguments
    if 0 not in spec.shape:
        spec.groups().emit_range(
            b, bases, begin, end, 1, lambda at, _: _normalize(b, spec, isa, at)
        )
    return b.finish()


def _normalize(b: KernelBuilder, spec: NormSpec, isa: Isa, at: Pointers) -> None:
    """One group."""
    zero = b.constant(0, 64)
    total, squares = spec.sums().fold(
        b, at[:1], isa.vector_bytes, lambda x, n, so_far: _add(b, x[0], n, so_far), zero, zero
    )
    variance = b.sub(b.mul(b.constant(spec.count, 64), squares), b.mul(total, total))
    root = b.intrinsic("llvm.sqrt.f64", f64, b.fadd(b.sitofp(variance, f64), b.double(spec.eps)))
    factor = b.fptrunc(b.fdiv(b.double(1.0), root), f32)
    total = b.trunc(total, i32)
    nest = spec.results()
    _, weight_step, bias_step, _ = nest.dims[-1].strides

    def body(at: Pointers, n: int) -> None:
        words, floats = vector(i32, n), vector(f32, n)
        x = b.mul(b.zext(b.load(at[0], vector(i8, n)), words), b.splat(spec.count, words))
        t = b.sitofp(b.sub(x, b.spread(total, n)), floats)
        t = b.fmul(t, b.spread(factor, n))
        t = b.fmul(t, _parameter(b, at[1], weight_step, n))
        t = b.fadd(t, _parameter(b, at[2], bias_step, n))
        b.store(round_to_bytes(b, t, n, spec.zero_point, spec.qmin, spec.qmax), at[3])

    nest.emit(b, at, isa.vector_bytes, body)


def _add(
    b: KernelBuilder, at: SSAValue, lanes: int, so_far: Sequence[SSAValue]
) -> Sequence[SSAValue]:
    """Sum and sum of squares, with `lanes` more: these fit into 32 bits."""
    x = b.zext(b.load(at, vector(i8, lanes)), vector(i32, lanes))
    reduce = f"llvm.vector.reduce.add.v{lanes}i32"
    sums = [b.intrinsic(reduce, i32, x), b.intrinsic(reduce, i32, b.mul(x, x))]
    return [b.add(old, b.zext(new, i64)) for old, new in zip(so_far, sums, strict=True)]


def _parameter(b: KernelBuilder, at: SSAValue, step: int, lanes: int) -> SSAValue:
    """f32 for `lanes` elements: one each, or the same one where `step` is 0."""
    return b.load(at, vector(f32, lanes)) if step else b.spread(b.load(at, f32), lanes)
