"""Products of what lies with channels innermost: a part of `assign-layout`."""

from __future__ import annotations

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.layout import ToNchwOp
from qfin.dialects.quant import MatmulOp
from qfin.passes.finalize.groups import defining


class MatmulFromNhwc(RewritePattern):
    """A product of matrices reads any layout, and writes row-major.

    Before:

        %0 = layout.to_nchw %x : tensor<1x8x4x4x!q, #layout.nhwc> to tensor<1x8x4x4x!q>
        %y = quant.matmul %0, %z : (tensor<1x8x4x4x!q>, tensor<4x5x!q>) -> tensor<1x8x4x5x!q>

    After:

        %y = quant.matmul %x, %z
          : (tensor<1x8x4x4x!q, #layout.nhwc>, tensor<4x5x!q>) -> tensor<1x8x4x5x!q>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MatmulOp, rewriter: PatternRewriter, /) -> None:
        producers = [defining(operand) for operand in op.operands]
        if not any(isinstance(producer, ToNchwOp) for producer in producers):
            return
        for index, producer in enumerate(producers):
            if isinstance(producer, ToNchwOp):
                op.operands[index] = producer.input
        rewriter.handle_operation_modification(op)
