"""Memory of programs: aligned arrays, and results that are used again when nobody holds them.

A fresh result of some 100 KB costs the system's page faults on every call, which for a small layer
is a fifth of its time.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.passes.lower.buffers import ALIGNMENT

Array = NDArray[Any]

_KEPT = 4
"""Arrays kept for each output: as many as a caller holds on to at once, and one more."""


def aligned(size: int) -> Array:
    """Bytes, zero, at an address that is a multiple of the alignment."""
    raw = np.zeros(size + ALIGNMENT, np.uint8)
    start = -raw.__array_interface__["data"][0] % ALIGNMENT
    return raw[start : start + size]


def aligned_copy(data: bytes) -> Array:
    array = aligned(len(data))
    array[:] = np.frombuffer(data, np.uint8)
    return array


class ResultPool:
    """Arrays of one shape and dtype. One is given out again once the last reference to it, or to
    a view of it, is gone."""

    def __init__(self, shape: Sequence[int], dtype: np.dtype[Any]):
        self._shape, self._dtype = tuple(shape), dtype
        self._arrays: list[Array] = []
        probe = [self._new()]
        for array in probe:
            # What the count is when only the list and the loop hold an array.
            self._idle = sys.getrefcount(array)

    def take(self) -> Array:
        """An array that nobody else holds; its content is arbitrary."""
        # Safe between threads: two that look at one array both count the other's reference.
        for array in self._arrays:
            if sys.getrefcount(array) == self._idle:
                return array
        array = self._new()
        if len(self._arrays) < _KEPT:
            self._arrays.append(array)
        return array

    def _new(self) -> Array:
        # Owns its memory: then the base of every view, and of views of views, is this array.
        return np.empty(self._shape, self._dtype)
