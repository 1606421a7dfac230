"""Transposed convolutions: `nn.conv_transpose1d`, `nn.conv_transpose2d`."""

from __future__ import annotations

from typing import ClassVar

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
)
from qfin.dialects.windows import ones, verify_output_padding, verify_window_of_rank, zeros


class _ConvTranspose(IRDLOperation):
    """What is the same over any number of spatial dimensions."""

    RANK: ClassVar[int]

    input = operand_def(FloatTensorConstr)
    weight = operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    groups = prop_def(IntConstr, default_value=i64_attr(1))

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
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
        output_padding: Ints | None = None,
        dilation: Ints | None = None,
        groups: int = 1,
    ):
        super().__init__(
            operands=[input, weight, bias],
            result_types=[result_type],
            properties={
                "stride": stride or ones(self.RANK),
                "padding": padding or zeros(2 * self.RANK),
                "output_padding": output_padding or zeros(self.RANK),
                "dilation": dilation or ones(self.RANK),
                "groups": i64_attr(groups),
            },
        )


def _verify(op: ConvTranspose1dOp | ConvTranspose2dOp) -> None:
    verify_same_element_type(op.input, op.weight, op.bias, op.result)
    verify_window_of_rank(op.RANK, op.stride, op.padding, op.dilation)
    verify_output_padding(op.RANK, op.output_padding, op.stride, op.dilation)
    groups = op.groups.value.data
    if groups < 1:
        raise VerifyException(f"groups must be >= 1, got {groups}")
    expected = shapes.conv_transpose(
        shape_of(op.input),
        shape_of(op.weight),
        op.stride.get_values(),
        op.padding.get_values(),
        op.output_padding.get_values(),
        op.dilation.get_values(),
        groups,
    )
    verify_bias(op.bias, expected[1])
    verify_result_shape(op.result, expected)


@irdl_op_definition
class ConvTranspose1dOp(_ConvTranspose):
    """1-D transposed convolution, `torch.nn.functional.conv_transpose1d`.

    input [N, I, L], weight [I, O/groups, K], bias [O] or absent, result [N, O, L']. `padding`
    is [before, after]: how much is cut off the result; `output_padding` is what it then has more
    at its end.

        %y = nn.conv_transpose1d %x, %w {stride = array<i64: 2>}
          : (tensor<1x3x8xf32>, tensor<3x16x2xf32>) -> tensor<1x16x16xf32>
    """

    name = "nn.conv_transpose1d"
    RANK: ClassVar[int] = 1

    stride = prop_def(IntsConstr, default_value=ones(1))
    padding = prop_def(IntsConstr, default_value=zeros(2))
    output_padding = prop_def(IntsConstr, default_value=zeros(1))
    dilation = prop_def(IntsConstr, default_value=ones(1))

    def verify_(self) -> None:
        _verify(self)


@irdl_op_definition
class ConvTranspose2dOp(_ConvTranspose):
    """2-D transposed convolution, `torch.nn.functional.conv_transpose2d`.

    input [N, I, H, W], weight [I, O/groups, KH, KW], bias [O] or absent, result [N, O, H', W'].
    `padding` is [top, bottom, left, right]: how much is cut off the result; `output_padding`,
    [bottom, right], is what it then has more there. Input (y, x) times weight (ky, kx) is a part of
    output (y*sy + ky*dy - top, x*sx + kx*dx - left).

        %y = nn.conv_transpose2d %x, %w, %b {stride = array<i64: 2, 2>}
          : (tensor<1x3x8x8xf32>, tensor<3x16x2x2xf32>, tensor<16xf32>) -> tensor<1x16x16x16xf32>
    """

    name = "nn.conv_transpose2d"
    RANK: ClassVar[int] = 2

    stride = prop_def(IntsConstr, default_value=ONES)
    padding = prop_def(IntsConstr, default_value=NO_PADDING)
    output_padding = prop_def(IntsConstr, default_value=zeros(2))
    dilation = prop_def(IntsConstr, default_value=ONES)

    def verify_(self) -> None:
        _verify(self)
