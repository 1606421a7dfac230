"""What is measured: families of problems, each with the mark that it is held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.problems import Conv, Linear, Problem


@dataclass(frozen=True)
class Family:
    """Problems of one kind. `draw` makes one of random shape, on which the mark must hold, too."""

    problems: tuple[Problem, ...]
    mark: str
    draw: Callable[[Random], Problem]


def _linear(random: Random) -> Problem:
    return Linear(
        random.randrange(64, 513), random.randrange(256, 2049, 4), random.randrange(128, 2049)
    )


def _few_rows(random: Random) -> Problem:
    return Linear(random.randrange(1, 17), random.randrange(512, 4097), random.randrange(512, 4097))


def _conv(kernel: int, strides: tuple[int, ...]) -> Callable[[Random], Problem]:
    def draw(random: Random) -> Problem:
        size = random.randrange(7, 57)
        channels, out = (random.randrange(16, 20000 // size) // 8 * 8 for _ in range(2))
        return Conv(channels, out, size, kernel, random.choice(strides))

    return draw


def _depthwise(random: Random) -> Problem:
    size = random.randrange(7, 113)
    channels = random.randrange(16, 7000 // size) // 8 * 8
    stride = random.choice((1, 2))
    return Conv(channels, channels, size, random.choice((3, 5)), stride, groups=channels)


def _first(random: Random) -> Problem:
    kernel = random.choice((3, 5, 7))
    return Conv(3, random.randrange(16, 97, 8), random.randrange(96, 257), kernel, 2)


def _grouped(random: Random) -> Problem:
    groups = random.choice((2, 4, 8, 32))
    channels, out = (groups * random.randrange(1, 17) for _ in range(2))
    return Conv(channels, out, random.randrange(7, 57), 3, groups=groups)


FAMILIES: dict[str, Family] = {
    "linear": Family(
        (
            Linear(128, 768, 768),
            Linear(128, 768, 3072),
            Linear(128, 3072, 768),
            Linear(512, 1024, 1024),
        ),
        "at least 92 % of the peak",
        _linear,
    ),
    "few-rows": Family(
        tuple(Linear(m, k, n) for k, n in ((4096, 4096), (768, 3072)) for m in (1, 4, 16)),
        "1 row: 90 % of a streaming read; 16 rows: 1.25 times as fast as the best peer",
        _few_rows,
    ),
    "conv3x3": Family(
        (
            Conv(64, 64, 56, 3),
            Conv(128, 128, 28, 3),
            Conv(256, 256, 14, 3),
            Conv(512, 512, 7, 3),
            Conv(128, 128, 56, 3, stride=2),
            Conv(256, 256, 14, 3, dilation=2),
        ),
        "at least 92 % of the peak at stride 1, never slower than the best peer",
        _conv(3, (1, 2)),
    ),
    "conv1x1": Family(
        (
            Conv(64, 64, 56),
            Conv(64, 256, 56),
            Conv(256, 64, 56),
            Conv(128, 512, 28),
            Conv(1024, 256, 14),
            Conv(512, 2048, 7),
            Conv(2048, 512, 7),
            Conv(32, 32, 112),
            Conv(96, 32, 56),
            Conv(192, 32, 28),
            Conv(384, 64, 14),
            Conv(576, 96, 14),
            Conv(960, 160, 7),
        ),
        "1.15 times as fast as the best peer",
        _conv(1, (1,)),
    ),
    "first": Family(
        (Conv(3, 64, 224, 7, 2), Conv(3, 32, 224, 3, 2)),
        "1.4 times as fast as the best peer",
        _first,
    ),
    "depthwise": Family(
        tuple(
            Conv(channels, channels, size, kernel, stride, groups=channels)
            for kernel in (3, 5)
            for stride in (1, 2)
            for channels, size in ((32, 112), (144, 56), (576, 14), (960, 7))
        ),
        "3 times as fast as the best peer on 3x3 at stride 1, else 2.5 times",
        _depthwise,
    ),
    "grouped": Family(
        (Conv(256, 256, 14, 3, groups=32), Conv(128, 128, 28, 3, groups=4)),
        "as fast as the best peer",
        _grouped,
    ),
}
"""By name, as the command line takes it."""
