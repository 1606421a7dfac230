"""The most products of bytes that one core can do in a second: a loop that works in registers.

The bar that kernels are held against. Made with the kernels' own machinery: the same recipe with no
stores and no epilogue; and no loads, except for avx2. Run alone with `python -m benchmarks.peak`.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, i8, i32, i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass
from qfin.target import host_target_names, resolve
from qfin.target.codegen import LoadedCode, load, to_llvm_ir
from qfin.target.isa import Isa

_STEPS = 100_000
_WEIGHTS = 2
_READ_AT_ONCE = 8


def measure_peak(isa: Isa, repeat: int = 20) -> float:
    """10**9 multiply-adds of bytes a second that this core does with `isa`: the best of `repeat`
    runs of a millisecond or two."""
    code, chains = _code(isa)
    peak = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(code.function("peak"))
    data = np.zeros(8192, np.uint8)
    aligned = data.ctypes.data + -data.ctypes.data % 64
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        peak(aligned, _STEPS)
        best = min(best, time.perf_counter() - start)
    return _STEPS * chains * isa.vector_bytes / best / 1e9


def measure_read(isa: Isa, size: int, repeat: int = 5) -> float:
    """10**9 bytes a second that this core reads of a block of about `size` bytes, one run behind
    the other: as fast as weights can come that do not stay in a cache. The best of `repeat`."""
    read = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(
        _read_code(isa).function("read")
    )
    block, sums = _block(size), np.zeros(_READ_AT_ONCE * isa.vector_bytes, np.uint8)
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        read(block.ctypes.data, sums.ctypes.data, block.size)
        best = min(best, time.perf_counter() - start)
    return block.size / best / 1e9


@cache
def _block(size: int) -> NDArray[np.uint8]:
    return np.ones(-(-size // 1024) * 1024, np.uint8)


@cache
def _read_code(isa: Isa) -> LoadedCode:
    """`read(data, sums, bytes)`: sums of vectors, so that each is read; a multiple of 1024."""
    b = KernelBuilder("read", [ptr, ptr, i64])
    data, sums, size = b.arguments
    width = isa.vector_bytes
    words = vector(i32, isa.lanes)

    def step(i: Index, so_far: Sequence[SSAValue]) -> Sequence[SSAValue]:
        return [
            b.add(total, b.load(b.gep(data, i, width * n), words)) for n, total in enumerate(so_far)
        ]

    zeros = [b.splat(0, words)] * _READ_AT_ONCE
    totals = b.for_loop(0, size, _READ_AT_ONCE * width, step, *zeros)
    for n, total in enumerate(totals):
        b.store(total, b.gep(sums, width * n))
    module = ModuleOp([b.finish()])
    KernelsToLLVMPass().apply(Context(), module)
    return load(to_llvm_ir(module, isa), isa)


@cache
def _code(isa: Isa) -> tuple[LoadedCode, int]:
    """`peak(data, n)`: n times a dot product on each of so many chains; they end in `data`."""
    b = KernelBuilder("peak", [ptr, i64])
    data, steps = b.arguments
    loaded = b.load(data, vector(i8, isa.vector_bytes))
    activation = isa.expand_activation(b, b.load(data, vector(i8, 4)))
    weights = isa.expand_weights(b, loaded)
    carried = len(weights) == 1
    # As many chains as hide the latency: 5 cycles for vpdpbusd, two of which start in each cycle;
    # 1 for the addition after vpmaddwd, which leaves registers for its wider operands.
    chains = 12 if carried else 6

    def operands(i: Index, like: Sequence[SSAValue], at: int) -> list[SSAValue]:
        if carried:  # each product takes its sum along: LLVM can neither share nor hoist it
            return list(like)
        # All different and loaded anew, else LLVM makes the products once for all.
        place = b.gep(data, b.and_(b.index(i), b.constant(64, 64)), at)
        return [b.load(b.gep(place, 128 * n), value.type) for n, value in enumerate(like)]

    def step(i: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
        w = [operands(i, weights, 256 * n) for n in range(_WEIGHTS)]
        sums = list(sums)
        for pixel in range(chains // _WEIGHTS):
            a = operands(i, activation, 1024 + 256 * pixel)
            for n in range(_WEIGHTS):
                sums[pixel * _WEIGHTS + n] = isa.dot4(b, sums[pixel * _WEIGHTS + n], a, w[n])
        return sums

    # Sums start from different places, so LLVM must keep them apart.
    places = [b.gep(data, isa.vector_bytes * n) for n in range(chains)]
    starts = [b.load(place, vector(i32, isa.lanes)) for place in places]
    for place, acc in zip(places, b.for_loop(0, steps, 1, step, *starts), strict=True):
        b.store(acc, place)
    module = ModuleOp([b.finish()])
    KernelsToLLVMPass().apply(Context(), module)
    return load(to_llvm_ir(module, isa), isa), chains


if __name__ == "__main__":
    for name in host_target_names():
        print(f"{name:12} {measure_peak(resolve(name)):6.1f} GMAC/s")
