"""The formulas on hand-made numbers: ties, saturation, values that are not numbers."""

from __future__ import annotations

import numpy as np
import pytest

from qfin.interpreter import numerics

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("x", "zero_point", "expected"),
    [
        (0.5, 0, 0),
        (1.5, 0, 2),
        (2.5, 0, 2),
        (-0.5, 0, 0),
        (-1.5, 0, -2),
        (-2.5, 0, -2),
        # Round, then add: adding first would make 3.5 of these, which rounds to 4.
        (2.5, 1, 3),
        (0.5, 3, 3),
        (1.5, 3, 5),
        (-0.5, 3, 3),
        (126.5, 0, 126),
        (127.5, 0, 127),
        (-128.5, 0, -128),
    ],
)
def test_quantize_ties(x: float, zero_point: int, expected: int):
    for scale in (1.0, 0.5, 0.25):
        values = np.array([x * scale], np.float32)
        assert numerics.quantize(values, scale, zero_point, -128, 127).tolist() == [expected]


@pytest.mark.parametrize(("low", "high", "dtype"), [(-128, 127, "i1"), (0, 255, "u1")])
def test_quantize_what_is_no_number(low: int, high: int, dtype: str):
    x = np.array([NAN, -NAN, INF, -INF, 3e38, -3e38, 1e-45, -0.0], np.float32)
    result = numerics.quantize(x, 0.01, 5, low, high, dtype)
    assert result.dtype == np.dtype(dtype)
    assert result.tolist() == [low, low, high, low, high, low, 5, 5]


def test_quantize_divides():
    # The reciprocal, 465.43013, would give 127.5 and 128.
    x = np.array([0.273939937], np.float32)
    assert numerics.quantize(x, 0.00214854861, 0, 0, 255).tolist() == [127]


def test_quantize_to_32_bits_saturates_exactly():
    x = np.array([2147483520.0, 2147483648.0, -2147483648.0, 1e30], np.float32)
    result = numerics.quantize(x, 1.0, 0, -(2**31), 2**31 - 1, np.int32)
    assert result.tolist() == [2147483520, 2**31 - 1, -(2**31), 2**31 - 1]


def test_quantize_per_axis():
    x = np.array([[1.0, 1.0], [-1.0, 2.0]], np.float32)
    result = numerics.quantize(x, np.array([0.5, 0.25]), np.array([0, 10]), -128, 127)
    assert result.tolist() == [[2, 14], [-2, 18]]


def test_dequantize_subtracts_integers():
    # f32 cannot hold 2**31 - 1, but holds the difference.
    q = np.array([2**31 - 1, 0], np.int32)
    assert numerics.dequantize(q, 0.5, 2**31 - 4).tolist() == [1.5, -(2.0**30)]
    assert numerics.dequantize(np.array([0, 255], np.uint8), 0.5, 128).tolist() == [-64.0, 63.5]
    assert numerics.dequantize(q, 0.5, 0).dtype == np.float32


def test_requantize_by_hand():
    accumulator = np.array([[3, 10, -10], [5, 1000, -1000]])
    mult = np.array([0.5, 0.25, 0.25], np.float32)
    # 1.5 -> 2, 2.5 -> 2, -2.5 -> -2; then the zero point.
    assert numerics.requantize(accumulator, mult, 1, -128, 127).tolist() == [
        [3, 3, -1],
        [3, 127, -128],
    ]


def test_requantize_adds_the_bias_before_multiplying():
    bias = numerics.scaled_bias(np.array([0.375], np.float32), 0.5, np.array([0.25]))
    assert bias.tolist() == [3.0]
    mult = numerics.requantize_scales(0.5, np.array([0.25]), 0.5)
    assert mult.tolist() == [0.25]
    result = numerics.requantize(np.array([[7]]), mult, 0, -128, 127, bias)
    assert result.tolist() == [[2]]  # (7 + 3) * 0.25 = 2.5


def test_requantize_rounds_the_accumulator_to_f32():
    # 2**24 + 1 is a tie between 2**24 and 2**24 + 2.
    accumulator = np.array([2**24 + 1, 2**24 + 3])
    result = numerics.requantize(accumulator, np.array([1.0], np.float32), 0, -(2**31), 2**31 - 1)
    assert result.tolist() == [2**24, 2**24 + 4]


def test_requantize_what_is_no_number():
    bias = np.array([NAN, INF, -INF], np.float32)
    accumulator = np.array([[1, 1, 1]])
    result = numerics.requantize(accumulator, np.array([0.5], np.float32), 9, -128, 127, bias)
    assert result.tolist() == [[-128, 127, -128]]
    result = numerics.requantize(np.array([0, 1, -1]), np.array([INF], np.float32), 9, 4, 127)
    assert result.tolist() == [4, 127, 4]


def test_scales_are_f32_operations():
    sx, sw, sy = 0.017, 0.33, 0.21
    product = np.float32(sx) * np.float32(sw)
    assert numerics.accumulator_scale(sx, np.array([sw])).tolist() == [product]
    mult = numerics.requantize_scales(sx, np.array([sw]), sy)
    assert mult.dtype == np.float32
    assert mult.tolist() == [product / np.float32(sy)]
    assert mult[0] != np.float32(sx * sw / sy), "one rounding would be another number"


def test_accumulators_fit_32_bits():
    edge = np.array([2.0**31 - 1, -(2.0**31)])
    assert numerics.as_accumulator(edge).tolist() == [2**31 - 1, -(2**31)]
    assert numerics.as_accumulator(np.empty((0, 3))).shape == (0, 3)
    for bad in (2.0**31, -(2.0**31) - 1):
        with pytest.raises(OverflowError, match="32 bits"):
            numerics.as_accumulator(np.array([bad]))


def test_avg_pool_scale():
    mult = numerics.avg_pool_scale(0.1, 0.3, np.array([[9, 4]]))
    ratio = np.float32(0.1) / np.float32(0.3)
    assert mult.tolist() == [[ratio / np.float32(9), ratio / np.float32(4)]]
