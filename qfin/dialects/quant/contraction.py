"""Fused sums of products with packed weights: `quant.linear`, `quant.conv2d` and their kin.

Their numbers are defined once, in `qfin.interpreter`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
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
from qfin.dialects.quant.activation import (
    NO_ACTIVATION,
    ActivationAttr,
    verify_activation_type,
)
from qfin.dialects.quant.packed import PackedConstr
from qfin.dialects.quant.packed_type import (
    CONV1D,
    CONV2D,
    CONV3D,
    CONV_TRANSPOSE1D,
    CONV_TRANSPOSE2D,
    CONV_TRANSPOSE3D,
    LINEAR,
    PackedType,
)
from qfin.dialects.tensors import QuantTensorConstr, shape_of, verify_result_shape

# |accumulator| <= reduction * 255 * 128 must stay below 2**31.
MAX_REDUCTION = (2**31 - 1) // (255 * 128)


class Contraction(IRDLOperation, ABC):
    """An op that multiplies its input with packed weights; the geometry is in their type.

    A residual, a quantized tensor of the result's shape with a scale and zero point of its own, is
    added to the sums before they are rounded.

        %y = quant.conv2d %x, %p, %r {activation = #quant<activation relu>} : (...) -> ...
    """

    KIND: ClassVar[str]
    """The op that the weights are packed for."""

    input = operand_def(QuantTensorConstr)
    packed = operand_def(PackedConstr)
    residual = opt_operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        packed: SSAValue,
        result_type: Attribute,
        activation: ActivationAttr = NO_ACTIVATION,
        residual: SSAValue | None = None,
    ):
        super().__init__(
            operands=[input, packed, residual],
            result_types=[result_type],
            properties={"activation": activation},
        )

    @abstractmethod
    def result_shape(self, packed: PackedType) -> Sequence[int]:
        """The shape rule. Raises VerifyException where the input does not fit the weights."""

    def verify_(self) -> None:
        packed = self.packed.type
        assert isinstance(packed, PackedType)
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        if packed.op.data != self.KIND:
            raise VerifyException(f"weights are packed for {packed.op.data}, not for {self.KIND}")
        if packed.reduction > MAX_REDUCTION:
            raise VerifyException(
                f"a sum of {packed.reduction} products can overflow 32 bits"
                f" (at most {MAX_REDUCTION})"
            )
        verify_result_shape(self.result, self.result_shape(packed))
        if self.residual is not None:
            verify_activation_type(self.residual, "residual")
            if (shape := shape_of(self.residual)) != shape_of(self.result):
                raise VerifyException(
                    f"residual must have the shape of the result,"
                    f" {list(shape_of(self.result))}, got {list(shape)}"
                )


@irdl_op_definition
class LinearOp(Contraction):
    """Quantized `nn.linear`: input [..., K], packed weight [N, K], result [..., N].

    %y = quant.linear %x, %p {activation = #quant<activation relu>}
      : (tensor<1x64x!qx>, !quant.packed<linear, tensor<10x64xi8>, bias = f32>)
      -> tensor<1x10x!qy>
    """

    name = "quant.linear"
    KIND: ClassVar[str] = LINEAR

    def result_shape(self, packed: PackedType) -> Sequence[int]:
        return shapes.linear(shape_of(self.input), packed.weight.get_shape())


class Conv(Contraction):
    """Base of convolutions over any number of spatial dimensions."""

    def result_shape(self, packed: PackedType) -> Sequence[int]:
        geometry = packed.conv
        return shapes.conv(
            shape_of(self.input),
            packed.weight.get_shape(),
            geometry.stride.get_values(),
            geometry.padding.get_values(),
            geometry.dilation.get_values(),
            geometry.groups.data,
        )


@irdl_op_definition
class Conv1dOp(Conv):
    """Quantized `nn.conv1d`. Its numbers are those of `quant.conv2d` on an image of height 1.

    %y = quant.conv1d %x, %p : (tensor<1x1x8x!qx>,
        !quant.packed<conv1d, tensor<16x1x3xi8>, bias = f32, padding = [1, 1]>)
      -> tensor<1x16x8x!qy>
    """

    name = "quant.conv1d"
    KIND: ClassVar[str] = CONV1D


@irdl_op_definition
class Conv2dOp(Conv):
    """Quantized `nn.conv2d`.

    %y = quant.conv2d %x, %p : (tensor<1x1x8x8x!qx>,
        !quant.packed<conv2d, tensor<16x1x3x3xi8>, bias = f32, padding = [1, 1, 1, 1]>)
      -> tensor<1x16x8x8x!qy>
    """

    name = "quant.conv2d"
    KIND: ClassVar[str] = CONV2D


@irdl_op_definition
class Conv3dOp(Conv):
    """Quantized `nn.conv3d`.

    %y = quant.conv3d %x, %p : (tensor<1x1x4x8x8x!qx>,
        !quant.packed<conv3d, tensor<16x1x3x3x3xi8>, bias = f32, stride = [1, 2, 2]>)
      -> tensor<1x16x2x3x3x!qy>
    """

    name = "quant.conv3d"
    KIND: ClassVar[str] = CONV3D


class ConvTranspose(Contraction):
    """Base of transposed convolutions over any number of spatial dimensions."""

    def result_shape(self, packed: PackedType) -> Sequence[int]:
        geometry = packed.conv
        return shapes.conv_transpose(
            shape_of(self.input),
            packed.weight.get_shape(),
            geometry.stride.get_values(),
            geometry.padding.get_values(),
            geometry.output_padding.get_values(),
            geometry.dilation.get_values(),
            geometry.groups.data,
        )


@irdl_op_definition
class ConvTranspose1dOp(ConvTranspose):
    """Quantized `nn.conv_transpose1d`.

    %y = quant.conv_transpose1d %x, %p : (tensor<1x3x8x!qx>,
        !quant.packed<conv_transpose1d, tensor<3x16x2xi8>, stride = [2]>)
      -> tensor<1x16x16x!qy>
    """

    name = "quant.conv_transpose1d"
    KIND: ClassVar[str] = CONV_TRANSPOSE1D


@irdl_op_definition
class ConvTranspose2dOp(ConvTranspose):
    """Quantized `nn.conv_transpose2d`.

    %y = quant.conv_transpose2d %x, %p : (tensor<1x3x8x8x!qx>,
        !quant.packed<conv_transpose2d, tensor<3x16x2x2xi8>, bias = f32, stride = [2, 2]>)
      -> tensor<1x16x16x16x!qy>
    """

    name = "quant.conv_transpose2d"
    KIND: ClassVar[str] = CONV_TRANSPOSE2D


@irdl_op_definition
class ConvTranspose3dOp(ConvTranspose):
    """Quantized `nn.conv_transpose3d`.

    %y = quant.conv_transpose3d %x, %p : (tensor<1x3x2x4x4x!qx>,
        !quant.packed<conv_transpose3d, tensor<3x16x2x2x2xi8>, stride = [2, 2, 2]>)
      -> tensor<1x16x4x8x8x!qy>
    """

    name = "quant.conv_transpose3d"
    KIND: ClassVar[str] = CONV_TRANSPOSE3D
