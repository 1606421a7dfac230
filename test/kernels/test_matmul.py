"""Products of matrices and the widening before them against plain numpy, bit for bit."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from qfin.dialects.kernel.matmul import BLOCK
from qfin.kernels.elementwise import WidenSpec, build_widen
from qfin.kernels.matmul import MatmulSpec, build_matmul
from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass
from qfin.target import resolve
from qfin.target.codegen import to_asm, to_llvm_ir
from qfin.target.widened import Widened

from .harness import Buffer, check_ranges, compile_kernel, random_strides, seeds, split, targets

SIZES = [1, 1, 2, 3, 4, 5, 7, 8, 13, 14, 15, 16, 17, 29, 31, 33, 48, 50]


def random_spec(rng: random.Random) -> MatmulSpec:
    """With gaps between the products and between y's rows; operands that broadcast."""
    batch = tuple(rng.choice([1, 2, 3]) for _ in range(rng.randint(0, 3)))
    rows, columns, pairs = (rng.choice(SIZES) for _ in "mnk")
    if rng.random() < 0.1:
        rows, columns, pairs = rng.choice(
            [(0, columns, pairs), (rows, 0, pairs), (rows, columns, 0)]
        )
    order = list(range(len(batch)))

    def strides(size: int) -> tuple[int, ...]:
        """Of products of `size` elements."""
        given = random_strides(rng, batch, rng.sample(order, len(order)))
        return tuple(0 if rng.random() < 0.3 else size * stride for stride in given)

    y_row = columns + rng.choice([0, 0, 3])
    y_order = random_strides(rng, batch, order)
    low, high = sorted(rng.choices([0, 255, rng.randint(0, 255)], k=2))
    return MatmulSpec(
        batch=batch,
        rows=rows,
        columns=columns,
        pairs=pairs,
        a_strides=strides(rows * 2 * pairs),
        b_strides=strides(-(-columns // BLOCK) * pairs * BLOCK * 2),
        y_strides=tuple(max(rows * y_row, 1) * stride for stride in y_order),
        y_row=y_row,
        mult=float(np.float32(2.0 ** rng.uniform(-20, -8))),
        zero_point=rng.randint(0, 255),
        qmin=low,
        qmax=high if high > low else 255,
    )


def defined(a: NDArray[Any], b: NDArray[Any], spec: MatmulSpec) -> NDArray[np.uint8]:
    """The definition, on [..., rows, 2 * pairs] and [..., blocks, pairs, BLOCK, 2]."""
    blocks = b.shape[-4]
    columns = np.moveaxis(b.astype(np.int64), -2, -3)
    columns = columns.reshape(*b.shape[:-4], blocks * BLOCK, 2 * spec.pairs)[..., : spec.columns, :]
    sums = np.matmul(a.astype(np.int64), np.swapaxes(columns, -1, -2))
    t = np.rint(sums.astype(np.float32) * np.float32(spec.mult)) + spec.zero_point
    return np.clip(t, spec.qmin, spec.qmax).astype(np.uint8)


@targets
@seeds
def test_matmul(target: str, seed: int):
    """Nothing but y's elements may change, nothing but a and b may be read."""
    rng = random.Random(seed)
    spec, isa = random_spec(rng), resolve(target)
    data = np.random.default_rng(seed)
    run = compile_kernel(build_matmul("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    front = rng.random() < 0.3
    pairs, blocks = spec.pairs, -(-spec.columns // BLOCK)
    a = Buffer(
        (*spec.batch, spec.rows, 2 * pairs), (*spec.a_strides, 2 * pairs, 1), np.int16, front=front
    )
    b = Buffer(
        (*spec.batch, blocks, pairs, BLOCK, 2),
        (*spec.b_strides, pairs * BLOCK * 2, BLOCK * 2, 2, 1),
        np.int16,
        front=front,
    )
    for buffer in (a, b):
        ends = rng.random() < 0.2
        values = data.choice([-255, 255], buffer.array.shape) if ends else None
        buffer.array[...] = data.integers(-255, 256, buffer.array.shape) if not ends else values
    expected = defined(a.array, b.array, spec)
    strides = (*spec.y_strides, spec.y_row, 1)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer((*spec.batch, spec.rows, spec.columns), strides, np.uint8, (5, 7), front=front)
        check_ranges(run, [a.address, b.address], ranges, y, expected)


@targets
def test_one_instruction_for_pairs(target: str):
    """Products and sum are one instruction with VNNI, and two without."""
    isa = resolve(target)
    spec = MatmulSpec((), 8, 16, 8, (), (), (), 16, 0.5, 0, 0, 255)
    module = ModuleOp([build_matmul("kernel", spec, isa)])
    KernelsToLLVMPass().apply(Context(), module)
    assembly = to_asm(to_llvm_ir(module, isa), isa)
    widened = isinstance(isa, Widened)
    assert ("vpdpwssd" in assembly) == (not widened)
    assert ("vpmaddwd" in assembly) == widened


@targets
@seeds
def test_widen(target: str, seed: int):
    rng = random.Random(seed)
    isa = resolve(target)
    rank = rng.randint(0, 4)
    shape = tuple(rng.choice(SIZES[:12]) for _ in range(rank))
    order = list(range(rank))
    x_strides = random_strides(rng, shape, rng.sample(order, rank))
    y_strides = random_strides(rng, shape, order)
    if rank > 1 and rng.random() < 0.5:  # pairs of two lines
        shape = (*shape[:-1], 2)
        y_strides = random_strides(rng, shape, order)
        x_strides = random_strides(rng, shape, [*order[:-2], rank - 1, rank - 2])
    spec = WidenSpec(shape, tuple(x_strides), tuple(y_strides), rng.choice([0, 3, 128, 255]))
    run = compile_kernel(build_widen("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    x = Buffer(spec.shape, spec.x_strides, np.uint8)
    x.array[...] = np.random.default_rng(seed).integers(0, 256, shape)
    expected = x.array.astype(np.int16) - spec.zero_point
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, np.int16, (5, 7))
        check_ranges(run, [x.address], ranges, y, expected)
