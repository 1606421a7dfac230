"""What the activations of `nn` and `quant` mean: one formula for the two of each name.

An `nn` op on f32 is the function of its name in `qfin.float_functions`, and the `quant` op of that
name is `quantize(function(dequantize(q)))`, so that fusing changes no bit. On other floats it is a
formula that takes f64 and gives f64, with the op's parameters as keyword arguments, rounded once to
the element type. Source: the formulas of PyTorch's documentation; its f32 kernels differ in the
last bits.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, pi, sqrt
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import FloatAttr, StringAttr
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.ir import Operation

from qfin import float_functions
from qfin.dialects import nn, quant
from qfin.dialects.nn.activation import UnaryParameters, WithApproximation
from qfin.dialects.quant.unary import QuantUnaryOp
from qfin.interpreter import numerics
from qfin.interpreter.float_arithmetic import ARRAYS
from qfin.interpreter.nn import rounded
from qfin.interpreter.quant import dequantize, quantize, uniform

Doubles: TypeAlias = NDArray[np.float64]

_erfc = np.vectorize(erfc, otypes=[np.float64])


def sigmoid(x: Doubles) -> Doubles:
    return 1 / (1 + np.exp(-x))


def tanh(x: Doubles) -> Doubles:
    return np.tanh(x)


def hardsigmoid(x: Doubles) -> Doubles:
    return np.clip(x + 3, 0, 6) / 6


def hardswish(x: Doubles) -> Doubles:
    return x * np.clip(x + 3, 0, 6) / 6


def elu(x: Doubles, alpha: float) -> Doubles:
    return np.where(x > 0, x, alpha * np.expm1(x))


def celu(x: Doubles, alpha: float) -> Doubles:
    return np.where(x > 0, x, alpha * np.expm1(x / alpha))


def leaky_relu(x: Doubles, negative_slope: float) -> Doubles:
    return np.where(x > 0, x, negative_slope * x)


def gelu(x: Doubles, approximate: str) -> Doubles:
    if approximate == "tanh":
        return x * (1 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2
    # 1 + erf(t) is erfc(-t), which keeps its digits where that goes to 0.
    return x * _erfc(-x / sqrt(2)) / 2


def silu(x: Doubles) -> Doubles:
    return x / (1 + np.exp(-x))


def clamp(x: Doubles, min: float | None, max: float | None) -> Doubles:
    # Of two zeros np.maximum gives the second; none of them is to be -0.0.
    x = x if min is None else np.maximum(x, min + 0.0)
    return x if max is None else np.minimum(x, max + 0.0)


FORMULAS: dict[str, Callable[..., Doubles]] = {
    formula.__name__: formula
    for formula in (
        *(sigmoid, tanh, hardsigmoid, hardswish, elu),
        *(celu, leaky_relu, gelu, silu, clamp),
    )
}
"""By the name of the op, without its dialect."""


@np.errstate(all="ignore")
def evaluate(op: UnaryParameters, x: NDArray[np.floating]) -> NDArray[np.floating]:
    """The function of the op, with its parameters, on `x` of any shape: f32 for f32, else f64."""
    if x.dtype == np.float32 and (known := float_function(op)) is not None:
        name, numbers = known
        return float_functions.evaluate(ARRAYS, name, np.asarray(x), numbers)
    names = type(op).get_irdl_definition().properties
    parameters = {name: _plain(getattr(op, name)) for name in names}
    return np.asarray(FORMULAS[op.name.split(".")[1]](x.astype(np.float64), **parameters))


def evaluate_quantized(op: QuantUnaryOp, q: NDArray[np.integer]) -> NDArray[Any]:
    """The stored result of a fused op for any stored values of its input's type."""
    x = dequantize(q, uniform(op.input))
    return quantize(numerics.f32(evaluate(op, x)), uniform(op.result))


def float_function(op: UnaryParameters) -> tuple[str, tuple[float, ...]] | None:
    """Name and parameters of the op's function in `qfin.float_functions`, if it is there."""
    name = op.name.split(".")[1]
    if isinstance(op, WithApproximation) and op.approximate.data == "tanh":
        name += "_tanh"
    if name not in float_functions.FUNCTIONS:
        return None
    names = type(op).get_irdl_definition().properties
    parameters = (_plain(getattr(op, parameter)) for parameter in names)
    return name, tuple(number for number in parameters if isinstance(number, float))


def _plain(parameter: FloatAttr[Any] | StringAttr | None) -> float | str | None:
    match parameter:
        case FloatAttr():
            return parameter.value.data
        case StringAttr():
            return parameter.data
        case None:
            return None


class UnaryFunctions(InterpreterFunctions):
    """The activations, in both dialects; their methods are added below."""


def _implement(op_type: type[Operation]) -> None:
    """Gives `UnaryFunctions` the method that runs an op."""

    @impl(op_type)
    def run(
        self: UnaryFunctions, interpreter: Interpreter, op: Operation, args: PythonValues
    ) -> PythonValues:
        if isinstance(op, QuantUnaryOp):
            return (evaluate_quantized(op, np.asarray(args[0])),)
        assert isinstance(op, UnaryParameters)
        return (rounded(evaluate(op, np.asarray(args[0])), op.results[0]),)

    setattr(UnaryFunctions, f"run_{op_type.name}", run)


for _op_type in (*nn.UNARY_OPS, *quant.UNARY_OPS):
    _implement(_op_type)
register_impls(UnaryFunctions)
