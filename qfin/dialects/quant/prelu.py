"""Fused leaky relu with learned slopes: dequantize, f32 multiplication, quantize.

Its numbers are defined once, in `qfin.interpreter.prelu`.
"""

from __future__ import annotations

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import IRDLOperation, irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure

from qfin.dialects.nn.prelu import verify_slopes
from qfin.dialects.parameters import F32TensorConstr, named
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.tensors import (
    QuantTensorConstr,
    shape_of,
    verify_result_shape,
)


@irdl_op_definition
class PreluOp(IRDLOperation):
    """Quantized `nn.prelu`; the slopes are f32.

    %y = quant.prelu %x weight(%w : tensor<8xf32>) : tensor<1x8x4x4x!qx> -> tensor<1x8x4x4x!qy>
    """

    name = "quant.prelu"

    input = operand_def(QuantTensorConstr)
    weight = operand_def(F32TensorConstr)
    result = result_def(QuantTensorConstr)

    assembly_format = f"$input {named('weight')} attr-dict `:` type($input) `->` type($result)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, weight: SSAValue, result_type: Attribute):
        super().__init__(operands=[input, weight], result_types=[result_type])

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_result_shape(self.result, shape_of(self.input))
        verify_slopes(self.input, self.weight)
