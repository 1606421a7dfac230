"""extremum against numpy, in any layout, whole and in pieces; copies of views of any strides."""

from __future__ import annotations

import random

import numpy as np

from qfin.kernels.elementwise import CopySpec, build_copy
from qfin.kernels.extremum import ExtremumSpec, build_extremum
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, seeds, split, targets
from .test_elementwise import layouts


@targets
@seeds
def test_extremum(target: str, seed: int):
    rng, isa = random.Random(seed), resolve(target)
    shape, x_strides, y_strides = layouts(rng)
    reduced = tuple(rng.random() < 0.5 for _ in shape)
    if any(size == 0 and gone for size, gone in zip(shape, reduced, strict=True)):
        return
    function = rng.choice(["max", "min"])
    dtype = rng.choice([np.uint8, np.float32])
    spec = ExtremumSpec(shape, reduced, x_strides, y_strides, function, dtype == np.float32)
    run = compile_kernel(build_extremum("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    x = Buffer(shape, x_strides, dtype)
    data = np.random.default_rng(seed)
    x.array[...] = data.integers(0, 256, shape)
    if dtype == np.float32:
        x.array[...] -= np.float32(127.5)
        x.array[data.random(shape) < 0.02] = np.nan
    axes = tuple(dim for dim, gone in enumerate(reduced) if gone)
    numpy = np.max if function == "max" else np.min
    expected = numpy(x.array, axis=axes, keepdims=True) if axes else x.array
    kept = tuple(1 if gone else size for size, gone in zip(shape, reduced, strict=True))
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(kept, y_strides, dtype, (5, 7))
        check_ranges(run, [x.address], ranges, y, expected)


@targets
@seeds
def test_copy_of_view(target: str, seed: int):
    """Strides of any sign, and of 0."""
    rng, isa = random.Random(seed), resolve(target)
    shape, x_strides, y_strides = layouts(rng)
    x = Buffer(shape, x_strides, np.uint8)
    x.array[...] = np.random.default_rng(seed).integers(0, 256, shape)
    view = x.array[tuple(slice(None, None, rng.choice([1, -1, -1])) for _ in shape)]
    if 0 not in shape:
        frozen = [rng.random() < 0.2 for _ in shape]
        view = np.broadcast_to(
            view[tuple(slice(0, 1) if stop else slice(None) for stop in frozen)], shape
        )
    spec = CopySpec(shape, view.strides, y_strides)
    run = compile_kernel(build_copy("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(shape, y_strides, np.uint8, (5, 7))
        check_ranges(run, [view.ctypes.data], ranges, y, view)
