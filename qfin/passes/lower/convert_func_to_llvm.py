"""convert-func-to-llvm: functions, calls and returns."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func, llvm
from xdsl.dialects.builtin import IndexType, ModuleOp, StringAttr
from xdsl.ir import Attribute, Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.errors import UnsupportedError
from qfin.passes.rewriting import rewrite_kinds


class FuncPattern(RewritePattern):
    """A function, its body moved; one that is private and has a body gets internal linkage.

    Before: `func.func @f(%x : i64) -> i64 { ... }`
    After:  `llvm.func @f(%x : i64) -> i64 { ... }`
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: func.FuncOp, rewriter: PatternRewriter, /) -> None:
        _refuse_index(op, (*op.function_type.inputs, *op.function_type.outputs))
        outputs = op.function_type.outputs.data
        if len(outputs) > 1:
            raise UnsupportedError("a function with several results has no lowering", op)
        result = outputs[0] if outputs else llvm.LLVMVoidType()
        private = op.sym_visibility == StringAttr("private")
        new = llvm.FuncOp(
            op.sym_name,
            llvm.LLVMFunctionType(op.function_type.inputs.data, result),
            llvm.LinkageAttr("internal" if private and op.body.blocks else "external"),
            body=rewriter.move_region_contents_to_new_regions(op.body),
            other_props={"arg_attrs": op.arg_attrs, "res_attrs": op.res_attrs},
            extra_attrs=op.attributes,
        )
        rewriter.replace(op, new)


class CallPattern(RewritePattern):
    """A call. Before: `func.call @f(%x) : (i64) -> i64`. After: `llvm.call @f(%x) : (i64) ->
    i64`."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: func.CallOp, rewriter: PatternRewriter, /) -> None:
        if len(op.results) > 1:
            raise UnsupportedError("a call with several results has no lowering", op)
        return_type = op.results[0].type if op.results else None
        new = llvm.CallOp(op.callee, *op.arguments, return_type=return_type)
        rewriter.replace(op, new)


class ReturnPattern(RewritePattern):
    """The return. Before: `func.return %x : i64`. After: `llvm.return %x : i64`."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: func.ReturnOp, rewriter: PatternRewriter, /) -> None:
        new = llvm.ReturnOp(op.arguments[0] if op.arguments else None)
        rewriter.replace(op, new)


FUNC_PATTERNS: dict[type[Operation], RewritePattern] = {
    func.FuncOp: FuncPattern(),
    func.CallOp: CallPattern(),
    func.ReturnOp: ReturnPattern(),
}


@dataclass(frozen=True)
class FuncToLLVMPass(ModulePass):
    """Lower func.func, func.call and func.return to the llvm dialect."""

    name = "convert-func-to-llvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_kinds(op, FUNC_PATTERNS)


def _refuse_index(op: func.FuncOp, types: tuple[Attribute, ...]) -> None:
    if any(isinstance(t, IndexType) for t in types):
        raise UnsupportedError("values of type index have no lowering: use i64", op)
