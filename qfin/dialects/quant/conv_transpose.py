"""Fused transposed convolutions with packed weights: `quant.conv_transpose1d`,
`quant.conv_transpose2d`.

Their numbers are defined once, in `qfin.interpreter.conv_transpose`.
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
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr
from qfin.dialects.quant.contraction import verify_contraction
from qfin.dialects.quant.packed import PackedConstr
from qfin.dialects.quant.packed_type import CONV_TRANSPOSE1D, CONV_TRANSPOSE2D
from qfin.dialects.tensors import QuantTensorConstr, shape_of, verify_result_shape


class _ConvTranspose(IRDLOperation):
    """What is the same over any number of spatial dimensions."""

    KIND: ClassVar[str]

    input = operand_def(QuantTensorConstr)
    packed = operand_def(PackedConstr)
    result = result_def(QuantTensorConstr)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
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
        packed = verify_contraction(self, self.KIND)
        geometry = packed.conv
        expected = shapes.conv_transpose(
            shape_of(self.input),
            packed.weight.get_shape(),
            geometry.stride.get_values(),
            geometry.padding.get_values(),
            geometry.output_padding.get_values(),
            geometry.dilation.get_values(),
            geometry.groups.data,
        )
        verify_result_shape(self.result, expected)


@irdl_op_definition
class ConvTranspose1dOp(_ConvTranspose):
    """Quantized `nn.conv_transpose1d`; the geometry is in the packed type.

    %y = quant.conv_transpose1d %x, %p : (tensor<1x3x8x!qx>,
        !quant.packed<conv_transpose1d, tensor<3x16x2xi8>, stride = [2]>)
      -> tensor<1x16x16x!qy>
    """

    name = "quant.conv_transpose1d"
    KIND: ClassVar[str] = CONV_TRANSPOSE1D


@irdl_op_definition
class ConvTranspose2dOp(_ConvTranspose):
    """Quantized `nn.conv_transpose2d`; the geometry is in the packed type.

    %y = quant.conv_transpose2d %x, %p : (tensor<1x3x8x8x!qx>,
        !quant.packed<conv_transpose2d, tensor<3x16x2x2xi8>, bias = f32, stride = [2, 2]>)
      -> tensor<1x16x16x16x!qy>
    """

    name = "quant.conv_transpose2d"
    KIND: ClassVar[str] = CONV_TRANSPOSE2D
