"""Which register tile is the fastest: the kernels of a module measured alone, on memory of
zeros."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from qfin.dialects.kernel.buffers import item_size
from qfin.dialects.kernel.dense import DEPTH
from qfin.kernels.dense import DenseSpec, Tile, build_dense
from qfin.kernels.tuned import key_of
from qfin.passes.lower.call import shape_and_strides
from qfin.passes.lower.calls_dense import AnyDense, call_dense, other_tiles
from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass
from qfin.target.codegen import load, to_llvm_ir
from qfin.target.isa import Isa

CANDIDATES = 12
"""Tiles that are measured beside the cost model's."""

_ROUNDS = 9
_ROUND_SECONDS = 0.0005
# What is faster by less than this may be so by chance.
_WORTH = 0.98
_LINE = 64


@dataclass(frozen=True)
class Tuned:
    """What was found for a kernel, which `op` is the first to call: the model's tile and the
    fastest one, with their times in seconds."""

    op: AnyDense
    key: str
    chosen: Tile
    chosen_time: float
    best: Tile
    best_time: float


def tune(module: ModuleOp, isa: Isa) -> Iterator[Tuned]:
    """Measures each kernel of a module on buffers once, and gives what it found one by one.

    The host must run `isa`. Raises PassError where weights are packed for another target.
    """
    seen: set[str] = set()
    for op in module.walk():
        if not isinstance(op, AnyDense):
            continue
        op.tile = op.pipelined = op.matrix = op.prefetch = None
        spec = call_dense(op, isa).spec
        assert isinstance(spec, DenseSpec)
        key = key_of(spec, isa)
        if key in seen or spec.tile.matrix or not spec.parallel_size(isa):
            continue
        seen.add(key)
        yield _tuned(op, key, spec, isa)


def _tuned(op: AnyDense, key: str, spec: DenseSpec, isa: Isa) -> Tuned:
    tiles = other_tiles(op, isa, CANDIDATES)
    memory = [_zeros(operand) for operand in op.operands]
    times = _best_times([_runner(op, spec, tile, isa, memory) for tile in tiles])
    (chosen, chosen_time), *_ = measured = list(zip(tiles, times, strict=True))
    best, best_time = min(measured, key=lambda pair: pair[1])
    if best_time > _WORTH * chosen_time:
        best, best_time = chosen, chosen_time
    return Tuned(op, key, chosen, chosen_time, best, best_time)


def _zeros(operand: SSAValue) -> NDArray[np.uint8]:
    """Memory for a buffer, with the slack that is read behind it, at a cache line's start."""
    shape, strides = shape_and_strides(operand)
    last = sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    memory = np.zeros((last + 1) * item_size(operand) + DEPTH + _LINE, np.uint8)
    return memory[-memory.ctypes.data % _LINE :]


def _runner(
    op: AnyDense, spec: DenseSpec, tile: Tile, isa: Isa, memory: list[NDArray[np.uint8]]
) -> Callable[[], None]:
    spec = replace(spec, tile=tile)
    module = ModuleOp([build_dense("kernel", spec, isa, op.location)])
    KernelsToLLVMPass().apply(Context(), module)
    code = load(to_llvm_ir(module, isa), isa)
    signature = [*[ctypes.c_void_p] * len(memory), ctypes.c_int64, ctypes.c_int64]
    kernel = ctypes.CFUNCTYPE(None, *signature)(code.function("kernel"))
    arguments = [*(array.ctypes.data for array in memory), 0, spec.parallel_size(isa)]

    def run(code: object = code) -> None:  # which has the memory of the machine code
        kernel(*arguments)

    return run


def _best_times(runs: list[Callable[[], None]]) -> list[float]:
    """Seconds of a call of each, the least of several rounds, each of all in turn: what else the
    machine does then hits all alike."""
    counts: list[int] = []
    for run in runs:
        run()
        start = time.perf_counter()
        run()
        counts.append(max(1, int(_ROUND_SECONDS / (time.perf_counter() - start))))
    best = [float("inf")] * len(runs)
    for _ in range(_ROUNDS):
        for n, (run, count) in enumerate(zip(runs, counts, strict=True)):
            start = time.perf_counter()
            for _ in range(count):
                run()
            best[n] = min(best[n], (time.perf_counter() - start) / count)
    return best
