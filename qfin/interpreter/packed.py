"""The run-time value of a `!quant.packed`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Packed:
    """Weights in logical order, whatever layout the constant had, with their scales and bias."""

    weight: NDArray[np.int8]
    """[N, K] or [O, C/groups, KH, KW]; zero points are 0."""

    scales: NDArray[np.float32]
    """[1], or one for each output channel."""

    bias: NDArray[np.float32] | NDArray[np.int32] | None
    """One for each output channel: f32, or int32 in units of the accumulator."""
