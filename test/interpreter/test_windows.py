"""Pooling windows as ranges."""

from __future__ import annotations

import numpy as np
import pytest
from xdsl.utils.exceptions import VerifyException

from qfin.interpreter import windows


def test_padding_is_left_out():
    ranges = windows.window_ranges(5, window=3, stride=2, before=1, after=1)
    assert ranges.dtype == np.int32
    assert ranges.tolist() == [[0, 2], [1, 3], [3, 2]]


def test_dilated_windows_start_at_their_first_tap_inside():
    # Taps -1, 1, 3; 0, 2, 4; 1, 3, 5; 2, 4, 6.
    ranges = windows.window_ranges(6, window=3, stride=1, before=1, after=1, dilation=2)
    assert ranges.tolist() == [[1, 2], [0, 3], [1, 3], [2, 2]]


def test_a_window_can_be_empty():
    # Taps -1 and 1 of an input of one.
    assert windows.window_ranges(1, 2, 1, 1, 1, dilation=2).tolist() == [[0, 0]]


def test_windows_must_fit():
    with pytest.raises(VerifyException, match="window of 5 does not fit"):
        windows.window_ranges(2, 3, 1, 1, 1, dilation=2)


def test_adaptive_ranges():
    assert windows.adaptive_ranges(7, 3).tolist() == [[0, 3], [2, 3], [4, 3]]
    assert windows.adaptive_ranges(2, 3).tolist() == [[0, 1], [0, 2], [1, 1]]
    assert windows.adaptive_ranges(7, 0).tolist() == []


def test_areas():
    rows, columns = windows.adaptive_ranges(5, 2), windows.adaptive_ranges(4, 1)
    assert windows.areas((rows, columns)).tolist() == [[12], [12]]


def test_reductions():
    x = np.arange(12).reshape(1, 1, 3, 4)
    rows, columns = np.array([[0, 2], [1, 2]], np.int32), np.array([[1, 3], [0, 0]], np.int32)
    assert windows.sum_windows(x, (rows, columns)).tolist() == [[[[24, 0], [48, 0]]]]
    lowest = np.int64(-128)
    largest = windows.max_windows(x, (rows, columns), (1, 1), lowest)
    assert largest.tolist() == [[[[7, -128], [11, -128]]]]
