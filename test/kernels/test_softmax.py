"""Softmax of quantized values against plain numpy, bit for bit."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.kernels.softmax import SoftmaxSpec, build_softmax
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, random_strides, seeds, split, targets

SIZES = [1, 1, 2, 3, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 64, 67, 131, 1000]


def defined(x: NDArray[Any], e: NDArray[np.int32], spec: SoftmaxSpec) -> NDArray[np.uint8]:
    """The definition."""
    v = x.astype(np.int64)
    entries = e[v.max(spec.dim, keepdims=True) - v] if v.size else v
    whole = entries.sum(spec.dim, dtype=np.int64, keepdims=True).astype(np.float32)
    t = entries.astype(np.float32) / (whole * np.float32(spec.scale))
    return np.clip(np.rint(t) + spec.zero_point, spec.qmin, spec.qmax).astype(np.uint8)


def random_spec(rng: random.Random) -> SoftmaxSpec:
    """Of any rank and order, with gaps."""
    rank = rng.randint(1, 5)
    shape = tuple(0 if rng.random() < 0.02 else rng.choice(SIZES) for _ in range(rank))
    while np.prod(shape) > 5000:
        shape = tuple(-(-size // 2) for size in shape)
    plain = list(range(rank))
    order = plain if rng.random() < 0.6 else rng.sample(plain, rank)
    low, high = sorted(rng.choices([0, 255, rng.randint(0, 255)], k=2))
    return SoftmaxSpec(
        shape=shape,
        dim=rng.randrange(rank),
        x_strides=tuple(random_strides(rng, shape, order)),
        y_strides=tuple(random_strides(rng, shape, order)),
        scale=rng.choice([2.0**-8, 2.0**-7, float(np.float32(0.003)), 2.0**-20]),
        zero_point=rng.randint(0, 255),
        qmin=low,
        qmax=high if high > low else 255,
    )


@targets
@seeds
def test_softmax(target: str, seed: int):
    """Nothing but y's elements may change, nothing but x and the table may be read."""
    rng = random.Random(seed)
    spec, isa = random_spec(rng), resolve(target)
    data = np.random.default_rng(seed)
    run = compile_kernel(build_softmax("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    front = rng.random() < 0.3
    x = Buffer(spec.shape, spec.x_strides, np.uint8, front=front)
    x.array[...] = rng.randint(0, 255) if seed % 8 == 0 else data.integers(0, 256, spec.shape)
    e = Buffer((256,), (1,), np.int32, front=front)
    e.array[...] = np.sort(data.integers(0, 2**30 + 1, 256))[::-1]
    expected = defined(x.array, e.array, spec)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, np.uint8, (5, 7), front=front)
        check_ranges(run, [x.address, e.address], ranges, y, expected)


@targets
def test_sums_take_64_bits(target: str):
    isa, n = resolve(target), 1000
    spec = SoftmaxSpec((n,), 0, (1,), (1,), 2.0**-17, 3, 0, 255)
    e = np.full(256, 2**30, np.int32)
    x, y = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    run = compile_kernel(build_softmax("kernel", spec, isa), isa)
    run(x, e, y, 0, spec.parallel_size(isa))
    assert (y == 3 + round(2**17 / n)).all()
