"""Fused normalisations by the statistics of the input: exact integer sums, f32 for each element.

Their numbers are defined once, in `qfin.interpreter.norm`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
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

from qfin.dialects.nn.activation import NumberConstr
from qfin.dialects.nn.batch_norm import EPS, verify_eps
from qfin.dialects.nn.norm import (
    PARAMETERS,
    Groups,
    channel_groups,
    instance_groups,
    layer_groups,
    verify_group_norm,
    verify_layer_norm,
)
from qfin.dialects.parameters import F32TensorConstr, channels_of, verify_parameter
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr, verify_activation_type
from qfin.dialects.tensors import (
    IntConstr,
    IntsConstr,
    QuantTensorConstr,
    element_type_of,
    shape_of,
    verify_result_shape,
)
from qfin.dialects.uniform import UniformType

MAX_GROUP = 2**23
"""The most elements that are normalised together. With n of them, |n * q - sum q| <= 255 * n is
below 2**31, and n * sum q**2 <= (255 * n)**2 below 2**62."""


def relative_eps(eps: float, scale: float, count: int) -> float:
    """`eps` in units of `count**2 * var(q)`: `eps * (count / f32(scale))**2`, in f64, in this
    order; infinite where the scale is 0 in f32."""
    unit = float(np.float32(scale)) if scale < np.finfo(np.float32).max else inf
    return eps * (count / unit) ** 2 if unit else inf


class NormOp(IRDLOperation):
    """Base of the ops. Input and result are quantized per layer to 8 bits, each with parameters of
    its own; weight and bias are f32."""

    input = operand_def(QuantTensorConstr)
    weight = opt_operand_def(F32TensorConstr)
    bias = opt_operand_def(F32TensorConstr)
    result = result_def(QuantTensorConstr)

    eps = prop_def(NumberConstr, default_value=EPS)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())
    assembly_format: ClassVar[str | None] = (
        f"$input {PARAMETERS} attr-dict `:` type($input) `->` type($result)"
    )
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue | None,
        bias: SSAValue | None,
        result_type: Attribute,
        *,
        eps: FloatAttr = EPS,
        activation: ActivationAttr = NO_ACTIVATION,
        **properties: Attribute,
    ):
        super().__init__(
            operands=[input, weight, bias],
            result_types=[result_type],
            properties={"eps": eps, "activation": activation, **properties},
        )

    def groups(self, shape: Sequence[int]) -> Groups:
        """What is normalised together in an input of this shape."""
        raise NotImplementedError

    def parameter_shape(self) -> tuple[int, ...]:
        """That of weight and bias. Raises VerifyException for an input that does not fit."""
        raise NotImplementedError

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_result_shape(self.result, shape_of(self.input))
        verify_eps(self.eps)
        expected = self.parameter_shape()
        verify_parameter("weight", self.weight, expected)
        verify_parameter("bias", self.bias, expected)
        self._verify_sums()

    def _verify_sums(self) -> None:
        count = self.groups(shape_of(self.input)).count
        if count is not None and count > MAX_GROUP:
            raise VerifyException(
                f"sums over {count} values are not exact (at most {MAX_GROUP} at a time)"
            )
        element, eps = element_type_of(self.input), self.eps.value.data
        assert isinstance(element, UniformType)
        # Where all values are equal, 1 / sqrt(relative eps) is what is multiplied with.
        relative = relative_eps(eps, element.scale, 1)
        if not 0 < relative < inf or 1 / sqrt(relative) > float(np.finfo(np.float32).max):
            raise VerifyException(
                f"eps {eps} with an input scale of {element.scale} leaves the range of f32"
            )


@irdl_op_definition
class LayerNormOp(NormOp):
    """Quantized `nn.layer_norm`.

    %y = quant.layer_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
      {normalized_shape = array<i64: 8>} : tensor<2x4x8x!qx> -> tensor<2x4x8x!qy>
    """

    name = "quant.layer_norm"

    normalized_shape = prop_def(IntsConstr)

    def groups(self, shape: Sequence[int]) -> Groups:
        return layer_groups(shape, self.normalized_shape.get_values())

    def parameter_shape(self) -> tuple[int, ...]:
        return verify_layer_norm(self.input, self.normalized_shape)


@irdl_op_definition
class GroupNormOp(NormOp):
    """Quantized `nn.group_norm`.

    %y = quant.group_norm %x weight(%w : tensor<8xf32>)
      {num_groups = 2 : i64, activation = #quant<activation relu>}
      : tensor<1x8x4x4x!qx> -> tensor<1x8x4x4x!qy>
    """

    name = "quant.group_norm"

    num_groups = prop_def(IntConstr)

    def groups(self, shape: Sequence[int]) -> Groups:
        return channel_groups(shape, self.num_groups.value.data)

    def parameter_shape(self) -> tuple[int, ...]:
        return verify_group_norm(self.input, self.num_groups.value.data)


@irdl_op_definition
class InstanceNormOp(NormOp):
    """Quantized `nn.instance_norm`, by the statistics of its input.

    %y = quant.instance_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
      {eps = 1.0e-06 : f64} : tensor<1x8x4x4x!qx> -> tensor<1x8x4x4x!qy>
    """

    name = "quant.instance_norm"

    def groups(self, shape: Sequence[int]) -> Groups:
        return instance_groups(shape)

    def parameter_shape(self) -> tuple[int, ...]:
        return (channels_of(self.input),)
