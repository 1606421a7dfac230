"""What the tests of compiled programs share: programs in watched memory, the comparison of bits."""

from __future__ import annotations

import ctypes
import os
import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin.dialects.kernel import ProgramOp
from qfin.passes.lower.buffers import SLACK
from qfin.passes.lower.lower_to_kernels import LowerToKernelsPass
from qfin.pipeline import to_level
from qfin.runtime.calling import Memory
from qfin.runtime.function import Function
from qfin.runtime.memory import address_of
from qfin.runtime.state import State
from qfin.target.codegen import LoadedCode

from .case_targets import MODULE_CALLS, case_targets
from .random_modules import RandomModule
from .watched import pages_of, place_of, watched_planning

Array = NDArray[Any]


class GuardedFunction(Function):
    """A function all of whose memory is watched, and garbage at each call."""

    def __init__(self, op: ProgramOp, code: LoadedCode, state: State | None):
        self.arena, self.constants = pages_of(op)
        self.front = self.arena.front
        self.used: deque[Array] = deque()
        super().__init__(op, code, state)
        call = self.call

        def watched(*arrays: Array, **others: Any) -> Any:
            results = call(*map(self._copy, self.inputs, arrays), **others)
            # Several where the direct call has refused the arrays: it had taken an arena before.
            while self.used:
                stray = self.arena.stray(self.used.popleft())
                assert not stray, f"written: bytes {stray[:9]} of arena {self.arena}"
            return results

        self.call = watched

    @override
    def _memory(self, constants: Array, arena_size: int) -> Memory:
        results = [partial(place_of, spec, front=self.front) for spec in self.outputs]
        # Where no arena stays there is a new one for each call.
        return Memory(
            self.constants.memory(constants), self._new_arena, results, arenas=deque(maxlen=0)
        )

    def _new_arena(self) -> tuple[Array, int]:
        self.used.append(arena := self.arena.memory())
        return arena, address_of(arena)

    def _copy(self, spec: qfin.TensorSpec, array: Array) -> Array:
        """What the program would read as it is, in other memory."""
        if not spec.fits(array):
            return array
        copy = place_of(spec, front=self.front)
        given, own = spec.extent(array), spec.extent(copy)
        ctypes.memmove(own.start, given.start, len(own) - SLACK * spec.channels_last)
        return copy


class GuardedProgram(qfin.Program):
    """A program of guarded functions."""

    FUNCTION = GuardedFunction


def compiled(module: ModuleOp, target: str, threads: int = 1) -> GuardedProgram:
    """The program of a module of level 1 to 3; on several `threads` with every kernel that can be
    parallel. Its code is verified for one target, since that takes as long as all else; the
    kernels' own tests verify it for each."""
    case = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
    with watched_planning(front=zlib.crc32(f"{case} {target}".encode()) % 2 == 0) as planned:
        lowered = to_level(module.clone(), "buffers", target)
    if threads > 1:
        LowerToKernelsPass(threads, parallel_from=0).apply(Context(), lowered)
    verified = target == case_targets()[0]
    return GuardedProgram(planned.mark(to_level(lowered, "llvm", target, verify_code=verified)))


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


def check_random_module(case: RandomModule, fused: Iterable[str]) -> ModuleOp:
    """Finalizes the module, in which nothing named in `fused` may be left, and runs it on targets
    of this host, each time with other arrays; the finalized module."""
    module = qfin.finalize(qfin.parse(case.text))
    assert not names_of(module) & set(fused), f"must all fuse:\n{case.text}"
    programs = {target: compiled(module, target) for target in case_targets()}
    for _ in range(max(1, MODULE_CALLS // case.chains)):
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
