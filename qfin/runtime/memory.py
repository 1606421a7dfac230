"""Memory of programs: aligned arenas and constants, and where arrays lie."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.passes.lower.buffers import ALIGNMENT

Array = NDArray[Any]


_DATA = 16
"""Of the address of its elements in numpy's C struct of an array, behind CPython's object head; the
layout is a part of numpy's binary interface."""


at = ctypes.c_size_t.from_address
"""`at(place).value` is the word at that place in memory."""


def _address_by_layout(array: Array) -> int:
    return at(id(array) + _DATA).value


def _address_by_interface(array: Array) -> int:
    return array.__array_interface__["data"][0]


_PROBE = np.zeros(3)[1:]
# Ten times as fast, which a call of a microsecond feels.
_BY_LAYOUT = _address_by_layout(_PROBE) == _address_by_interface(_PROBE)

address_of = _address_by_layout if _BY_LAYOUT else _address_by_interface
"""The address of an array's first element."""

ADDRESS = f"at(id({{0}}) + {_DATA}).value" if _BY_LAYOUT else "address_of({0})"
"""The same as Python text, for `{0}`."""


def aligned(size: int) -> Array:
    """Bytes, zero, at an address that is a multiple of the alignment."""
    raw = np.zeros(size + ALIGNMENT, np.uint8)
    start = -address_of(raw) % ALIGNMENT
    return raw[start : start + size]


def aligned_copy(data: bytes) -> Array:
    array = aligned(len(data))
    array[:] = np.frombuffer(data, np.uint8)
    return array
