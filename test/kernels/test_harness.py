"""The guard that the kernels' tests rely on is where it should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .harness import Buffer, guarded


def permissions(address: int) -> str:
    """What may be done at an address: as in "rw-p"."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, flags, *_ = line.split()
        begin, end = (int(part, 16) for part in span.split("-"))
        if begin <= address < end:
            return flags
    return ""


def test_guarded():
    """The byte behind (or, with `front`, the one before) may not be touched."""
    for size in (1, 15, 4096, 5000):
        memory = guarded(size)
        last = memory.ctypes.data + size - 1
        assert len(memory) == size
        assert permissions(last).startswith("rw")
        assert permissions(last + 1).startswith("---")
        memory = guarded(size, front=True)
        assert permissions(memory.ctypes.data).startswith("rw")
        assert permissions(memory.ctypes.data - 1).startswith("---")


def test_buffer():
    """A buffer ends with its last element, and its array addresses the elements by the strides."""
    buffer = Buffer((2, 3), (10, 2), np.float32, (1, 0))
    assert len(buffer.memory) == 4 * 16
    buffer.array[...] = [[1, 2, 3], [4, 5, 6]]
    values = buffer.memory.view(np.float32)
    assert values[[1, 3, 5, 11, 13, 15]].tolist() == [1, 2, 3, 4, 5, 6]
    assert np.count_nonzero(values) == 6
