"""`insert-prepack-unpack`: packs each quantized weight with its bias, and unpacks it again.

The round trip changes no value, so the module stays executable; `quant-fusion` then takes the
packed value and leaves the unpack behind.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerType, ModuleOp, NoneAttr, TensorType, f32
from xdsl.ir import Attribute, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import nn
from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.quant.packed import PrepackOp, UnpackOp
from qfin.dialects.quant.packed_type import CONV2D, LINEAR, ConvGeometry, PackedType
from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.groups import (
    Refused,
    defining,
    dequantized,
    element_type,
    require_weight,
)
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

    def _insert(self, op: nn.Conv2dOp | nn.LinearOp, rewriter: PatternRewriter) -> None:
        try:
            weight, element = dequantized(op.weight, "weight")
            require_weight(element)
        except Refused:
            return  # quant-fusion says why
        if isinstance(defining(weight), UnpackOp):
            return
        bias = _stored_bias(op.bias)
        packed = _packed_type(op, weight, bias)
        if packed is None:
            return
        prepack = PrepackOp(weight, bias, packed)
        unpack = UnpackOp(prepack.result, weight.type, None if bias is None else bias.type)
        rewriter.insert([prepack, unpack, new_weight := DCastOp(unpack.weight, op.weight.type)])
        operands = [op.input, new_weight.result]
        if bias is not None and op.bias is not None:
            assert unpack.bias is not None
            new_bias = unpack.bias
            if bias is not op.bias:
                rewriter.insert(cast := DCastOp(unpack.bias, op.bias.type))
                new_bias = cast.result
            operands.append(new_bias)
        op.operands = operands
        rewriter.handle_operation_modification(op)

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: nn.Conv2dOp | nn.LinearOp, rewriter: PatternRewriter, /
    ) -> None:
        self._insert(op, rewriter)


def _stored_bias(bias: SSAValue | None) -> SSAValue | None:
    """The i32 value behind a dequantized bias, any other bias itself."""
    if bias is None:
        return None
    cast = defining(bias)
    if not isinstance(cast, DCastOp):
        return bias
    element = element_type(cast.input)
    return cast.input if isinstance(element, UniformType) else bias


def _packed_type(
    op: nn.Conv2dOp | nn.LinearOp, weight: SSAValue, bias: SSAValue | None
) -> PackedType | None:
    """None for a shape or a bias type that cannot be packed."""
    assert isinstance(weight.type, TensorType)
    if not weight.type.has_static_shape():
        return None
    bias_type: Attribute | None = None
    if bias is not None:
        stored = element_type(bias)
        bias_type = stored.storage if isinstance(stored, UniformType) else stored
        if bias_type not in (f32, IntegerType(32)):
            return None
        assert isinstance(bias.type, TensorType)
        if not bias.type.has_static_shape():
            return None
    storage = TensorType(IntegerType(8), weight.type.get_shape())
    if isinstance(op, nn.LinearOp):
        return PackedType(LINEAR, storage, bias_type)
    geometry = ConvGeometry.get(
        op.stride.get_values(),
        op.padding.get_values(),
        op.dilation.get_values(),
        op.groups.value.data,
    )
    return PackedType(CONV2D, storage, bias_type, geometry, NoneAttr())


class InsertPrepackUnpackPass(ModulePass):
    """Pack each quantized weight, and unpack it again: values stay, packed values appear."""

    name = "insert-prepack-unpack"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite(op, [InsertPrepackUnpack()])
