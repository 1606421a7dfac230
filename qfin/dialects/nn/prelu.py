"""Leaky relu with learned slopes: `nn.prelu`."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue
from xdsl.irdl import (
    IRDLOperation,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.parameters import named
from qfin.dialects.tensors import FloatTensorConstr, shape_of, verify_same_element_type


def verify_slopes(input: SSAValue, weight: SSAValue) -> None:
    """Raises VerifyException unless there is one slope, or one for each channel (dimension 1)."""
    shape, slopes = shape_of(input), shape_of(weight)
    if shapes.compatible(slopes, (1,)):
        return
    if len(shape) < 2 or not shapes.compatible(slopes, (shape[1],)):
        channels = f" or [{shapes.text(shape[1:2])[1:-1]}]" if len(shape) > 1 else ""
        raise VerifyException(f"weight must have shape [1]{channels}, got {shapes.text(slopes)}")


@irdl_op_definition
class PreluOp(IRDLOperation):
    """`torch.nn.functional.prelu`: x if x > 0, else weight * x.

    input [N, C, ...] and weight [C], a slope for each channel; or weight [1] and any input.

        %y = nn.prelu %x weight(%w : tensor<8xf32>) : tensor<1x8x4x4xf32>
    """

    name = "nn.prelu"

    T: ClassVar = VarConstraint("T", FloatTensorConstr)

    input = operand_def(T)
    weight = operand_def(FloatTensorConstr)
    result = result_def(T)

    assembly_format = f"$input {named('weight')} attr-dict `:` type($input)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, weight: SSAValue):
        super().__init__(operands=[input, weight], result_types=[input.type])

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.weight)
        verify_slopes(self.input, self.weight)
