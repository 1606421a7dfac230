"""Fused sums of products with packed weights: `quant.linear`, `quant.conv2d`.

Their numbers are defined once, in `qfin.interpreter.quant`.
"""

from __future__ import annotations

from typing import Protocol

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
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
from qfin.dialects.quant.packed_type import CONV2D, LINEAR, PackedType
from qfin.dialects.tensors import QuantTensorConstr, shape_of, verify_result_shape

# |accumulator| <= reduction * 255 * 128 must stay below 2**31.
MAX_REDUCTION = (2**31 - 1) // (255 * 128)


class Contraction(Protocol):
    """An op that multiplies its input with packed weights."""

    @property
    def input(self) -> SSAValue: ...
    @property
    def packed(self) -> SSAValue: ...
    @property
    def result(self) -> SSAValue: ...
    @property
    def activation(self) -> ActivationAttr: ...


def verify_contraction(op: Contraction, kind: str) -> PackedType:
    """The type of the weights of `op`. Raises VerifyException unless they are packed for `kind`."""
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
        packed = verify_contraction(self, LINEAR)
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
        packed = verify_contraction(self, CONV2D)
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
