"""Fused normalisations by the statistics of the input: exact integer sums, f32 for each element.

Their numbers are defined once, in `qfin.interpreter.norm`.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.families.norm import (
    AFFINE,
    EPS,
    GroupedNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
)
from qfin.dialects.parameters import F32TensorConstr
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr, verify_activation_type
from qfin.dialects.tensors import QuantTensorConstr, element_type_of, shape_of, verify_result_shape
from qfin.dialects.uniform import UniformType

MAX_GROUP = 2**23
"""The most elements that are normalised together. With n of them, |n * q - sum q| <= 255 * n is
below 2**31, and n * sum q**2 <= (255 * n)**2 below 2**62."""


def relative_eps(eps: float, scale: float, count: int) -> float:
    """`eps` in units of `count**2 * var(q)`: `eps * (count / f32(scale))**2`, in f64, in this
    order; infinite where the scale is 0 in f32."""
    unit = float(np.float32(scale)) if scale < np.finfo(np.float32).max else inf
    return eps * (count / unit) ** 2 if unit else inf


class NormOp(GroupedNorm):
    """Base of the ops. Input and result are quantized per layer to 8 bits, each with parameters of
    its own; weight and bias are f32."""

    input = operand_def(QuantTensorConstr)
    weight = opt_operand_def(F32TensorConstr)
    bias = opt_operand_def(F32TensorConstr)
    result = result_def(QuantTensorConstr)

    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    assembly_format: ClassVar[str | None] = (
        f"$input {AFFINE} attr-dict `:` type($input) `->` type($result)"
    )

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

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_result_shape(self.result, shape_of(self.input))
        self.verify_parameters(weight=self.weight, bias=self.bias)
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
class LayerNormOp(LayerNorm, NormOp):
    """Quantized `nn.layer_norm`.

    %y = quant.layer_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
      {normalized_shape = array<i64: 8>} : tensor<2x4x8x!qx> -> tensor<2x4x8x!qy>
    """

    name = "quant.layer_norm"


@irdl_op_definition
class GroupNormOp(GroupNorm, NormOp):
    """Quantized `nn.group_norm`.

    %y = quant.group_norm %x weight(%w : tensor<8xf32>)
      {num_groups = 2 : i64, activation = #quant<activation relu>}
      : tensor<1x8x4x4x!qx> -> tensor<1x8x4x4x!qy>
    """

    name = "quant.group_norm"


@irdl_op_definition
class InstanceNormOp(InstanceNorm, NormOp):
    """Quantized `nn.instance_norm`, by the statistics of its input.

    %y = quant.instance_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
      {eps = 1.0e-06 : f64} : tensor<1x8x4x4x!qx> -> tensor<1x8x4x4x!qy>
    """

    name = "quant.instance_norm"
