"""Sums of products in f64, for float and for integer operands alike.

On integers (8-bit operands, less their zero points) every sum stays far below 2**53 and is exact
in any order. On f32 operands each product is exact, and the sum is within 2**-52 * K * sum |x * w|
of the true one; callers round it once to f32.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qfin.dialects import shapes

F64 = NDArray[np.float64]


@np.errstate(all="ignore")
def linear(x: F64, weight: F64) -> F64:
    """[..., K] by [N, K] to [..., N]. Raises VerifyException when the K differ."""
    shapes.linear(x.shape, weight.shape)
    return x @ weight.T


@np.errstate(all="ignore")
def conv(
    x: F64,
    weight: F64,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> F64:
    """[N, C, spatial...] by [O, C/groups, taps...] to [N, O, spatial'...], padded with zeros.

    Raises VerifyException when the shapes do not fit together.
    """
    shape = shapes.conv(x.shape, weight.shape, stride, padding, dilation, groups)
    out_channels, in_channels, *taps = weight.shape
    rank = len(taps)
    sides = zip(padding[::2], padding[1::2], strict=True)
    padded = np.pad(x, ((0, 0), (0, 0), *sides))
    extent = [apart * (k - 1) + 1 for k, apart in zip(taps, dilation, strict=True)]
    # [N, C, spatial'..., taps...]: a view, in which nothing is copied yet.
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, extent, axis=tuple(range(2, 2 + rank))
    )
    windows = windows[:, :, *(slice(None, None, step) for step in (*stride, *dilation))]
    axes = (1, *range(2 + rank, 2 + 2 * rank)), tuple(range(1, 2 + rank))
    result = np.empty(shape)
    per_group = out_channels // groups
    for group in range(groups):
        inputs = slice(group * in_channels, (group + 1) * in_channels)
        outputs = slice(group * per_group, (group + 1) * per_group)
        sums = np.tensordot(windows[:, inputs], weight[outputs], axes=axes)
        result[:, outputs] = np.moveaxis(sums, -1, 1)
    return result
