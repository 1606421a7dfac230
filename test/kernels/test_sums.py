"""Sums over channels and over windows against numpy, on random shapes."""

from __future__ import annotations

import random

import numpy as np

from qfin.interpreter.contractions import conv
from qfin.kernels.channel_sums import ChannelSumsSpec, build_channel_sums
from qfin.kernels.window_sums import WindowSumsSpec, build_window_sums
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, seeds, split, targets


@targets
@seeds
def test_channel_sums(target: str, seed: int) -> None:
    """Any groups and pixels, with what is between them or without; nothing else is read."""
    isa, rng = resolve(target), random.Random(seed)
    batch, groups = rng.choice([1, 1, 2]), rng.choice([1, 1, 2, 3])
    each = rng.choice([1, 3, 4, 17, 32, 64, 72, 130, 400])
    image = [rng.choice([1, 1, 3, 7, 16, 21]) for _ in range(rng.choice([2, 2, 3]))]
    gaps = [rng.choice([0, 0, 0, 5, 64]) for _ in image]
    strides, step = [0] * len(image), groups * each + gaps[-1] * (rng.random() < 0.2)
    for d in reversed(range(len(image))):
        strides[d] = step
        step = step * image[d] + gaps[d]
    x = Buffer([batch, groups, *image, each], [step, each, *strides, 1], np.uint8)
    data = np.random.default_rng(seed)
    x.array[...] = data.integers(0, 256, x.array.shape) if seed % 4 else 255
    shape = batch, groups, *image
    spec = ChannelSumsSpec(shape, (step, each, *strides), each)
    run = compile_kernel(build_channel_sums("f", spec, isa), isa)
    size = spec.parallel_size(isa)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer([int(np.prod(shape))], [1], np.int32, (5, 7))
        sums = x.array.sum(axis=-1, dtype=np.int32).reshape(-1)
        if len(ranges) == 1:
            check_ranges(run, [x.address], ranges, y, sums)
            continue
        for begin, end in ranges:  # of which each may do some pixels of another again
            run(x.address, y.address, begin, end)
        assert y.array.tolist() == sums.tolist()


@targets
@seeds
def test_window_sums(target: str, seed: int) -> None:
    """Any window; the halves stand for minus the sum."""
    isa, rng = resolve(target), random.Random(seed)
    images = rng.choice([1, 1, 2, 3])
    depth = rng.choice([1, 1, 1, 3])
    kernel = rng.randint(1, depth), rng.choice([1, 2, 3, 5]), rng.choice([1, 2, 3, 5])
    stride = 1, rng.choice([1, 1, 2, 3]), rng.choice([1, 1, 2, 3])
    dilation = 1, rng.choice([1, 1, 2, 3]), rng.choice([1, 1, 2, 3])
    height, width = (
        d * (k - 1) + rng.choice([1, 2, 7, 17, 40])
        for k, d in zip(kernel[1:], dilation[1:], strict=True)
    )
    image = depth, height, width
    data = np.random.default_rng(seed)
    most = 2**23 // int(np.prod(kernel))
    x = Buffer([images, *image], [int(np.prod(image[d:])) for d in range(4)], np.int32)
    x.array[...] = data.integers(0, most + 1, x.array.shape) if seed % 4 else most
    ones = np.ones((1, 1, *kernel))
    sums = conv(x.array[:, None].astype(float), ones, stride, (0,) * 6, dilation, 1)
    _, _, *output = sums.shape
    spec = WindowSumsSpec(
        images, image, (output[0], output[1], output[2]), kernel, stride, dilation
    )
    run = compile_kernel(build_window_sums("f", spec, isa), isa)
    size = spec.parallel_size(isa)
    minus = -sums[:, 0].reshape(size, -1).astype(np.int32)
    halves = np.stack([minus & 255, minus >> 8], axis=-1).astype("<i2")
    assert (halves.astype(int) @ [1, 256] == minus).all()
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(minus.shape, (minus.shape[1], 1), np.int32, (5, 7))
        check_ranges(run, [x.address], ranges, y, halves.view("<i4")[..., 0])
