"""Transposed convolutions: their sums, and the weights of the equivalent convolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qfin.dialects import shapes

Scalar = TypeVar("Scalar", bound=np.generic)
F64 = NDArray[np.float64]


@np.errstate(all="ignore")
def conv_transpose(
    x: F64,
    weight: F64,
    stride: Sequence[int],
    padding: Sequence[int],
    output_padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> F64:
    """[N, I, spatial...] by [I, O/groups, taps...] to [N, O, spatial'...], as the definition says:
    each input adds its products to a window of outputs. Exact on integers, as
    `qfin.interpreter.contractions` is.

    Raises VerifyException when the shapes do not fit together.
    """
    shape = shapes.conv_transpose(
        x.shape, weight.shape, stride, padding, output_padding, dilation, groups
    )
    batch, inputs, *spatial = x.shape
    taps = weight.shape[2:]
    # Before `padding` cuts.
    whole = [
        size + before + after
        for size, before, after in zip(shape[2:], padding[::2], padding[1::2], strict=True)
    ]
    result = np.zeros((batch, groups, shape[1] // groups, *whole))
    grouped = x.reshape(batch, groups, inputs // groups, *spatial)
    weights = weight.reshape(groups, inputs // groups, *weight.shape[1:])
    for tap in np.ndindex(*taps):
        products = np.einsum("ngi...,gio->ngo...", grouped, weights[(..., *tap)])
        places = tuple(
            slice(t * d, t * d + (size - 1) * s + 1, s)
            for t, d, s, size in zip(tap, dilation, stride, spatial, strict=True)
        )
        result[(..., *places)] += products
    kept = tuple(
        slice(before, before + size) for before, size in zip(padding[::2], shape[2:], strict=True)
    )
    return result.reshape(batch, shape[1], *whole)[(..., *kept)]


def to_convolution(weight: NDArray[Scalar], groups: int) -> NDArray[Scalar]:
    """[I, O/groups, taps...] as the weight [O, I/groups, taps...] of the equivalent convolution:
    that of stride 1 of the input spread by the stride."""
    return _exchange(weight, groups)


def from_convolution(weight: NDArray[Scalar], groups: int) -> NDArray[Scalar]:
    """The inverse of `to_convolution`."""
    return _exchange(weight, groups)


def _exchange(weight: NDArray[Scalar], groups: int) -> NDArray[Scalar]:
    """For each group the two axes of channels exchanged, and all taps in reverse order."""
    first, second, *taps = weight.shape
    split = weight.reshape(groups, first // groups, second, *taps).swapaxes(1, 2)
    flipped = np.flip(split, axis=tuple(range(3, split.ndim)))
    return flipped.reshape(groups * second, first // groups, *taps)


def channel_scales(scales: NDArray[Scalar], groups: int) -> NDArray[Scalar]:
    """One scale for each output channel of a transposed convolution from those along axis 1 of its
    weight, which all groups share; a single scale stays one."""
    return scales if scales.size == 1 else np.tile(scales, groups)
