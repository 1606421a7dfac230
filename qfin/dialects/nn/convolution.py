"""Convolutions over any number of spatial dimensions: `nn.conv1d`, `nn.conv2d`, `nn.conv3d`."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
    Expected,
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

PaddingConstr = Expected(
    IntsConstr, "padding as array<i64: ...>, two numbers for each spatial dimension"
)


class Convolution(IRDLOperation, ABC):
    """Base of convolutions, transposed ones among them."""

    RANK: ClassVar[int]
    """The number of spatial dimensions."""

    input = operand_def(FloatTensorConstr)
    weight = operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    stride = prop_def(IntsConstr)
    padding = prop_def(PaddingConstr)
    dilation = prop_def(IntsConstr)
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
        dilation: Ints | None = None,
        groups: int = 1,
    ):
        super().__init__(
            operands=[input, weight, bias],
            result_types=[result_type],
            properties={
                "stride": stride or ones(self.RANK),
                "padding": padding or zeros(2 * self.RANK),
                "dilation": dilation or ones(self.RANK),
                "groups": i64_attr(groups),
            },
        )

    @abstractmethod
    def result_shape(self) -> tuple[int, ...]:
        """The shape rule. Raises VerifyException where input and weight do not fit together."""

    def verify_windows(self) -> None:
        """Raises VerifyException for window attributes without meaning."""
        verify_window_of_rank(self.RANK, self.stride, self.padding, self.dilation)

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.weight, self.bias, self.result)
        self.verify_windows()
        if (groups := self.groups.value.data) < 1:
            raise VerifyException(f"groups must be >= 1, got {groups}")
        expected = self.result_shape()
        verify_bias(self.bias, expected[1])
        verify_result_shape(self.result, expected)


class Over1d(Convolution):
    """Over a length."""

    RANK: ClassVar[int] = 1

    stride = prop_def(IntsConstr, default_value=ones(1))
    padding = prop_def(PaddingConstr, default_value=zeros(2))
    dilation = prop_def(IntsConstr, default_value=ones(1))


class Over2d(Convolution):
    """Over height and width."""

    RANK: ClassVar[int] = 2

    stride = prop_def(IntsConstr, default_value=ones(2))
    padding = prop_def(PaddingConstr, default_value=zeros(4))
    dilation = prop_def(IntsConstr, default_value=ones(2))


class Over3d(Convolution):
    """Over depth, height and width."""

    RANK: ClassVar[int] = 3

    stride = prop_def(IntsConstr, default_value=ones(3))
    padding = prop_def(PaddingConstr, default_value=zeros(6))
    dilation = prop_def(IntsConstr, default_value=ones(3))


class Conv(Convolution):
    """Base of convolutions that are not transposed."""

    def result_shape(self) -> tuple[int, ...]:
        return shapes.conv(
            shape_of(self.input),
            shape_of(self.weight),
            self.stride.get_values(),
            self.padding.get_values(),
            self.dilation.get_values(),
            self.groups.value.data,
        )


@irdl_op_definition
class Conv1dOp(Over1d, Conv):
    """1-D cross-correlation, `torch.nn.functional.conv1d`.

    input [N, C, L], weight [O, C/groups, K], bias [O] or absent, result [N, O, L'].
    `padding` is [before, after], in elements of zero.

        %y = nn.conv1d %x, %w, %b {padding = array<i64: 1, 1>}
          : (tensor<1x3x8xf32>, tensor<16x3x3xf32>, tensor<16xf32>) -> tensor<1x16x8xf32>
    """

    name = "nn.conv1d"


@irdl_op_definition
class Conv2dOp(Over2d, Conv):
    """2-D cross-correlation, `torch.nn.functional.conv2d`.

    input [N, C, H, W], weight [O, C/groups, KH, KW], bias [O] or absent, result [N, O, H', W'].
    `padding` is [top, bottom, left, right], in pixels of zeros.

        %y = nn.conv2d %x, %w, %b {padding = array<i64: 1, 1, 1, 1>}
          : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<1x16x8x8xf32>
    """

    name = "nn.conv2d"


@irdl_op_definition
class Conv3dOp(Over3d, Conv):
    """3-D cross-correlation, `torch.nn.functional.conv3d`.

    input [N, C, D, H, W], weight [O, C/groups, KD, KH, KW], bias [O] or absent, result
    [N, O, D', H', W']. `padding` is [front, back, top, bottom, left, right].

        %y = nn.conv3d %x, %w {stride = array<i64: 2, 1, 1>}
          : (tensor<1x3x4x8x8xf32>, tensor<16x3x2x3x3xf32>) -> tensor<1x16x2x6x6xf32>
    """

    name = "nn.conv3d"
