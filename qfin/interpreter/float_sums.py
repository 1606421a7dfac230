"""Sums of products of f32, in a stated order: the same bits as machine code gives.

A sum starts at 0; each of its products is added by one fused multiply-add, rounded once to f32:

    t = 0, then for k = 0, 1, ...: t = fma(a[k], b[k], t)

The order of k is that of the weight's elements: input channels, then taps, row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qfin.dialects import shapes
from qfin.interpreter.numerics import Floats
from qfin.interpreter.numerics_dynamic import fma
from qfin.interpreter.transposed import to_convolution

F64: TypeAlias = NDArray[np.float64]
Array: TypeAlias = NDArray[Any]

_HALF = 1 << 28
"""The bits of an f64 behind those of an f32, where it lies half-way between two of them."""


@np.errstate(all="ignore")
def accumulate(shape: Sequence[int], terms: Iterable[tuple[F64, F64]], *, tiny: bool) -> Floats:
    """The sums, of `shape`, of the products of each pair of f32 values, which broadcast to it.

    In f64 a product is exact, and rounding its sum to f32 gives what `fma` does but where the sum
    is half-way between two f32 values, or so small (only if `tiny`) that f32 has fewer bits.
    """
    total = np.zeros(tuple(shape))
    for a, b in terms:
        exact = np.asarray(a * b)
        exact = np.asarray(total + exact)
        unsure = exact.view(np.int64) & (2 * _HALF - 1) == _HALF
        if tiny:
            unsure |= (np.abs(exact) < np.finfo(np.float32).tiny) & (exact != 0)
        rounded = exact.astype(np.float32)
        if unsure.any():
            parts = (np.broadcast_to(value, total.shape)[unsure] for value in (a, b, total))
            rounded[unsure] = fma(*parts)
        total = rounded.astype(np.float64)
    return total.astype(np.float32)


def _may_be_tiny(a: Array, b: Array) -> bool:
    """Whether a sum of products may need more bits than a subnormal f32 has. Where every product is
    a multiple of the smallest f32, such sums are exact."""
    least = [np.abs(v[v != 0]).astype(np.float64).min(initial=np.inf) for v in (a, b)]
    return not least[0] * least[1] >= 2.0**-102


def matmul(lhs: Floats, rhs: Floats) -> Floats:
    """`numpy.matmul`'s shapes. Raises VerifyException when they do not fit together."""
    shapes.matmul(lhs.shape, rhs.shape)
    a = lhs[None] if lhs.ndim == 1 else lhs
    b = rhs[:, None] if rhs.ndim == 1 else rhs
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    x, y = a.astype(np.float64), b.astype(np.float64)
    terms = ((x[..., k, None], y[..., k, None, :]) for k in range(a.shape[-1]))
    shape = (*batch, a.shape[-2], b.shape[-1])
    sums = accumulate(shape, terms, tiny=_may_be_tiny(a, b))
    sums = sums[..., 0] if rhs.ndim == 1 else sums
    if lhs.ndim > 1:
        return sums
    return sums[..., 0] if rhs.ndim == 1 else sums[..., 0, :]


def linear(x: Floats, weight: Array) -> Floats:
    """[..., K] by [N, K], of f32 or f16, to [..., N]."""
    shapes.linear(x.shape, weight.shape)
    rows, columns = x.astype(np.float64), weight.astype(np.float64)
    terms = ((rows[..., k, None], columns[:, k]) for k in range(weight.shape[1]))
    shape = (*x.shape[:-1], len(weight))
    return accumulate(shape, terms, tiny=_may_be_tiny(x, weight))


def conv(
    x: Floats,
    weight: Floats,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Floats:
    """[N, C, spatial...] by [O, C/groups, taps...] to [N, O, spatial'...], padded with zeros.

    Raises VerifyException when the shapes do not fit together.
    """
    shape = shapes.conv(x.shape, weight.shape, stride, padding, dilation, groups)
    batch, _, *spatial = shape
    outputs, inputs, *taps = weight.shape
    sides = zip(padding[::2], padding[1::2], strict=True)
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), *sides))
    grouped = padded.reshape(batch, groups, 1, inputs, *padded.shape[2:])
    weights = weight.astype(np.float64).reshape(groups, outputs // groups, inputs, *taps)
    ones = [1] * len(spatial)

    def terms() -> Iterable[tuple[F64, F64]]:
        for channel, *tap in product(range(inputs), *map(range, taps)):
            window = tuple(
                slice(t * apart, t * apart + (size - 1) * step + 1, step)
                for t, apart, size, step in zip(tap, dilation, spatial, stride, strict=True)
            )
            of_tap = weights[(..., channel, *tap)].reshape(groups, -1, *ones)
            yield grouped[(slice(None), slice(None), slice(None), channel, *window)], of_tap

    whole = (batch, groups, outputs // groups, *spatial)
    return accumulate(whole, terms(), tiny=_may_be_tiny(x, weight)).reshape(shape)


def conv_transpose(
    x: Floats,
    weight: Floats,
    stride: Sequence[int],
    padding: Sequence[int],
    output_padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Floats:
    """[N, I, spatial...] by [I, O/groups, taps...] to [N, O, spatial'...]: the convolution of the
    input, spread by the stride into zeros, with `to_convolution`'s weight.

    Raises VerifyException when the shapes do not fit together.
    """
    shapes.conv_transpose(x.shape, weight.shape, stride, padding, output_padding, dilation, groups)
    sizes = [max(0, (size - 1) * step + 1) for size, step in zip(x.shape[2:], stride, strict=True)]
    spread = np.zeros((*x.shape[:2], *sizes), np.float32)
    spread[(..., *(slice(None, None, step) for step in stride))] = x
    sides: list[int] = []
    for axis, (apart, taps, more) in enumerate(
        zip(dilation, weight.shape[2:], output_padding, strict=True)
    ):
        reach = apart * (taps - 1)
        for side in (reach - padding[2 * axis], reach - padding[2 * axis + 1] + more):
            sides.append(max(0, side))
        before, after = (min(0, reach - padding[2 * axis + i] + i * more) for i in range(2))
        kept = slice(-before, spread.shape[2 + axis] + after)
        spread = spread[(*[slice(None)] * (2 + axis), kept)]
    ones = [1] * len(stride)
    return conv(spread, to_convolution(weight, groups), ones, sides, dilation, groups)
