"""Constants as numpy arrays, where xDSL's own interpreter has Python lists, and scalars."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, FloatAttr, IntegerAttr
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.utils.exceptions import InterpretationError

from qfin.interpreter.arrays import dense_to_numpy


@register_impls
class ConstantFunctions(InterpreterFunctions):
    """`arith.constant`."""

    @impl(arith.ConstantOp)
    def run_constant(
        self, interpreter: Interpreter, op: arith.ConstantOp, args: PythonValues
    ) -> PythonValues:
        match op.value:
            case DenseIntOrFPElementsAttr():
                return (dense_to_numpy(op.value),)
            case IntegerAttr() | FloatAttr():
                return (op.value.value.data,)
            case _:
                raise InterpretationError(f"no value of {op.value.name}")
