"""Means of what lies with channels innermost: a part of `assign-layout`."""

from __future__ import annotations

from xdsl.dialects.builtin import TensorType
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import quant
from qfin.dialects.layout import NHWC, ToNchwOp, with_layout
from qfin.passes.finalize.groups import defining


class MeanFromNhwc(RewritePattern):
    """A mean reads any layout; where it keeps the dimensions it writes the same one.

    Before:

        %0 = layout.to_nchw %x : tensor<1x8x4x4x!q, #layout.nhwc> to tensor<1x8x4x4x!q>
        %y = quant.mean %0 {dim = array<i64: 2, 3>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x!q>

    After:

        %y = quant.mean %x {dim = array<i64: 2, 3>}
          : (tensor<1x8x4x4x!q, #layout.nhwc>) -> tensor<1x8x!q>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: quant.MeanOp, rewriter: PatternRewriter, /) -> None:
        producer = defining(op.input)
        if not isinstance(producer, ToNchwOp):
            return
        result = op.result.type
        assert isinstance(result, TensorType)
        keeps = bool(op.keepdim.value.data)
        moved = quant.MeanOp(
            producer.input, with_layout(result, NHWC) if keeps else result, op.dim, op.keepdim
        )
        rewriter.replace(op, [moved, ToNchwOp(moved.result)] if keeps else moved)
