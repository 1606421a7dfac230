"""Batch normalisation: `nn.batch_norm`."""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import BoolAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    VarConstraint,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    prop_def,
    result_def,
)

from qfin.dialects.families.norm import AFFINE, MOMENTUM, STATISTICS, Norm
from qfin.dialects.tensors import (
    FALSE,
    FloatTensorConstr,
    NumberConstr,
    number,
    verify_same_element_type,
)


@irdl_op_definition
class BatchNormOp(Norm):
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

    assembly_format = f"$input {AFFINE} {STATISTICS} attr-dict `:` type($input)"

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
        parameters = {
            "weight": self.weight,
            "bias": self.bias,
            "running_mean": self.running_mean,
            "running_var": self.running_var,
        }
        verify_same_element_type(self.input, *parameters.values())
        self.verify_parameters(**parameters)
