"""Functions, softmax and normalisation of lines of f32.

The functions are `name(x, [weight,] [bias,] y, begin, end)`: pointers to f32, x and y dense [rows,
count], weight and bias [count]; then the half-open range, i64, of rows. x and y must not overlap.

Recipes, each step rounded once to f32, sums in the order of `Line.fold`:

    unary:      y = function(x), of `qfin.float_functions`; a row is a piece of a dense buffer
    softmax:    m = max(x), e = exp(x - m), y = e * (1 / sum(e))
    normalize:  c = x - sum(x) / count, r = 1 / sqrt(sum(c * c) / count + eps)
                y = c * r, then y * weight, then y + bias where there are those
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f32, i64
from xdsl.ir import SSAValue

from qfin.float_functions import evaluate, exp_negative
from qfin.kernels.builder import KernelBuilder, ptr, vector
from qfin.kernels.float_arithmetic import Line, VectorArithmetic
from qfin.kernels.strided import moved
from qfin.target.isa import Isa

_PIECE = 1024
_AT_ONCE = 4

_Row = Callable[[Sequence[SSAValue]], None]


@dataclass(frozen=True)
class FloatUnarySpec:
    """`count` values; the function is that of this name and with these parameters."""

    count: int
    function: str
    parameters: tuple[float, ...]

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: pieces."""
        return -(-self.count // _PIECE)


@dataclass(frozen=True)
class FloatSoftmaxSpec:
    """`rows` lines of `count` values."""

    rows: int
    count: int

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.rows if self.count else 0


@dataclass(frozen=True)
class FloatNormSpec:
    """`rows` lines of `count` values; whether there are weight and bias."""

    rows: int
    count: int
    eps: float
    weight: bool
    bias: bool

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range."""
        return self.rows if self.count else 0


def build_float_unary(
    name: str, spec: FloatUnarySpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to f32; see the top of this file."""
    b = KernelBuilder(name, [ptr, ptr, i64, i64], location)
    x, y, begin, end = b.arguments

    def piece(count: int, lanes: int) -> _Row:
        line, f = Line(b, count, lanes), VectorArithmetic(b, lanes)

        def body(at: Sequence[SSAValue], width: int) -> None:
            value = line.load(at[0], width)
            line.store(evaluate(f, spec.function, value, spec.parameters), at[1], width)

        return lambda pointers: line.each(pointers, body, lanes)

    whole, rest = divmod(spec.count, _PIECE)
    edge = b.constant(whole, 64)
    if whole:
        last = b.minimum(end, edge) if rest else end
        # Several vectors in turn: what one waits for takes longer than what it computes.
        _rows(b, (x, y), begin, last, _PIECE, piece(_PIECE, _AT_ONCE * isa.lanes))
    if rest:
        first = b.intrinsic("llvm.smax.i64", i64, begin, edge) if whole else begin
        _rows(b, (x, y), first, end, _PIECE, piece(rest, isa.lanes))
    return b.finish()


def build_float_softmax(
    name: str, spec: FloatSoftmaxSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to f32; see the top of this file."""
    b = KernelBuilder(name, [ptr, ptr, i64, i64], location)
    x, y, begin, end = b.arguments
    f, line = VectorArithmetic(b, isa.lanes), Line(b, spec.count, isa.lanes)
    least = float("-inf")

    def row(pointers: Sequence[SSAValue]) -> None:
        # A NaN does not win here, but its own exponential, and so the sum, is NaN.
        largest = line.fold(
            pointers[:1],
            least,
            b.fmax,
            lambda at, width: line.load(at[0], width, least),
        )
        largest = line.spread(largest)

        def exponential(at: Sequence[SSAValue], width: int) -> None:
            e = exp_negative(f, b.fsub(line.load(at[0], width, least), largest))
            line.store(e, at[1], width)

        line.each(pointers, exponential, 2 * isa.lanes)
        total = line.fold(pointers[1:], 0.0, b.fadd, lambda at, width: line.load(at[0], width))
        factor = line.spread(b.fdiv(b.splat(1.0, vector(f32, 1)), total))

        def scale(at: Sequence[SSAValue], width: int) -> None:
            line.store(b.fmul(line.load(at[0], width), factor), at[0], width)

        line.each(pointers[1:], scale)

    if spec.count:
        _rows(b, (x, y), begin, end, spec.count, row)
    return b.finish()


def build_float_norm(
    name: str, spec: FloatNormSpec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 to f32; see the top of this file."""
    parameters = [ptr] * (spec.weight + spec.bias)
    b = KernelBuilder(name, [ptr, *parameters, ptr, i64, i64], location)
    x, *given, y, begin, end = b.arguments
    line, one = Line(b, spec.count, isa.lanes), vector(f32, 1)
    count = b.splat(float(spec.count), one)

    def row(pointers: Sequence[SSAValue]) -> None:
        x, y = pointers
        total = line.fold([x], 0.0, b.fadd, lambda at, width: line.load(at[0], width))
        mean = line.spread(b.fdiv(total, count))

        def square(at: Sequence[SSAValue], width: int) -> SSAValue:
            c = b.fsub(line.load(at[0], width), mean)
            return line.masked(b.fmul(c, c), width)

        variance = b.fdiv(line.fold([x], 0.0, b.fadd, square), count)
        shifted = b.fadd(variance, b.splat(spec.eps, one))
        root = b.intrinsic("llvm.sqrt.v1f32", one, shifted)
        factor = line.spread(b.fdiv(b.splat(1.0, one), root))

        def result(at: Sequence[SSAValue], width: int) -> None:
            t = b.fmul(b.fsub(line.load(at[0], width), mean), factor)
            others = list(at[2:])
            if spec.weight:
                t = b.fmul(t, line.load(others.pop(0), width))
            if spec.bias:
                t = b.fadd(t, line.load(others.pop(0), width))
            line.store(t, at[1], width)

        line.each([x, y, *given], result)

    if spec.count:
        _rows(b, (x, y), begin, end, spec.count, row)
    return b.finish()


def _rows(
    b: KernelBuilder,
    pointers: Sequence[SSAValue],
    begin: SSAValue,
    end: SSAValue,
    count: int,
    row: _Row,
) -> None:
    """`row` at each of the rows of `count` values."""
    strides = [4 * count] * len(pointers)
    b.for_loop(begin, end, 1, lambda i, _: row(moved(b, pointers, i, strides)))
