"""How far sums reach, against all of them."""

from __future__ import annotations

import itertools

import numpy as np
from xdsl.dialects.builtin import IntegerType, Signedness, f32

from qfin.dialects.uniform import UniformType
from qfin.passes.sums import overflow, sum_range


def test_overflow_is_where_int32_ends():
    assert overflow(-(2**31), 2**31 - 1) is None
    assert overflow(np.array([0, -(2**31) - 1]), np.array([5, 5])) == -(2**31) - 1
    assert overflow(np.array([0, 1]), np.array([7, 2**31])) == 2**31
    assert overflow(np.zeros(0, np.int64), np.zeros(0, np.int64)) is None


def test_range_is_that_of_all_inputs():
    """Every input of a narrow type: the ends are reached, never
    passed."""
    u8 = IntegerType(8, Signedness.UNSIGNED)
    for zero_point in (3, 4, 6):
        x = UniformType.per_layer(u8, f32, 0.5, zero_point, storage_min=3, storage_max=6)
        weight = np.array([[[5], [-128]], [[0], [127]], [[-2], [-3]]], np.int8)
        low, high = sum_range(weight, x)
        inputs = np.array(list(itertools.product(range(3, 7), repeat=2)))
        sums = (inputs - zero_point) @ weight[..., 0].T.astype(np.int64)
        np.testing.assert_array_equal(low, sums.min(axis=0))
        np.testing.assert_array_equal(high, sums.max(axis=0))
