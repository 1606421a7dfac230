"""Normalisation of groups of quantized values against plain numpy, bit for bit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.kernels.norm import NormSpec, build_norm
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, random_strides, seeds, split, targets

SIZES = [1, 1, 2, 3, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 64, 67, 131]


def defined(x: NDArray[Any], weight: Any, bias: Any, spec: NormSpec) -> NDArray[np.uint8]:
    """The definition."""
    v, axes = x.astype(np.int64), tuple(range(spec.outer, x.ndim))
    sums, squares = v.sum(axes, keepdims=True), (v * v).sum(axes, keepdims=True)
    root = np.sqrt((spec.count * squares - sums * sums).astype(np.float64) + spec.eps)
    with np.errstate(all="ignore"):
        t = (spec.count * v - sums).astype(np.float32) * (1 / root).astype(np.float32)
        t = t * weight + bias
    shifted = np.rint(t).astype(np.float64) + spec.zero_point
    return np.clip(shifted, spec.qmin, spec.qmax).astype(np.uint8)


def random_spec(rng: random.Random) -> NormSpec:
    """Of any rank and order, with gaps; parameters broadcast along some dimensions."""
    rank = rng.randint(0, 5)
    shape = tuple(0 if rng.random() < 0.02 else rng.choice(SIZES) for _ in range(rank))
    while np.prod(shape) > 20000:
        shape = tuple(-(-size // 2) for size in shape)
    plain = list(range(rank))
    order = plain if rng.random() < 0.6 else rng.sample(plain, rank)

    def strides(*, parameter: bool) -> tuple[int, ...]:
        some = random_strides(rng, shape, order)
        return tuple(0 if parameter and rng.random() < 0.5 else stride for stride in some)

    low, high = sorted(rng.choices([0, 255, rng.randint(0, 255)], k=2))
    return NormSpec(
        shape=shape,
        outer=rng.randint(0, rank),
        x_strides=strides(parameter=False),
        weight_strides=strides(parameter=True),
        bias_strides=strides(parameter=True),
        y_strides=strides(parameter=False),
        eps=rng.choice([1e-70, 1e-3, 1.0, 1e9]),
        zero_point=rng.randint(0, 255),
        qmin=low,
        qmax=high if high > low else 255,
    )


def parameter(
    shape: Sequence[int], strides: Sequence[int], values: NDArray[np.float64], front: bool
) -> Buffer:
    """What `values` are where the strides are not 0."""
    buffer = Buffer(shape, strides, np.float32, front=front)
    buffer.array[...] = values
    return buffer


@targets
@seeds
def test_norm(target: str, seed: int):
    """Nothing but y's elements may change, nothing but the operands may be read."""
    rng = random.Random(seed)
    spec, isa = random_spec(rng), resolve(target)
    data = np.random.default_rng(seed)
    run = compile_kernel(build_norm("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    front = rng.random() < 0.3
    x = Buffer(spec.shape, spec.x_strides, np.uint8, front=front)
    x.array[...] = rng.randint(0, 255) if seed % 8 == 0 else data.integers(0, 256, spec.shape)
    weight = parameter(spec.shape, spec.weight_strides, data.normal(0, 60, spec.shape), front)
    bias = parameter(spec.shape, spec.bias_strides, data.normal(0, 20, spec.shape), front)
    expected = defined(x.array, weight.array, bias.array, spec)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, np.uint8, (5, 7), front=front)
        check_ranges(run, [x.address, weight.address, bias.address], ranges, y, expected)


@targets
@pytest.mark.parametrize("fill", ["ends", "one apart"])
def test_largest_group(target: str, fill: str):
    """The largest sums that are exact: half 0 and half 255, or all but one the same."""
    isa, n = resolve(target), 2**23
    spec = NormSpec(
        shape=(1, n),
        outer=1,
        x_strides=(n, 1),
        weight_strides=(0, 0),
        bias_strides=(0, 0),
        y_strides=(n, 1),
        eps=1.0,
        zero_point=128,
        qmin=0,
        qmax=255,
    )
    x = np.zeros((1, n), np.uint8)
    x[0, n // 2 if fill == "ends" else n - 1 :] = 255
    weight, bias = np.full((), 9.0, np.float32), np.full((), 0.25, np.float32)
    y = np.zeros_like(x)
    run = compile_kernel(build_norm("kernel", spec, isa), isa)
    run(x, weight, bias, y, 0, spec.parallel_size(isa))
    np.testing.assert_array_equal(y, defined(x, weight, bias, spec))
    assert (y[0, 0], y[0, -1]) == ((119, 137) if fill == "ends" else (128, 255))


@targets
@pytest.mark.parametrize("channels", [1, 3, 8, 15, 16, 17, 40])
def test_groups_side_by_side(target: str, channels: int):
    """A group for each channel, channels innermost: all ranges of images, and any tail."""
    isa, (n, h, w) = resolve(target), (3, 5, 4)
    strides = (h * w * channels, 1, w * channels, channels)
    spec = NormSpec(
        shape=(n, channels, h, w),
        outer=2,
        x_strides=strides,
        weight_strides=(0, 1, 0, 0),
        bias_strides=(0, 0, 0, 0),
        y_strides=strides,
        eps=0.5,
        zero_point=100,
        qmin=0,
        qmax=255,
    )
    assert spec.groups().contiguous == (channels > 1)
    data = np.random.default_rng(channels)
    x = Buffer(spec.shape, strides, np.uint8)
    x.array[...] = data.integers(0, 256, spec.shape)
    weight = parameter(spec.shape, spec.weight_strides, data.normal(0, 60, (channels, 1, 1)), False)
    bias = parameter(spec.shape, spec.bias_strides, np.array(3.5), False)
    expected = defined(x.array, weight.array, bias.array, spec)
    run = compile_kernel(build_norm("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    for ranges in ([(0, size)], [(i, i + 1) for i in range(size)]):
        y = Buffer(spec.shape, strides, np.uint8, (5, 7))
        check_ranges(run, [x.address, weight.address, bias.address], ranges, y, expected)
