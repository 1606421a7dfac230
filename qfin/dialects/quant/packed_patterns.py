"""Canonicalization of packed values: what was packed and unpacked again is what it was."""

from __future__ import annotations

from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.quant.packed import PrepackOp, UnpackOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp, UnpackDynamicOp


class UnpackOfPrepack(RewritePattern):
    """`unpack(prepack(w, b))` is `(w, b)`.

    Before:

        %p = quant.prepack %w, %b : (...) -> !quant.packed<linear, ...>
        %w2, %b2 = quant.unpack %p : (!quant.packed<linear, ...>) -> (...)

    After: %w2 is %w, %b2 is %b.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: UnpackOp, rewriter: PatternRewriter, /) -> None:
        if isinstance(prepack := op.packed.owner, PrepackOp):
            _forward(prepack, op, rewriter)


class UnpackOfPrepackDynamic(RewritePattern):
    """`unpack_dynamic(prepack_dynamic(w, s, b))` is `(w, s, b)`.

    Before:

        %p = quant.prepack_dynamic %w, %s, %b : (...) -> !quant.packed<linear, ...>
        %w2, %s2, %b2 = quant.unpack_dynamic %p : (!quant.packed<linear, ...>) -> (...)

    After: %w2 is %w, %s2 is %s, %b2 is %b.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: UnpackDynamicOp, rewriter: PatternRewriter, /) -> None:
        if isinstance(prepack := op.packed.owner, PrepackDynamicOp):
            _forward(prepack, op, rewriter)


ROUND_TRIPS = (UnpackOfPrepack(), UnpackOfPrepackDynamic())
"""What takes all packing and unpacking again back."""


def _forward(prepack: Operation, unpack: Operation, rewriter: PatternRewriter) -> None:
    """Puts what was packed in the place of what is unpacked, if the types are the same."""
    operands = list(prepack.operands)
    if [value.type for value in operands] == [value.type for value in unpack.results]:
        rewriter.replace(unpack, [], operands)
