"""Pooling windows as ranges along each axis, and reductions over them.

A window of a pooling is a rectangle: a range of rows by a range of columns. So one array of
ranges for each axis says everything about a pooling's geometry. Kernels are given the same arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.tensors import shape_of

Ranges: TypeAlias = NDArray[np.int32]
"""[outputs, 2]: for each output position its first input position, and how many there are."""

Scalar = TypeVar("Scalar", np.int64, np.float64)


def window_ranges(
    size: int, window: int, stride: int, before: int, after: int, dilation: int = 1
) -> Ranges:
    """The taps of each window that lie inside the input, `dilation` apart; padding is left out.

    Raises VerifyException when the padded input is smaller than the window.
    """
    outputs = shapes.window_extent(size, window, stride, before, after, dilation)
    starts = np.arange(outputs) * stride - before
    taps = starts[:, None] + dilation * np.arange(window)
    inside = (taps >= 0) & (taps < size)
    first = np.where(inside, taps, size).min(axis=1, initial=size)
    count = inside.sum(axis=1)
    return np.stack([np.where(count > 0, first, 0), count], axis=1).astype(np.int32)


def adaptive_ranges(size: int, outputs: int) -> Ranges:
    """Output i of n covers floor(i * size / n) up to, not including, ceil((i + 1) * size / n)."""
    index = np.arange(outputs)
    first = index * size // max(outputs, 1)
    end = -(-(index + 1) * size // max(outputs, 1))
    return np.stack([first, end - first], axis=1).astype(np.int32)


def pool2d_ranges(
    spatial: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int] = (1, 1),
) -> tuple[Ranges, Ranges]:
    """(rows, columns) of a pooling over (height, width); padding is [top, bottom, left, right]."""
    rows, columns = (
        window_ranges(
            spatial[axis],
            kernel[axis],
            stride[axis],
            padding[2 * axis],
            padding[2 * axis + 1],
            dilation[axis],
        )
        for axis in (0, 1)
    )
    return rows, columns


def adaptive2d_ranges(shape: Sequence[int], result: SSAValue) -> tuple[Ranges, Ranges]:
    """(rows, columns) of an adaptive pooling of an array [N, C, H, W] into `result`.

    Raises VerifyException where the result's type leaves its height or width open.
    """
    spatial = shape_of(result)[2:]
    if shapes.DYNAMIC in spatial:
        raise VerifyException("the result type must say its height and width")
    return adaptive_ranges(shape[2], spatial[0]), adaptive_ranges(shape[3], spatial[1])


def areas(rows: Ranges, columns: Ranges) -> NDArray[np.int64]:
    """How many input elements each window holds: [H', W']."""
    return rows[:, 1, None].astype(np.int64) * columns[None, :, 1]


@np.errstate(all="ignore")
def sum_windows(x: NDArray[Scalar], rows: Ranges, columns: Ranges) -> NDArray[Scalar]:
    """[N, C, H, W] to [N, C, H', W'], summed in the dtype of `x`; an empty window gives 0."""
    by_row = _fold(np.add, x, 2, rows, 1, x.dtype.type(0))
    return _fold(np.add, by_row, 3, columns, 1, x.dtype.type(0))


def max_windows(
    x: NDArray[Scalar],
    rows: Ranges,
    columns: Ranges,
    step: tuple[int, int],
    lowest: Scalar,
) -> NDArray[Scalar]:
    """[N, C, H, W] to [N, C, H', W']; NaN wins, an empty window gives `lowest`."""
    by_row = _fold(np.maximum, x, 2, rows, step[0], lowest)
    return _fold(np.maximum, by_row, 3, columns, step[1], lowest)


def _fold(
    ufunc: np.ufunc, x: NDArray[Scalar], axis: int, ranges: Ranges, step: int, initial: Scalar
) -> NDArray[Scalar]:
    """One axis replaced by the reductions over its ranges."""
    moved = np.moveaxis(x, axis, 0)
    result = np.full((len(ranges), *moved.shape[1:]), initial, x.dtype)
    for i, (first, count) in enumerate(ranges.tolist()):
        window = moved[first : first + count * step : step]
        result[i] = ufunc.reduce(window, axis=0, initial=initial)
    return np.moveaxis(result, 0, axis)
