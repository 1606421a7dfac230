"""`nn.linear`, and what it shares with convolutions."""

from __future__ import annotations

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.tensors import (
    FloatTensorConstr,
    shape_of,
    verify_result_shape,
    verify_same_element_type,
)


@irdl_op_definition
class LinearOp(IRDLOperation):
    """`input @ weight.T + bias`, `torch.nn.functional.linear`.

    input [..., K], weight [N, K], bias [N] or absent, result [..., N].

        %y = nn.linear %x, %w, %b
          : (tensor<2x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<2x10xf32>
    """

    name = "nn.linear"

    input = operand_def(FloatTensorConstr)
    weight = operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self, input: SSAValue, weight: SSAValue, bias: SSAValue | None, result_type: Attribute
    ):
        super().__init__(operands=[input, weight, bias], result_types=[result_type])

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.weight, self.bias, self.result)
        weight = shape_of(self.weight)
        expected = shapes.linear(shape_of(self.input), weight)
        verify_bias(self.bias, weight[0])
        verify_result_shape(self.result, expected)


def verify_bias(bias: SSAValue | None, channels: int) -> None:
    """Raises VerifyException unless the bias is absent or [channels]."""
    if bias is not None and not shapes.compatible(shape_of(bias), (channels,)):
        raise VerifyException(
            f"bias has shape {shapes.text(shape_of(bias))}, expected {shapes.text([channels])}"
        )
