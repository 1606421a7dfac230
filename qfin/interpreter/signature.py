"""Finding the function to run, and checking the arrays that it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import FuncOp

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
        shape = type.get_shape() if isinstance(type, TensorType) else ()
        check_array(f"input '{name}'", array, shape, dtype_of(element_type(type)))


def check_array(what: str, array: object, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Raises InputError unless `array` is a numpy array of that shape, which may be dynamic, and
    that dtype."""
    if not isinstance(array, np.ndarray):
        raise InputError(f"{what} must be a numpy array, got {array.__class__.__name__}")
    if array.dtype != dtype:
        raise InputError(f"{what} must have dtype {dtype}, got {array.dtype}")
    if not shapes.compatible(array.shape, shape):
        wanted = ", ".join("?" if d == shapes.DYNAMIC else str(d) for d in shape)
        raise InputError(f"{what} must have shape [{wanted}], got {list(array.shape)}")
