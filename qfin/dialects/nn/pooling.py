"""Poolings of [N, C, spatial...], with PyTorch's meaning. `padding` is [before, after] for each
spatial dimension, of at most half of the window.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.families.pooling import (
    AdaptiveAvgPooling,
    AvgPooling,
    MaxPooling,
    Over1d,
    Over2d,
    Over3d,
    Pooling,
    WithDivisor,
)
from qfin.dialects.tensors import (
    AnyTensorConstr,
    FloatTensorConstr,
    IntsConstr,
    element_type_of,
    verify_same_element_type,
)
from qfin.dialects.uniform import UniformType
from qfin.dialects.windows import ones


class MaxPoolOp(MaxPooling):
    """Base of max poolings; padding never wins, on floats or on quantised values. A window that
    dilation puts between the elements gives the lowest value.

    On `!quant.uniform` tensors the maximum is taken on the stored integers, which is the same
    since quantisation is monotone within a channel; input and result types then agree."""

    input = operand_def(AnyTensorConstr)
    result = result_def(AnyTensorConstr)

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        self.verify_windows()
        element = element_type_of(self.input)
        if isinstance(element, UniformType) and not (
            element.is_per_layer or (element.is_per_axis and element.axis == 1)
        ):
            raise VerifyException(f"values must be quantized per layer or per channel: {element}")


@irdl_op_definition
class MaxPool1dOp(Over1d, MaxPoolOp):
    """`torch.nn.functional.max_pool1d`, on floats or on quantised values.

    %y = nn.max_pool1d %x {kernel = array<i64: 2>, stride = array<i64: 2>}
      : (tensor<1x8x4xf32>) -> tensor<1x8x2xf32>
    """

    name = "nn.max_pool1d"
    dilation = prop_def(IntsConstr, default_value=ones(1))


@irdl_op_definition
class MaxPool2dOp(Over2d, MaxPoolOp):
    """`torch.nn.functional.max_pool2d`, on floats or on quantised values.

    %y = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
      : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
    """

    name = "nn.max_pool2d"
    dilation = prop_def(IntsConstr, default_value=ones(2))


@irdl_op_definition
class MaxPool3dOp(Over3d, MaxPoolOp):
    """`torch.nn.functional.max_pool3d`, on floats or on quantised values.

    %y = nn.max_pool3d %x {kernel = array<i64: 2, 2, 2>}
      : (tensor<1x8x4x4x4xf32>) -> tensor<1x8x3x3x3xf32>
    """

    name = "nn.max_pool3d"
    dilation = prop_def(IntsConstr, default_value=ones(3))


class FloatPooling(Pooling):
    """From floats to floats."""

    input = operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)


class AvgPoolOp(AvgPooling, FloatPooling):
    """Base of average poolings."""

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        self.verify_windows()


@irdl_op_definition
class AvgPool1dOp(Over1d, AvgPoolOp):
    """`torch.nn.functional.avg_pool1d`: the sum over each window, with zeros for padding, divided
    by the window's size, or without `count_include_pad` by the number of true elements in it.

        %y = nn.avg_pool1d %x {kernel = array<i64: 2>, ceil_mode = true}
          : (tensor<1x8x4xf32>) -> tensor<1x8x3xf32>
    """

    name = "nn.avg_pool1d"


@irdl_op_definition
class AvgPool2dOp(Over2d, WithDivisor, AvgPoolOp):
    """`torch.nn.functional.avg_pool2d`: as `nn.avg_pool1d`; `divisor_override`, if given, is what
    the sums are divided by.

        %y = nn.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
          : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
    """

    name = "nn.avg_pool2d"


@irdl_op_definition
class AvgPool3dOp(Over3d, WithDivisor, AvgPoolOp):
    """`torch.nn.functional.avg_pool3d`: as `nn.avg_pool2d`.

    %y = nn.avg_pool3d %x {kernel = array<i64: 2, 2, 2>, divisor_override = 3 : i64}
      : (tensor<1x8x4x4x4xf32>) -> tensor<1x8x3x3x3xf32>
    """

    name = "nn.avg_pool3d"


class AdaptiveAvgPoolOp(AdaptiveAvgPooling, FloatPooling):
    """Base of adaptive average poolings; the output size is the result's."""

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        self.verify_windows()


@irdl_op_definition
class AdaptiveAvgPool1dOp(AdaptiveAvgPoolOp):
    """`torch.nn.functional.adaptive_avg_pool1d`; the output size is the result's.

    Output i of n averages the elements floor(i * L / n) up to, not including,
    ceil((i + 1) * L / n).

        %y = nn.adaptive_avg_pool1d %x : (tensor<1x8x7xf32>) -> tensor<1x8x3xf32>
    """

    name = "nn.adaptive_avg_pool1d"
    RANK: ClassVar[int] = 1


@irdl_op_definition
class AdaptiveAvgPool2dOp(AdaptiveAvgPoolOp):
    """`torch.nn.functional.adaptive_avg_pool2d`: as `nn.adaptive_avg_pool1d` in each dimension.

    %y = nn.adaptive_avg_pool2d %x : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
    """

    name = "nn.adaptive_avg_pool2d"
    RANK: ClassVar[int] = 2


@irdl_op_definition
class AdaptiveAvgPool3dOp(AdaptiveAvgPoolOp):
    """`torch.nn.functional.adaptive_avg_pool3d`: as `nn.adaptive_avg_pool1d` in each dimension.

    %y = nn.adaptive_avg_pool3d %x : (tensor<1x8x7x7x7xf32>) -> tensor<1x8x2x3x1xf32>
    """

    name = "nn.adaptive_avg_pool3d"
    RANK: ClassVar[int] = 3


POOLING_OPS: tuple[type[Pooling], ...] = (
    *(MaxPool1dOp, MaxPool2dOp, MaxPool3dOp),
    *(AvgPool1dOp, AvgPool2dOp, AvgPool3dOp),
    *(AdaptiveAvgPool1dOp, AdaptiveAvgPool2dOp, AdaptiveAvgPool3dOp),
)
"""All of them, for the tables that have one entry for each."""
