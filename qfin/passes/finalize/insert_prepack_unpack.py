"""`insert-prepack-unpack`: packs each quantized weight with its bias, and unpacks it again.

The round trip changes no value, so the module stays executable; `quant-fusion` then takes the
packed value and leaves the unpack behind.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import nn
from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.quant.dynamic import DequantizeOp, axis_of
from qfin.dialects.quant.packed import PrepackOp, UnpackOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp, UnpackDynamicOp
from qfin.passes.finalize.dynamic_weights import half_constants_of, run_time_constants_of
from qfin.passes.finalize.groups import Refused, defining
from qfin.passes.finalize.weights import Contraction, constants_of, packed_type
from qfin.passes.rewriting import rewrite


class InsertPrepackUnpack(RewritePattern):
    """Packs the weight and the bias of a convolution or a linear.

    Before:

        %w = quant.dcast %wq : tensor<10x64x!qw> to tensor<10x64xf32>
        %y = nn.linear %x, %w, %b : (...) -> tensor<1x10xf32>

    After:

        %p = quant.prepack %wq, %b : (...) -> !quant.packed<linear, ...>
        %wq2, %b2 = quant.unpack %p : (!quant.packed<linear, ...>) -> (...)
        %w = quant.dcast %wq2 : tensor<10x64x!qw> to tensor<10x64xf32>
        %y = nn.linear %x, %w, %b2 : (...) -> tensor<1x10xf32>

    An i32 bias is packed as it is, and its dcast comes behind the unpack.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Contraction, rewriter: PatternRewriter, /) -> None:
        try:
            found = constants_of(op)
        except Refused:
            return  # quant-fusion says why
        if isinstance(defining(found.weight), UnpackOp):
            return
        prepack = PrepackOp(found.weight, found.bias, packed_type(op, found.bias))
        unpack = UnpackOp(prepack.result, found.weight.type, found.bias and found.bias.type)
        rewriter.insert([prepack, unpack])
        operands = [op.input, _dequantize_again(op.weight, unpack.weight, rewriter)]
        if op.bias is not None and unpack.bias is not None:
            is_float = found.bias is op.bias
            operands.append(
                unpack.bias if is_float else _dequantize_again(op.bias, unpack.bias, rewriter)
            )
        op.operands = operands
        rewriter.handle_operation_modification(op)


def _dequantize_again(before: SSAValue, unpacked: SSAValue, rewriter: PatternRewriter) -> SSAValue:
    """The dcast of `unpacked`, named as `before`, which it replaces."""
    cast = DCastOp(unpacked, before.type)
    cast.result.name_hint = before.name_hint
    rewriter.insert(cast)
    return cast.result


class InsertPrepackUnpackDynamic(RewritePattern):
    """Packs a weight that is quantized at run time, with its scale and the bias.

    Before:

        %w = quant.dequantize %wq, %s, %z : (tensor<10x64xi8>, ...) -> tensor<10x64xf32>
        %y = nn.linear %x, %w, %b : (...) -> tensor<1x10xf32>

    After:

        %p = quant.prepack_dynamic %wq, %s, %b : (...) -> !quant.packed<linear, ...>
        %wq2, %s2, %b2 = quant.unpack_dynamic %p : (!quant.packed<linear, ...>) -> (...)
        %w = quant.dequantize %wq2, %s2, %z : (tensor<10x64xi8>, ...) -> tensor<10x64xf32>
        %y = nn.linear %x, %w, %b2 : (...) -> tensor<1x10xf32>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Contraction, rewriter: PatternRewriter, /) -> None:
        try:
            found = run_time_constants_of(op)
        except Refused:
            return  # quant-fusion says why
        if isinstance(defining(found.weight), UnpackDynamicOp):
            return
        scale = found.scale
        prepack = PrepackDynamicOp(found.weight, scale, found.bias, packed_type(op, found.bias))
        bias_type = found.bias and found.bias.type
        unpack = UnpackDynamicOp(prepack.result, found.weight.type, scale.type, bias_type)
        before = defining(op.weight)
        assert isinstance(before, DequantizeOp)
        axis = axis_of(before.axis)
        again = DequantizeOp(unpack.weight, unpack.scale, found.zero_point, f32, axis)
        again.result.name_hint = op.weight.name_hint
        rewriter.insert([prepack, unpack, again])
        op.operands = [op.input, again.result, *([unpack.bias] if unpack.bias else [])]
        rewriter.handle_operation_modification(op)


class InsertPrepackUnpackFp16(RewritePattern):
    """Packs a weight of f16.

    Before:

        %w = nn.to %h : tensor<10x64xf16> to tensor<10x64xf32>
        %y = nn.linear %x, %w, %b : (...) -> tensor<1x10xf32>

    After:

        %p = quant.prepack %h, %b : (...) -> !quant.packed<linear_fp16, ...>
        %h2, %b2 = quant.unpack %p : (!quant.packed<linear_fp16, ...>) -> (...)
        %w = nn.to %h2 : tensor<10x64xf16> to tensor<10x64xf32>
        %y = nn.linear %x, %w, %b2 : (...) -> tensor<1x10xf32>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: nn.LinearOp, rewriter: PatternRewriter, /) -> None:
        try:
            weight, packed = half_constants_of(op)
        except Refused:
            return  # quant-fusion says why
        if isinstance(defining(weight), UnpackOp):
            return
        prepack = PrepackOp(weight, op.bias, packed)
        unpack = UnpackOp(prepack.result, weight.type, op.bias and op.bias.type)
        again = nn.ToOp(unpack.weight, op.weight.type)
        again.result.name_hint = op.weight.name_hint
        rewriter.insert([prepack, unpack, again])
        op.operands = [op.input, again.result, *([unpack.bias] if unpack.bias else [])]
        rewriter.handle_operation_modification(op)


class InsertPrepackUnpackPass(ModulePass):
    """Pack each quantized weight, and unpack it again: values stay, packed values appear."""

    name = "insert-prepack-unpack"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite(
            op, [InsertPrepackUnpack(), InsertPrepackUnpackDynamic(), InsertPrepackUnpackFp16()]
        )
