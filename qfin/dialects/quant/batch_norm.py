"""Fused batch normalisation: dequantize, a multiplication and an addition, quantize.

Its numbers are defined once, in `qfin.interpreter.batch_norm`.
"""

from __future__ import annotations

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_operand_def, prop_def, result_def

from qfin.dialects.families.norm import AFFINE, STATISTICS, Norm
from qfin.dialects.parameters import F32TensorConstr
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr, verify_activation_type
from qfin.dialects.tensors import QuantTensorConstr, number, shape_of, verify_result_shape


@irdl_op_definition
class BatchNormOp(Norm):
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

    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    assembly_format = f"$input {AFFINE} {STATISTICS} attr-dict `:` type($input) `->` type($result)"

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
        self.verify_parameters(
            weight=self.weight,
            bias=self.bias,
            running_mean=self.running_mean,
            running_var=self.running_var,
        )
