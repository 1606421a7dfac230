"""Random windows of convolutions and poolings, and how the text writes them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass


def random_window(
    rng: random.Random, spatial: Sequence[int], *, pool: bool, dilated: bool
) -> Window:
    """A window that fits; of a pooling, with padding of at most half of it, and nowhere on
    padding alone."""
    axes: list[tuple[int, int, int, int, int]] = []
    for size in spatial:
        while True:
            kernel, stride = rng.choice([1, 1, 2, 3, 3, 4, 5]), rng.choice([1, 1, 2, 3])
            dilation = rng.choice([1, 1, 2, 3]) if dilated else 1
            extent = dilation * (kernel - 1) + 1
            most = extent // 2 if pool else 3
            before, after = rng.randint(0, most), rng.randint(0, most)
            starts = range(-before, size + after - extent + 1, stride)
            taps = range(0, extent, dilation)
            if starts and not (pool and hangs_out(size, starts, taps)):
                break
        axes.append((kernel, stride, before, after, dilation))
    return Window(*axes)


def hangs_out(size: int, starts: range, taps: range) -> bool:
    """Whether a window's taps all miss the `size` elements."""
    return any(not any(0 <= start + tap < size for tap in taps) for start in starts)


@dataclass(frozen=True)
class Window:
    """For each axis (kernel, stride, before, after, dilation)."""

    height: tuple[int, int, int, int, int]
    width: tuple[int, int, int, int, int]

    @property
    def kernel(self) -> tuple[int, int]:
        return self.height[0], self.width[0]

    def lists(self) -> dict[str, list[int]]:
        h, w = self.height, self.width
        return {
            "kernel": [h[0], w[0]],
            "stride": [h[1], w[1]],
            "padding": [h[2], h[3], w[2], w[3]],
            "dilation": [h[4], w[4]],
        }

    def outputs(self, spatial: Sequence[int]) -> tuple[int, int]:
        h, w = (
            (size + before + after - dilation * (kernel - 1) - 1) // stride + 1
            for size, (kernel, stride, before, after, dilation) in zip(
                spatial, (self.height, self.width), strict=True
            )
        )
        return h, w

    def attributes(self, *more: str, extra: str = "") -> str:
        """`{stride = array<i64: 1, 1>, ...}`"""
        lists = self.lists()
        entries = [
            f"{key} = array<i64: {', '.join(map(str, lists[key]))}>"
            for key in ("stride", "padding", *more)
        ]
        return "{" + ", ".join([*entries, *([extra] if extra else [])]) + "}"

    def parameters(self) -> str:
        """As the packed type has them: `stride = [1, 1], ...`"""
        lists = self.lists()
        return ", ".join(f"{key} = {lists[key]}" for key in ("stride", "padding", "dilation"))
