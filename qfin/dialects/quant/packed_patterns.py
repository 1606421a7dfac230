"""Canonicalization of packed values: what was packed and unpacked again is what it was."""

from __future__ import annotations

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.quant.packed import PrepackOp, UnpackOp


class UnpackOfPrepack(RewritePattern):
    """`unpack(prepack(w, b))` is `(w, b)`.

    Before:

        %p = quant.prepack %w, %b : (...) -> !quant.packed<linear, ...>
        %w2, %b2 = quant.unpack %p : (!quant.packed<linear, ...>) -> (...)

    After: %w2 is %w, %b2 is %b.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: UnpackOp, rewriter: PatternRewriter, /) -> None:
        prepack = op.packed.owner
        if not isinstance(prepack, PrepackOp):
            return
        operands = list(prepack.operands)
        if [value.type for value in operands] == [value.type for value in op.results]:
            rewriter.replace(op, [], operands)
