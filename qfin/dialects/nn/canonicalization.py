"""Canonicalization of ops that move values: those that move none go, two in a row become one."""

from __future__ import annotations

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.nn.movement import FlattenOp, ReshapeOp


class SameShape(RewritePattern):
    """A reshape or flatten to the type that the value has.

    %y = nn.reshape %x : (tensor<2x8xf32>) -> tensor<2x8xf32>        // %y becomes %x
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp | FlattenOp, rewriter: PatternRewriter, /) -> None:
        if op.input.type == op.result.type:
            rewriter.replace(op, [], [op.input])


class ReshapeOfReshape(RewritePattern):
    """Only the last of several shapes counts.

    Before:

        %y = nn.flatten %x : (tensor<2x8xf32>) -> tensor<16xf32>
        %z = nn.reshape %y : (tensor<16xf32>) -> tensor<4x4xf32>

    After:

        %z = nn.reshape %x : (tensor<2x8xf32>) -> tensor<4x4xf32>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp, rewriter: PatternRewriter, /) -> None:
        before = op.input.owner
        if not isinstance(before, ReshapeOp | FlattenOp):
            return
        merged = ReshapeOp(before.input, op.result.type)
        merged.attributes |= op.attributes
        merged.location = op.location
        rewriter.replace(op, merged)
