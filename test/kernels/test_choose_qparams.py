"""choose_qparams against the interpreter's formulas and against PyTorch, bit for bit."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter import numerics_dynamic
from qfin.kernels.choose_qparams import ChooseQparamsSpec, build_choose_qparams
from qfin.target import resolve
from qfin.target.isa import Isa

from .harness import Buffer, compile_kernel, noise, seeds, split, targets


def choose(
    isa: Isa,
    rows: NDArray[np.float32],
    qmin: int,
    qmax: int,
    rng: random.Random,
    *,
    symmetric: bool = False,
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """What the kernel gives; it may read the rows alone and write the results alone."""
    count = rows.shape[1]
    spec = ChooseQparamsSpec(len(rows), count, qmin, qmax, symmetric)
    run = compile_kernel(build_choose_qparams("f", spec, isa), isa)
    x = Buffer(rows.shape, (count, 1), np.float32, front=rng.random() < 0.5)
    x.array[...] = rows
    results = [Buffer((len(rows),), (1,), dtype, (3, 3)) for dtype in (np.float32, np.int32)]
    for result in results:
        result.memory[:] = noise(len(result.memory))
    for begin, end in split(rng, len(rows)):
        run(x.address, *(result.address for result in results), begin, end)
    for result in results:
        margin = np.r_[0:12, len(result.memory) - 12 : len(result.memory)]
        assert (result.memory[margin] == noise(len(result.memory))[margin]).all()
    return results[0].array, results[1].array


def random_row(data: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Of one sign or both, of any magnitude, all zero, or with something that is no number."""
    magnitude = np.float32(10.0 ** data.uniform(-45, 38 if data.random() < 0.2 else 3))
    low, high = data.choice([(-1.0, 1.0), (0.0, 1.0), (-1.0, 0.0), (0.5, 1.0)])
    row = data.uniform(low, high, count)
    with np.errstate(over="ignore"):
        row = row.astype(np.float32) * magnitude
    if count and data.random() < 0.2:
        row[data.integers(count)] = data.choice([np.nan, np.inf, -np.inf, 0.0, -0.0])
    return row if data.random() < 0.95 else np.zeros_like(row)


@targets
@seeds
def test_random(target: str, seed: int) -> None:
    rng, data = random.Random(seed), np.random.default_rng(seed)
    count = rng.choice(
        [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 127, 200, 1000, rng.randint(1, 300)]
    )
    qmin, qmax = rng.choice([(0, 255), (0, 127), (-128, 127), (-64, 63), (3, 9)])
    rows = np.stack([random_row(data, count) for _ in range(rng.randint(1, 20))])
    isa, symmetric = resolve(target), rng.random() < 0.3
    scales, zero_points = choose(isa, rows, qmin, qmax, rng, symmetric=symmetric)
    wanted = [numerics_dynamic.choose_affine(row, qmin, qmax) for row in rows]
    if symmetric:
        wanted = [(numerics_dynamic.choose_symmetric(row, qmin, qmax), 0) for row in rows]
    np.testing.assert_array_equal(scales, np.array([s for s, _ in wanted], np.float32))
    assert zero_points.tolist() == [z for _, z in wanted]


@targets
def test_every_place_counts(target: str) -> None:
    """The least and the greatest value may stand anywhere."""
    for count in (1, 5, 16, 37, 150):
        rows = np.zeros((count, count), np.float32)
        np.fill_diagonal(rows, 1.0)
        for sign in (1, -1):
            rows *= sign
            scales, zeros = choose(resolve(target), rows, 0, 255, random.Random(count))
            assert set(scales.tolist()) == {float(np.float32(1 / 255))}
            assert set(zeros.tolist()) == {0 if sign == 1 else 255}


@targets
@pytest.mark.parametrize("reduce_range", [False, True])
def test_pytorch(target: str, reduce_range: bool) -> None:
    torch = pytest.importorskip("torch")
    data = np.random.default_rng(0)
    rows = np.stack([random_row(data, 9) for _ in range(800)])
    rows = rows[np.isfinite(rows).all(1)]
    got = choose(resolve(target), rows, 0, 127 if reduce_range else 255, random.Random(0))
    for row, scale, zero_point in zip(rows, *got, strict=True):
        want = torch._choose_qparams_per_tensor(torch.from_numpy(row), reduce_range)
        assert (float(scale), int(zero_point)) == (float(np.float32(want[0])), want[1])
