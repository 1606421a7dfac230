"""How the IR changes. Getters are lazy: naming a pass imports nothing."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.passes import ModulePass


def _convert_arith_to_llvm() -> type[ModulePass]:
    from qfin.passes.lower.convert_arith_to_llvm import ArithToLLVMPass

    return ArithToLLVMPass


def _convert_cf_to_llvm() -> type[ModulePass]:
    from qfin.passes.lower.convert_cf_to_llvm import CfToLLVMPass

    return CfToLLVMPass


def _convert_func_to_llvm() -> type[ModulePass]:
    from qfin.passes.lower.convert_func_to_llvm import FuncToLLVMPass

    return FuncToLLVMPass


def get_all_passes() -> dict[str, Callable[[], type[ModulePass]]]:
    """Our passes by name."""
    return {
        "convert-arith-to-llvm": _convert_arith_to_llvm,
        "convert-cf-to-llvm": _convert_cf_to_llvm,
        "convert-func-to-llvm": _convert_func_to_llvm,
    }
