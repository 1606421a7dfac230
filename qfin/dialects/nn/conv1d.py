"""`nn.conv1d`."""

from __future__ import annotations

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.nn.contraction import verify_bias
from qfin.dialects.tensors import (
    FloatTensorConstr,
    IntConstr,
    Ints,
    IntsConstr,
    i64_attr,
    shape_of,
    verify_result_shape,
    verify_same_element_type,
)
from qfin.dialects.windows import ones, verify_window_of_rank, zeros


@irdl_op_definition
class Conv1dOp(IRDLOperation):
    """1-D cross-correlation, `torch.nn.functional.conv1d`.

    input [N, C, L], weight [O, C/groups, K], bias [O] or absent, result [N, O, L'].
    `padding` is [before, after], in elements of zero.

        %y = nn.conv1d %x, %w, %b {padding = array<i64: 1, 1>}
          : (tensor<1x3x8xf32>, tensor<16x3x3xf32>, tensor<16xf32>) -> tensor<1x16x8xf32>
    """

    name = "nn.conv1d"

    input = operand_def(FloatTensorConstr)
    weight = operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    stride = prop_def(IntsConstr, default_value=ones(1))
    padding = prop_def(IntsConstr, default_value=zeros(2))
    dilation = prop_def(IntsConstr, default_value=ones(1))
    groups = prop_def(IntConstr, default_value=i64_attr(1))

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue,
        bias: SSAValue | None,
        result_type: Attribute,
        *,
        stride: Ints | None = None,
        padding: Ints | None = None,
        dilation: Ints | None = None,
        groups: int = 1,
    ):
        super().__init__(
            operands=[input, weight, bias],
            result_types=[result_type],
            properties={
                "stride": stride or ones(1),
                "padding": padding or zeros(2),
                "dilation": dilation or ones(1),
                "groups": i64_attr(groups),
            },
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.weight, self.bias, self.result)
        verify_window_of_rank(1, self.stride, self.padding, self.dilation)
        groups = self.groups.value.data
        if groups < 1:
            raise VerifyException(f"groups must be >= 1, got {groups}")
        weight = shape_of(self.weight)
        expected = shapes.conv1d(
            shape_of(self.input),
            weight,
            self.stride.get_values(),
            self.padding.get_values(),
            self.dilation.get_values(),
            groups,
        )
        verify_bias(self.bias, weight[0])
        verify_result_shape(self.result, expected)
