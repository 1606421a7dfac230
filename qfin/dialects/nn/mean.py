"""`nn.mean`."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition, operand_def, result_def

from qfin.dialects.families.reduction import Mean
from qfin.dialects.tensors import FloatTensorConstr, verify_same_element_type


@irdl_op_definition
class MeanOp(Mean):
    """`torch.mean`: the sum over dimensions, divided by how many elements it has; over none, NaN.

    %y = nn.mean %x {dim = array<i64: -1, 2>, keepdim = true}
      : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
    """

    name = "nn.mean"

    input = operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        self.verify_dims()
