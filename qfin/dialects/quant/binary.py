"""Fused elementwise ops on two tensors: dequantize both, one f32 operation, quantize.

Their numbers are defined once, in `qfin.interpreter.binary`.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from qfin.dialects import shapes
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr, verify_activation_type
from qfin.dialects.tensors import QuantTensorConstr, shape_of, verify_result_shape


class BinaryOp(IRDLOperation):
    """Base of the ops on two quantized tensors, each with a scale and zero point of its own, with
    numpy's and PyTorch's broadcasting."""

    lhs = operand_def(QuantTensorConstr)
    rhs = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(
        self,
        lhs: SSAValue,
        rhs: SSAValue,
        result_type: Attribute,
        activation: ActivationAttr = NO_ACTIVATION,
    ):
        super().__init__(
            operands=[lhs, rhs],
            result_types=[result_type],
            properties={"activation": activation},
        )

    def verify_(self) -> None:
        verify_activation_type(self.lhs, "left operand")
        verify_activation_type(self.rhs, "right operand")
        verify_activation_type(self.result, "result")
        expected = shapes.broadcast(shape_of(self.lhs), shape_of(self.rhs))
        verify_result_shape(self.result, expected)


@irdl_op_definition
class AddOp(BinaryOp):
    """Quantized `nn.add`.

    %z = quant.add %x, %y {activation = #quant<activation relu>}
      : (tensor<1x8x4x4x!qx>, tensor<1x8x4x4x!qy>) -> tensor<1x8x4x4x!qz>
    """

    name = "quant.add"


@irdl_op_definition
class SubOp(BinaryOp):
    """Quantized `nn.sub`.

    %z = quant.sub %x, %y : (tensor<1x8x4x4x!qx>, tensor<8x1x1x!qy>) -> tensor<1x8x4x4x!qz>
    """

    name = "quant.sub"


@irdl_op_definition
class MulOp(BinaryOp):
    """Quantized `nn.mul`.

    %z = quant.mul %x, %y : (tensor<1x8x4x4x!qx>, tensor<1x8x1x1x!qy>) -> tensor<1x8x4x4x!qz>
    """

    name = "quant.mul"
