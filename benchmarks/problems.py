"""What is timed: one op with its shape, its constants and its input, independent of any library.

Activations are u8 with zero point 128, weights i8 per output channel; scales are chosen so that
results spread over the whole range.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

INPUT_SCALE = 0.02
WEIGHT_SCALE = 0.01
ZERO_POINT = 128
_SPREAD = 40.0
"""Standard deviation of the results, in steps."""


def output_scale(depth: int) -> float:
    """For sums of `depth` products of uniform bytes, whose standard deviations are about 74."""
    return INPUT_SCALE * WEIGHT_SCALE * 74.0**2 * depth**0.5 / _SPREAD


@dataclass(frozen=True)
class Linear:
    """`rows` x `depth` times `depth` x `out`."""

    rows: int
    depth: int
    out: int

    @property
    def label(self) -> str:
        return f"{self.rows}x{self.depth}x{self.out}"

    @property
    def macs(self) -> int:
        return self.rows * self.depth * self.out

    @property
    def terms(self) -> int:
        """Products in a sum."""
        return self.depth

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.rows, self.depth

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.rows, self.out

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return self.out, self.depth

    @cached_property
    def weight(self) -> NDArray[np.int8]:
        return _weight(self.weight_shape)

    @cached_property
    def input(self) -> NDArray[np.uint8]:
        return _input(self.input_shape)


@dataclass(frozen=True)
class Conv:
    """A square 2-D convolution; `padding` keeps the size at stride 1 unless it is given."""

    channels: int
    out: int
    size: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    pad: int | None = None

    @property
    def padding(self) -> int:
        return self.dilation * (self.kernel // 2) if self.pad is None else self.pad

    @property
    def out_size(self) -> int:
        reach = self.dilation * (self.kernel - 1) + 1
        return (self.size + 2 * self.padding - reach) // self.stride + 1

    @property
    def label(self) -> str:
        extra = "".join(
            f" {name}{value}"
            for name, value, usual in (
                ("s", self.stride, 1),
                ("d", self.dilation, 1),
                ("g", self.groups, 1),
            )
            if value != usual
        )
        return f"{self.channels}>{self.out} {self.kernel}x{self.kernel} @{self.size}{extra}"

    @property
    def macs(self) -> int:
        return self.out * self.out_size**2 * self.terms

    @property
    def terms(self) -> int:
        """Products in a sum."""
        return self.channels // self.groups * self.kernel**2

    @property
    def input_shape(self) -> tuple[int, ...]:
        return 1, self.channels, self.size, self.size

    @property
    def output_shape(self) -> tuple[int, ...]:
        return 1, self.out, self.out_size, self.out_size

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return self.out, self.channels // self.groups, self.kernel, self.kernel

    @cached_property
    def weight(self) -> NDArray[np.int8]:
        return _weight(self.weight_shape)

    @cached_property
    def input(self) -> NDArray[np.uint8]:
        return _input(self.input_shape)


Problem: TypeAlias = Linear | Conv


def _weight(shape: tuple[int, ...]) -> NDArray[np.int8]:
    return np.random.default_rng(0).integers(-127, 128, shape, np.int8)


def _input(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)
