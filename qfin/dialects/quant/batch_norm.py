"""Fused batch normalisation: dequantize, a multiplication and an addition, quantize.

Its numbers are defined once, in `qfin.interpreter.batch_norm`.
"""

from __future__ import annotations

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from qfin.dialects.nn.activation import NumberConstr, number
from qfin.dialects.nn.batch_norm import EPS, PARAMETERS, verify_eps
from qfin.dialects.parameters import F32TensorConstr, channels_of, verify_parameter
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr, verify_activation_type
from qfin.dialects.tensors import (
    QuantTensorConstr,
    shape_of,
    verify_result_shape,
)


@irdl_op_definition
class BatchNormOp(IRDLOperation):
    """Quantized `nn.batch_norm` with running statistics; parameters are f32.

    %y = quant.batch_norm %x running_mean(%m : tensor<8xf32>) running_var(%v : tensor<8xf32>)
      {eps = 0.001 : f64, activation = #quant<activation relu>}
      : tensor<1x8x4x4x!qx> -> tensor<1x8x4x4x!qy>
    """

    name = "quant.batch_norm"

    input = operand_def(QuantTensorConstr)
    weight = opt_operand_def(F32TensorConstr)
    bias = opt_operand_def(F32TensorConstr)
    running_mean = operand_def(F32TensorConstr)
    running_var = operand_def(F32TensorConstr)
    result = result_def(QuantTensorConstr)

    eps = prop_def(NumberConstr, default_value=EPS)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())
    assembly_format = f"$input {PARAMETERS} attr-dict `:` type($input) `->` type($result)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue | None,
        bias: SSAValue | None,
        running_mean: SSAValue,
        running_var: SSAValue,
        result_type: Attribute,
        *,
        eps: float = 1e-5,
        activation: ActivationAttr = NO_ACTIVATION,
    ):
        super().__init__(
            operands=[input, weight, bias, running_mean, running_var],
            result_types=[result_type],
            properties={"eps": number(eps), "activation": activation},
        )

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_result_shape(self.result, shape_of(self.input))
        verify_eps(self.eps)
        parameters = (self.weight, self.bias, self.running_mean, self.running_var)
        channels = channels_of(self.input)
        for name, value in zip(
            ("weight", "bias", "running_mean", "running_var"), parameters, strict=True
        ):
            verify_parameter(name, value, (channels,))
