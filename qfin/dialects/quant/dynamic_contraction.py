"""Sums of products that quantize their f32 input at run time: `quant.linear_dynamic` and its kin.

Their numbers are defined once, in `qfin.interpreter`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override
from xdsl.dialects.builtin import NoneAttr, UnitAttr, f32
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr
from qfin.dialects.quant.contraction import MAX_REDUCTION
from qfin.dialects.quant.dynamic import F32TensorConstr
from qfin.dialects.quant.packed import PackedConstr
from qfin.dialects.quant.packed_type import CONV1D, CONV2D, CONV3D, LINEAR, LINEAR_FP16, PackedType
from qfin.dialects.tensors import shape_of, verify_result_shape


class FloatContraction(IRDLOperation, ABC):
    """An op on f32 that multiplies its input with packed weights; the geometry is in their type.

    `activation` is applied to the f32 result.
    """

    KIND: ClassVar[str]
    """The op that the weights are packed for."""

    input = operand_def(F32TensorConstr)
    packed = operand_def(PackedConstr)
    result = result_def(F32TensorConstr)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    @abstractmethod
    def result_shape(self, packed: PackedType) -> Sequence[int]:
        """The shape rule. Raises VerifyException where the input does not fit the weights."""

    @override
    def verify_(self) -> None:
        packed = self.packed.type
        assert isinstance(packed, PackedType)
        if packed.op.data != self.KIND:
            raise VerifyException(f"weights are packed for {packed.op.data}, not for {self.KIND}")
        if packed.bias not in (f32, NoneAttr()):
            raise VerifyException(
                f"bias is {packed.bias}; the scale of the input is known at run time only, so the"
                " bias must be f32"
            )
        verify_result_shape(self.result, self.result_shape(packed))


class DynamicContraction(FloatContraction, ABC):
    """Chooses parameters for its input (`quant.choose_qparams`), quantizes it to ui8
    (`quant.quantize`), sums products of integers exactly, and gives f32:
    `fma(f32(sum), f32(sx * sw), bias)`, without a bias the product.

    `reduce_range` is that of `quant.choose_qparams`.
    """

    reduce_range = opt_prop_def(UnitAttr)

    def __init__(
        self,
        input: SSAValue,
        packed: SSAValue,
        result_type: Attribute,
        activation: ActivationAttr = NO_ACTIVATION,
        *,
        reduce_range: bool = False,
    ):
        super().__init__(
            operands=[input, packed],
            result_types=[result_type],
            properties={
                "activation": activation,
                "reduce_range": UnitAttr() if reduce_range else None,
            },
        )

    @override
    def verify_(self) -> None:
        super().verify_()
        packed = self.packed.type
        assert isinstance(packed, PackedType)
        if packed.reduction > MAX_REDUCTION:
            raise VerifyException(
                f"a sum of {packed.reduction} products can overflow 32 bits"
                f" (at most {MAX_REDUCTION})"
            )


@irdl_op_definition
class LinearDynamicOp(DynamicContraction):
    """`nn.linear` of an input that is quantized at run time, `quantized::linear_dynamic` of
    PyTorch: input [..., K], packed weight [N, K], result [..., N].

    %y = quant.linear_dynamic %x, %p {reduce_range, activation = #quant<activation relu>}
      : (tensor<2x64xf32>, !quant.packed<linear, tensor<10x64xi8>, bias = f32>)
      -> tensor<2x10xf32>
    """

    name = "quant.linear_dynamic"
    KIND: ClassVar[str] = LINEAR

    @override
    def result_shape(self, packed: PackedType) -> Sequence[int]:
        return shapes.linear(shape_of(self.input), packed.weight.get_shape())


class _ConvDynamic(DynamicContraction, ABC):
    """What is the same over any number of spatial dimensions.

    The result is that of the sums. PyTorch's `quantized::conv2d_dynamic` and its kin round it to
    the parameters of the input, and clamp it to the range of these.
    """

    @override
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
class Conv1dDynamicOp(_ConvDynamic):
    """`nn.conv1d` of an input that is quantized at run time, `quantized::conv1d_dynamic`.

    %y = quant.conv1d_dynamic %x, %p {reduce_range} : (tensor<1x1x8xf32>,
        !quant.packed<conv1d, tensor<16x1x3xi8>, bias = f32, padding = [1, 1]>)
      -> tensor<1x16x8xf32>
    """

    name = "quant.conv1d_dynamic"
    KIND: ClassVar[str] = CONV1D


@irdl_op_definition
class Conv2dDynamicOp(_ConvDynamic):
    """`nn.conv2d` of an input that is quantized at run time, `quantized::conv2d_dynamic`.

    %y = quant.conv2d_dynamic %x, %p {reduce_range} : (tensor<1x1x8x8xf32>,
        !quant.packed<conv2d, tensor<16x1x3x3xi8>, bias = f32, padding = [1, 1, 1, 1]>)
      -> tensor<1x16x8x8xf32>
    """

    name = "quant.conv2d_dynamic"
    KIND: ClassVar[str] = CONV2D


@irdl_op_definition
class Conv3dDynamicOp(_ConvDynamic):
    """`nn.conv3d` of an input that is quantized at run time, `quantized::conv3d_dynamic`.

    %y = quant.conv3d_dynamic %x, %p {reduce_range} : (tensor<1x1x4x8x8xf32>,
        !quant.packed<conv3d, tensor<16x1x3x3x3xi8>, bias = f32>)
      -> tensor<1x16x2x6x6xf32>
    """

    name = "quant.conv3d_dynamic"
    KIND: ClassVar[str] = CONV3D


@irdl_op_definition
class LinearDynamicFp16Op(FloatContraction):
    """`nn.linear` with a weight stored as f16, `quantized::linear_dynamic_fp16` of PyTorch: the
    products and sums are of floats, nothing is quantized.

    %y = quant.linear_dynamic_fp16 %x, %p
      : (tensor<2x64xf32>, !quant.packed<linear_fp16, tensor<10x64xf16>, bias = f32>)
      -> tensor<2x10xf32>
    """

    name = "quant.linear_dynamic_fp16"
    KIND: ClassVar[str] = LINEAR_FP16

    def __init__(
        self,
        input: SSAValue,
        packed: SSAValue,
        result_type: Attribute,
        activation: ActivationAttr = NO_ACTIVATION,
    ):
        super().__init__(
            operands=[input, packed],
            result_types=[result_type],
            properties={"activation": activation},
        )

    @override
    def result_shape(self, packed: PackedType) -> Sequence[int]:
        return shapes.linear(shape_of(self.input), packed.weight.get_shape())
