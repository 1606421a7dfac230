"""What ops on two tensors mean: `nn.sub`, `nn.mul`, and `quant.add`, `quant.sub`, `quant.mul`.

A fused op is, in this order and each step rounded to f32: dequantize the left operand, dequantize
the right one, the operation, division by the result's scale, rint; then the zero point is added and
the result clamped. So it gives the bits of the float ops that it stands for. A relu
or clamp that follows is a tighter clamp, as everywhere.

PyTorch differs by one step, next to ties: its `quantized::add` multiplies by the reciprocal of the
result's scale, and adds the zero point before it rounds in what does not fill a vector; its
`quantized::mul` takes the product of the integers, exact, times `f32(sa * sb / sy)`: one rounding
where the float ops have four. It has no quantized sub.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects import nn, quant
from qfin.dialects.quant.binary import BinaryOp
from qfin.interpreter.activation import quantize_output
from qfin.interpreter.quant import dequantize, uniform

Array: TypeAlias = NDArray[Any]
Function: TypeAlias = Callable[[Array, Array], Array]


@register_impls
class BinaryFunctions(InterpreterFunctions):
    """Elementwise ops on two tensors, with broadcasting."""

    @impl(nn.SubOp)
    def run_nn_sub(
        self, interpreter: Interpreter, op: nn.SubOp, args: PythonValues
    ) -> PythonValues:
        return (_quietly(np.subtract, args[0], args[1]),)

    @impl(nn.MulOp)
    def run_nn_mul(
        self, interpreter: Interpreter, op: nn.MulOp, args: PythonValues
    ) -> PythonValues:
        return (_quietly(np.multiply, args[0], args[1]),)

    @impl(quant.AddOp)
    def run_add(
        self, interpreter: Interpreter, op: quant.AddOp, args: PythonValues
    ) -> PythonValues:
        return (_fused(op, np.add, args[0], args[1]),)

    @impl(quant.SubOp)
    def run_sub(
        self, interpreter: Interpreter, op: quant.SubOp, args: PythonValues
    ) -> PythonValues:
        return (_fused(op, np.subtract, args[0], args[1]),)

    @impl(quant.MulOp)
    def run_mul(
        self, interpreter: Interpreter, op: quant.MulOp, args: PythonValues
    ) -> PythonValues:
        return (_fused(op, np.multiply, args[0], args[1]),)


def _fused(op: BinaryOp, function: Function, lhs: Array, rhs: Array) -> Array:
    """Stored values to stored values; what is no number becomes the lowest one."""
    floats = _quietly(function, dequantize(lhs, uniform(op.lhs)), dequantize(rhs, uniform(op.rhs)))
    return quantize_output(floats, uniform(op.result), op.activation)


@np.errstate(all="ignore")
def _quietly(function: Function, lhs: Array, rhs: Array) -> Array:
    return function(lhs, rhs)
