"""Ops that make one tensor of several: `nn.cat`, `nn.stack`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes_movement as rules
from qfin.dialects.nn.move import MovableTensorConstr, Shape
from qfin.dialects.tensors import (
    IntConstr,
    i64_attr,
    shape_of,
    verify_not_per_axis,
    verify_result_shape,
    verify_same_element_type,
)


class JoinOp(IRDLOperation):
    """Base of ops on one or more tensors of one element type along a dimension."""

    inputs = var_operand_def(MovableTensorConstr)
    result = result_def(MovableTensorConstr)

    dim = prop_def(IntConstr, default_value=i64_attr(0))

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(self, inputs: Sequence[SSAValue], result_type: Attribute, dim: int = 0):
        super().__init__(
            operands=[inputs], result_types=[result_type], properties={"dim": i64_attr(dim)}
        )

    @abstractmethod
    def shape(self, operands: Sequence[Shape]) -> Shape:
        """The shape of the result. Raises VerifyException."""

    def verify_(self) -> None:
        verify_operands(self.inputs)
        verify_same_element_type(*self.inputs, self.result)
        verify_not_per_axis(self.result)
        verify_result_shape(self.result, self.shape([shape_of(x) for x in self.inputs]))


def verify_operands(inputs: Sequence[SSAValue]) -> None:
    """Raises VerifyException unless there is something to join."""
    if not inputs:
        raise VerifyException("expects at least one operand")


@irdl_op_definition
class CatOp(JoinOp):
    """The operands behind each other along a dimension, `torch.cat`.

    %z = nn.cat %x, %y {dim = 1 : i64}
      : (tensor<1x3x4xf32>, tensor<1x5x4xf32>) -> tensor<1x8x4xf32>
    """

    name = "nn.cat"

    def shape(self, operands: Sequence[Shape]) -> Shape:
        return rules.cat(operands, self.dim.value.data)


@irdl_op_definition
class StackOp(JoinOp):
    """The operands, of one shape, along a new dimension, `torch.stack`.

    %z = nn.stack %x, %y {dim = 1 : i64} : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x2x4xf32>
    """

    name = "nn.stack"

    def shape(self, operands: Sequence[Shape]) -> Shape:
        return rules.stack(operands, self.dim.value.data)
