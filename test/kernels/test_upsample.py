"""Interpolation against plain numpy, bit for bit."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
from numpy.typing import NDArray

from qfin.kernels.upsample import UpsampleSpec, build_upsample
from qfin.target import resolve

from .harness import (
    Buffer,
    check_ranges,
    compile_kernel,
    guarded_copy,
    random_strides,
    seeds,
    split,
    targets,
)

Tables = list[tuple[NDArray[np.int32], NDArray[np.float32]]]


def interpolated(
    x: NDArray[np.uint8], tables: Tables, mult: np.float32, spec: UpsampleSpec
) -> NDArray[np.uint8]:
    """The definition."""
    kept = x.shape[: x.ndim - len(tables)]

    def value(place: tuple[int, ...], taken: tuple[int, ...]) -> NDArray[np.float32]:
        axis = len(taken)
        if axis == len(tables):
            return (x[(..., *taken)].astype(np.int64) - spec.input_zero_point).astype(np.float32)
        positions, weights = (table[place[axis]] for table in tables[axis])
        terms = [
            w * value(place, (*taken, int(p))) for p, w in zip(positions, weights, strict=True)
        ]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    outputs = [len(positions) for positions, _ in tables]
    out = np.zeros((*kept, *outputs), np.uint8)
    with np.errstate(all="ignore"):
        for place in product(*map(range, outputs)):
            t = np.rint(value(place, ()) * mult).astype(np.float64) + spec.zero_point
            t = np.where(np.isnan(t), spec.qmin, t)
            out[(..., *place)] = np.clip(t, spec.qmin, spec.qmax).astype(np.uint8)
    return out


@targets
@seeds
def test_upsample(target: str, seed: int):
    """Any neighbours and weights over any dimensions, in any layout."""
    isa, rng = resolve(target), random.Random(seed)
    data = np.random.default_rng(seed)
    kept = tuple(rng.choice([1, 2, 3, 17, 33, 64, 65]) for _ in range(rng.choice([0, 1, 2, 2])))
    windows, taps = rng.choice([1, 2, 2, 3]), rng.choice([1, 2, 2, 4])
    if windows == 3:
        taps = min(taps, 2)
    sizes = tuple(rng.randint(1, 5) for _ in range(windows))
    outputs = tuple(rng.choice([1, 1, 2, 5]) for _ in sizes)
    if rng.random() < 0.1:
        outputs = tuple(rng.choice([0, size]) for size in outputs)
    shape = *kept, *outputs
    last = range(len(kept), len(shape))
    orders = [[*range(len(kept) - 1), *last, len(kept) - 1]] * 3 if kept else []
    orders.append(list(range(len(shape))))
    x_strides = tuple(random_strides(rng, (*kept, *sizes), rng.choice(orders)))
    y_strides = tuple(random_strides(rng, shape, rng.choice(orders)))
    zero_points = rng.choice([0, 1, 128, 255]), rng.choice([0, 3, 128, 255])
    qmin, qmax = rng.choice([(0, 255), (10, 200)])
    spec = UpsampleSpec(shape, x_strides, y_strides, windows, taps, *zero_points, qmin, qmax)
    tables: Tables = [
        (
            data.integers(0, size, (n, taps)).astype(np.int32),
            data.choice(np.array([0, 0.5, 0.25, -0.1, 1, 1 / 3], np.float32), (n, taps)),
        )
        for size, n in zip(sizes, outputs, strict=True)
    ]
    mult = np.float32(rng.choice([0.5, 1, 1 / 3, 2, 1e-30, 1e30, float("inf"), 0.0]))
    x = data.integers(0, 256, (*kept, *sizes)).astype(np.uint8)
    x_buffer = Buffer(x.shape, x_strides, np.uint8, front=rng.random() < 0.3)
    x_buffer.array[...] = x
    run = compile_kernel(build_upsample("kernel", spec, isa), isa)
    inputs = [x_buffer, *(guarded_copy(table) for pair in tables for table in pair)]
    inputs.append(guarded_copy(np.array([mult])))
    out, size = interpolated(x, tables, mult, spec), spec.parallel_size(isa)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(shape, y_strides, np.uint8, (3, 5), front=rng.random() < 0.5)
        check_ranges(run, [buffer.address for buffer in inputs], ranges, y, out)
