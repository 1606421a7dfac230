"""Fused ops: int8 in, int8 out, what a quantize/dequantize pair around a float op becomes.

Their numbers are defined once, in `qfin.interpreter.quant`.
"""

from __future__ import annotations

from math import prod

from xdsl.dialects.builtin import BoolAttr, f32, i8
from xdsl.dialects.utils import EnumAttribute
from xdsl.ir import Attribute, SpacedOpaqueSyntaxAttribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.str_enum import StrEnum

from qfin.dialects import shapes
from qfin.dialects.nn.pooling import verify_adaptive_avg_pool2d, verify_avg_pool2d
from qfin.dialects.quant.packed import PackedConstr
from qfin.dialects.quant.packed_type import CONV2D, LINEAR, PackedType
from qfin.dialects.tensors import (
    NO_PADDING,
    ONES,
    TRUE,
    Ints,
    IntsConstr,
    QuantTensorConstr,
    element_type_of,
    shape_of,
    verify_result_shape,
)
from qfin.dialects.uniform import UniformType

# |accumulator| <= reduction * 255 * 128 must stay below 2**31.
MAX_REDUCTION = (2**31 - 1) // (255 * 128)
# |sum| of a pooling window <= 255 for each element, likewise.
MAX_WINDOW = (2**31 - 1) // 255


class Activation(StrEnum):
    NONE = "none"
    RELU = "relu"


@irdl_attr_definition
class ActivationAttr(EnumAttribute[Activation], SpacedOpaqueSyntaxAttribute):
    """What follows the sum, folded into the output's clamp: `#quant<activation relu>`."""

    name = "quant.activation"


NO_ACTIVATION = ActivationAttr(Activation.NONE)
RELU = ActivationAttr(Activation.RELU)


def verify_activation_type(value: SSAValue, what: str) -> None:
    """Activations are quantized per layer to 8 bits, from f32. Raises VerifyException."""
    element = element_type_of(value)
    assert isinstance(element, UniformType)
    if not element.is_per_layer:
        raise VerifyException(f"{what} must be quantized per layer, got {element}")
    if element.signless_storage != i8:
        raise VerifyException(f"{what} must be stored in 8 bits, got {element.storage}")
    if element.expressed != f32:
        raise VerifyException(f"{what} must stand for f32, got {element.expressed}")
    if not element.storage_min <= element.zero_point <= element.storage_max:
        raise VerifyException(
            f"{what} has zero point {element.zero_point} outside of its storage range"
            f" [{element.storage_min}, {element.storage_max}]"
        )


def _verify_contraction(op: LinearOp | Conv2dOp, kind: str) -> PackedType:
    packed = op.packed.type
    assert isinstance(packed, PackedType)
    verify_activation_type(op.input, "input")
    verify_activation_type(op.result, "result")
    if packed.op.data != kind:
        raise VerifyException(f"weights are packed for {packed.op.data}, not for {kind}")
    if packed.reduction > MAX_REDUCTION:
        raise VerifyException(
            f"a sum of {packed.reduction} products can overflow 32 bits (at most {MAX_REDUCTION})"
        )
    return packed


def _verify_window_sum(elements: int) -> None:
    if elements > MAX_WINDOW:
        raise VerifyException(
            f"a sum of {elements} values can overflow 32 bits (at most {MAX_WINDOW})"
        )


@irdl_op_definition
class LinearOp(IRDLOperation):
    """Quantized `nn.linear`: input [..., K], packed weight [N, K], result [..., N].

    %y = quant.linear %x, %p {activation = #quant<activation relu>}
      : (tensor<1x64x!qx>, !quant.packed<linear, tensor<10x64xi8>, bias = f32>)
      -> tensor<1x10x!qy>
    """

    name = "quant.linear"

    input = operand_def(QuantTensorConstr)
    packed = operand_def(PackedConstr)
    result = result_def(QuantTensorConstr)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

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

    def verify_(self) -> None:
        packed = _verify_contraction(self, LINEAR)
        verify_result_shape(
            self.result, shapes.linear(shape_of(self.input), packed.weight.get_shape())
        )


@irdl_op_definition
class Conv2dOp(IRDLOperation):
    """Quantized `nn.conv2d`; stride, padding, dilation and groups are in the packed type.

    %y = quant.conv2d %x, %p : (tensor<1x1x8x8x!qx>,
        !quant.packed<conv2d, tensor<16x1x3x3xi8>, bias = f32, padding = [1, 1, 1, 1]>)
      -> tensor<1x16x8x8x!qy>
    """

    name = "quant.conv2d"

    input = operand_def(QuantTensorConstr)
    packed = operand_def(PackedConstr)
    result = result_def(QuantTensorConstr)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

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

    def verify_(self) -> None:
        packed = _verify_contraction(self, CONV2D)
        geometry = packed.conv
        expected = shapes.conv2d(
            shape_of(self.input),
            packed.weight.get_shape(),
            geometry.stride.get_values(),
            geometry.padding.get_values(),
            geometry.dilation.get_values(),
            geometry.groups.data,
        )
        verify_result_shape(self.result, expected)


@irdl_op_definition
class AvgPool2dOp(IRDLOperation):
    """Quantized `nn.avg_pool2d`: integer sum over the window, one rounding.

    %y = quant.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
      : (tensor<1x8x4x4x!qx>) -> tensor<1x8x2x2x!qy>
    """

    name = "quant.avg_pool2d"

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    kernel = prop_def(IntsConstr)
    stride = prop_def(IntsConstr, default_value=ONES)
    padding = prop_def(IntsConstr, default_value=NO_PADDING)
    count_include_pad = prop_def(BoolAttr, default_value=TRUE)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        result_type: Attribute,
        *,
        kernel: Ints,
        stride: Ints = ONES,
        padding: Ints = NO_PADDING,
        count_include_pad: BoolAttr = TRUE,
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={
                "kernel": kernel,
                "stride": stride,
                "padding": padding,
                "count_include_pad": count_include_pad,
            },
        )

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        _verify_window_sum(prod(self.kernel.get_values()))
        verify_avg_pool2d(self.input, self.result, self.kernel, self.stride, self.padding)


@irdl_op_definition
class AdaptiveAvgPool2dOp(IRDLOperation):
    """Quantized `nn.adaptive_avg_pool2d`: integer sum over each window, one rounding.

    %y = quant.adaptive_avg_pool2d %x : (tensor<1x8x7x7x!qx>) -> tensor<1x8x1x1x!qy>
    """

    name = "quant.adaptive_avg_pool2d"

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, result_type: Attribute):
        super().__init__(operands=[input], result_types=[result_type])

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_adaptive_avg_pool2d(self.input, self.result)
        windows = zip(shape_of(self.input)[2:], shape_of(self.result)[2:], strict=True)
        # Output i of n covers at most ceil(size / n) + 1 rows.
        _verify_window_sum(prod(min(n, -(-n // max(m, 1)) + 1) for n, m in windows if n > 0))
