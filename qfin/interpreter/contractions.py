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
    """[..., K] by [N, K] to [..., N]."""
    return x @ weight.T


@np.errstate(all="ignore")
def conv2d(
    x: F64,
    weight: F64,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> F64:
    """[N, C, H, W] by [O, C/groups, KH, KW] to [N, O, H', W'], padded with zeros.

    Raises VerifyException when the shapes do not fit together.
    """
    shape = shapes.conv2d(x.shape, weight.shape, stride, padding, dilation, groups)
    out_channels, in_channels, kh, kw = weight.shape
    top, bottom, left, right = padding
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    extent = (dilation[0] * (kh - 1) + 1, dilation[1] * (kw - 1) + 1)
    # [N, C, H', W', KH, KW]: a view, in which nothing is copied yet.
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent, axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    result = np.empty(shape)
    per_group = out_channels // groups
    for group in range(groups):
        inputs = slice(group * in_channels, (group + 1) * in_channels)
        outputs = slice(group * per_group, (group + 1) * per_group)
        sums = np.tensordot(windows[:, inputs], weight[outputs], axes=((1, 4, 5), (1, 2, 3)))
        result[:, outputs] = np.moveaxis(sums, -1, 1)
    return result
