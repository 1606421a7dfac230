"""`nn.softmax`."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import (
    FloatTensorConstr,
    IntConstr,
    i64_attr,
    shape_of,
    verify_same_element_type,
)


def verify_dim(input: SSAValue, dim: int) -> int:
    """The dimension that `dim` names, counted from the front. Raises VerifyException for none."""
    rank = max(len(shape_of(input)), 1)  # a scalar counts as one dimension
    if not -rank <= dim < rank:
        raise VerifyException(f"dim must be {-rank} to {rank - 1}, got {dim}")
    return dim % rank


@irdl_op_definition
class SoftmaxOp(IRDLOperation):
    """`torch.softmax`: exp(x - max) / sum(exp(x - max)), with maximum and sum along `dim`.

    %y = nn.softmax %x {dim = -1 : i64} : tensor<2x8xf32>
    """

    name = "nn.softmax"

    T: ClassVar = VarConstraint("T", FloatTensorConstr)

    input = operand_def(T)
    result = result_def(T)

    dim = prop_def(IntConstr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$input attr-dict `:` type($input)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, dim: int):
        super().__init__(
            operands=[input], result_types=[input.type], properties={"dim": i64_attr(dim)}
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input)
        verify_dim(self.input, self.dim.value.data)
