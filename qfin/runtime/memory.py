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
    """Memory for results of one shape and dtype, given out as views. It is given out again once the
    last view of it, or view of a view, is gone; what callers do to a view's shape or flags stays
    with that view."""

    def __init__(self, shape: Sequence[int], dtype: np.dtype[Any]):
        self._shape, self._dtype = tuple(shape), dtype
        self._owners: list[Array] = []
        for owner in [self._new()]:
            # What the count is when only the list and the loop hold an array.
            self._idle = sys.getrefcount(owner)

    def take(self) -> Array:
        """A view of memory that nobody else sees; its content is arbitrary."""
        # Safe between threads: two that look at one array both count the other's reference.
        for owner in self._owners:
            if sys.getrefcount(owner) == self._idle:
                return owner.view()
        owner = self._new()
        if len(self._owners) < _KEPT:
            self._owners.append(owner)
        return owner.view()

    def _new(self) -> Array:
        # Owns its memory, so that it is the base of every view, and of views of views.
        return np.empty(self._shape, self._dtype)
