"""Transposed convolutions: `nn.conv_transpose1d`, `nn.conv_transpose2d`, `nn.conv_transpose3d`."""

from __future__ import annotations

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def

from qfin.dialects import shapes
from qfin.dialects.nn.convolution import Convolution, Over1d, Over2d, Over3d
from qfin.dialects.tensors import Ints, IntsConstr, shape_of
from qfin.dialects.windows import verify_output_padding, zeros


class ConvTranspose(Convolution):
    """Base of transposed convolutions."""

    output_padding = prop_def(IntsConstr)

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
            input,
            weight,
            bias,
            result_type,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
        )
        self.output_padding = output_padding or zeros(self.RANK)

    def verify_windows(self) -> None:
        super().verify_windows()
        verify_output_padding(self.RANK, self.output_padding, self.stride, self.dilation)

    def result_shape(self) -> tuple[int, ...]:
        return shapes.conv_transpose(
            shape_of(self.input),
            shape_of(self.weight),
            self.stride.get_values(),
            self.padding.get_values(),
            self.output_padding.get_values(),
            self.dilation.get_values(),
            self.groups.value.data,
        )


@irdl_op_definition
class ConvTranspose1dOp(Over1d, ConvTranspose):
    """1-D transposed convolution, `torch.nn.functional.conv_transpose1d`.

    input [N, I, L], weight [I, O/groups, K], bias [O] or absent, result [N, O, L']. `padding`
    is [before, after]: how much is cut off the result; `output_padding` is what it then has more
    at its end.

        %y = nn.conv_transpose1d %x, %w {stride = array<i64: 2>}
          : (tensor<1x3x8xf32>, tensor<3x16x2xf32>) -> tensor<1x16x16xf32>
    """

    name = "nn.conv_transpose1d"

    output_padding = prop_def(IntsConstr, default_value=zeros(1))


@irdl_op_definition
class ConvTranspose2dOp(Over2d, ConvTranspose):
    """2-D transposed convolution, `torch.nn.functional.conv_transpose2d`.

    input [N, I, H, W], weight [I, O/groups, KH, KW], bias [O] or absent, result [N, O, H', W'].
    `padding` is [top, bottom, left, right]: how much is cut off the result; `output_padding`,
    [bottom, right], is what it then has more there. Input (y, x) times weight (ky, kx) is a part of
    output (y*sy + ky*dy - top, x*sx + kx*dx - left).

        %y = nn.conv_transpose2d %x, %w, %b {stride = array<i64: 2, 2>}
          : (tensor<1x3x8x8xf32>, tensor<3x16x2x2xf32>, tensor<16xf32>) -> tensor<1x16x16x16xf32>
    """

    name = "nn.conv_transpose2d"

    output_padding = prop_def(IntsConstr, default_value=zeros(2))


@irdl_op_definition
class ConvTranspose3dOp(Over3d, ConvTranspose):
    """3-D transposed convolution, `torch.nn.functional.conv_transpose3d`.

    input [N, I, D, H, W], weight [I, O/groups, KD, KH, KW], bias [O] or absent, result
    [N, O, D', H', W']. `padding` is [front, back, top, bottom, left, right]: how much is cut off
    the result; `output_padding`, [back, bottom, right], is what it then has more there.

        %y = nn.conv_transpose3d %x, %w {stride = array<i64: 2, 2, 2>}
          : (tensor<1x3x2x4x4xf32>, tensor<3x16x2x2x2xf32>) -> tensor<1x16x4x8x8xf32>
    """

    name = "nn.conv_transpose3d"

    output_padding = prop_def(IntsConstr, default_value=zeros(3))
