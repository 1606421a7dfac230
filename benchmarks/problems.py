"""A problem: a network, what it is held to, and what is timed beside it in the same rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeAlias

from benchmarks.net import Net

Kind: TypeAlias = Literal["of peak", "of read", "x peer", "of ours", "of parts", "of openvino"]
"""`of peak`: share of the core's dot products; `of read`: of a streaming read of as many bytes as
the weights have; `x peer`: the best peer's time by ours; `of ours`: our time by that of the
reference, our own; `of parts`: by the sum of its kernels' alone; `of openvino`: by OpenVINO's."""

Rate: TypeAlias = Literal["GMAC/s", "GFMA/s", "GB/s", "Gout/s"]
"""`GMAC/s` of bytes, which the peak is of, too; `GFMA/s` of f32."""


@dataclass(frozen=True)
class Mark:
    """A figure that must be reached (`bound` is a lower one), or kept (`most`: an upper one)."""

    kind: Kind | Rate
    bound: float
    most: bool = False

    def met(self, value: float) -> bool:
        """Not by what could not be measured (NaN)."""
        return value <= self.bound if self.most else value >= self.bound

    def __str__(self) -> str:
        return f"{'<=' if self.most else '>='} {self.bound:g} {self.kind}"


@dataclass(frozen=True)
class Problem:
    """`work` counts multiply-adds, bytes or outputs, as `unit` says.

    `beside` is our reference for `of ours`; `parts` are the kernels that `of parts` sums.
    """

    label: str
    net: Net
    marks: tuple[Mark, ...]
    work: int
    unit: Rate = "GMAC/s"
    beside: Net | None = None
    parts: tuple[Net, ...] = ()
    peers: bool = True


@dataclass(frozen=True)
class Family:
    """Problems of one kind. `draw` makes one of random shape, on which the mark must hold, too;
    `small` ones are to try the machinery, not to time."""

    problems: tuple[Problem, ...]
    draw: Callable[[Random], Problem]
    small: tuple[Problem, ...]


def peer(bound: float) -> tuple[Mark]:
    """So many times as fast as the best peer."""
    return (Mark("x peer", bound),)


def ours(bound: float) -> tuple[Mark]:
    """At most so many times as long as our reference."""
    return (Mark("of ours", bound, most=True),)
