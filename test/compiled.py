"""What the tests of compiled programs share: programs in watched memory, the comparison of bits."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import cycle
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin.dialects.kernel import ProgramOp
from qfin.passes.lower.buffers import ALIGNMENT
from qfin.pipeline import to_level
from qfin.runtime.calling import Memory
from qfin.runtime.function import Function
from qfin.runtime.memory import address_of
from qfin.runtime.state import State
from qfin.target.codegen import LoadedCode

from .case_targets import case_targets
from .kernels.harness import guarded
from .random_modules import RandomModule

Array = NDArray[Any]

_GARBAGE = 0xA5


def at_page_end(shape: Sequence[int], dtype: Any, *, front: bool = False) -> Array:
    """An array of garbage where one byte behind it (with `front`, before it) is the end of the
    process."""
    memory = guarded(prod(shape) * np.dtype(dtype).itemsize, front=front)
    memory[:] = _GARBAGE
    return np.ndarray(tuple(shape), dtype, memory.data)


class GuardedFunction(Function):
    """A function all of whose memory is garbage at each call and ends where nothing may be touched;
    the arena also begins so, at every other call."""

    def __init__(self, op: ProgramOp, code: LoadedCode, state: State | None):
        super().__init__(op, code, state)
        call = self.call
        self.call = lambda *arrays, **others: call(*map(_guarded_copy, arrays), **others)

    @override
    def _memory(self, constants: Array, arena_size: int) -> Memory:
        at_end = at_page_end(constants.shape, np.uint8)
        at_end[:] = constants
        assert address_of(at_end) % ALIGNMENT == 0
        results = [partial(at_page_end, spec.shape, spec.dtype) for spec in self.outputs]
        fronts = cycle((False, True))

        def new_arena() -> tuple[Array, int]:
            arena = at_page_end([arena_size], np.uint8, front=next(fronts))
            assert address_of(arena) % ALIGNMENT == 0
            return arena, address_of(arena)

        # Where no arena stays there is a new one for each call.
        return Memory(at_end, new_arena, results, arenas=deque(maxlen=0))


def _guarded_copy(array: Array) -> Array:
    copy = at_page_end(array.shape, array.dtype)
    copy[...] = array
    return copy


class GuardedProgram(qfin.Program):
    """A program of guarded functions."""

    FUNCTION = GuardedFunction


def compiled(module: ModuleOp, target: str) -> GuardedProgram:
    """The program of a module of level 1 to 3. Its code is verified for one target, since that
    takes as long as all else; the kernels' own tests verify it for each."""
    verified = target == case_targets()[0]
    return GuardedProgram(to_level(module.clone(), "llvm", target, verify_code=verified))


def run(program: qfin.Program, arrays: Sequence[Array]) -> dict[str, Array]:
    return program.run(dict(zip((spec.name for spec in program.inputs), arrays, strict=True)))


def same_bits(got: dict[str, Array], want: dict[str, Array]) -> list[str]:
    """The names of the results that are not the same."""
    assert list(got) == list(want)
    return [
        name
        for name, array in got.items()
        if (array.dtype, array.shape, array.tobytes())
        != (want[name].dtype, want[name].shape, want[name].tobytes())
    ]


def names_of(module: ModuleOp) -> set[str]:
    return {op.name for op in module.walk()}


def check_random_module(
    case: RandomModule, fused: Iterable[str], calls: int = 2, targets: Sequence[str] = ()
) -> ModuleOp:
    """Finalizes the module, in which nothing named in `fused` may be left, and runs it on `targets`
    or every target of this host, each time with other arrays; the finalized module."""
    module = qfin.finalize(qfin.parse(case.text))
    assert not names_of(module) & set(fused), f"must all fuse:\n{case.text}"
    programs = {target: compiled(module, target) for target in targets or case_targets()}
    for _ in range(calls):
        arrays = case.arrays()
        want = qfin.interpret(module, arrays)
        for target, program in programs.items():
            wrong = same_bits(run(program, arrays), want)
            assert not wrong, f"{target}, results {wrong} of:\n{case.text}"
    return module


def check_fusion(case: RandomModule) -> None:
    """Fusing one sum of products changes one step at most, and that seldom."""
    module = qfin.parse(case.text)
    arrays = case.arrays()
    before = qfin.interpret(module, arrays)
    after = qfin.interpret(qfin.finalize(module), arrays)
    for name, array in before.items():
        steps = np.abs(array.astype(np.int64) - after[name].astype(np.int64))
        assert steps.max(initial=0) <= 1
        assert np.count_nonzero(steps) <= 1 + 0.01 * steps.size
