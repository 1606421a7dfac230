"""Normalisations by the statistics of the input: `nn.layer_norm`, `nn.group_norm`,
`nn.instance_norm`."""

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
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.families.norm import (
    AFFINE,
    MOMENTUM,
    GroupedNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
)
from qfin.dialects.parameters import optional
from qfin.dialects.tensors import (
    TRUE,
    FloatTensorConstr,
    Ints,
    NumberConstr,
    i64_attr,
    number,
    verify_same_element_type,
)


class NormOp(GroupedNorm):
    """Base of the ops."""

    T: ClassVar = VarConstraint("T", FloatTensorConstr)

    input = operand_def(T)
    weight = opt_operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    result = result_def(T)

    assembly_format: ClassVar[str | None] = f"$input {AFFINE} attr-dict `:` type($input)"

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.weight, self.bias)
        self.verify_parameters(weight=self.weight, bias=self.bias)


@irdl_op_definition
class LayerNormOp(LayerNorm, NormOp):
    """`torch.nn.functional.layer_norm`: normalises over the last dimensions, which are
    `normalized_shape`, as are weight and bias.

        %y = nn.layer_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
          {normalized_shape = array<i64: 8>, eps = 1.0e-06 : f64} : tensor<2x4x8xf32>
    """

    name = "nn.layer_norm"

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue | None,
        bias: SSAValue | None,
        normalized_shape: Ints,
        *,
        eps: float = 1e-5,
    ):
        super().__init__(
            operands=[input, weight, bias],
            result_types=[input.type],
            properties={"normalized_shape": normalized_shape, "eps": number(eps)},
        )


@irdl_op_definition
class GroupNormOp(GroupNorm, NormOp):
    """`torch.nn.functional.group_norm`: input [N, C, ...], normalised over `num_groups` groups of
    channels with all that is behind them; weight and bias [C].

        %y = nn.group_norm %x weight(%w : tensor<8xf32>) {num_groups = 2 : i64}
          : tensor<1x8x4x4xf32>
    """

    name = "nn.group_norm"

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue | None,
        bias: SSAValue | None,
        num_groups: int,
        *,
        eps: float = 1e-5,
    ):
        super().__init__(
            operands=[input, weight, bias],
            result_types=[input.type],
            properties={"num_groups": i64_attr(num_groups), "eps": number(eps)},
        )


@irdl_op_definition
class InstanceNormOp(InstanceNorm, NormOp):
    """`torch.nn.functional.instance_norm`: input [N, C, ...], normalised over all that is behind a
    channel; weight and bias [C].

    Without `use_input_stats` it normalises by `running_mean` and `running_var` [C], as
    `nn.batch_norm` does. With it, these may be there and mean nothing, nor does `momentum`: they
    are values and are not updated.

        %y = nn.instance_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
          : tensor<1x8x4x4xf32>
    """

    name = "nn.instance_norm"

    # All of them, since a class's own operands come before inherited ones.
    input = operand_def(NormOp.T)
    weight = opt_operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    running_mean = opt_operand_def(FloatTensorConstr)
    running_var = opt_operand_def(FloatTensorConstr)

    use_input_stats = prop_def(BoolAttr, default_value=TRUE)
    momentum = prop_def(NumberConstr, default_value=MOMENTUM)

    assembly_format = (
        f"$input {AFFINE} {optional('running_mean')} {optional('running_var')}"
        " attr-dict `:` type($input)"
    )

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue | None,
        bias: SSAValue | None,
        running_mean: SSAValue | None = None,
        running_var: SSAValue | None = None,
        *,
        use_input_stats: BoolAttr = TRUE,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ):
        super().__init__(
            operands=[input, weight, bias, running_mean, running_var],
            result_types=[input.type],
            properties={
                "use_input_stats": use_input_stats,
                "momentum": number(momentum),
                "eps": number(eps),
            },
        )

    def verify_(self) -> None:
        super().verify_()
        verify_same_element_type(self.input, self.running_mean, self.running_var)
        self.verify_parameters(running_mean=self.running_mean, running_var=self.running_var)
        if self.use_input_stats.value.data:
            return
        if self.running_mean is None or self.running_var is None:
            raise VerifyException(
                "without use_input_stats both running_mean and running_var are needed"
            )
