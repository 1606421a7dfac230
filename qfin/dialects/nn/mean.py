"""`nn.mean`, and what it shares with the fused op."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from xdsl.dialects.builtin import BoolAttr
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from qfin.dialects import shapes, shapes_pooling
from qfin.dialects.pooling import FALSE
from qfin.dialects.tensors import (
    FloatTensorConstr,
    Ints,
    IntsConstr,
    ints,
    shape_of,
    verify_result_shape,
    verify_same_element_type,
)


class Mean(IRDLOperation):
    """Base of means over the dimensions `dim`, all where it is empty; negatives count from the end.
    `keepdim` leaves each of them with size 1."""

    dim = prop_def(IntsConstr, default_value=ints())
    keepdim = prop_def(BoolAttr, default_value=FALSE)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        result_type: Attribute,
        dim: Ints | None = None,
        keepdim: BoolAttr = FALSE,
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={"dim": dim or ints(), "keepdim": keepdim},
        )

    def dims(self) -> tuple[int, ...]:
        """The dimensions that go, ascending from 0. Raises VerifyException as `reduced_dims`."""
        return shapes_pooling.reduced_dims(len(shape_of(self.operands[0])), self.dim.get_values())

    def most_elements(self) -> int:
        """How many elements a mean is of, as far as the shape says."""
        shape = shape_of(self.operands[0])
        return prod(shape[d] for d in self.dims() if shape[d] != shapes.DYNAMIC)

    def verify_dims(self) -> None:
        """Raises VerifyException for dimensions that are not there and a wrong result shape."""
        expected = shapes_pooling.reduction(
            shape_of(self.operands[0]), self.dim.get_values(), bool(self.keepdim.value.data)
        )
        verify_result_shape(self.results[0], expected)


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
