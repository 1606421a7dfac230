"""What arithmetic on a quantized tensor and one number means.

In this order and each step rounded to f32: dequantize, the operation with `f32(other)`, division by
the result's scale, rint; then the zero point is added and the result clamped. So it gives the bits
of the float ops that it stands for. A relu or clamp that follows is a tighter clamp, as everywhere.

PyTorch's `quantized::add_scalar` and `mul_scalar` take no output parameters: they choose them so
that the stored numbers need not change. `qfin.passes.finalize.scalar_output_type` has their choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects import quant
from qfin.dialects.quant.scalar import QuantScalarOp
from qfin.interpreter.activation import quantize_output
from qfin.interpreter.numerics import Floats
from qfin.interpreter.quant import dequantize, uniform


@np.errstate(all="ignore")
def _apply(op: QuantScalarOp, x: Floats) -> Floats:
    other = np.float32(op.other.value.data)
    match op:
        case quant.AddScalarOp():
            return x + other
        case quant.RsubScalarOp():
            return other - x
        case _:
            return x * other


def evaluate_scalar(op: QuantScalarOp, q: NDArray[np.integer]) -> NDArray[Any]:
    """The stored result for any stored values of the input's type, of any shape."""
    floats = _apply(op, dequantize(q, uniform(op.input)))
    return quantize_output(np.asarray(floats), uniform(op.result), op.activation)


@register_impls
class ScalarFunctions(InterpreterFunctions):
    """Arithmetic with one number."""

    @impl(quant.AddScalarOp)
    def run_add_scalar(
        self, interpreter: Interpreter, op: quant.AddScalarOp, args: PythonValues
    ) -> PythonValues:
        return (evaluate_scalar(op, np.asarray(args[0])),)

    @impl(quant.RsubScalarOp)
    def run_rsub_scalar(
        self, interpreter: Interpreter, op: quant.RsubScalarOp, args: PythonValues
    ) -> PythonValues:
        return (evaluate_scalar(op, np.asarray(args[0])),)

    @impl(quant.MulScalarOp)
    def run_mul_scalar(
        self, interpreter: Interpreter, op: quant.MulScalarOp, args: PythonValues
    ) -> PythonValues:
        return (evaluate_scalar(op, np.asarray(args[0])),)
