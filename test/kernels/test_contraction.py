"""Sums of products of f32 against plain numpy in the stated order, bit for bit."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

from qfin.interpreter.numerics_dynamic import fma
from qfin.kernels.contraction import BLOCK, ContractionSpec, build_contraction
from qfin.kernels.strided import Dim
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, random_strides, seeds, split, targets

SIZES = [1, 1, 2, 3, 4, 5, 7, 9, 13]
COLUMNS = [1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 50, 64, 70]
Floats = NDArray[np.float32]


def defined(a: Floats, b: Floats, bias: Floats | None, counts: tuple[int, int, int]) -> Floats:
    """The definition: a [batch..., rows..., sums..., 1 or columns], b [batch..., sums..., columns],
    each sum from 0 on in the order of `sums`; `counts` are the numbers of dimensions."""
    batch, rows, sums = counts
    lead, middle = a.shape[:batch], a.shape[batch : batch + rows]
    inner = a.shape[batch + rows : -1]
    total = np.zeros((*lead, *middle, b.shape[-1]), np.float32)
    for k in np.ndindex(inner):
        left = a[(..., *k, slice(None))]
        right = b[(*[slice(None)] * batch, *k)].reshape(*lead, *[1] * rows, b.shape[-1])
        total = fma(*np.broadcast_arrays(left, right, total))
    assert len(inner) == sums
    return total if bias is None else total + bias


@targets
@seeds
def test_contraction(target: str, seed: int) -> None:
    """Any strides, blocked or not, depthwise or not, with all, some or no bias; nothing but y's
    elements may change, nothing but the operands' may be read."""
    rng, data, isa = random.Random(seed), np.random.default_rng(seed), resolve(target)
    batch = tuple(rng.choice([1, 2, 3]) for _ in range(rng.randint(0, 2)))
    rows = tuple(rng.choice([*SIZES, 30]) for _ in range(rng.randint(1, 3)))
    sums = tuple(rng.choice(SIZES) for _ in range(rng.randint(1, 3)))
    columns = rng.choice(COLUMNS)
    if rng.random() < 0.1:
        rows, sums = rng.choice([((*rows[:-1], 0), sums), (rows, (*sums[:-1], 0))])
    counts = len(batch), len(rows), len(sums)
    front = rng.random() < 0.3

    def laid_out(shape: tuple[int, ...], fixed: int = 0) -> Buffer:
        """In any order but that of the last `fixed` dimensions, which are dense and innermost."""
        free = len(shape) - fixed
        inner = int(np.prod(shape[free:], dtype=np.int64))
        strides = random_strides(rng, shape[:free], rng.sample(range(free), free))
        steps = [int(np.prod(shape[d + 1 :], dtype=np.int64)) for d in range(free, len(shape))]
        made = Buffer(
            shape, [*(max(inner, 1) * s for s in strides), *steps], np.float32, front=front
        )
        values = data.normal(0, 1, shape) * 2.0 ** data.integers(-20, 20, shape)
        made.array[...] = np.where(data.random(shape) < 0.05, 0, values)
        return made

    def strides(buffer: Buffer) -> tuple[int, ...]:
        return buffer.array.strides

    depthwise = rng.random() < 0.3
    a = laid_out((*batch, *rows, *sums, columns if depthwise else 1), fixed=depthwise)
    blocked = rng.random() < 0.5
    blocks = -(-columns // BLOCK)
    if blocked:
        b = laid_out((*batch, blocks, *sums, BLOCK), fixed=1)
        apart = np.moveaxis(b.array, len(batch), -2)
        right = apart.reshape(*batch, *sums, blocks * BLOCK)[..., :columns]
        b_batch, block, b_sums = np.split(strides(b)[:-1], [len(batch), len(batch) + 1])
    else:
        b = laid_out((*batch, *sums, columns), fixed=1)
        right, block = b.array, np.array([4 * BLOCK])
        b_batch, b_sums = np.split(strides(b)[:-1], [len(batch)])
    spread, inputs = None, [a.address, b.address]
    if kind := rng.choice(["", "each", "row", "all"]):
        bias = laid_out((columns,) if kind == "each" else (*rows, 1) if kind == "row" else (1,))
        if kind == "each":
            bias = Buffer((columns,), (1,), np.float32, front=front)
            bias.array[...] = data.normal(0, 1, columns)
        inputs.append(bias.address)
        spread = np.broadcast_to(bias.array, (*batch, *rows, columns))
    a_batch, a_rows, a_sums = np.split(strides(a)[:-1], [len(batch), len(batch) + len(rows)])
    bias_strides = (0,) * (len(batch) + len(rows) + 1) if spread is None else spread.strides
    y_shape = (*batch, *rows, columns)
    free = len(y_shape) - 1
    wide = [columns * s for s in random_strides(rng, y_shape[:-1], rng.sample(range(free), free))]
    y_strides = (*wide, 1)
    by_batch, by_row = np.split([4 * s for s in wide], [len(batch)])
    bias_batch, bias_rows = np.split(bias_strides[:-1], [len(batch)])

    def dims(sizes: tuple[int, ...], *steps: NDArray[np.int64]) -> tuple[Dim, ...]:
        each = zip(sizes, *steps, strict=True)
        return tuple(Dim(size, tuple(map(int, others))) for size, *others in each)

    spec = ContractionSpec(
        batch=dims(batch, a_batch, b_batch, bias_batch, by_batch),
        rows=dims(rows, a_rows, bias_rows, by_row),
        sums=dims(sums, a_sums, b_sums),
        columns=columns,
        block=int(block[0]),
        padded=blocked,
        bias=None if spread is None else bias_strides[-1],
        rows_outside=rng.random() < 0.5,
        depthwise=depthwise,
    )
    run = compile_kernel(build_contraction("kernel", spec, isa), isa)
    expected = defined(a.array, right, spread, counts)
    size = spec.parallel_size(isa)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(y_shape, y_strides, np.float32, (3, 5), front=front)
        check_ranges(run, inputs, ranges, y, expected)
