"""convert-kernels-to-llvm: from kernels in func, scf and llvm ops to the llvm dialect alone.

The same as convert-scf-to-cf, convert-func-to-llvm, convert-cf-to-llvm and convert-arith-to-llvm
after each other, but in one walk over the ops, and what comes from scf keeps its location.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import RewritePattern
from xdsl.transforms.convert_scf_to_cf import ForLowering, IfLowering

from qfin.passes.lower.convert_arith_to_llvm import ARITH_PATTERNS
from qfin.passes.lower.convert_cf_to_llvm import CF_PATTERNS
from qfin.passes.lower.convert_func_to_llvm import FUNC_PATTERNS
from qfin.passes.rewriting import rewrite_kinds

_PATTERNS: dict[type[Operation], RewritePattern] = {
    scf.IfOp: IfLowering(),
    scf.ForOp: ForLowering(),
    **CF_PATTERNS,
    **ARITH_PATTERNS,
    **FUNC_PATTERNS,
}


@dataclass(frozen=True)
class KernelsToLLVMPass(ModulePass):
    """Lower kernels, built of func, scf and llvm ops, to the llvm dialect alone."""

    name = "convert-kernels-to-llvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_kinds(op, _PATTERNS)
