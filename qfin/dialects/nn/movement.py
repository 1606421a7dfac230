"""Ops that move values and change none: `nn.reshape`, `nn.flatten`."""

from __future__ import annotations

from math import prod

from xdsl.dialects.builtin import I64, IntegerAttr
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
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.nn.pooling import verify_same_element_type
from qfin.dialects.tensors import AnyTensorConstr, i64_attr, shape_of, verify_result_shape


@irdl_op_definition
class ReshapeOp(IRDLOperation):
    """The same values in row-major order under another shape, which is the result's.

    %y = nn.reshape %x : (tensor<2x8xf32>) -> tensor<4x4xf32>
    """

    name = "nn.reshape"

    input = operand_def(AnyTensorConstr)
    result = result_def(AnyTensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, result_type: Attribute):
        super().__init__(operands=[input], result_types=[result_type])

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        before, after = shape_of(self.input), shape_of(self.result)
        if shapes.DYNAMIC not in (*before, *after) and prod(before) != prod(after):
            raise VerifyException(f"cannot reshape {prod(before)} elements into {prod(after)}")


@irdl_op_definition
class FlattenOp(IRDLOperation):
    """Dimensions start_dim..end_dim (inclusive) become one, `torch.flatten`.

    %y = nn.flatten %x {start_dim = 1 : i64} : (tensor<1x8x2x2xf32>) -> tensor<1x32xf32>
    """

    name = "nn.flatten"

    input = operand_def(AnyTensorConstr)
    result = result_def(AnyTensorConstr)

    start_dim = prop_def(IntegerAttr[I64], default_value=i64_attr(0))
    end_dim = prop_def(IntegerAttr[I64], default_value=i64_attr(-1))

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self, input: SSAValue, result_type: Attribute, start_dim: int = 0, end_dim: int = -1
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={"start_dim": i64_attr(start_dim), "end_dim": i64_attr(end_dim)},
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        expected = shapes.flatten(
            shape_of(self.input), self.start_dim.value.data, self.end_dim.value.data
        )
        verify_result_shape(self.result, expected)
