"""Finding the function to run, and checking the arrays that it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute

from qfin.dialects import shapes
from qfin.errors import InputError
from qfin.functions import argument_names
from qfin.interpreter.arrays import dtype_of, element_type


def find_function(module: ModuleOp, name: str) -> FuncOp:
    """The function `@name`. Raises InputError when there is none, or none with a body."""
    functions = {op.sym_name.data: op for op in module.ops if isinstance(op, FuncOp)}
    if name not in functions:
        there = ", ".join(f"@{other}" for other in functions) or "none"
        raise InputError(f"no function @{name}; the module has {there}")
    if not functions[name].body.blocks:
        raise InputError(f"function @{name} has no body")
    return functions[name]


def check_arguments(function: FuncOp, args: Sequence[NDArray[Any]]) -> None:
    """Raises InputError unless count, shapes and dtypes are those of the function's type."""
    types = function.function_type.inputs.data
    own = function.sym_name.data
    if len(args) != len(types):
        raise InputError(f"function @{own} takes {len(types)} arguments, {len(args)} given")
    for name, type, array in zip(argument_names(function), types, args, strict=True):
        _check_argument(f"argument '{name}' of @{own}", type, array)


def _check_argument(what: str, type: Attribute, array: object) -> None:
    if not isinstance(array, np.ndarray):
        raise InputError(f"{what} must be a numpy array, not {array.__class__.__name__}")
    shape = type.get_shape() if isinstance(type, TensorType) else ()
    if not shapes.compatible(array.shape, shape):
        raise InputError(f"{what} has shape {_text(array.shape)}, expected {_text(shape)}")
    expected = dtype_of(element_type(type))
    if array.dtype != expected:
        raise InputError(f"{what} is {array.dtype}, expected {expected}")


def _text(shape: Sequence[int]) -> str:
    return "[" + ", ".join("?" if d == shapes.DYNAMIC else str(d) for d in shape) + "]"
