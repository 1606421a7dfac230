"""The linear with f16 weights against the sums of the interpreter, in its order, bit for bit."""

from __future__ import annotations

import random

import numpy as np

from qfin.dialects.kernel.linear_fp16 import BLOCK
from qfin.interpreter import numerics_dynamic
from qfin.kernels.linear_fp16 import LinearFp16Spec, build_linear_fp16
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, seeds, split, targets


@targets
@seeds
def test_random(target: str, seed: int) -> None:
    """Any number of rows and channels, run whole and in pieces, at the ends of pages."""
    isa, rng, data = resolve(target), random.Random(seed), np.random.default_rng(seed)
    m, k = rng.choice([0, 1, 1, 2, 4, 5, 9]), rng.choice([0, 1, 3, 8, 17, 100])
    n = rng.choice([1, 2, 8, 15, 16, 17, 32, 33, 70])
    low, high = rng.choice([(None, None), (0.0, None), (-1.0, 2.0)])
    spec = LinearFp16Spec(m, k, n, rng.random() < 0.5, low, high)
    run = compile_kernel(build_linear_fp16("f", spec, isa), isa)
    front = rng.random() < 0.5
    x = Buffer((m, k), (k, 1), np.float32, front=front)
    x.array[...] = data.normal(0, 1, (m, k)) * 10.0 ** data.uniform(-3, 3)
    if x.array.size and seed % 5 == 0:
        x.array[0, data.integers(k)] = data.choice([np.nan, np.inf, -np.inf, 1e-44, -0.0])
    weight = data.normal(0, 1, (n, k)).astype(np.float16)
    weight[data.random((n, k)) < 0.05] = np.float16(6e-8)
    bias = data.normal(0, 1, n).astype(np.float32)
    blocks = spec.parallel_size(isa)
    padded = np.zeros((blocks * BLOCK, k), np.float16)
    padded[:n] = weight
    w = Buffer((blocks, k, BLOCK), (k * BLOCK, BLOCK, 1), np.float16, front=front)
    w.array[...] = padded.reshape(blocks, BLOCK, k).transpose(0, 2, 1)
    b = Buffer((blocks * BLOCK,), (1,), np.float32, front=front)
    b.array[:n] = bias
    inputs = [x.address, w.address, *([b.address] if spec.bias else [])]
    expected = numerics_dynamic.linear_fp16(x.array, weight, bias if spec.bias else None)
    bounds = -np.inf if low is None else low, np.inf if high is None else high
    expected = numerics_dynamic.clamp(expected, bounds)
    for ranges in ([(0, blocks)], split(rng, blocks)):
        y = Buffer((m, n), (n, 1), np.float32, (5, 7))
        check_ranges(run, inputs, ranges, y, expected)
