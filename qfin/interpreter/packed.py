"""The run-time value of a `!quant.packed`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import Attribute

from qfin.dialects.quant.packed_type import PackedType
from qfin.dialects.uniform import UniformType
from qfin.interpreter.transposed import channel_scales, from_convolution, to_convolution


@dataclass(frozen=True, eq=False)
class Packed:
    """Weights in logical order, whatever layout the constant had, with their scales and bias."""

    weight: NDArray[np.int8] | NDArray[np.float16]
    """As the packed type says, such as [N, K] or [O, C/groups, KH, KW]."""

    scales: NDArray[np.float32]
    """[1], or one for each output channel."""

    bias: NDArray[np.float32] | NDArray[np.int32] | None
    """One for each output channel: f32, or int32 in units of the accumulator."""

    zero_points: NDArray[np.int32] | None = None
    """[1], or one for each output channel; None is 0."""

    def centred(self, packed: PackedType) -> NDArray[np.int16]:
        """The i8 weight less its zero points, for the type of this value."""
        if not packed.is_transposed:
            return less_zero_points(self.weight, self.zero_points)
        dense = less_zero_points(to_convolution(self.weight, packed.groups), self.zero_points)
        return from_convolution(dense, packed.groups)


def less_zero_points(
    weight: NDArray[np.generic], zero_points: NDArray[np.int32] | None
) -> NDArray[np.int16]:
    """The weight [O, ...] less its zero points, [1] or [O]."""
    wide = weight.astype(np.int16)
    if zero_points is None:
        return wide
    return wide - zero_points.astype(np.int16).reshape(-1, *[1] * (weight.ndim - 1))


def packed_weight(
    packed: PackedType, element: Attribute, weight: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.int32] | None]:
    """What to pack for a stored weight of `element`s, and its zero points: None where all are 0,
    as they are where all values less theirs fit i8."""
    if not isinstance(element, UniformType):
        return weight, None
    zero_points = element.zero_points.reshape(-1)
    if element.is_signed and not zero_points.any():
        return weight, None
    axis = packed.weight_axis
    along = [-1 if d == axis else 1 for d in range(weight.ndim)]
    others = tuple(d for d in range(weight.ndim) if d != axis)
    each = np.broadcast_to(zero_points.astype(np.int16), [weight.shape[axis]])
    centred = weight.astype(np.int16) - each.reshape(along)
    fits = (centred.min(others, initial=0) >= -128) & (centred.max(others, initial=0) <= 127)
    kept = np.where(fits, 0, each if element.is_signed else each - 128).astype(np.int16)
    stored = (centred + kept.reshape(along)).astype(np.int8)
    if not kept.any():
        return stored, None
    kept = channel_scales(kept, packed.groups) if packed.is_transposed else kept
    return stored, kept.astype(np.int32)


def unpacked_weight(packed: PackedType, element: Attribute, value: Packed) -> NDArray[Any]:
    """The stored weight of `element`s that a packed value stands for."""
    if not isinstance(element, UniformType):
        return value.weight
    along = [-1 if d == packed.weight_axis else 1 for d in range(value.weight.ndim)]
    stored = value.centred(packed) + element.zero_points.reshape(-1).reshape(along)
    return stored.astype(element.storage_dtype)


def packed_scales(packed: PackedType, element: Attribute) -> NDArray[np.float32]:
    """The scales to pack for a weight of `element`s: one, or one for each output channel. Those of
    f16 are the one scale 1."""
    if not isinstance(element, UniformType):
        return np.ones(1, np.float32)
    return dynamic_scales(packed, element.scales.astype(np.float32))


def dynamic_scales(packed: PackedType, scale: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scales to pack for a run-time scale, [] or one for each slice of the weight."""
    scales = scale.reshape(-1)
    return channel_scales(scales, packed.groups) if packed.is_transposed else scales
