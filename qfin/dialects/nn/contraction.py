"""Float contractions: `nn.conv2d`, `nn.linear`."""

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
from qfin.dialects.tensors import (
    NO_PADDING,
    ONES,
    FloatTensorConstr,
    IntConstr,
    Ints,
    IntsConstr,
    i64_attr,
    shape_of,
    verify_result_shape,
    verify_same_element_type,
    verify_window,
)


@irdl_op_definition
class Conv2dOp(IRDLOperation):
    """2-D cross-correlation, `torch.nn.functional.conv2d`.

    input [N, C, H, W], weight [O, C/groups, KH, KW], bias [O] or absent, result [N, O, H', W'].
    `padding` is [top, bottom, left, right], in pixels of zeros.

        %y = nn.conv2d %x, %w, %b {padding = array<i64: 1, 1, 1, 1>}
          : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<1x16x8x8xf32>
    """

    name = "nn.conv2d"

    input = operand_def(FloatTensorConstr)
    weight = operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    stride = prop_def(IntsConstr, default_value=ONES)
    padding = prop_def(IntsConstr, default_value=NO_PADDING)
    dilation = prop_def(IntsConstr, default_value=ONES)
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
        stride: Ints = ONES,
        padding: Ints = NO_PADDING,
        dilation: Ints = ONES,
        groups: int = 1,
    ):
        super().__init__(
            operands=[input, weight, bias],
            result_types=[result_type],
            properties={
                "stride": stride,
                "padding": padding,
                "dilation": dilation,
                "groups": i64_attr(groups),
            },
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.weight, self.bias, self.result)
        verify_window(self.stride, self.padding, self.dilation)
        groups = self.groups.value.data
        if groups < 1:
            raise VerifyException(f"groups must be >= 1, got {groups}")
        weight = shape_of(self.weight)
        expected = shapes.conv2d(
            shape_of(self.input),
            weight,
            self.stride.get_values(),
            self.padding.get_values(),
            self.dilation.get_values(),
            groups,
        )
        verify_bias(self.bias, weight[0])
        verify_result_shape(self.result, expected)


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
