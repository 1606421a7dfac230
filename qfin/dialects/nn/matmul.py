"""`nn.matmul`."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition

from qfin.dialects import shapes
from qfin.dialects.nn.elementwise import BinaryOp
from qfin.dialects.tensors import shape_of, verify_result_shape, verify_same_element_type


@irdl_op_definition
class MatmulOp(BinaryOp):
    """`torch.matmul`: the matrix products of [..., M, K] and [..., K, N]; the dimensions before
    them broadcast. A left operand [K] counts as [1, K] and a right one as [K, 1], and the result
    has no dimension for it.

    %y = nn.matmul %a, %b : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
    """

    name = "nn.matmul"

    def verify_(self) -> None:
        verify_same_element_type(self.lhs, self.rhs, self.result)
        expected = shapes.matmul(shape_of(self.lhs), shape_of(self.rhs))
        verify_result_shape(self.result, expected)
