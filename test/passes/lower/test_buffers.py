"""Where buffers lie: strides, views, the arena's packing, constants."""

from __future__ import annotations

import random
from itertools import combinations
from math import prod

import numpy as np
import pytest
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType, f32, i8, i32
from xdsl.ir import Block, SSAValue

from qfin.passes.lower.buffers import (
    ALIGNMENT,
    NO_HALO,
    SLACK,
    Arena,
    Buffer,
    ConstantPool,
    row_major,
)

SEEDS = range(30)


@pytest.fixture
def base() -> SSAValue:
    return Block(arg_types=[MemRefType(i8, [DYNAMIC_INDEX])]).args[0]


def test_row_major() -> None:
    assert row_major((2, 3, 4)) == (12, 4, 1)
    assert row_major(()) == ()
    assert row_major((5, 0, 2)) == (0, 2, 1)


def test_a_reshape_keeps_memory(base: SSAValue) -> None:
    buffer = Buffer(base, f32, (2, 6), (6, 1), 64, slack=SLACK)
    reshaped = buffer.reshaped((3, 1, 4))
    assert (reshaped.strides, reshaped.offset, reshaped.slack) == ((4, 4, 1), 64, SLACK)
    assert reshaped.reshaped((2, 6)) == buffer


@pytest.mark.parametrize(
    ("shape", "strides", "expected"),
    [
        ((1, 4, 1, 1), (4, 1, 4, 4), True),  # channels innermost, of one pixel
        ((1, 4, 2, 1), (8, 1, 4, 4), False),
        ((2, 1, 3, 4), (12, 1, 4, 1), True),  # of one channel
        ((2, 1, 3, 4), (24, 1, 4, 1), False),  # images apart
        ((), (), True),
    ],
)
def test_is_row_major(
    base: SSAValue, shape: tuple[int, ...], strides: tuple[int, ...], expected: bool
) -> None:
    assert Buffer(base, i8, shape, strides).is_row_major is expected


def test_a_halo_is_not_row_major(base: SSAValue) -> None:
    assert not Buffer(base, i8, (1, 1, 2, 2), (4, 4, 2, 1), halo=(0, 0, 0, 1)).is_row_major


def test_padded_starts_in_the_halo(base: SSAValue) -> None:
    buffer = Arena(base).buffer(i8, (2, 3, 4, 5), 0, 0, nhwc=True, halo=(2, 1, 1, 3))
    assert buffer.strides == (7 * 9 * 3, 1, 9 * 3, 3)
    assert buffer.offset == 2 * 27 + 3
    padded = buffer.padded((1, 0, 1, 2))
    assert (padded.shape, padded.strides) == ((2, 3, 5, 8), buffer.strides)
    assert (padded.offset, padded.halo) == (27, NO_HALO)
    with pytest.raises(AssertionError):
        buffer.padded((0, 2, 0, 0))


def test_padded_planes(base: SSAValue) -> None:
    halo = (1, 0, 2, 1, 1, 3)
    buffer = Arena(base).buffer(i8, (2, 3, 2, 4, 5), 0, 0, nhwc=True, halo=halo)
    assert buffer.strides == (3 * 7 * 9 * 3, 1, 7 * 9 * 3, 9 * 3, 3)
    assert buffer.offset == 189 + 2 * 27 + 3
    padded = buffer.padded((1, -1, 1, 0, 1, 2))
    assert (padded.shape, padded.strides) == ((2, 3, 2, 5, 8), buffer.strides)
    assert (padded.offset, padded.halo) == (27, NO_HALO)


def test_no_halo_is_one_of_zeros(base: SSAValue) -> None:
    arena = Arena(base)
    buffer = arena.buffer(i8, (1, 2, 3, 4), 0, 0, nhwc=True, halo=(0, 0, 0, 0))
    assert buffer.halo == NO_HALO
    assert buffer.padded((0, 0, 0, 0)) == buffer
    assert buffer.padded((0, 0, -1, 0)).shape == (1, 2, 3, 3)


def test_rows_as_pixels(base: SSAValue) -> None:
    pixels = Buffer(base, i8, (2, 3, 7), (21, 7, 1), 5, slack=9).as_pixels()
    assert (pixels.shape, pixels.strides) == ((1, 7, 1, 6), (42, 1, 42, 7))
    assert (pixels.offset, pixels.slack) == (5, 9)


def test_a_view_says_all(base: SSAValue) -> None:
    view = Arena(base).buffer(i8, (1, 2, 3, 4), 0, 0, nhwc=True, halo=(1, 0, 0, 0)).view()
    assert view.base is base
    assert view.offset.value.data == 8
    assert view.halo.get_values() == (1, 0, 0, 0)
    assert view.slack.value.data == SLACK


@pytest.mark.parametrize("seed", SEEDS)
def test_buffers_that_live_together_lie_apart(base: SSAValue, seed: int) -> None:
    rng = random.Random(seed)
    arena = Arena(base)
    steps = 40
    taken: list[tuple[int, int, int, int]] = []
    most = 0
    for step in range(steps):
        for _ in range(rng.randint(0, 3)):
            size, last = rng.randint(0, 1000), min(steps, step + rng.choice([0, 1, 1, 2, 9, 40]))
            offset = arena.allocate(size, step, last)
            assert offset % ALIGNMENT == 0
            assert offset + size <= arena.size
            taken.append((offset, offset + size, step, last))
            most += size + ALIGNMENT
    for (a, a_end, a_first, a_last), (b, b_end, b_first, b_last) in combinations(taken, 2):
        if a_first <= b_last and b_first <= a_last:  # both are needed at some step
            assert a_end <= b or b_end <= a
    assert arena.size < most


def test_memory_is_used_again(base: SSAValue) -> None:
    arena = Arena(base)
    assert arena.allocate(100, now=0, last_use=1) == 0
    assert arena.allocate(100, now=1, last_use=2) == 128  # the first is read at step 1
    assert arena.allocate(100, now=2, last_use=3) == 0
    assert arena.allocate(64, now=3, last_use=3) == 128
    assert arena.size == 256


@pytest.mark.parametrize("nhwc", [False, True])
def test_buffers_bring_their_slack(base: SSAValue, nhwc: bool) -> None:
    arena = Arena(base)
    shape = (3, 5, 2, 7)
    first = arena.buffer(f32, shape, 0, 1, nhwc=nhwc)
    second = arena.buffer(i8, shape, 0, 1, nhwc=nhwc)
    assert second.offset - first.offset >= 4 * prod(shape) + SLACK
    assert arena.size - second.offset >= prod(shape) + SLACK


def test_constants_are_stored_once(base: SSAValue) -> None:
    pool = ConstantPool(base)
    ones = np.ones((2, 3), np.float32)
    first = pool.add(ones)
    other = pool.add(np.arange(5, dtype=np.int32))
    again = pool.add(ones.reshape(6))
    assert (first.element, first.shape, first.offset) == (f32, (2, 3), 0)
    assert (other.element, other.shape, other.offset) == (i32, (5,), 128)
    assert (again.shape, again.offset) == ((6,), 0)
    data = pool.stored.attribute().data.data
    assert len(data) == 256
    assert np.frombuffer(data, np.float32, 6).tolist() == [1] * 6
    assert np.frombuffer(data, np.int32, 5, 128).tolist() == [0, 1, 2, 3, 4]


def test_no_constants(base: SSAValue) -> None:
    assert ConstantPool(base).stored.attribute().get_shape() == (0,)


def test_constants_of_any_strides(base: SSAValue) -> None:
    pool = ConstantPool(base)
    pool.add(np.arange(6, dtype=np.int8).reshape(2, 3).T)
    assert pool.stored.attribute().data.data[:6] == bytes([0, 3, 1, 4, 2, 5])
