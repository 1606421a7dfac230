"""The packed layout of dense weights."""

from __future__ import annotations

import numpy as np
import pytest

from qfin.kernels.packing import pack_dense_weights, pad_channels, unpack_dense_weights


@pytest.mark.parametrize(
    ("groups", "outputs", "inputs", "kernel", "block"),
    [(1, 1, 1, (1, 1), 16), (1, 48, 64, (1, 1), 48), (3, 10, 5, (3, 2), 8), (2, 17, 4, (1, 3), 16)],
)
def test_round_trip(groups: int, outputs: int, inputs: int, kernel: tuple[int, int], block: int):
    """Unpacking gives back what was packed."""
    shape = groups * outputs, inputs, *kernel
    w = np.random.default_rng(0).integers(-128, 128, shape).astype(np.int8)
    packed = pack_dense_weights(w, groups, block)
    taps, blocks, steps = kernel[0] * kernel[1], -(-outputs // block), -(-inputs // 4)
    assert packed.shape == (groups, blocks, taps, steps, block, 4)
    assert packed.flags.c_contiguous
    np.testing.assert_array_equal(unpack_dense_weights(packed, outputs, inputs, kernel), w)


def test_places():
    """One weight of each kind, at the place that the kernel reads; zero in the padding."""
    w = np.zeros((2 * 9, 6, 2, 3), np.int8)
    w[9 + 8, 5, 1, 2] = 7  # group 1, its output channel 8, input channel 5, tap 5
    packed = pack_dense_weights(w, 2, 8)
    assert packed[1, 1, 5, 1, 0, 1] == 7
    assert np.count_nonzero(packed) == 1


def test_pad_channels():
    """Each group is padded by itself."""
    padded = pad_channels(np.array([1, 2, 3, 4], np.int32), 2, 4)
    assert padded.tolist() == [1, 2, 0, 0, 3, 4, 0, 0]
