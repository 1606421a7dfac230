"""Tensor constants as numpy arrays, where xDSL's own interpreter has Python lists."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.interpreter import (
    Interpreter,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.interpreters.arith import ArithFunctions

from qfin.interpreter.arrays import dense_to_numpy


@register_impls
class TensorConstants(ArithFunctions):
    """`arith`, with dense constants."""

    @impl(arith.ConstantOp)
    def run_constant(
        self, interpreter: Interpreter, op: arith.ConstantOp, args: PythonValues
    ) -> PythonValues:
        if isinstance(op.value, DenseIntOrFPElementsAttr):
            return (dense_to_numpy(op.value),)
        return ArithFunctions.run_constant(self, interpreter, op, args).values
