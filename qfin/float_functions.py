"""Functions of f32, each written once: as sequences of f32 operations, every one rounded once.

They run on anything that has these operations: on arrays in the interpreter, on vectors of machine
code in kernels. So both give the same bits. What they are worth, against the exact functions
(measured in test/interpreter/test_float_functions.py): exp, sigmoid, tanh, elu and silu are within
4 units in the last place, gelu within 8, where they are not below the smallest normal number.

The reduction of exp's argument is that of Cephes (expf); polynomials are fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

V = TypeVar("V")


class Arithmetic(Protocol[V]):
    """Operations on f32 values."""

    def constant(self, value: float) -> V:
        """The nearest f32."""
        ...

    def add(self, a: V, b: V) -> V: ...
    def sub(self, a: V, b: V) -> V: ...
    def mul(self, a: V, b: V) -> V: ...
    def div(self, a: V, b: V) -> V: ...

    def fma(self, a: V, b: V, c: V) -> V:
        """a * b + c, rounded once."""
        ...

    def magnitude(self, a: V) -> V: ...

    def at_most(self, a: V, bound: float) -> V:
        """The lesser of both; NaN stays."""
        ...

    def where_less(self, a: V, b: V, x: V, y: V) -> V:
        """x where a < b, else y, also where one of them is NaN."""
        ...

    def scale(self, value: V, exponent: V) -> V:
        """The bits of `value` plus those of `exponent`, shifted left by 23, as integers that wrap:
        value * 2**n for an exponent that is n + 1.5 * 2**23."""
        ...


_ROUNDER = 12582912.0  # 1.5 * 2**23: what is added to it is rounded to an integer
_LOG2E = 1.44269504088896341
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4

# (exp(r) - 1 - r) / r**2 for |r| <= ln(2) / 2, from the highest power on; by this exp(r) - 1 has a
# relative error below 2e-8.
_EXPM1 = (
    *(0.0013882520142942667, 0.008366520516574383, 0.04166720062494278),
    *(0.1666654348373413, 0.4999999701976776),
)
_EXP = (*_EXPM1, 1.0, 1.0)
_EXP_OF_MINUS_HALF = tuple(c * (-0.5) ** (6 - place) for place, c in enumerate(_EXP))
_EXP_LEAST, _EXP_MOST = -87.33654, 88.72283

# exp(a**2 / 2) * Phi(-a) as a polynomial of u = 1 / (1 + 0.21 a) without constant term, from the
# highest power on; its relative error is below 2e-8 for 0 <= a <= 14.
_TAIL = 0.21
_TAIL_POLYNOMIAL = (
    *(-0.0716610317576803, 0.28361187935639526, -0.33030250160041313),
    *(0.3494586325514415, -0.09396633172495987, 0.12489099022467959),
    *(0.06918724707124621, 0.08506959380679069, 0.08371152898864151),
)
_TAIL_END = 13.2  # from here on a * Phi(-a) is below the smallest normal number
_SQRT_2_OVER_PI = 0.7978845608028654


def _polynomial(f: Arithmetic[V], x: V, coefficients: tuple[float, ...]) -> V:
    """From the highest power on."""
    first, *others = coefficients
    total = f.constant(first)
    for coefficient in others:
        total = f.fma(total, x, f.constant(coefficient))
    return total


def _reduced(f: Arithmetic[V], x: V) -> tuple[V, V]:
    """(n + 1.5 * 2**23, x - n * ln 2), n the nearest integer to x / ln 2."""
    exponent = f.fma(x, f.constant(_LOG2E), f.constant(_ROUNDER))
    n = f.sub(exponent, f.constant(_ROUNDER))
    r = f.fma(n, f.constant(-_LN2_HIGH), x)
    return exponent, f.fma(n, f.constant(-_LN2_LOW), r)


def _exp_normal(f: Arithmetic[V], x: V) -> V:
    """exp where it is a normal number."""
    exponent, r = _reduced(f, x)
    return f.scale(_polynomial(f, r, _EXP), exponent)


def _exp_of_minus_half_square(f: Arithmetic[V], a: V) -> V:
    """exp(-a**2 / 2) where it is a normal number, without an error by rounding the square: n * ln 2
    is subtracted, twice, from the exact one."""
    exponent = f.fma(f.mul(a, a), f.constant(-_LOG2E / 2), f.constant(_ROUNDER))
    n = f.sub(exponent, f.constant(_ROUNDER))
    r = f.fma(a, a, f.mul(n, f.constant(2 * _LN2_HIGH)))
    r = f.fma(n, f.constant(2 * _LN2_LOW), r)
    return f.scale(_polynomial(f, r, _EXP_OF_MINUS_HALF), exponent)


def exp_negative(f: Arithmetic[V], x: V) -> V:
    """exp where x <= 0: 0 for what is below the smallest normal number."""
    return f.where_less(x, f.constant(_EXP_LEAST), f.constant(0.0), _exp_normal(f, x))


def exp(f: Arithmetic[V], x: V) -> V:
    """0 for what is below the smallest normal number."""
    y = exp_negative(f, x)
    return f.where_less(f.constant(_EXP_MOST), x, f.constant(float("inf")), y)


def expm1(f: Arithmetic[V], x: V) -> V:
    """exp(x) - 1."""
    exponent, r = _reduced(f, x)
    less_one = f.fma(_polynomial(f, r, _EXPM1), f.mul(r, r), r)
    half = f.scale(f.constant(0.5), exponent)  # so that 2**128 is no case of its own
    y = f.fma(half, less_one, f.sub(half, f.constant(0.5)))
    y = f.where_less(x, f.constant(_EXP_LEAST), f.constant(-0.5), y)
    y = f.add(y, y)
    return f.where_less(f.constant(_EXP_MOST), x, f.constant(float("inf")), y)


def _positive(f: Arithmetic[V], x: V) -> V:
    """max(x, 0); NaN stays."""
    return f.where_less(x, f.constant(0.0), f.constant(0.0), x)


def _where_positive(f: Arithmetic[V], x: V, other: V) -> V:
    """x where x > 0, else `other`."""
    return f.where_less(f.constant(0.0), x, x, other)


def _six(f: Arithmetic[V], x: V) -> V:
    """min(max(x + 3, 0), 6)"""
    y = _positive(f, f.add(x, f.constant(3.0)))
    return f.where_less(f.constant(6.0), y, f.constant(6.0), y)


def sigmoid(f: Arithmetic[V], x: V) -> V:
    """1 / (1 + exp(-x))"""
    return f.div(f.constant(1.0), f.add(f.constant(1.0), exp(f, f.sub(f.constant(0.0), x))))


def silu(f: Arithmetic[V], x: V) -> V:
    """x / (1 + exp(-x))"""
    return f.div(x, f.add(f.constant(1.0), exp(f, f.sub(f.constant(0.0), x))))


def tanh(f: Arithmetic[V], x: V) -> V:
    """-e / (e + 2) with e = expm1(-2 |x|), and the sign of x."""
    a = f.magnitude(x)
    e = expm1(f, f.mul(a, f.constant(-2.0)))
    y = f.div(e, f.add(e, f.constant(2.0)))
    return f.where_less(x, f.constant(0.0), y, f.sub(f.constant(0.0), y))


def hardsigmoid(f: Arithmetic[V], x: V) -> V:
    """min(max(x + 3, 0), 6) / 6"""
    return f.div(_six(f, x), f.constant(6.0))


def hardswish(f: Arithmetic[V], x: V) -> V:
    """x * min(max(x + 3, 0), 6) / 6"""
    return f.div(f.mul(x, _six(f, x)), f.constant(6.0))


def elu(f: Arithmetic[V], x: V, alpha: float) -> V:
    """alpha * (exp(x) - 1) where x <= 0."""
    return _where_positive(f, x, f.mul(f.constant(alpha), expm1(f, x)))


def celu(f: Arithmetic[V], x: V, alpha: float) -> V:
    """alpha * (exp(x / alpha) - 1) where x <= 0."""
    a = f.constant(alpha)
    return _where_positive(f, x, f.mul(a, expm1(f, f.div(x, a))))


def leaky_relu(f: Arithmetic[V], x: V, negative_slope: float) -> V:
    """negative_slope * x where x <= 0."""
    return _where_positive(f, x, f.mul(f.constant(negative_slope), x))


def gelu(f: Arithmetic[V], x: V) -> V:
    """x * Phi(x) as max(x, 0) - |x| * Phi(-|x|), which keeps its digits where Phi goes to 0."""
    magnitude = f.magnitude(x)
    a = f.at_most(magnitude, _TAIL_END)
    e = _exp_of_minus_half_square(f, a)
    u = f.div(f.constant(1.0), f.fma(a, f.constant(_TAIL), f.constant(1.0)))
    tail = f.mul(_polynomial(f, u, _TAIL_POLYNOMIAL), u)
    positive = f.fma(magnitude, f.constant(0.5), f.mul(x, f.constant(0.5)))
    return f.sub(positive, f.mul(f.mul(a, e), tail))


def gelu_tanh(f: Arithmetic[V], x: V) -> V:
    """x / (1 + exp(-2 t)), t = sqrt(2 / pi) * (x + 0.044715 x**3): x * (1 + tanh(t)) / 2."""
    cubic = f.fma(f.mul(x, x), f.constant(0.044715), f.constant(1.0))
    t = f.mul(f.mul(x, cubic), f.constant(-2 * _SQRT_2_OVER_PI))
    return f.div(x, f.add(f.constant(1.0), exp(f, t)))


FUNCTIONS: dict[str, Callable[..., object]] = {
    function.__name__: function
    for function in (
        *(sigmoid, silu, tanh, hardsigmoid, hardswish, elu, celu, leaky_relu, gelu, gelu_tanh),
    )
}
"""`function(arithmetic, x, *parameters)` by its name."""


def evaluate(f: Arithmetic[V], name: str, x: V, parameters: tuple[float, ...]) -> V:
    """The function of this name."""
    function: Callable[..., V] = FUNCTIONS[name]  # pyright: ignore[reportAssignmentType]
    return function(f, x, *parameters)
