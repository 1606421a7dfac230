"""Elementwise ops: `nn.relu`; `nn.add`, `nn.sub`, `nn.mul`."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from qfin.dialects import shapes
from qfin.dialects.tensors import (
    AnyTensorConstr,
    FloatTensorConstr,
    shape_of,
    verify_result_shape,
    verify_same_element_type,
)


@irdl_op_definition
class ReluOp(IRDLOperation):
    """`max(x, 0)`; on `!quant.uniform` tensors `max(q, zero_point)`.

    %y = nn.relu %x : tensor<2x8xf32>
    """

    name = "nn.relu"

    T: ClassVar = VarConstraint("T", AnyTensorConstr)

    input = operand_def(T)
    result = result_def(T)

    assembly_format = "$input attr-dict `:` type($input)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue):
        super().__init__(operands=[input], result_types=[input.type])

    def verify_(self) -> None:
        verify_same_element_type(self.input)


class BinaryOp(IRDLOperation):
    """Base of the ops on two tensors, with numpy's and PyTorch's broadcasting."""

    lhs = operand_def(FloatTensorConstr)
    rhs = operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(self, lhs: SSAValue, rhs: SSAValue, result_type: Attribute):
        super().__init__(operands=[lhs, rhs], result_types=[result_type])

    def verify_(self) -> None:
        verify_same_element_type(self.lhs, self.rhs, self.result)
        expected = shapes.broadcast(shape_of(self.lhs), shape_of(self.rhs))
        verify_result_shape(self.result, expected)


@irdl_op_definition
class AddOp(BinaryOp):
    """`lhs + rhs`, with broadcasting.

    %z = nn.add %x, %y : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    """

    name = "nn.add"


@irdl_op_definition
class SubOp(BinaryOp):
    """`lhs - rhs`, with broadcasting.

    %z = nn.sub %x, %y : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    """

    name = "nn.sub"


@irdl_op_definition
class MulOp(BinaryOp):
    """`lhs * rhs`, with broadcasting.

    %z = nn.mul %x, %y : (tensor<2x8xf32>, tensor<1x8xf32>) -> tensor<2x8xf32>
    """

    name = "nn.mul"
