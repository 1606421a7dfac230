"""Fused 1-D convolution with packed weights: `quant.conv1d`."""

from __future__ import annotations

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
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr
from qfin.dialects.quant.contraction import verify_contraction
from qfin.dialects.quant.packed import PackedConstr
from qfin.dialects.quant.packed_type import CONV1D
from qfin.dialects.tensors import QuantTensorConstr, shape_of, verify_result_shape


@irdl_op_definition
class Conv1dOp(IRDLOperation):
    """Quantized `nn.conv1d`; stride, padding, dilation and groups are in the packed type. Its
    numbers are those of `quant.conv2d` on an image of height 1.

    %y = quant.conv1d %x, %p : (tensor<1x1x8x!qx>,
        !quant.packed<conv1d, tensor<16x1x3xi8>, bias = f32, padding = [1, 1]>)
      -> tensor<1x16x8x!qy>
    """

    name = "quant.conv1d"

    input = operand_def(QuantTensorConstr)
    packed = operand_def(PackedConstr)
    result = result_def(QuantTensorConstr)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        packed: SSAValue,
        result_type: Attribute,
        activation: ActivationAttr = NO_ACTIVATION,
    ):
        super().__init__(
            operands=[input, packed],
            result_types=[result_type],
            properties={"activation": activation},
        )

    def verify_(self) -> None:
        packed = verify_contraction(self, CONV1D)
        geometry = packed.conv
        expected = shapes.conv1d(
            shape_of(self.input),
            packed.weight.get_shape(),
            geometry.stride.get_values(),
            geometry.padding.get_values(),
            geometry.dilation.get_values(),
            geometry.groups.data,
        )
        verify_result_shape(self.result, expected)
