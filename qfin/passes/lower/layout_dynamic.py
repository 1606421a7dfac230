"""Layouts of what quantizes at run time: a part of `assign-layout`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import NoneAttr
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.kernel.dense import DEPTH
from qfin.dialects.layout import BlockedAttr, ToNhwcOp
from qfin.dialects.quant.dynamic_contraction import Conv2dDynamicOp, Conv3dDynamicOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp
from qfin.dialects.quant.packed_type import LINEAR, PackedType
from qfin.kernels.dense import weight_block
from qfin.passes.finalize.groups import defining
from qfin.target.isa import Isa


class QuantizeAnyLayout(RewritePattern):
    """A convolution that quantizes its input reads it in any layout.

    Before:

        %0 = layout.to_nhwc %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8xf32, #layout.nhwc>
        %y = quant.conv2d_dynamic %0, %p : (tensor<1x3x8x8xf32, #layout.nhwc>, ...) -> ...

    After:

        %y = quant.conv2d_dynamic %x, %p : (tensor<1x3x8x8xf32>, ...) -> ...
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: Conv2dDynamicOp | Conv3dDynamicOp, rewriter: PatternRewriter, /
    ) -> None:
        producer = defining(op.input)
        if not isinstance(producer, ToNhwcOp):
            return
        op.operands[0] = producer.input
        rewriter.handle_operation_modification(op)


@dataclass(frozen=True)
class PackForTarget(RewritePattern):
    """Weights that are packed at run time are packed as the target's kernels read them.

    Before:

        %p = quant.prepack_dynamic %w, %s
          : (tensor<10x64xi8>, tensor<f32>) -> !quant.packed<linear, tensor<10x64xi8>>

    After, for 16 lanes:

        %p = quant.prepack_dynamic %w, %s : (tensor<10x64xi8>, tensor<f32>)
          -> !quant.packed<linear, tensor<10x64xi8>,
                           layout = #layout.blocked<lanes = 16, depth = 4>>
    """

    isa: Isa

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: PrepackDynamicOp, rewriter: PatternRewriter, /) -> None:
        packed = op.result.type
        assert isinstance(packed, PackedType)
        if packed.layout != NoneAttr():
            return
        linear = packed.op.data == LINEAR
        lanes = weight_block(packed.out_channels // packed.groups, self.isa, linear=linear)
        laid_out = packed.with_layout(BlockedAttr(lanes, DEPTH))
        rewriter.replace(op, PrepackDynamicOp(op.weight, op.scale, op.bias, laid_out))
