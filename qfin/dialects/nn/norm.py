"""Normalisations by the statistics of the input: `nn.layer_norm`, `nn.group_norm`,
`nn.instance_norm`.

Each treats groups of elements alike. `Groups` says which: it serves the fused ops of `quant`, the
interpreter and the kernels as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from xdsl.dialects.builtin import BoolAttr
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

from qfin.dialects import shapes
from qfin.dialects.nn.activation import NumberConstr, number
from qfin.dialects.nn.batch_norm import EPS, MOMENTUM, verify_eps
from qfin.dialects.parameters import channels_of, optional, verify_parameter
from qfin.dialects.tensors import (
    TRUE,
    FloatTensorConstr,
    IntConstr,
    Ints,
    IntsConstr,
    i64_attr,
    shape_of,
    verify_same_element_type,
)

PARAMETERS = " ".join((optional("weight"), optional("bias")))


@dataclass(frozen=True)
class Groups:
    """The input seen under `shape`, of which the first `outer` dimensions number the groups and the
    others their elements; weight and bias, seen under `parameters`, broadcast to it."""

    shape: tuple[int, ...]
    outer: int
    parameters: tuple[int, ...]

    @property
    def count(self) -> int | None:
        """How many elements a group has; None where a dimension is dynamic."""
        elements = self.shape[self.outer :]
        return None if shapes.DYNAMIC in elements else prod(elements)


def layer_groups(shape: Sequence[int], normalized: Sequence[int]) -> Groups:
    """The last dimensions are a group."""
    return Groups(tuple(shape), len(shape) - len(normalized), tuple(normalized))


def channel_groups(shape: Sequence[int], groups: int) -> Groups:
    """`groups` of the channels of each image, with all that is behind them."""
    n, c, *spatial = shape
    ones = [1] * len(spatial)
    each = c if c == shapes.DYNAMIC else c // groups
    return Groups((n, groups, each, *spatial), 2, (groups, each, *ones))


def instance_groups(shape: Sequence[int]) -> Groups:
    """What is behind each channel of each image."""
    return Groups(tuple(shape), 2, (shape[1], *[1] * (len(shape) - 2)))


def verify_layer_norm(input: SSAValue, normalized_shape: Ints) -> tuple[int, ...]:
    """The shape of the parameters. Raises VerifyException unless it ends the input's shape."""
    shape, normalized = shape_of(input), tuple(normalized_shape.get_values())
    if not normalized or not shapes.compatible(shape[-len(normalized) :], normalized):
        raise VerifyException(
            f"normalized_shape {shapes.text(normalized)} is not the end of the input's shape"
            f" {shapes.text(shape)}"
        )
    return normalized


def verify_group_norm(input: SSAValue, num_groups: int) -> tuple[int, ...]:
    """The shape of the parameters. Raises VerifyException unless the groups share the channels."""
    channels = channels_of(input)
    if num_groups < 1:
        raise VerifyException(f"num_groups must be at least 1, got {num_groups}")
    if channels != shapes.DYNAMIC and channels % num_groups:
        raise VerifyException(f"{channels} channels do not divide into {num_groups} groups")
    return (channels,)


class NormOp(IRDLOperation):
    """Base of the ops: `(x - mean) / sqrt(var + eps) * weight + bias`, with mean and variance, the
    latter without Bessel's correction, of each group."""

    T: ClassVar = VarConstraint("T", FloatTensorConstr)

    input = operand_def(T)
    weight = opt_operand_def(FloatTensorConstr)
    bias = opt_operand_def(FloatTensorConstr)
    result = result_def(T)

    eps = prop_def(NumberConstr, default_value=EPS)

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())
    assembly_format: ClassVar[str | None] = f"$input {PARAMETERS} attr-dict `:` type($input)"
    traits = traits_def(Pure())

    def groups(self, shape: Sequence[int]) -> Groups:
        """What is normalised together in an input of this shape."""
        raise NotImplementedError

    def parameter_shape(self) -> tuple[int, ...]:
        """That of weight and bias. Raises VerifyException for an input that does not fit."""
        raise NotImplementedError

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.weight, self.bias)
        verify_eps(self.eps)
        expected = self.parameter_shape()
        verify_parameter("weight", self.weight, expected)
        verify_parameter("bias", self.bias, expected)


@irdl_op_definition
class LayerNormOp(NormOp):
    """`torch.nn.functional.layer_norm`: normalises over the last dimensions, which are
    `normalized_shape`, as are weight and bias.

        %y = nn.layer_norm %x weight(%w : tensor<8xf32>) bias(%b : tensor<8xf32>)
          {normalized_shape = array<i64: 8>, eps = 1.0e-06 : f64} : tensor<2x4x8xf32>
    """

    name = "nn.layer_norm"

    normalized_shape = prop_def(IntsConstr)

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

    def groups(self, shape: Sequence[int]) -> Groups:
        return layer_groups(shape, self.normalized_shape.get_values())

    def parameter_shape(self) -> tuple[int, ...]:
        return verify_layer_norm(self.input, self.normalized_shape)


@irdl_op_definition
class GroupNormOp(NormOp):
    """`torch.nn.functional.group_norm`: input [N, C, ...], normalised over `num_groups` groups of
    channels with all that is behind them; weight and bias [C].

        %y = nn.group_norm %x weight(%w : tensor<8xf32>) {num_groups = 2 : i64}
          : tensor<1x8x4x4xf32>
    """

    name = "nn.group_norm"

    num_groups = prop_def(IntConstr)

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

    def groups(self, shape: Sequence[int]) -> Groups:
        return channel_groups(shape, self.num_groups.value.data)

    def parameter_shape(self) -> tuple[int, ...]:
        return verify_group_norm(self.input, self.num_groups.value.data)


@irdl_op_definition
class InstanceNormOp(NormOp):
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
        f"$input {PARAMETERS} {optional('running_mean')} {optional('running_var')}"
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

    def groups(self, shape: Sequence[int]) -> Groups:
        return instance_groups(shape)

    def parameter_shape(self) -> tuple[int, ...]:
        return (channels_of(self.input),)

    def verify_(self) -> None:
        super().verify_()
        verify_same_element_type(self.input, self.running_mean, self.running_var)
        expected = self.parameter_shape()
        verify_parameter("running_mean", self.running_mean, expected)
        verify_parameter("running_var", self.running_var, expected)
        if self.use_input_stats.value.data:
            return
        if self.running_mean is None or self.running_var is None:
            raise VerifyException(
                "without use_input_stats both running_mean and running_var are needed"
            )
