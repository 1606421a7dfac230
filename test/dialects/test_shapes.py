"""Shape rules against PyTorch's, where it is installed, and what they refuse or leave open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.shapes import DYNAMIC

SEEDS = range(60)


def torch_or_skip() -> Any:
    return pytest.importorskip("torch")


def outcome(rule: Callable[[], Any]) -> tuple[int, ...] | None:
    """The shape that a rule gives; None where it refuses."""
    try:
        return tuple(rule())
    except (VerifyException, RuntimeError):
        return None


def draw(rng: np.random.Generator, low: int, high: int, count: int) -> list[int]:
    return rng.integers(low, high + 1, count).tolist()


def pad(x: Any, padding: list[int], value: float) -> Any:
    """[top, bottom, left, right] of `value` around images."""
    top, bottom, left, right = padding
    return torch_or_skip().nn.functional.pad(x, (left, right, top, bottom), value=value)


@pytest.mark.parametrize("seed", SEEDS)
def test_conv2d(seed: int) -> None:
    torch, rng = torch_or_skip(), np.random.default_rng(seed)
    groups, per_group, out = draw(rng, 1, 3, 3)
    # One in a few does not fit: channels, groups, a window larger than the image.
    channels = groups * per_group + int(rng.integers(8) == 0)
    weight = [out if rng.integers(6) == 0 else out * groups, per_group, *draw(rng, 1, 5, 2)]
    x = [int(rng.integers(3)), channels, *draw(rng, 1, 9, 2)]
    stride, dilation, padding = draw(rng, 1, 3, 2), draw(rng, 1, 3, 2), draw(rng, 0, 2, 4)
    found = outcome(lambda: shapes.conv(x, weight, stride, padding, dilation, groups))
    expected = outcome(
        lambda: (
            torch.nn.functional.conv2d(
                pad(torch.zeros(x), padding, 0.0),
                torch.zeros(weight),
                stride=stride,
                dilation=dilation,
                groups=groups,
            ).shape
        )
    )
    assert found == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_windows(seed: int) -> None:
    """Padding that the pooling adds itself, and padding that was there before."""
    torch, rng = torch_or_skip(), np.random.default_rng(seed)
    spatial, window, stride = draw(rng, 1, 9, 2), draw(rng, 1, 5, 2), draw(rng, 1, 3, 2)
    dilation, (top, left) = draw(rng, 1, 3, 2), (int(rng.integers(k // 2 + 1)) for k in window)
    x = torch.zeros([1, 1, *spatial])
    pool = torch.nn.functional.max_pool2d
    padding = [top, top, left, left]
    found = outcome(lambda: shapes.windows(spatial, window, stride, padding, dilation))
    assert found == outcome(lambda: pool(x, window, stride, (top, left), dilation).shape[2:])
    padding = draw(rng, 0, 3, 4)
    found = outcome(lambda: shapes.windows(spatial, window, stride, padding, dilation))
    padded = pad(x, padding, -torch.inf)
    assert found == outcome(lambda: pool(padded, window, stride, 0, dilation).shape[2:])


@pytest.mark.parametrize("seed", SEEDS)
def test_linear(seed: int) -> None:
    torch, rng = torch_or_skip(), np.random.default_rng(seed)
    x = draw(rng, 0, 4, int(rng.integers(1, 4)))
    weight = [int(rng.integers(5)), x[-1] + int(rng.integers(5) == 0)]
    found = outcome(lambda: shapes.linear(x, weight))
    linear = torch.nn.functional.linear
    assert found == outcome(lambda: linear(torch.zeros(x), torch.zeros(weight)).shape)


@pytest.mark.parametrize("seed", SEEDS)
def test_broadcast(seed: int) -> None:
    torch, rng = torch_or_skip(), np.random.default_rng(seed)
    shape = draw(rng, 0, 3, 3)
    sides = [
        [1 if rng.integers(3) == 0 else size for size in shape[int(rng.integers(4)) :]]
        for _ in "ab"
    ]
    if rng.integers(4) == 0:
        sides[0] = draw(rng, 0, 3, 2)
    found = outcome(lambda: shapes.broadcast(*sides))
    assert found == outcome(lambda: (torch.zeros(sides[0]) + torch.zeros(sides[1])).shape)


@pytest.mark.parametrize("rank", range(4))
@pytest.mark.parametrize("start", range(-5, 5))
@pytest.mark.parametrize("end", range(-5, 5))
def test_flatten(rank: int, start: int, end: int) -> None:
    torch, x = torch_or_skip(), (2, 3, 0, 5)[:rank]

    def flatten() -> Any:
        try:
            return torch.flatten(torch.zeros(x), start, end).shape
        except IndexError as error:
            raise RuntimeError from error

    assert outcome(lambda: shapes.flatten(x, start, end)) == outcome(flatten)


@pytest.mark.parametrize("seed", SEEDS)
def test_reshape(seed: int) -> None:
    torch, rng = torch_or_skip(), np.random.default_rng(seed)
    before = draw(rng, 0, 4, int(rng.integers(4)))
    after = draw(rng, 0, 4, int(rng.integers(4)))
    if rng.integers(2):
        after.insert(0, DYNAMIC)
    if rng.integers(3) == 0:
        after = before[::-1]

    def check() -> list[int]:
        shapes.check_reshape(before, after)
        return after

    written = [-1 if size == DYNAMIC else size for size in after]
    expected = outcome(lambda: torch.zeros(before).reshape(written).shape)
    found = outcome(check)
    assert (found is None) == (expected is None)
    if found and expected:
        assert shapes.compatible(found, expected)


# What is dynamic stays open, and refuses nothing.

X = (DYNAMIC, 4, DYNAMIC, 8)
ONES, NONE = (1, 1), (0, 0, 0, 0)


def test_dynamic_dimensions_pass_through() -> None:
    conv = shapes.conv
    assert conv(X, (6, 4, 3, 3), ONES, NONE, ONES, 1) == (DYNAMIC, 6, DYNAMIC, 6)
    assert conv(X, (DYNAMIC, 2, 3, DYNAMIC), ONES, NONE, ONES, 2) == (DYNAMIC,) * 4
    assert conv((1, DYNAMIC, 8, 8), (6, 2, 3, 3), ONES, NONE, ONES, 2) == (1, 6, 6, 6)
    assert shapes.linear((DYNAMIC, 3), (5, DYNAMIC)) == (DYNAMIC, 5)
    assert shapes.linear((2, DYNAMIC), (DYNAMIC, 3)) == (2, DYNAMIC)
    assert shapes.flatten((2, DYNAMIC, 3), 0, 1) == (DYNAMIC, 3)
    assert shapes.flatten((DYNAMIC, 2, 3), 1, -1) == (DYNAMIC, 6)
    # An image of dynamic height may be too small for the window; that is seen at run time.
    assert shapes.window_extent(DYNAMIC, 1000, 1, 0, 0, 1) == DYNAMIC


def test_broadcast_of_dynamic_dimensions() -> None:
    """Only 1 against dynamic stays dynamic: another size is what it has to become."""
    assert shapes.broadcast((DYNAMIC,), (1,)) == (DYNAMIC,)
    assert shapes.broadcast((1,), (DYNAMIC,)) == (DYNAMIC,)
    assert shapes.broadcast((DYNAMIC,), (DYNAMIC,)) == (DYNAMIC,)
    assert shapes.broadcast((DYNAMIC, 3), (2, 1)) == (2, 3)
    assert shapes.broadcast((4, 1), (DYNAMIC,)) == (4, DYNAMIC)


def test_compatible() -> None:
    assert shapes.compatible((2, DYNAMIC), (DYNAMIC, 3))
    assert not shapes.compatible((2, DYNAMIC), (3, DYNAMIC))
    assert not shapes.compatible((2,), (2, 1))
    assert shapes.compatible((), ())


def test_text() -> None:
    assert shapes.text((1, DYNAMIC, 0)) == "[1, ?, 0]"
    assert shapes.text(()) == "[]"


REFUSALS: dict[str, Callable[[], Any]] = {
    r"does not fit into an input of 2 padded by 0 and 1": lambda: shapes.window_extent(
        2, 4, 1, 0, 1, 1
    ),
    r"window of 5 does not fit": lambda: shapes.window_extent(4, 3, 1, 0, 0, 2),
    r"at least one row": lambda: shapes.window_extent(4, 0, 1, 0, 0, 1),
    r"got \[4, \?\] and \[6, 4, 3, 3\]": lambda: shapes.conv(
        (4, DYNAMIC), (6, 4, 3, 3), ONES, NONE, ONES, 1
    ),
    r"weight expects 6 \(2 groups of 3\)": lambda: shapes.conv(
        X, (6, 3, 3, 3), ONES, NONE, ONES, 2
    ),
    r"4 input channels do not divide into 3": lambda: shapes.conv(
        X, (6, DYNAMIC, 3, 3), ONES, NONE, ONES, 3
    ),
    r"5 output channels do not divide into 2": lambda: shapes.conv(
        X, (5, 2, 3, 3), ONES, NONE, ONES, 2
    ),
    r"got \[\] and \[2, 2\]": lambda: shapes.linear((), (2, 2)),
    r"input has 3 features, weight expects 2": lambda: shapes.linear((3,), (2, 2)),
    r"\[\?, 2\] and \[3\] do not broadcast": lambda: shapes.broadcast((DYNAMIC, 2), (3,)),
    r"1\.\.0 do not name a range of a rank 2": lambda: shapes.flatten((2, 2), 1, 0),
    r"too little": lambda: shapes.check_reshape((4,), (DYNAMIC, DYNAMIC)),
    r"could be anything": lambda: shapes.check_reshape((DYNAMIC,), (DYNAMIC, 0)),
    r"4 elements into multiples of 3": lambda: shapes.check_reshape((4,), (DYNAMIC, 3)),
    r"4 elements into 3": lambda: shapes.check_reshape((4,), (3,)),
}


@pytest.mark.parametrize("message", REFUSALS)
def test_refusals(message: str) -> None:
    with pytest.raises(VerifyException, match=message):
        REFUSALS[message]()
