"""`#layout.blocked` on arrays: from logical weights to the flat array it describes, and back; and
values per output channel, padded like it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray


def block(weight: NDArray[np.int8], groups: int, lanes: int, depth: int) -> NDArray[np.int8]:
    """A weight [O, I, KH, KW] or [N, K] as the flat array
    [groups][ceil(O/groups / lanes)][KH * KW][ceil(I / depth)][lanes][depth], padded with zeros.
    """
    out, inner, taps = _extents(weight.shape, groups)
    blocks, steps = -(-out // lanes), -(-inner // depth)
    padded = np.zeros((groups, blocks * lanes, steps * depth, taps), weight.dtype)
    padded[:, :out, :inner] = weight.reshape(groups, out, inner, taps)
    split = padded.reshape(groups, blocks, lanes, steps, depth, taps)
    return split.transpose(0, 1, 5, 3, 2, 4).reshape(-1)


def unblock(
    flat: NDArray[np.int8], shape: Sequence[int], groups: int, lanes: int, depth: int
) -> NDArray[np.int8]:
    """The weight of logical `shape` back from its flat array.

    Raises ValueError when the array has another size than the layout gives it.
    """
    out, inner, taps = _extents(shape, groups)
    blocks, steps = -(-out // lanes), -(-inner // depth)
    if flat.size != (size := groups * blocks * taps * steps * lanes * depth):
        raise ValueError(f"blocked weights have {flat.size} elements, their layout says {size}")
    split = flat.reshape(groups, blocks, taps, steps, lanes, depth).transpose(0, 1, 4, 3, 5, 2)
    padded = split.reshape(groups, blocks * lanes, steps * depth, taps)
    return padded[:, :out, :inner].reshape(tuple(shape))


def pad_channels(values: NDArray[np.generic], groups: int, lanes: int) -> NDArray[np.generic]:
    """One value for each output channel [O] as one for each lane of each block, 0 where there is no
    channel: [groups, ceil(O/groups / lanes) * lanes].
    """
    out = values.size // groups
    padded = np.zeros((groups, -(-out // lanes) * lanes), values.dtype)
    padded[:, :out] = values.reshape(groups, out)
    return padded


def _extents(shape: Sequence[int], groups: int) -> tuple[int, int, int]:
    """(output channels of one group, input channels of one group, taps)."""
    return shape[0] // groups, shape[1], prod(shape[2:])
