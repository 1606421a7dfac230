"""Normalisation of groups of unsigned bytes by their mean and variance, between strided buffers.

The function is `name(x, weight, bias, y, begin, end)`: pointers to element (0, ..., 0), weight and
bias f32, then the half-open range, i64, of the outermost loop over groups
(`spec.parallel_size(isa)` steps; see `qfin.kernels.strided`). y must not overlap x.

Layout: any strides; 0 along what weight and bias do not depend on. A group is read twice: for its
sums, in vectors where its innermost dimension is contiguous; then for its results, in vectors where
that is contiguous in y as well, and contiguous or the same in weight and bias. Where it is not so,
but groups lie next to each other (one for each channel, channels innermost), several go side by
side, one on each lane.

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
from xdsl.dialects.builtin import LocationAttr, VectorType, f32, f64, i8, i32, i64
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
        inner = self.results().contiguous
        return replace(nest, contiguous=not inner and _in_vectors(nest))

    def sums(self) -> Nest:
        """The loops over the elements of a group, on x alone."""
        dims = slice(self.outer, None)
        return plan(self.shape[dims], (self.x_strides[dims],), (1,))

    def results(self) -> Nest:
        """The loops over the elements of a group, on every buffer."""
        dims = slice(self.outer, None)
        nest = plan(self.shape[dims], self._strides(dims), _SIZES)
        return replace(nest, contiguous=_in_vectors(nest))

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.groups().parallel_size


def _in_vectors(nest: Nest) -> bool:
    """Whether the innermost dimension may be done in vectors."""
    x, weight, bias, y = nest.dims[-1].strides
    return x == 1 and y == 1 and weight in (0, 4) and bias in (0, 4)


def build_norm(
    name: str, spec: NormSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """u8 to u8; see the top of this file for the arguments."""
    b = KernelBuilder(name, [*[ptr] * 4, i64, i64], location)
    *bases, begin, end = b.arguments
    if 0 not in spec.shape:
        spec.groups().emit_range(
            b, bases, begin, end, isa.lanes, lambda at, n: _normalize(b, spec, isa, at, n)
        )
    return b.finish()


def _normalize(b: KernelBuilder, spec: NormSpec, isa: Isa, at: Pointers, groups: int) -> None:
    """So many groups, which lie next to each other: one in vectors, or more side by side."""
    longs, count = vector(i64, groups), spec.count
    total, squares = _sums(b, spec, isa, at[0], groups)
    variance = b.sub(b.mul(b.splat(count, longs), squares), b.mul(total, total))
    doubles = vector(f64, groups)
    shifted = b.fadd(b.sitofp(variance, doubles), b.spread(b.double(spec.eps), groups))
    root = b.intrinsic(f"llvm.sqrt.v{groups}f64", doubles, shifted)
    one = b.spread(b.double(1.0), groups)
    factor = b.fptrunc(b.fdiv(one, root), vector(f32, groups))
    total = b.trunc(total, vector(i32, groups))
    nest, outer = spec.results(), spec.groups()
    steps = (nest if groups == 1 else outer).dims[-1].strides

    def body(at: Pointers, n: int) -> None:
        lanes = max(n, groups)  # one of them is 1
        words, floats = vector(i32, lanes), vector(f32, lanes)
        x = b.mul(b.zext(b.load(at[0], vector(i8, lanes)), words), b.splat(count, words))
        t = b.sitofp(b.sub(x, _widened(b, total, lanes)), floats)
        t = b.fmul(t, _widened(b, factor, lanes))
        t = b.fmul(t, _parameter(b, at[1], steps[1], lanes))
        t = b.fadd(t, _parameter(b, at[2], steps[2], lanes))
        b.store(round_to_bytes(b, t, lanes, spec.zero_point, spec.qmin, spec.qmax), at[3])

    nest = nest if groups == 1 else replace(nest, contiguous=False)
    nest.emit(b, at, isa.vector_bytes, body)


def _sums(
    b: KernelBuilder, spec: NormSpec, isa: Isa, x: SSAValue, groups: int
) -> Sequence[SSAValue]:
    """Sum and sum of squares of each group, i64."""
    longs = vector(i64, groups)

    def add(at: Pointers, lanes: int, so_far: Sequence[SSAValue]) -> Sequence[SSAValue]:
        every = max(lanes, groups)
        value = b.zext(b.load(at[0], vector(i8, every)), vector(i32, every))
        parts = [value, b.mul(value, value)]
        if lanes > 1:  # so many squares fit into 32 bits
            reduce = f"llvm.vector.reduce.add.v{lanes}i32"
            parts = [b.spread(b.intrinsic(reduce, i32, part), 1) for part in parts]
        return [b.add(old, b.zext(new, longs)) for old, new in zip(so_far, parts, strict=True)]

    nest = spec.sums() if groups == 1 else replace(spec.sums(), contiguous=False)
    zero = b.splat(0, longs)
    return nest.fold(b, [x], isa.vector_bytes, add, zero, zero)


def _widened(b: KernelBuilder, value: SSAValue, lanes: int) -> SSAValue:
    """A vector of one value on all lanes, or one that has so many as it is."""
    assert isinstance(value.type, VectorType)
    return value if value.type.get_shape() == (lanes,) else b.shuffle(value, value, (0,) * lanes)


def _parameter(b: KernelBuilder, at: SSAValue, step: int, lanes: int) -> SSAValue:
    """f32 for `lanes` elements: one each, or the same one where `step` is 0."""
    return b.load(at, vector(f32, lanes)) if step else b.spread(b.load(at, f32), lanes)
