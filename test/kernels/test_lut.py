"""lut against numpy's indexing, in any layout, whole and in pieces."""

from __future__ import annotations

import random

import numpy as np
import pytest

from qfin.kernels.lut import LutSpec, build_lut
from qfin.target import resolve
from qfin.target.codegen import to_asm, to_llvm_ir
from qfin.target.isa import Isa

from .harness import Buffer, check_ranges, compile_kernel, seeds, split, targets
from .test_elementwise import layouts


def check(rng: random.Random, isa: Isa, spec: LutSpec) -> None:
    """Nothing but y's elements may change, nothing but x and the table may be read."""
    data = np.random.default_rng(rng.getrandbits(32))
    run = compile_kernel(build_lut("kernel", spec, isa), isa)
    size = spec.parallel_size(isa)
    front = rng.random() < 0.3
    x = Buffer(spec.shape, spec.x_strides, np.uint8, front=front)
    table = Buffer((256,), (1,), np.uint8, front=front)
    table.array[...] = data.permutation(256)
    x.array[...] = data.integers(0, 256, spec.shape)
    expected = table.array[x.array]
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, np.uint8, (5, 7), front=front)
        check_ranges(run, [x.address, table.address], ranges, y, expected)


@targets
@seeds
def test_lut(target: str, seed: int):
    rng = random.Random(seed)
    check(rng, resolve(target), LutSpec(*layouts(rng)))


@targets
@pytest.mark.parametrize("size", [1, 2, 8, 15, 16, 17, 31, 32, 33, 64, 65, 127, 256, 4096, 4100])
def test_every_byte(target: str, size: int):
    """All 256 values at every place of a vector."""
    isa = resolve(target)
    run = compile_kernel(build_lut("kernel", spec := LutSpec((size,), (1,), (1,)), isa), isa)
    table = np.random.default_rng(1).permutation(256).astype(np.uint8)
    for first in range(0, 256, 5):
        x = (np.arange(size) + first).astype(np.uint8)
        y = np.zeros(size, np.uint8)
        run(x, table, y, 0, spec.parallel_size(isa))
        np.testing.assert_array_equal(y, table[x])


@targets
@pytest.mark.parametrize("length", [32, 8192])
def test_instructions(target: str, length: int):
    """Vectors go through shuffles or, where there are any, permutations; not byte by byte."""
    from xdsl.context import Context
    from xdsl.dialects.builtin import ModuleOp

    from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass

    isa = resolve(target)
    module = ModuleOp([build_lut("kernel", LutSpec((length,), (1,), (1,)), isa)])
    KernelsToLLVMPass().apply(Context(), module)
    asm = to_asm(to_llvm_ir(module, isa), isa)
    wanted = "vpermi2w" if isa.vector_bytes == 64 else "vpshufb"
    if "avx512vbmi" in isa.features:
        wanted = "vpermi2b"
    assert wanted in asm or wanted.replace("i2", "t2") in asm
    assert "movzbl" not in asm
