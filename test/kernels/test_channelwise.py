"""batch_norm and prelu of quantized values against plain numpy, bit for bit."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.kernels.channelwise import PARAMETERS, ChannelwiseSpec, build_channelwise
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, random_strides, seeds, split, targets

SIZES = [0, 1, 1, 2, 3, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 64, 67, 131]


def defined(
    x: NDArray[Any], p: list[NDArray[np.float32]], spec: ChannelwiseSpec
) -> NDArray[np.uint8]:
    """The definition."""
    a, *b = (row.reshape(-1, *[1] * (x.ndim - 2)) for row in p)
    with np.errstate(all="ignore"):
        t = (x.astype(int) - spec.input_zero_point).astype(np.float32)
        t = t * np.float32(spec.input_scale)
        t = t * a + b[0] if b else np.where(t > 0, t, t * a)
        shifted = np.rint(t / np.float32(spec.scale)).astype(np.float64) + spec.zero_point
    clamped = np.clip(np.where(np.isnan(shifted), spec.qmin, shifted), spec.qmin, spec.qmax)
    return clamped.astype(np.uint8)


def random_spec(rng: random.Random) -> ChannelwiseSpec:
    """Images and others, planes or channels innermost, with gaps, or in any order."""
    rank = rng.choice([4, 4, 4, 2, 3, 5])
    shape = tuple(rng.choice(SIZES if rng.random() < 0.1 else SIZES[1:]) for _ in range(rank))
    while np.prod(shape) > 20000:
        shape = tuple(-(-size // 2) for size in shape)
    planes = list(range(rank))
    order = rng.choice([planes, [0, *planes[2:], 1], rng.sample(planes, rank)])
    input_scale = float(np.float32(2.0 ** rng.uniform(-10, 3) if rng.random() < 0.95 else 3e38))
    low, high = sorted(rng.choices([0, 255, rng.randint(0, 255)], k=2))
    return ChannelwiseSpec(
        function=rng.choice(list(PARAMETERS)),
        shape=shape,
        x_strides=tuple(random_strides(rng, shape, order)),
        y_strides=tuple(random_strides(rng, shape, order)),
        input_scale=input_scale,
        input_zero_point=rng.choice([0, 128, 255, rng.randint(0, 255)]),
        scale=float(np.float32(min(input_scale * rng.uniform(0.3, 3), 3e38))),
        zero_point=rng.randint(0, 255),
        qmin=low,
        qmax=high if high > low else 255,
    )


@targets
@seeds
def test_channelwise(target: str, seed: int):
    """Nothing but y's elements may change, nothing but x and the parameters may be read."""
    rng = random.Random(seed)
    spec, isa = random_spec(rng), resolve(target)
    data = np.random.default_rng(seed)
    run = compile_kernel(build_channelwise("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    front = rng.random() < 0.3
    x = Buffer(spec.shape, spec.x_strides, np.uint8, front=front)
    x.array[...] = data.integers(0, 256, spec.shape)
    parameters: list[Buffer] = []
    odd = spec.function == "batch_norm" and rng.random() < 0.1
    for number in range(PARAMETERS[spec.function]):
        p = Buffer(spec.shape[1:2], (1,), np.float32, front=front)
        p.array[...] = data.normal(0, min(100 * spec.scale, 1e37) if number else 1, spec.shape[1])
        if odd:
            p.array[...] = data.choice([np.inf, -np.inf, np.nan, 0, 1e30, -3e38], spec.shape[1])
        parameters.append(p)
    expected = defined(x.array, [p.array for p in parameters], spec)
    inputs = [x.address, *(p.address for p in parameters)]
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, np.uint8, (5, 7), front=front)
        check_ranges(run, inputs, ranges, y, expected)


@pytest.mark.parametrize("function", PARAMETERS)
def test_every_byte(function: str):
    """All bytes, on steps of a tie each: 2.5 is 2."""
    isa = resolve("avx2")
    spec = ChannelwiseSpec(
        function, (1, 2, 256), (512, 256, 1), (512, 256, 1), 0.5, 128, 1.0, 128, 0, 255
    )
    run = compile_kernel(build_channelwise("kernel", spec, isa), isa)
    x = np.tile(np.arange(256, dtype=np.uint8), 2).reshape(1, 2, 256)
    p = [np.array(row, np.float32) for row in [[1.0, -1.0], [0.5, 0.0]][: PARAMETERS[function]]]
    y = np.zeros_like(x)
    run(x, *p, y, 0, spec.parallel_size(isa))
    np.testing.assert_array_equal(y, defined(x, p, spec))
    assert y[0, 0, 129] == (129 if function == "batch_norm" else 128)
