"""What is baked into a kernel of `qfin.kernels.depthwise`, and how its choices are made."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from qfin.dialects.layout import DepthwiseAttr
from qfin.kernels.epilogue import Residual
from qfin.target.isa import Isa


@dataclass(frozen=True)
class DepthwiseSpec:
    """Everything that is baked into one depthwise kernel.

    Strides are in bytes, (image, row, pixel) of the tensor itself; channels lie next to each other.
    `x` points to the first tap of output pixel (0, 0), in the halo if there is one. The result is
    `clamp(rint(t * mult) + zero_point, qmin, qmax)`, `t = f32(acc)`, plus bias if `float_bias`. A
    `residual` is added to `t * mult`. `bounded` promises that no magnitude that is rounded reaches
    2**31. `zero_points` is how many bytes there are for each tap beside its weight (0, 1 or 2).
    With `x_signed` the bytes of x are signed, 128 less than what is multiplied, with `y_signed`
    those of y.

    Each step computes `rows` rows of `columns` times `pixels` pixels. Several rows: only with a
    vertical stride and dilation of 1. Several pixels share vectors: only where pixels lie next to
    each other, and with a horizontal stride other than 1 only if they fill one vector, each with a
    power of two of channels. There must be as many rows and pixels in the output.

    The parallel dimension is that of groups of `rows` rows, of one image after the other; `groups`
    of them are computed in one block of channels before the next block.
    """

    batch: int
    out_h: int
    out_w: int
    channels: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    x_strides: tuple[int, int, int]
    y_strides: tuple[int, int, int]
    zero_point: int
    qmin: int
    qmax: int
    float_bias: bool
    rows: int
    pixels: int
    columns: int
    bounded: bool = False
    residual: Residual | None = None
    zero_points: int = 0
    x_signed: bool = False
    y_signed: bool = False
    groups: int = 1

    def __post_init__(self) -> None:
        assert self.rows == 1 or self.stride_h == self.dilation_h == 1
        pixels = {self.x_strides[2], self.y_strides[2]}
        if self.residual:
            pixels.add(self.residual.strides[2])
        assert self.pixels == 1 or pixels == {self.channels}

    def layout(self, isa: Isa) -> DepthwiseAttr:
        """How the weights lie."""
        return DepthwiseAttr(isa.vector_bytes, isa.row_depth, self.rows, self.pixels)

    @property
    def row_groups(self) -> int:
        """Of one image."""
        return -(-self.out_h // self.rows)

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range of the parallel dimension."""
        return self.batch * self.row_groups


def depthwise_layout(
    channels: int,
    out: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    isa: Isa,
) -> DepthwiseAttr:
    """How the weights lie for an output of at least `out` (height, width) pixels."""
    lanes = isa.vector_bytes
    rows = 2 if stride[0] == dilation[0] == 1 and out[0] > 1 else 1
    pixels, period = 1, lanes // gcd(channels, lanes)
    if stride[1] == 1:

        def cost(pixels: int) -> float:
            """Vectors for each pixel. Those of several pixels have to be interleaved more often:
            the next column of the kernel is not the next vector."""
            vectors = -(-pixels * channels // lanes)
            return vectors / pixels * (1.0, 1.1, 1.4)[min(pixels, 3) - 1]

        pixels = min(range(1, min(period, max(1, out[1])) + 1), key=cost)
    elif channels * period == lanes and period <= min(_MOST_PIECES, out[1]):
        pixels = period
    return DepthwiseAttr(lanes, isa.row_depth, rows, pixels)


# Of a vector that is loaded in as many.
_MOST_PIECES = 4


def depthwise_columns(layout: DepthwiseAttr, out_w: int, stride_w: int, isa: Isa) -> int:
    """How many columns a step computes side by side: they share what they load of the weights, and
    need registers."""
    in_pieces = stride_w > 1 and layout.pixels.data > 1
    most = 1 if in_pieces or isa.registers < 32 else 2
    return max(1, min(most, out_w // layout.pixels.data))


def depthwise_groups(spec: DepthwiseSpec, isa: Isa) -> int:
    """How many groups of rows are computed in one block of channels before the next block.

    One, where the rows that a group reads stay in the first-level cache until the next group reads
    them again. Else as many as read no more than stays there in one block. Where blocks end inside
    of cache lines, the next block reads these lines again, so there has to be more to win.
    """
    step = spec.rows * spec.stride_h
    before = (spec.kernel_h - 1) * spec.dilation_h + 1 - spec.stride_h
    together = spec.pixels * spec.channels
    enough = _CACHED if together % isa.vector_bytes == 0 else _CACHED * 3 // 2
    if (before + step) * spec.x_strides[1] <= enough:
        return 1
    row = spec.x_strides[1] * isa.vector_bytes // together
    return max(1, min(spec.row_groups, (_CACHED // row - before) // step))


_CACHED = 28 << 10
"""Bytes of the input: of a cache of 32 KiB, as weights and results need some of it, too."""
