"""convert-arith-to-llvm: the arithmetic of loop counters and addresses, on integers of fixed
width."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, llvm
from xdsl.dialects.builtin import IndexType, IntegerAttr, ModuleOp, i64
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.errors import UnsupportedError
from qfin.passes.rewriting import rewrite_kinds

_BINARY: dict[type[Operation], type[Operation]] = {
    arith.AddiOp: llvm.AddOp,
    arith.SubiOp: llvm.SubOp,
    arith.MuliOp: llvm.MulOp,
    arith.DivUIOp: llvm.UDivOp,
    arith.DivSIOp: llvm.SDivOp,
    arith.RemUIOp: llvm.URemOp,
    arith.RemSIOp: llvm.SRemOp,
    arith.AndIOp: llvm.AndOp,
    arith.OrIOp: llvm.OrOp,
    arith.XOrIOp: llvm.XOrOp,
    arith.ShLIOp: llvm.ShlOp,
    arith.ShRSIOp: llvm.AShrOp,
    arith.ShRUIOp: llvm.LShrOp,
}


class BinaryPattern(RewritePattern):
    """Integer arithmetic. Before: `arith.addi %a, %b : i64`. After: `llvm.add %a, %b : i64`."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        _refuse_index(op)
        new = _BINARY[type(op)].create(operands=op.operands, result_types=op.result_types)
        rewriter.replace(op, new)


class ConstantPattern(RewritePattern):
    """A constant. Before: `arith.constant 1 : i64`. After: `llvm.mlir.constant(1) : i64`."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: arith.ConstantOp, rewriter: PatternRewriter, /) -> None:
        _refuse_index(op)
        new = llvm.ConstantOp(op.value, op.result.type)
        rewriter.replace(op, new)


class CmpiPattern(RewritePattern):
    """A comparison; the predicates have the same numbers in both dialects.

    Before: `arith.cmpi slt, %a, %b : i64`. After: `llvm.icmp "slt" %a, %b : i64`.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: arith.CmpiOp, rewriter: PatternRewriter, /) -> None:
        _refuse_index(op)
        new = llvm.ICmpOp.create(
            operands=op.operands,
            result_types=op.result_types,
            properties={"predicate": IntegerAttr(op.predicate.value.data, i64)},
        )
        rewriter.replace(op, new)


class SelectPattern(RewritePattern):
    """A choice of values. Before: `arith.select %c, %a, %b : i64`. After: `llvm.select %c, ...`."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: arith.SelectOp, rewriter: PatternRewriter, /) -> None:
        _refuse_index(op)
        new = llvm.SelectOp(op.cond, op.lhs, op.rhs)
        rewriter.replace(op, new)


ARITH_PATTERNS: dict[type[Operation], RewritePattern] = {
    **dict.fromkeys(_BINARY, BinaryPattern()),
    arith.ConstantOp: ConstantPattern(),
    arith.CmpiOp: CmpiPattern(),
    arith.SelectOp: SelectPattern(),
}


@dataclass(frozen=True)
class ArithToLLVMPass(ModulePass):
    """Lower the arith ops of loop control to the llvm dialect."""

    name = "convert-arith-to-llvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_kinds(op, ARITH_PATTERNS)


def _refuse_index(op: Operation) -> None:
    if any(isinstance(value.type, IndexType) for value in (*op.operands, *op.results)):
        raise UnsupportedError("values of type index have no lowering: use i64", op)
