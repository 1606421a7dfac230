"""The methods of a module that on-device quantization speaks of: `forward` and its helpers."""

from __future__ import annotations

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp

from qfin.errors import PassError
from qfin.passes.finalize.symbols import symbols

QUANTIZE = "quantize_"
QUANTIZED = "quantized_"


def quantize_method(module: ModuleOp, method_name: str) -> func.FuncOp:
    """The function `@quantize_<m>` of the method `m`; `method_name` is either of the two names.

    Raises PassError where there is none, or one without a body, or where there is a
    `@quantized_<m>` already.
    """
    there = symbols(module)
    name = method_name if method_name.startswith(QUANTIZE) else QUANTIZE + method_name
    function = there.get(name)
    if not isinstance(function, func.FuncOp) or not function.body.blocks:
        found = [
            other.removeprefix(QUANTIZE)
            for other, op in there.items()
            if other.startswith(QUANTIZE) and isinstance(op, func.FuncOp) and op.body.blocks
        ]
        hint = (
            f"method-name may be {', '.join(found)}"
            if found
            else "write one that quantizes and dequantizes the weights of the method"
        )
        raise PassError(
            f"method-name: the module has no function @{name} that quantizes the weights of"
            f" '{name.removeprefix(QUANTIZE)}'; {hint}"
        )
    if (made := quantized_name(function)) in there:
        raise PassError(
            f"@{made} is there already: the module is finalized, or the function needs another name"
        )
    return function


def quantized_name(function: func.FuncOp) -> str:
    """`quantized_forward`, for `@quantize_forward`."""
    return QUANTIZED + function.sym_name.data.removeprefix(QUANTIZE)
