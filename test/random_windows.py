"""Random windows of convolutions and poolings, and how the text writes them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass


def random_window(
    rng: random.Random,
    spatial: Sequence[int],
    *,
    pool: bool,
    dilated: bool,
    ceil_mode: bool = False,
    symmetric: bool = False,
) -> Window:
    """A window that fits; of a pooling, with padding of at most half of it, and nowhere on
    padding alone. Symmetric ones are padded alike on both sides."""
    axes: list[tuple[int, int, int, int, int]] = []
    for size in spatial:
        while True:
            kernel, stride = rng.choice([1, 1, 2, 3, 3, 4, 5]), rng.choice([1, 1, 2, 3])
            dilation = rng.choice([1, 1, 2, 3]) if dilated else 1
            extent = dilation * (kernel - 1) + 1
            most = extent // 2 if pool else 3
            before = rng.randint(0, most)
            after = before if symmetric else rng.randint(0, most)
            end = size + after - extent + 1
            if ceil_mode:  # the last one starts inside
                end = min(end + stride - 1, size)
            starts = range(-before, end, stride)
            taps = range(0, extent, dilation)
            fits = size + before + after >= extent
            if fits and not (pool and hangs_out(size, starts, taps)):
                break
        axes.append((kernel, stride, before, after, dilation))
    return Window(tuple(axes), ceil_mode)


def hangs_out(size: int, starts: range, taps: range) -> bool:
    """Whether a window's taps all miss the `size` elements."""
    return any(not any(0 <= start + tap < size for tap in taps) for start in starts)


@dataclass(frozen=True)
class Window:
    """For each axis (kernel, stride, before, after, dilation)."""

    axes: tuple[tuple[int, int, int, int, int], ...]
    ceil_mode: bool = False

    @property
    def kernel(self) -> tuple[int, ...]:
        return tuple(axis[0] for axis in self.axes)

    def lists(self) -> dict[str, list[int]]:
        kernel, stride, before, after, dilation = (
            list(values) for values in zip(*self.axes, strict=True)
        )
        return {
            "kernel": kernel,
            "stride": stride,
            "padding": [side for pair in zip(before, after, strict=True) for side in pair],
            "dilation": dilation,
        }

    def outputs(self, spatial: Sequence[int]) -> tuple[int, ...]:
        outputs: list[int] = []
        for size, (kernel, stride, before, after, dilation) in zip(spatial, self.axes, strict=True):
            span = size + before + after - dilation * (kernel - 1) - 1
            count = span // stride + 1
            if self.ceil_mode and span % stride and count * stride < size + before:
                count += 1
            outputs.append(count)
        return tuple(outputs)

    def attributes(self, *more: str, extra: str = "") -> str:
        """`{stride = array<i64: 1, 1>, ...}`"""
        lists = self.lists()
        entries = [
            f"{key} = array<i64: {', '.join(map(str, lists[key]))}>"
            for key in ("stride", "padding", *more)
        ]
        if self.ceil_mode:
            entries.append("ceil_mode = true")
        return "{" + ", ".join([*entries, *([extra] if extra else [])]) + "}"

    def parameters(self) -> str:
        """As the packed type has them: `stride = [1, 1], ...`"""
        lists = self.lists()
        return ", ".join(f"{key} = {lists[key]}" for key in ("stride", "padding", "dilation"))
