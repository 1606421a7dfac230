"""Normalisations: by running statistics (`batch_norm`), and by those of the input, which treat
groups of elements alike. `Groups` says which: it serves the interpreter and the kernels as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, prod

from xdsl.ir import SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    prop_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.parameters import channels_of, named, optional, verify_parameter
from qfin.dialects.tensors import IntConstr, Ints, IntsConstr, NumberConstr, number, shape_of

EPS = number(1e-5)
MOMENTUM = number(0.1)

AFFINE = " ".join((optional("weight"), optional("bias")))
"""The assembly format of weight and bias."""

STATISTICS = " ".join((named("running_mean"), named("running_var")))


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


class Norm(IRDLOperation):
    """Base of all: `(x - mean) / sqrt(var + eps) * weight + bias`."""

    eps = prop_def(NumberConstr, default_value=EPS)

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())
    traits = traits_def(Pure())

    def parameter_shape(self) -> tuple[int, ...]:
        """That of weight and bias. Raises VerifyException for an input that does not fit."""
        return (channels_of(self.operands[0]),)

    def verify_parameters(self, **parameters: SSAValue | None) -> None:
        """Raises VerifyException for an `eps` that is not a number >= 0, and for parameters, by
        name, of another shape; those that are absent fit."""
        if not (isfinite(eps := self.eps.value.data) and eps >= 0):
            raise VerifyException(f"eps must be a finite number >= 0, got {eps}")
        expected = self.parameter_shape()
        for name, value in parameters.items():
            verify_parameter(name, value, expected)


class GroupedNorm(Norm):
    """Base of those by the mean and variance, without Bessel's correction, of each group."""

    def groups(self, shape: Sequence[int]) -> Groups:
        """What is normalised together in an input of this shape."""
        raise NotImplementedError


class LayerNorm(GroupedNorm):
    """Over the last dimensions, which are `normalized_shape`, as are weight and bias."""

    normalized_shape = prop_def(IntsConstr)

    def groups(self, shape: Sequence[int]) -> Groups:
        return layer_groups(shape, self.normalized_shape.get_values())

    def parameter_shape(self) -> tuple[int, ...]:
        return verify_layer_norm(self.operands[0], self.normalized_shape)


class GroupNorm(GroupedNorm):
    """Over `num_groups` groups of channels with all that is behind them."""

    num_groups = prop_def(IntConstr)

    def groups(self, shape: Sequence[int]) -> Groups:
        return channel_groups(shape, self.num_groups.value.data)

    def parameter_shape(self) -> tuple[int, ...]:
        return verify_group_norm(self.operands[0], self.num_groups.value.data)


class InstanceNorm(GroupedNorm):
    """Over all that is behind a channel."""

    def groups(self, shape: Sequence[int]) -> Groups:
        return instance_groups(shape)
