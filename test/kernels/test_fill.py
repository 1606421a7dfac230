"""fill against plain numpy, bit for bit."""

from __future__ import annotations

import random

import numpy as np

from qfin.kernels.fill import FillSpec, build_fill
from qfin.target import resolve

from .harness import (
    Buffer,
    check_ranges,
    compile_kernel,
    noise,
    random_strides,
    seeds,
    split,
    targets,
)


@targets
@seeds
def test_fill(target: str, seed: int):
    """Every element, and nothing in gaps or beyond."""
    isa, rng = resolve(target), random.Random(seed)
    rank = rng.randint(1, 4)
    shape = tuple(rng.choice([0, 1, 1, 2, 3, 7, 17, 70]) for _ in range(rank))
    strides = tuple(random_strides(rng, shape, rng.sample(range(rank), rank)))
    spec = FillSpec(shape, strides, rng.randint(0, 255))
    run = compile_kernel(build_fill("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(shape, strides, np.uint8, front=rng.random() < 0.5)
        y.memory[:] = noise(len(y.memory))
        check_ranges(run, [], ranges, y, np.full(shape, spec.value, np.uint8))
