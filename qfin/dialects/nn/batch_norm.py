"""Batch normalisation: `nn.batch_norm`."""

from __future__ import annotations

from math import isfinite
from typing import ClassVar

from xdsl.dialects.builtin import BoolAttr, FloatAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.nn.activation import NumberConstr, number
from qfin.dialects.parameters import channels_of, named, optional, verify_parameter
from qfin.dialects.tensors import FloatTensorConstr, verify_same_element_type

FALSE = BoolAttr.from_bool(False)
EPS = number(1e-5)
MOMENTUM = number(0.1)

PARAMETERS = " ".join(
    (optional("weight"), optional("bias"), named("running_mean"), named("running_var"))
)


def verify_eps(eps: FloatAttr) -> None:
    """Raises VerifyException unless `eps` is a number >= 0."""
    if not (isfinite(value := eps.value.data) and value >= 0):
        raise VerifyException(f"eps must be a finite number >= 0, got {value}")


@irdl_op_definition
class BatchNormOp(IRDLOperation):
    """`torch.nn.functional.batch_norm`: `(x - mean) / sqrt(var + eps) * weight + bias`, each
    channel with its own.

    input [N, C, ...], the parameters [C] each; `weight` and `bias` may be absent. Mean and variance
    are the running ones, or with `training` those of the input, the variance without Bessel's
    correction. The running ones are values and are not updated: `momentum` means nothing here.

        %y = nn.batch_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
          running_mean(%m : tensor<8xf32>) running_var(%v : tensor<8xf32>) {eps = 0.001 : f64}
          : tensor<1x8x4x4xf32>
    """

    name = "nn.batch_norm"

    T: ClassVar = VarConstraint("T", FloatTensorConstr)

    input = operand_def(T)
    weight = opt_operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    running_mean = operand_def(FloatTensorConstr)
    running_var = operand_def(FloatTensorConstr)
    result = result_def(T)

    training = prop_def(BoolAttr, default_value=FALSE)
    momentum = prop_def(NumberConstr, default_value=MOMENTUM)
    eps = prop_def(NumberConstr, default_value=EPS)

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())
    assembly_format = f"$input {PARAMETERS} attr-dict `:` type($input)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue | None,
        bias: SSAValue | None,
        running_mean: SSAValue,
        running_var: SSAValue,
        *,
        training: BoolAttr = FALSE,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ):
        super().__init__(
            operands=[input, weight, bias, running_mean, running_var],
            result_types=[input.type],
            properties={"training": training, "momentum": number(momentum), "eps": number(eps)},
        )

    def verify_(self) -> None:
        parameters = (self.weight, self.bias, self.running_mean, self.running_var)
        verify_same_element_type(self.input, *parameters)
        verify_eps(self.eps)
        channels = channels_of(self.input)
        for name, value in zip(
            ("weight", "bias", "running_mean", "running_var"), parameters, strict=True
        ):
            verify_parameter(name, value, (channels,))
