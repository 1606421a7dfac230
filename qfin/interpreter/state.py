"""Globals: what they hold between the ops, and the calls, that store and load them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls

from qfin.dialects.global_values import constant_ops
from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalOp, GlobalStoreOp
from qfin.errors import InputError, UnsupportedError
from qfin.functions import public_functions
from qfin.interpreter.packed import Packed

Value = NDArray[Any] | Packed


class State:
    """What the globals of one module hold between calls of its functions.

        state = qfin.State()
        qfin.interpret(module, [x], function="quantize_forward", state=state)
        y = qfin.interpret(module, [x], function="quantized_forward", state=state)

    `values` are arrays, or `Packed`, by symbol: of what was stored or loaded so far.
    """

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}

    def reset(self) -> None:
        """Each global has its initial value again."""
        self.values.clear()


@register_impls
class GlobalFunctions(InterpreterFunctions):
    """`ml_program`, on one `State`."""

    def __init__(self, state: State):
        self.state = state

    @impl(GlobalLoadOp)
    def run_load(
        self, interpreter: Interpreter, op: GlobalLoadOp, args: PythonValues
    ) -> PythonValues:
        return (self._load(interpreter, op.symbol),)

    @impl(GlobalLoadConstOp)
    def run_load_const(
        self, interpreter: Interpreter, op: GlobalLoadConstOp, args: PythonValues
    ) -> PythonValues:
        return (self._load(interpreter, op.symbol),)

    @impl(GlobalStoreOp)
    def run_store(
        self, interpreter: Interpreter, op: GlobalStoreOp, args: PythonValues
    ) -> PythonValues:
        value = args[0]
        # A copy: it may be an array of the caller, who may write to it later.
        kept = value if isinstance(value, Packed) else np.array(value)
        self.state.values[op.symbol.string_value()] = kept
        return ()

    def _load(self, interpreter: Interpreter, symbol: SymbolRefAttr) -> Value:
        name = symbol.string_value()
        if name not in self.state.values:
            found = interpreter.get_op_for_symbol(symbol)
            assert isinstance(found, GlobalOp)
            self.state.values[name] = _initial(interpreter, found)
        return self.state.values[name]


def _initial(interpreter: Interpreter, op: GlobalOp) -> Value:
    """The value that a global starts with."""
    if op.value is None:
        name = op.sym_name.data
        stores = ", ".join(f"@{f}" for f in storing(interpreter.module, name))
        hint = f"call what stores it first ({stores})" if stores else "nothing stores it"
        raise InputError(f"global @{name} has no value yet: {hint}")
    values: PythonValues = ()
    constants = constant_ops(op.value, op.type)
    if not constants:
        raise UnsupportedError(f"the value {op.value} is not known here", op)
    for constant in constants:
        values = interpreter.run_op(constant, values)
    return values[0]


def storing(module: ModuleOp, name: str) -> list[str]:
    """The public functions of a module that store the global `name` themselves."""
    return [
        function.sym_name.data
        for function in public_functions(module)
        if any(
            isinstance(op, GlobalStoreOp) and op.symbol.string_value() == name
            for op in function.walk()
        )
    ]
