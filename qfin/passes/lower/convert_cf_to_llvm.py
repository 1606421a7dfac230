"""convert-cf-to-llvm: branches, whose operands and properties are those of cf's."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import cf, llvm
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.passes.rewriting import rewrite_kinds


class BranchPattern(RewritePattern):
    """A jump. Before: `cf.br ^1(%x : i64)`. After: `llvm.br ^1(%x : i64)`."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: cf.BranchOp, rewriter: PatternRewriter, /) -> None:
        new = llvm.BrOp.create(operands=op.operands, successors=op.successors)
        rewriter.replace(op, new)


class CondBranchPattern(RewritePattern):
    """A choice. Before: `cf.cond_br %c, ^1, ^2`. After: `llvm.cond_br %c, ^1, ^2`."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: cf.ConditionalBranchOp, rewriter: PatternRewriter, /) -> None:
        new = llvm.CondBrOp.create(
            operands=op.operands, successors=op.successors, properties=op.properties
        )
        rewriter.replace(op, new)


CF_PATTERNS: dict[type[Operation], RewritePattern] = {
    cf.BranchOp: BranchPattern(),
    cf.ConditionalBranchOp: CondBranchPattern(),
}


@dataclass(frozen=True)
class CfToLLVMPass(ModulePass):
    """Lower cf.br and cf.cond_br to the llvm dialect."""

    name = "convert-cf-to-llvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_kinds(op, CF_PATTERNS)
