"""`#layout.blocked` on arrays, against its definition element by element."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from qfin.interpreter.blocked import block, pad_channels, unblock

CASES = [
    ((48, 4, 1, 1), 1, 48, 4),
    ((10, 7), 1, 16, 4),
    ((5, 3, 3, 3), 1, 16, 4),
    ((12, 2, 3, 1), 3, 16, 4),
    ((33, 1, 3, 3), 33, 16, 4),
    ((33, 9, 2, 5), 1, 8, 4),
    ((6, 5, 1, 1), 2, 1, 1),
    ((0, 5), 1, 16, 4),
    ((4, 0), 1, 16, 4),
]


@pytest.mark.parametrize(("shape", "groups", "lanes", "depth"), CASES)
def test_block(shape: Sequence[int], groups: int, lanes: int, depth: int):
    weight = np.random.default_rng(0).integers(-128, 128, shape).astype(np.int8)
    flat = block(weight, groups, lanes, depth)
    assert flat.dtype == np.int8

    per_group, inner = shape[0] // groups, shape[1]
    taps = weight.reshape(shape[0], inner, -1).shape[2] if weight.size else 1
    blocks, steps = -(-per_group // lanes), -(-inner // depth)
    dense = flat.reshape(groups, blocks, taps, steps, lanes, depth)
    by_tap = weight.reshape(groups, per_group, inner, taps)
    seen = 0
    for (g, o, i, tap), value in np.ndenumerate(by_tap):
        assert dense[g, o // lanes, tap, i // depth, o % lanes, i % depth] == value
        seen += int(value != 0)
    assert seen == np.count_nonzero(flat), "what is no weight is 0"

    back = unblock(flat, shape, groups, lanes, depth)
    assert back.shape == tuple(shape)
    assert np.array_equal(back, weight)


def test_unblock_refuses_another_size():
    with pytest.raises(ValueError, match="65 elements, their layout says 64"):
        unblock(np.zeros(65, np.int8), (16, 4), 1, 16, 4)


def test_each_group_of_channels_is_padded_by_itself():
    padded = pad_channels(np.array([1, 2, 3, 4], np.int32), 2, 4)
    assert padded.dtype == np.int32
    assert padded.tolist() == [[1, 2, 0, 0], [3, 4, 0, 0]]
