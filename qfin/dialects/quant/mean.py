"""Fused means: an exact integer sum, one rounding."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition, operand_def, result_def

from qfin.dialects.families.reduction import Mean
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.quant.pooling import verify_window_sum
from qfin.dialects.tensors import QuantTensorConstr


@irdl_op_definition
class MeanOp(Mean):
    """Quantized `nn.mean`: an integer sum, one rounding. Input and result are quantized per layer
    to 8 bits, each with parameters of its own. The mean of nothing is the lowest value.

        %y = quant.mean %x {dim = array<i64: 2, 3>} : (tensor<1x8x7x7x!qx>) -> tensor<1x8x!qy>
    """

    name = "quant.mean"

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        self.verify_dims()
        verify_window_sum(self.most_elements())
