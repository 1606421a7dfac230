"""Packing of weights that are quantized at run time: `quant.prepack_dynamic` and its inverse."""

from __future__ import annotations

from typing_extensions import override
from xdsl.dialects.builtin import NoneAttr, TensorType, f32, i8
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    EqAttrConstraint,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_result_def,
    result_def,
    traits_def,
)
from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.quant.dynamic import F32TensorConstr
from qfin.dialects.quant.packed import PackedConstr
from qfin.dialects.quant.packed_type import LINEAR_FP16, PackedType
from qfin.dialects.tensors import Expected

I8TensorConstr = Expected(TensorType.constr(EqAttrConstraint(i8)), "a ranked tensor of i8")


def _verify(
    packed: Attribute, weight: Attribute, scale: Attribute, bias: Attribute | None, what: str
) -> None:
    assert isinstance(packed, PackedType)
    assert isinstance(weight, TensorType)
    assert isinstance(scale, TensorType)
    if packed.op.data == LINEAR_FP16:
        raise VerifyException("weights of linear_fp16 have no scale (use quant.prepack)")
    if weight.get_shape() != packed.weight.get_shape():
        raise VerifyException(
            f"{what} weight has shape {shapes.text(weight.get_shape())},"
            f" the packed type says {shapes.text(packed.weight.get_shape())}"
        )
    channels = packed.weight.get_shape()[packed.weight_axis]
    if scale.get_shape() not in ((), (channels,)):
        raise VerifyException(
            f"{what} scale has shape {shapes.text(scale.get_shape())},"
            f" expected [] or [{channels}], one for each slice of the weight along axis"
            f" {packed.weight_axis}"
        )
    expected = None if packed.bias_type is None else TensorType(f32, [packed.out_channels])
    if packed.bias not in (f32, NoneAttr()) or bias != expected:
        raise VerifyException(
            f"{what} bias is {bias or 'absent'}, the packed type says {packed.bias} (f32 or absent)"
        )


@irdl_op_definition
class PrepackDynamicOp(IRDLOperation):
    """Packs a weight whose scales are values: the weight i8 with zero point 0, its scale [] or
    one for each output channel, the bias.

    %p = quant.prepack_dynamic %wq, %scale, %b : (tensor<10x64xi8>, tensor<10xf32>, tensor<10xf32>)
      -> !quant.packed<linear, tensor<10x64xi8>, bias = f32>
    """

    name = "quant.prepack_dynamic"

    weight = operand_def(I8TensorConstr)
    scale = operand_def(F32TensorConstr)
    bias = opt_operand_def(F32TensorConstr)
    result = result_def(PackedConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self, weight: SSAValue, scale: SSAValue, bias: SSAValue | None, result_type: PackedType
    ):
        super().__init__(operands=[weight, scale, bias], result_types=[result_type])

    @override
    def verify_(self) -> None:
        bias = self.bias.type if self.bias else None
        _verify(self.result.type, self.weight.type, self.scale.type, bias, "operand")


class UnpackDynamicCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    @override
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.quant.packed_patterns import UnpackOfPrepackDynamic

        return (UnpackOfPrepackDynamic(),)


@irdl_op_definition
class UnpackDynamicOp(IRDLOperation):
    """The weight, the scale and the bias of a packed value.

    %wq, %scale, %b = quant.unpack_dynamic %p
      : (!quant.packed<linear, tensor<10x64xi8>, bias = f32>)
      -> (tensor<10x64xi8>, tensor<10xf32>, tensor<10xf32>)
    """

    name = "quant.unpack_dynamic"

    packed = operand_def(PackedConstr)
    weight = result_def(I8TensorConstr)
    scale = result_def(F32TensorConstr)
    bias = opt_result_def(F32TensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure(), UnpackDynamicCanonicalization())

    def __init__(
        self,
        packed: SSAValue,
        weight_type: Attribute,
        scale_type: Attribute,
        bias_type: Attribute | None,
    ):
        super().__init__(operands=[packed], result_types=[weight_type, scale_type, bias_type])

    @override
    def verify_(self) -> None:
        bias = self.bias.type if self.bias else None
        _verify(self.packed.type, self.weight.type, self.scale.type, bias, "result")
