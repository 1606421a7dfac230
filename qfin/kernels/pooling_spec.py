"""What is baked into a pooling kernel."""

from __future__ import annotations

from dataclasses import dataclass

from qfin.kernels.windowed import WindowedSpec


@dataclass(frozen=True)
class Regular:
    """Outputs [begin, end) of the last dimension, whose windows have `taps` elements each; that of
    `begin` starts at input position `first`, each next one `stride` further on."""

    begin: int
    end: int
    first: int
    stride: int
    taps: int


@dataclass(frozen=True)
class PoolSpec(WindowedSpec):
    """`regular` is what the last table holds for most outputs, if that is known."""

    regular: Regular | None


@dataclass(frozen=True)
class MaxPoolSpec(PoolSpec):
    """The maximum; a window's elements are `step` apart in each pooled dimension."""

    step: tuple[int, ...]
    of_floats: bool = False

    @property
    def floats(self) -> bool:
        return self.of_floats


@dataclass(frozen=True)
class AvgPoolSpec(PoolSpec):
    """`clamp(rint(f32(sum (x - input_zero_point)) * mult[...]) + zero_point, qmin, qmax)`.

    The sum must fit into 32 bits: windows of less than 2**23 elements.
    """

    input_zero_point: int
    zero_point: int
    qmin: int
    qmax: int


@dataclass(frozen=True)
class FloatAvgPoolSpec(PoolSpec):
    """`f32(sum x / divisor[...])`."""

    @property
    def gathered(self) -> int:
        return 8

    @property
    def floats(self) -> bool:
        return True
