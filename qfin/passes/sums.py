"""How far the sums of a contraction can reach: accumulators have 32 bits, and wrap, so only where a
sum ends matters, not the way there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qfin.dialects.uniform import UniformType

_INT32 = np.iinfo(np.int32)


def sum_range(
    weight: NDArray[np.integer[Any]], activation: UniformType
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and the highest `sum (x - zero_point) * w` of each output channel of `weight`
    [O, ...], both [O], over all inputs `x` that `activation` can store; its zero point lies in its
    storage range, so taps in the padding add nothing to them."""
    down, up = (
        end - activation.zero_point for end in (activation.storage_min, activation.storage_max)
    )
    taps = tuple(range(1, weight.ndim))
    raising = weight.clip(min=0).sum(axis=taps, dtype=np.int64)
    lowering = weight.clip(max=0).sum(axis=taps, dtype=np.int64)
    return raising * down + lowering * up, raising * up + lowering * down


def overflow(low: ArrayLike, high: ArrayLike) -> int | None:
    """A sum that int32 cannot hold, if one of those from `low` to `high` is; None if all fit."""
    for reached in int(np.min(low, initial=0)), int(np.max(high, initial=0)):
        if not _INT32.min <= reached <= _INT32.max:
            return reached
    return None
