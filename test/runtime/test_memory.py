"""Memory of programs is aligned."""

from __future__ import annotations

from qfin.runtime.memory import aligned, aligned_copy


def test_alignment() -> None:
    assert all(aligned(n).__array_interface__["data"][0] % 64 == 0 for n in (1, 63, 64, 1000))


def test_a_copy_holds_the_bytes() -> None:
    assert aligned_copy(b"some bytes").tobytes() == b"some bytes"
