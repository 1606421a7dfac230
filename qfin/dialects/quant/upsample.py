"""Fused interpolations. Input and result are quantized per layer to 8 bits, each with parameters of
its own. What is next to what, and with which f32 weight, is PyTorch's; with `q` an input value and
`z` the input's zero point, in f32, each operation rounded:

- along the last dimension, of the neighbours in order: `w0 * (q0 - z) + w1 * (q1 - z) + ...`;
- along each dimension before, likewise of what the one behind it gave;
- `clamp(rint(t * mult) + zero_point)` of the last sum, `mult = f32(sx) / f32(sy)`.

Weights and numbers are defined once, in `qfin.interpreter.upsample`.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.irdl import irdl_op_definition, operand_def, result_def

from qfin.dialects.families.upsample import Cubic, Linear, Upsample
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.tensors import QuantTensorConstr


class QuantUpsample(Upsample):
    """From quantised values to quantised values."""

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        self.verify_sizes()


@irdl_op_definition
class UpsampleLinear1dOp(Linear, QuantUpsample):
    """Quantized `nn.upsample_linear1d`: f32 sums of integers, one rounding.

    %y = quant.upsample_linear1d %x : (tensor<1x8x4x!qx>) -> tensor<1x8x9x!qy>
    """

    name = "quant.upsample_linear1d"
    RANK: ClassVar[int] = 1


@irdl_op_definition
class UpsampleBilinear2dOp(Linear, QuantUpsample):
    """Quantized `nn.upsample_bilinear2d`: f32 sums of integers, one rounding.

    %y = quant.upsample_bilinear2d %x {align_corners = true}
      : (tensor<1x8x4x4x!qx>) -> tensor<1x8x8x8x!qy>
    """

    name = "quant.upsample_bilinear2d"
    RANK: ClassVar[int] = 2


@irdl_op_definition
class UpsampleTrilinear3dOp(Linear, QuantUpsample):
    """Quantized `nn.upsample_trilinear3d`: f32 sums of integers, one rounding.

    %y = quant.upsample_trilinear3d %x : (tensor<1x8x4x4x4x!qx>) -> tensor<1x8x8x8x8x!qy>
    """

    name = "quant.upsample_trilinear3d"
    RANK: ClassVar[int] = 3


@irdl_op_definition
class UpsampleBicubic2dOp(Cubic, QuantUpsample):
    """Quantized `nn.upsample_bicubic2d`: f32 sums of integers, one rounding.

    %y = quant.upsample_bicubic2d %x : (tensor<1x8x4x4x!qx>) -> tensor<1x8x8x8x!qy>
    """

    name = "quant.upsample_bicubic2d"
    RANK: ClassVar[int] = 2


UPSAMPLE_OPS: tuple[type[QuantUpsample], ...] = (
    *(UpsampleLinear1dOp, UpsampleBilinear2dOp, UpsampleTrilinear3dOp, UpsampleBicubic2dOp),
)
"""All of them, for the tables that have one entry for each."""
