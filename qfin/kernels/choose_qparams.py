"""choose_qparams: scale and zero point of values that are known at run time only.

The function is `name(x, scale, zero_point, begin, end)`: pointers to rows of f32, to an f32 and an
i32 for each row, then the half-open range, i64, of the rows. A whole tensor is one row.

Recipe: the least and the greatest of 0 and a row's values in vectors. NaN does not count, and
infinities count as the largest finite value. Then, in scalars, PyTorch's ChooseQuantizationParams
(ATen/native/quantized/cpu/QuantUtils.h), every step rounded to the precision that it names:

    low = the least, high = the greatest                                    f32
    scale = (f64(high) - f64(low)) / (qmax - qmin)                          f64
    scale = 0.1 if f32(scale) == 0 or 1 / f32(scale) is infinite
    if scale < SMALL: low and high grow with it, see `_enlarged`            f32
    from_low = qmin - low / scale, from_high = qmax - high / scale          f64
    zero_point = from_low if abs(qmin) - abs(low / scale) < abs(qmax) - abs(high / scale)
                 else from_high
    zero_point = rint(clamp(zero_point, qmin, qmax)), scale = f32(scale)

or, `symmetric`, that of its observers: `max(max(-low, high) / ((qmax - qmin) / 2), 2**-23)` in f32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, f64, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.strided import scaled
from qfin.target.isa import Isa

# The least scale, 6.1e-5 in f32: SMALL_SCALE_THRESHOLD of PyTorch.
_SMALL = 6.099999882280827e-05
_LARGEST = 3.4028234663852886e38
# eps of PyTorch's observers.
_LEAST_SYMMETRIC = 2.0**-23
# 1.5 * 2**52: an f64 this large has no fraction bits left, see `qfin.kernels.rounding`.
_ROUND = 6755399441055744.0
# Vectors that are compared side by side: each waits 4 cycles or more for the one before.
_CHAINS = 4


@dataclass(frozen=True)
class ChooseQparamsSpec:
    """`rows` of `count` values each, dense. Zero points are of `[qmin, qmax]`, of any sign, or 0 if
    `symmetric`."""

    rows: int
    count: int
    qmin: int
    qmax: int
    symmetric: bool = False

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: the rows."""
        return self.rows


def build_choose_qparams(
    name: str, spec: ChooseQparamsSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to an f32 and an i32 for each row; see the top of this file."""
    b = KernelBuilder(name, [ptr, ptr, ptr, i64, i64], location)
    x, scale, zero_point, begin, end = b.arguments

    def row(i: Index, _: Sequence[SSAValue]) -> None:
        at = b.gep(x, scaled(b, i, 4 * spec.count))
        low, high = extremes(b, at, spec.count, isa)
        chosen, zero = (_symmetric if spec.symmetric else _affine)(b, spec, low, high)
        b.store(chosen, b.gep(scale, scaled(b, i, 4)))
        b.store(zero, b.gep(zero_point, scaled(b, i, 4)))

    b.for_loop(begin, end, 1, row)
    return b.finish()


def extremes(b: KernelBuilder, x: SSAValue, count: int, isa: Isa) -> tuple[SSAValue, SSAValue]:
    """The least and the greatest of 0 and of `count` dense values, both finite; NaN is left out."""
    lanes = min(isa.lanes, 1 << (max(count, 1).bit_length() - 1))
    step = _CHAINS * lanes

    def compare(at: SSAValue, so_far: Sequence[SSAValue]) -> list[SSAValue]:
        new: list[SSAValue] = []
        for n in range(len(so_far) // 2):
            value = b.load(b.gep(at, 4 * n * lanes), vector(f32, lanes))
            # In this order: what is there stays, for NaN.
            new += b.fmin(value, so_far[2 * n]), b.fmax(value, so_far[2 * n + 1])
        return new

    found = [b.splat(0.0, vector(f32, lanes))] * (2 * _CHAINS if count >= step else 2)
    if count >= step:
        body = lambda i, so_far: compare(b.gep(x, scaled(b, i, 4)), so_far)  # noqa: E731
        found = list(b.for_loop(0, count // step * step, step, body, *found))
    # What is left, in vectors; the last starts earlier, as comparing twice does no harm.
    for start in range(count // step * step, count, lanes):
        at = b.gep(x, 4 * min(start, count - lanes))
        found[:2] = compare(at, found[:2])
    low = b.fmax(_reduce(b, b.fmin, found[::2], lanes), b.splat(-_LARGEST, vector(f32, 1)))
    high = b.fmin(_reduce(b, b.fmax, found[1::2], lanes), b.splat(_LARGEST, vector(f32, 1)))
    return b.bitcast(low, f32), b.bitcast(high, f32)


def _reduce(
    b: KernelBuilder,
    both: Callable[[SSAValue, SSAValue], SSAValue],
    vectors: Sequence[SSAValue],
    lanes: int,
) -> SSAValue:
    """All lanes of all vectors as one."""
    total = vectors[0]
    for other in vectors[1:]:
        total = both(total, other)
    while lanes > 1:
        lanes //= 2
        low, high = tuple(range(lanes)), tuple(range(lanes, 2 * lanes))
        total = both(b.shuffle(total, total, low), b.shuffle(total, total, high))
    return total


def _affine(
    b: KernelBuilder, spec: ChooseQparamsSpec, low: SSAValue, high: SSAValue
) -> tuple[SSAValue, SSAValue]:
    """The scale, f32, and the zero point, i32, of values from `low` <= 0 to `high` >= 0."""
    steps = float(spec.qmax - spec.qmin)
    width = b.fsub(b.fpext(high, f64), b.fpext(low, f64))
    scale = b.fdiv(width, b.number(steps, f64))
    single = b.fptrunc(scale, f32)
    # Of a positive number; that of 0 is infinite as well.
    reciprocal = b.fdiv(b.number(1.0, f32), single)
    useless = b.fcompare("oeq", reciprocal, b.number(float("inf"), f32))
    scale = b.select(useless, b.number(0.1, f64), scale)
    scale, low, high = _enlarged(b, steps, scale, low, high)
    below, above = (b.fdiv(b.fpext(value, f64), scale) for value in (low, high))
    qmin, qmax = b.number(float(spec.qmin), f64), b.number(float(spec.qmax), f64)

    def error(bound: int, part: SSAValue) -> SSAValue:
        magnitude = b.intrinsic("llvm.fabs.f64", f64, part)
        return b.fsub(b.number(float(abs(bound)), f64), magnitude)

    closer = b.fcompare("olt", error(spec.qmin, below), error(spec.qmax, above))
    zero_point = b.select(closer, b.fsub(qmin, below), b.fsub(qmax, above))
    # The bounds are integers, so rounding may come last.
    zero_point = b.intrinsic("llvm.maxnum.f64", f64, zero_point, qmin)
    zero_point = b.intrinsic("llvm.minnum.f64", f64, zero_point, qmax)
    rounded = b.bitcast(b.fadd(zero_point, b.number(_ROUND, f64)), i64)
    return b.fptrunc(scale, f32), b.trunc(rounded, i32)


def _symmetric(
    b: KernelBuilder, spec: ChooseQparamsSpec, low: SSAValue, high: SSAValue
) -> tuple[SSAValue, SSAValue]:
    """The scale of values whose zero point is 0, and that."""
    magnitude = b.intrinsic("llvm.maxnum.f32", f32, b.fsub(b.number(0.0, f32), low), high)
    scale = b.fdiv(magnitude, b.number((spec.qmax - spec.qmin) / 2, f32))
    scale = b.intrinsic("llvm.maxnum.f32", f32, scale, b.number(_LEAST_SYMMETRIC, f32))
    return scale, b.constant(0, 32)


def _enlarged(
    b: KernelBuilder, steps: float, scale: SSAValue, low: SSAValue, high: SSAValue
) -> tuple[SSAValue, SSAValue, SSAValue]:
    """(scale, low, high), the scale at least `_SMALL` and the bounds larger in proportion.

    With low = 0 the new high is f32(_SMALL * steps), with high = 0 the new low is its negative;
    else both are multiplied with f32(_SMALL / f32(scale)).
    """
    zero, small = b.number(0.0, f32), b.number(_SMALL, f32)
    tiny = b.fcompare("olt", scale, b.fpext(small, f64))
    ratio = b.fdiv(small, b.fptrunc(scale, f32))
    reach = b.fmul(small, b.number(steps, f32))
    no_low, no_high = b.fcompare("oeq", low, zero), b.fcompare("oeq", high, zero)
    grown_low = b.select(no_high, b.fsub(zero, reach), b.fmul(low, ratio))
    grown_low = b.select(no_low, low, grown_low)
    grown_high = b.select(no_high, high, b.fmul(high, ratio))
    grown_high = b.select(no_low, reach, grown_high)
    return (
        b.select(tiny, b.fpext(small, f64), scale),
        b.select(tiny, grown_low, low),
        b.select(tiny, grown_high, high),
    )
