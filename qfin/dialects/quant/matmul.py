"""Fused product of two quantized tensors: an exact integer sum, requantized once.

Its numbers are defined once, in `qfin.interpreter.matmul`.
"""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.quant.binary import BinaryOp
from qfin.dialects.tensors import element_type_of, shape_of, verify_result_shape
from qfin.dialects.uniform import UniformType


def most_products(lhs: UniformType, rhs: UniformType) -> int:
    """How many products of stored values, each less its zero point, int32 can surely sum."""
    farthest = [max(t.storage_max - t.zero_point, t.zero_point - t.storage_min) for t in (lhs, rhs)]
    return (2**31 - 1) // max(1, farthest[0] * farthest[1])


@irdl_op_definition
class MatmulOp(BinaryOp):
    """Quantized `nn.matmul`.

    %y = quant.matmul %a, %b {activation = #quant<activation relu>}
      : (tensor<2x3x4x!qa>, tensor<4x5x!qb>) -> tensor<2x3x5x!qy>
    """

    name = "quant.matmul"

    def verify_(self) -> None:
        verify_activation_type(self.lhs, "left operand")
        verify_activation_type(self.rhs, "right operand")
        verify_activation_type(self.result, "result")
        verify_result_shape(self.result, shapes.matmul(shape_of(self.lhs), shape_of(self.rhs)))
        lhs, rhs = element_type_of(self.lhs), element_type_of(self.rhs)
        assert isinstance(lhs, UniformType)
        assert isinstance(rhs, UniformType)
        count, most = shape_of(self.lhs)[-1], most_products(lhs, rhs)
        if count != shapes.DYNAMIC and count > most:
            raise VerifyException(
                f"a sum of {count} products can overflow 32 bits (at most {most})"
            )
