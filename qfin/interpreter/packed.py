"""The run-time value of a `!quant.packed`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import Attribute

from qfin.dialects.quant.packed_type import PackedType
from qfin.dialects.uniform import UniformType
from qfin.interpreter.transposed import channel_scales


@dataclass(frozen=True, eq=False)
class Packed:
    """Weights in logical order, whatever layout the constant had, with their scales and bias."""

    weight: NDArray[np.int8] | NDArray[np.float16]
    """As the packed type says, such as [N, K] or [O, C/groups, KH, KW]; zero points are 0."""

    scales: NDArray[np.float32]
    """[1], or one for each output channel."""

    bias: NDArray[np.float32] | NDArray[np.int32] | None
    """One for each output channel: f32, or int32 in units of the accumulator."""


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
