"""Column sums of blocked weights against numpy."""

from __future__ import annotations

import random

import numpy as np

from qfin.dialects.kernel.dense import DEPTH
from qfin.interpreter.blocked import block, pad_channels
from qfin.kernels.column_sums import ColumnSumsSpec, build_column_sums
from qfin.kernels.dense import weight_block
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, seeds, split, targets


@targets
@seeds
def test_random(target: str, seed: int) -> None:
    """Any groups, channels, taps; nothing but the sums is written."""
    isa, rng = resolve(target), random.Random(seed)
    groups, outputs = rng.choice([1, 1, 2, 3]), rng.choice([1, 3, 8, 17, 48, 100])
    inputs, taps = rng.choice([0, 1, 4, 5, 37, 300]), rng.choice([1, 1, 9])
    lanes = weight_block(outputs, isa)
    data = np.random.default_rng(seed)
    weights = data.integers(-128, 128, (groups * outputs, inputs, taps)).astype(np.int8)
    if seed % 5 == 0:
        weights[...] = rng.choice([-128, 127])
    flat = block(weights, groups, lanes, DEPTH)
    w = Buffer(flat.shape, (1,), np.int8, front=rng.random() < 0.5)
    w.array[...] = flat
    sums = pad_channels(-weights.sum(axis=(1, 2), dtype=np.int32), groups, lanes).reshape(-1)
    blocks = sums.size // lanes
    spec = ColumnSumsSpec(blocks, lanes // isa.lanes, flat.size // (DEPTH * sums.size))
    run = compile_kernel(build_column_sums("f", spec, isa), isa)
    for ranges in ([(0, blocks)], split(rng, blocks)):
        y = Buffer(sums.shape, (1,), np.int32, (5, 7))
        check_ranges(run, [w.address], ranges, y, sums)
