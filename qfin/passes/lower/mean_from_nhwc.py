"""Means of what lies with channels innermost: a part of `assign-layout`."""

from __future__ import annotations

from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from qfin.dialects.families.reduction import Mean
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

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, Mean):
            return
        producer = defining(op.operands[0])
        if not isinstance(producer, ToNchwOp):
            return
        result = op.results[0].type
        assert isinstance(result, TensorType)
        keeps = bool(op.keepdim.value.data)
        moved = type(op)(
            producer.input, with_layout(result, NHWC) if keeps else result, op.dim, op.keepdim
        )
        rewriter.replace(op, [moved, ToNchwOp(moved.results[0])] if keeps else moved)
