"""Aligned memory of programs: arenas and constants."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.passes.lower.buffers import ALIGNMENT

Array = NDArray[Any]


def aligned(size: int) -> Array:
    """Bytes, zero, at an address that is a multiple of the alignment."""
    raw = np.zeros(size + ALIGNMENT, np.uint8)
    start = -raw.__array_interface__["data"][0] % ALIGNMENT
    return raw[start : start + size]


def aligned_copy(data: bytes) -> Array:
    array = aligned(len(data))
    array[:] = np.frombuffer(data, np.uint8)
    return array
