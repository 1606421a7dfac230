"""Pooling windows as ranges along each axis, and reductions over them.

A window of a pooling is a box: a range of positions in each dimension. So one array of ranges for
each says everything about a pooling's geometry. Kernels are given the same arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes, shapes_pooling
from qfin.dialects.tensors import shape_of
from qfin.interpreter.numerics import largest

Ranges: TypeAlias = NDArray[np.int32]
"""[outputs, 2]: for each output position its first input position, and how many there are."""

Scalar = TypeVar("Scalar", np.int64, np.float64)


def window_ranges(
    size: int,
    window: int,
    stride: int,
    before: int,
    after: int,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> Ranges:
    """The taps of each window that lie inside the input, `dilation` apart; padding is left out.

    Raises VerifyException when the padded input is smaller than the window.
    """
    outputs = shapes_pooling.pool_extent(size, window, stride, before, after, dilation, ceil_mode)
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


def pool_ranges(
    spatial: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil_mode: bool = False,
) -> tuple[Ranges, ...]:
    """For each dimension; padding is [before, after] for each in turn."""
    sides = zip(padding[::2], padding[1::2], strict=True)
    axes = zip(spatial, kernel, stride, sides, dilation, strict=True)
    return tuple(
        window_ranges(size, taps, step, *side, gap, ceil_mode)
        for size, taps, step, side, gap in axes
    )


def adaptive_pool_ranges(spatial: Sequence[int], result: SSAValue) -> tuple[Ranges, ...]:
    """For each spatial dimension of an adaptive pooling into `result`, which is [N, C, ...].

    Raises VerifyException where the result's type leaves one of its sizes open.
    """
    outputs = shape_of(result)[2:]
    if shapes.DYNAMIC in outputs:
        raise VerifyException("the result type must say its spatial sizes")
    return tuple(adaptive_ranges(size, n) for size, n in zip(spatial, outputs, strict=True))


def areas(ranges: Sequence[Ranges]) -> NDArray[np.int64]:
    """How many input elements each window holds: [outputs...]."""
    return boxes([axis[:, 1] for axis in ranges])


def boxes(sides: Sequence[NDArray[np.integer]]) -> NDArray[np.int64]:
    """The products of one entry of each."""
    product = np.ones((), np.int64)
    for side in sides:
        product = product[..., None] * side
    return product


def sum_windows(x: NDArray[np.int64], ranges: Sequence[Ranges]) -> NDArray[np.int64]:
    """The last dimensions, one for each of `ranges`, summed; an empty window gives 0."""
    for axis, windows in enumerate(ranges, x.ndim - len(ranges)):
        x = _fold(np.sum, x, axis, windows, 1)
    return x


@np.errstate(all="ignore")
def sum_float_windows(x: NDArray[np.float64], ranges: Sequence[Ranges]) -> NDArray[np.float64]:
    """As `sum_windows`: from 0 on, the elements of a window one by one in row-major order."""
    kept = x.shape[: x.ndim - len(ranges)]
    outputs = tuple(map(len, ranges))
    result = np.zeros((*kept, *outputs))
    for place in np.ndindex(outputs):
        bounds = (axis[i].tolist() for axis, i in zip(ranges, place, strict=True))
        window = x[(..., *(slice(first, first + count) for first, count in bounds))]
        terms = window.reshape(*kept, prod(window.shape[len(kept) :]))
        terms = np.concatenate([np.zeros((*kept, 1)), terms], axis=-1)
        result[(..., *place)] = np.add.accumulate(terms, axis=-1)[..., -1]
    return result


def max_windows(
    x: NDArray[Scalar], ranges: Sequence[Ranges], steps: Sequence[int], lowest: Scalar
) -> NDArray[Scalar]:
    """As `sum_windows`, with elements `steps` apart; NaN wins, 0.0 is more than -0.0, and an empty
    window gives `lowest`."""
    for axis, (windows, step) in enumerate(zip(ranges, steps, strict=True), x.ndim - len(ranges)):
        x = _fold(partial(largest, initial=lowest), x, axis, windows, step)
    return x


def _fold(
    reduce: Callable[..., Any], x: NDArray[Scalar], axis: int, ranges: Ranges, step: int
) -> NDArray[Scalar]:
    """One axis replaced by the reductions over its ranges."""
    moved = np.moveaxis(x, axis, 0)
    result = np.empty((len(ranges), *moved.shape[1:]), x.dtype)
    for i, (first, count) in enumerate(ranges.tolist()):
        result[i] = reduce(moved[first : first + count * step : step], axis=0)
    return np.moveaxis(result, 0, axis)
