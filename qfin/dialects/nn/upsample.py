"""Resampling of [N, C, spatial...], with PyTorch's meaning."""

from __future__ import annotations

from typing import ClassVar

from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.families.upsample import Cubic, Linear, Nearest, Upsample
from qfin.dialects.tensors import (
    AnyTensorConstr,
    FloatTensorConstr,
    element_type_of,
    verify_same_element_type,
)
from qfin.dialects.uniform import UniformType


class UpsampleNearestOp(Nearest):
    """Base of the ops that take the nearest value, on floats or on quantised values."""

    input = operand_def(AnyTensorConstr)
    result = result_def(AnyTensorConstr)

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        self.verify_sizes()
        element = element_type_of(self.input)
        if isinstance(element, UniformType) and not (
            element.is_per_layer or (element.is_per_axis and element.axis == 1)
        ):
            raise VerifyException(f"values must be quantized per layer or per channel: {element}")


@irdl_op_definition
class UpsampleNearest1dOp(UpsampleNearestOp):
    """`torch.nn.functional.interpolate` of mode "nearest", on floats or on quantised values.

    %y = nn.upsample_nearest1d %x : (tensor<1x8x4xf32>) -> tensor<1x8x9xf32>
    """

    name = "nn.upsample_nearest1d"
    RANK: ClassVar[int] = 1


@irdl_op_definition
class UpsampleNearest2dOp(UpsampleNearestOp):
    """`torch.nn.functional.interpolate` of mode "nearest", on floats or on quantised values.

    %y = nn.upsample_nearest2d %x {scales = array<f64: 2.0, 2.5>}
      : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x10xf32>
    """

    name = "nn.upsample_nearest2d"
    RANK: ClassVar[int] = 2


@irdl_op_definition
class UpsampleNearest3dOp(UpsampleNearestOp):
    """`torch.nn.functional.interpolate` of mode "nearest", on floats or on quantised values.

    %y = nn.upsample_nearest3d %x : (tensor<1x8x4x4x4xf32>) -> tensor<1x8x8x8x2xf32>
    """

    name = "nn.upsample_nearest3d"
    RANK: ClassVar[int] = 3


class FloatUpsample(Upsample):
    """From floats to floats."""

    input = operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        self.verify_sizes()


@irdl_op_definition
class UpsampleLinear1dOp(Linear, FloatUpsample):
    """`torch.nn.functional.interpolate` of mode "linear".

    %y = nn.upsample_linear1d %x : (tensor<1x8x4xf32>) -> tensor<1x8x9xf32>
    """

    name = "nn.upsample_linear1d"
    RANK: ClassVar[int] = 1


@irdl_op_definition
class UpsampleBilinear2dOp(Linear, FloatUpsample):
    """`torch.nn.functional.interpolate` of mode "bilinear".

    %y = nn.upsample_bilinear2d %x {align_corners = true}
      : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
    """

    name = "nn.upsample_bilinear2d"
    RANK: ClassVar[int] = 2


@irdl_op_definition
class UpsampleTrilinear3dOp(Linear, FloatUpsample):
    """`torch.nn.functional.interpolate` of mode "trilinear".

    %y = nn.upsample_trilinear3d %x : (tensor<1x8x4x4x4xf32>) -> tensor<1x8x8x8x8xf32>
    """

    name = "nn.upsample_trilinear3d"
    RANK: ClassVar[int] = 3


@irdl_op_definition
class UpsampleBicubic2dOp(Cubic, FloatUpsample):
    """`torch.nn.functional.interpolate` of mode "bicubic".

    %y = nn.upsample_bicubic2d %x : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
    """

    name = "nn.upsample_bicubic2d"
    RANK: ClassVar[int] = 2


UPSAMPLE_OPS: tuple[type[Upsample], ...] = (
    *(UpsampleNearest1dOp, UpsampleNearest2dOp, UpsampleNearest3dOp),
    *(UpsampleLinear1dOp, UpsampleBilinear2dOp, UpsampleTrilinear3dOp, UpsampleBicubic2dOp),
)
"""All of them, for the tables that have one entry for each."""
