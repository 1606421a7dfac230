"""Results are used again, but never while anyone can see them."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from qfin.runtime.memory import ResultPool, aligned


def test_held_results_differ() -> None:
    pool = ResultPool((3, 4), np.dtype(np.uint8))
    held = [pool.take() for _ in range(10)]
    assert len({array.__array_interface__["data"][0] for array in held}) == 10


def test_a_dropped_result_comes_back() -> None:
    pool = ResultPool((3, 4), np.dtype(np.float32))
    address = pool.take().__array_interface__["data"][0]
    assert pool.take().__array_interface__["data"][0] == address


def test_a_view_of_a_view_keeps_its_memory() -> None:
    pool = ResultPool((3, 4), np.dtype(np.int32))
    view = pool.take().reshape(12)[2:].view(np.uint8)[4:]
    address = view.base.__array_interface__["data"][0]  # pyright: ignore[reportOptionalMemberAccess]
    assert pool.take().__array_interface__["data"][0] != address


def test_a_memoryview_keeps_its_memory() -> None:
    pool = ResultPool((3,), np.dtype(np.uint8))
    array = pool.take()
    address = array.__array_interface__["data"][0]
    view = memoryview(array)  # pyright: ignore[reportArgumentType]
    del array
    assert pool.take().__array_interface__["data"][0] != address
    assert view.nbytes == 3


def test_what_a_caller_does_to_a_result_stays_with_it() -> None:
    pool = ResultPool((3, 4), np.dtype(np.float32))
    array = pool.take()
    array.dtype = np.dtype(np.uint8)  # pyright: ignore[reportAttributeAccessIssue]
    array.flags.writeable = False
    address = array.__array_interface__["data"][0]
    del array
    again = pool.take()
    assert again.__array_interface__["data"][0] == address
    assert again.shape == (3, 4)
    assert again.dtype == np.float32
    assert again.flags.writeable


def test_a_result_cannot_be_resized_in_place() -> None:
    array = ResultPool((3,), np.dtype(np.uint8)).take()
    with pytest.raises(ValueError, match="does not own"):
        array.resize(1, refcheck=False)


def test_threads_never_share() -> None:
    pool = ResultPool((64,), np.dtype(np.int64))
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(2000):
            array = pool.take()
            array[:] = number
            if (array != number).any():
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_alignment() -> None:
    assert all(aligned(n).__array_interface__["data"][0] % 64 == 0 for n in (1, 63, 64, 1000))
