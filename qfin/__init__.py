"""qfin: a compiler for quantized neural networks, on xDSL and llvmlite.

    import qfin

    program = qfin.compile("model.mlir")
    logits = program(image)

Names are imported when they are first used, so that the tools start fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qfin.api import (
        compile,
        explain,
        finalize,
        finalize_on_device_ptq,
        fold_quantized_prepacking_ops,
        freeze_module,
        insert_prepack_unpack,
        interpret,
        quant_fusion,
        signature,
    )
    from qfin.errors import (
        Error,
        InputError,
        ParseError,
        PassError,
        UnsupportedError,
        VerifyError,
    )
    from qfin.interpreter.state import State
    from qfin.ir import make_context, parse, print_module
    from qfin.runtime.program import Program
    from qfin.runtime.spec import TensorSpec

__version__ = "0.1.0"

_HOMES = {
    "Error": "errors",
    "InputError": "errors",
    "ParseError": "errors",
    "PassError": "errors",
    "Program": "runtime.program",
    "State": "interpreter.state",
    "TensorSpec": "runtime.spec",
    "UnsupportedError": "errors",
    "VerifyError": "errors",
    "compile": "api",
    "explain": "api",
    "finalize": "api",
    "finalize_on_device_ptq": "api",
    "fold_quantized_prepacking_ops": "api",
    "freeze_module": "api",
    "insert_prepack_unpack": "api",
    "interpret": "api",
    "make_context": "ir",
    "parse": "ir",
    "print_module": "ir",
    "quant_fusion": "api",
    "signature": "api",
}

__all__ = [
    "Error",
    "InputError",
    "ParseError",
    "PassError",
    "Program",
    "State",
    "TensorSpec",
    "UnsupportedError",
    "VerifyError",
    "compile",
    "explain",
    "finalize",
    "finalize_on_device_ptq",
    "fold_quantized_prepacking_ops",
    "freeze_module",
    "insert_prepack_unpack",
    "interpret",
    "make_context",
    "parse",
    "print_module",
    "quant_fusion",
    "signature",
]


_MODULES = ("passes", "remarks")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"qfin.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'qfin' has no attribute '{name}'")
    return getattr(import_module(f"qfin.{home}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_MODULES, "__version__"]
