"""Fused average poolings: an integer sum over each window, one rounding. Input and result are
quantized per layer to 8 bits, each with parameters of its own.

Their numbers are defined once, in `qfin.interpreter.pooling`.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.families.pooling import (
    AdaptiveAvgPooling,
    AvgPooling,
    Over1d,
    Over2d,
    Over3d,
    Pooling,
    WithDivisor,
)
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.tensors import QuantTensorConstr

# |sum| of a window <= 255 for each element.
MAX_WINDOW = (2**31 - 1) // 255


def verify_window_sum(elements: int) -> None:
    """Raises VerifyException where a sum of that many 8-bit values can leave 32 bits."""
    if elements > MAX_WINDOW:
        raise VerifyException(
            f"a sum of {elements} values can overflow 32 bits (at most {MAX_WINDOW})"
        )


class QuantPooling(Pooling):
    """From quantised values to quantised values."""

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)


class AvgPoolOp(AvgPooling, QuantPooling):
    """Base of average poolings."""

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_window_sum(self.most_elements())
        self.verify_windows()


@irdl_op_definition
class AvgPool1dOp(Over1d, AvgPoolOp):
    """Quantized `nn.avg_pool1d`: integer sum over the window, one rounding.

    %y = quant.avg_pool1d %x {kernel = array<i64: 2>}
      : (tensor<1x8x4x!qx>) -> tensor<1x8x3x!qy>
    """

    name = "quant.avg_pool1d"


@irdl_op_definition
class AvgPool2dOp(Over2d, WithDivisor, AvgPoolOp):
    """Quantized `nn.avg_pool2d`: integer sum over the window, one rounding.

    %y = quant.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
      : (tensor<1x8x4x4x!qx>) -> tensor<1x8x2x2x!qy>
    """

    name = "quant.avg_pool2d"


@irdl_op_definition
class AvgPool3dOp(Over3d, WithDivisor, AvgPoolOp):
    """Quantized `nn.avg_pool3d`: integer sum over the window, one rounding.

    %y = quant.avg_pool3d %x {kernel = array<i64: 2, 2, 2>}
      : (tensor<1x8x4x4x4x!qx>) -> tensor<1x8x3x3x3x!qy>
    """

    name = "quant.avg_pool3d"


class AdaptiveAvgPoolOp(AdaptiveAvgPooling, QuantPooling):
    """Base of adaptive average poolings."""

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        self.verify_windows()
        verify_window_sum(self.most_elements())


@irdl_op_definition
class AdaptiveAvgPool1dOp(AdaptiveAvgPoolOp):
    """Quantized `nn.adaptive_avg_pool1d`: integer sum over each window, one rounding.

    %y = quant.adaptive_avg_pool1d %x : (tensor<1x8x7x!qx>) -> tensor<1x8x3x!qy>
    """

    name = "quant.adaptive_avg_pool1d"
    RANK: ClassVar[int] = 1


@irdl_op_definition
class AdaptiveAvgPool2dOp(AdaptiveAvgPoolOp):
    """Quantized `nn.adaptive_avg_pool2d`: integer sum over each window, one rounding.

    %y = quant.adaptive_avg_pool2d %x : (tensor<1x8x7x7x!qx>) -> tensor<1x8x1x1x!qy>
    """

    name = "quant.adaptive_avg_pool2d"
    RANK: ClassVar[int] = 2


@irdl_op_definition
class AdaptiveAvgPool3dOp(AdaptiveAvgPoolOp):
    """Quantized `nn.adaptive_avg_pool3d`: integer sum over each window, one rounding.

    %y = quant.adaptive_avg_pool3d %x : (tensor<1x8x7x7x7x!qx>) -> tensor<1x8x2x3x1x!qy>
    """

    name = "quant.adaptive_avg_pool3d"
    RANK: ClassVar[int] = 3


POOLING_OPS: tuple[type[QuantPooling], ...] = (
    *(AvgPool1dOp, AvgPool2dOp, AvgPool3dOp),
    *(AdaptiveAvgPool1dOp, AdaptiveAvgPool2dOp, AdaptiveAvgPool3dOp),
)
"""All of them, for the tables that have one entry for each."""
