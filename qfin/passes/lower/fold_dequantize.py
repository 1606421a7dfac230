"""Dequantizes of constants that no machine code does: a part of `assign-layout`."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.dialects.builtin import f32
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.tensors import element_type_of
from qfin.interpreter.arrays import dense_to_numpy, numpy_to_dense
from qfin.interpreter.quant import dequantize, same_bits, uniform
from qfin.passes.finalize.groups import constant_of


class FoldDequantize(RewritePattern):
    """A constant weight with a scale for each channel, or bias of i32, whose op did not fuse, is
    one of floats.

    Before:

        %i = arith.constant dense<[[1], [2]]> : tensor<2x1xi8>
        %q = quant.scast %i : tensor<2x1xi8> to tensor<2x1x!quant.uniform<i8:f32:0, {0.5, 0.25}>>
        %w = quant.dcast %q : ... to tensor<2x1xf32>

    After:

        %w = arith.constant dense<0.5> : tensor<2x1xf32>

    For 8 bits with one scale there is machine code that dequantizes, and the constant stays small.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: DCastOp, rewriter: PatternRewriter, /) -> None:
        element, constant = uniform(op.input), constant_of(op.input)
        width = element.signless_storage.width.data
        if constant is None or element_type_of(op.result) != f32:
            return
        if element.is_per_layer and width == 8:
            return
        stored = same_bits(dense_to_numpy(constant), width, element.storage_dtype)
        values = numpy_to_dense(dequantize(stored, element), f32)
        rewriter.replace(op, arith.ConstantOp(values))
