"""convert-kernels-to-llvm: from kernels in func, scf and llvm ops to the llvm dialect alone.

The same as convert-scf-to-cf, convert-func-to-llvm, convert-cf-to-llvm and convert-arith-to-llvm
after each other, but in two walks over the ops, and what comes from scf keeps its location.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.transforms.convert_scf_to_cf import ForLowering, IfLowering

from qfin.passes.lower.convert_arith_to_llvm import ARITH_PATTERNS
from qfin.passes.lower.convert_cf_to_llvm import CF_PATTERNS
from qfin.passes.lower.convert_func_to_llvm import FUNC_PATTERNS
from qfin.passes.rewriting import rewrite


@dataclass(frozen=True)
class KernelsToLLVMPass(ModulePass):
    """Lower kernels, built of func, scf and llvm ops, to the llvm dialect alone."""

    name = "convert-kernels-to-llvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite(op, (IfLowering(), ForLowering()), recursive=False, dce=False)
        patterns = (*CF_PATTERNS, *ARITH_PATTERNS, *FUNC_PATTERNS)
        rewrite(op, patterns, recursive=False, dce=False)
