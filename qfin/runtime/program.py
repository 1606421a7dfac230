"""A compiled function with its memory: what `qfin.compile` returns."""

from __future__ import annotations

import ctypes
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Attribute

from qfin import remarks
from qfin import target as targets
from qfin.dialects.kernel import ProgramOp
from qfin.errors import Error
from qfin.functions import select
from qfin.passes.lower.buffers import SLACK
from qfin.runtime.memory import aligned, aligned_copy
from qfin.runtime.spec import TensorSpec, check_array, match_names, tensor_spec
from qfin.target import codegen

Array = NDArray[Any]


class Program:
    """Machine code for one function of a module.

    Calls may come from several threads at once: each takes an arena of its own. The GIL is
    released while machine code runs.
    """

    def __init__(
        self,
        module: ModuleOp,
        function: str | None = None,
        report: Sequence[remarks.Remark] = (),
    ):
        """Loads a module of level `llvm`. Raises Error when it is of another, or when `function`
        does not name one of its programs; UnsupportedError when the host lacks its target."""
        code = without_programs(module)
        programs = {op.entry.string_value(): op for op in module.ops if isinstance(op, ProgramOp)}
        name = select(list(programs), function)
        program = programs[name]
        self._isa = targets.resolve(program.target.data)
        self.inputs = _specs(program.input_names.data, program.signature.inputs.data)
        self.outputs = _specs(program.output_names.data, program.signature.outputs.data)
        self.llvm_ir = codegen.to_llvm_ir(code, self._isa)
        self._report = tuple(report)
        self._code = codegen.load(self.llvm_ir, self._isa)
        # Held from outside too: in a cycle with its program, the garbage collector could dispose
        # of the engine's LLVM context before the engine, which ends the process.
        weakref.finalize(self, _let_go, self._code)
        count = len(self.inputs) + len(self.outputs) + 2
        prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * count)
        self._entry = prototype(self._code.function(name))
        self._constants = aligned_copy(program.constants.data.data)
        self._arena_size = program.arena.value.data
        self._arenas: deque[Array] = deque()

    @property
    def target(self) -> str:
        """The name of the instruction set that the code is for."""
        return self._isa.name

    @property
    def asm(self) -> str:
        """The assembly of the whole program."""
        return codegen.to_asm(self.llvm_ir, self._isa)

    def report(self) -> str:
        """Which float ops were fused, which were not and why: one line each."""
        return "\n".join(remarks.to_text(remark) for remark in self._report)

    def __call__(self, *arrays: Array) -> Array | tuple[Array, ...]:
        """Runs on arrays in the order of `inputs`; the result, or a tuple of several.

        Raises InputError when an array's count, shape or dtype is not that of `inputs`.
        """
        results = self._run(match_names(self.inputs, arrays))
        return results[0] if len(results) == 1 else tuple(results)

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Runs on arrays by name; results by name. Raises InputError as `__call__` does."""
        results = self._run(match_names(self.inputs, feeds))
        return dict(zip((spec.name for spec in self.outputs), results, strict=True))

    def _run(self, arrays: Sequence[Array]) -> list[Array]:
        arrays = [check_array(s, a) for s, a in zip(self.inputs, arrays, strict=True)]
        results = [self._new_result(spec) for spec in self.outputs]
        try:
            arena = self._arenas.pop()
        except IndexError:
            arena = aligned(self._arena_size + SLACK)
        memory = (*arrays, *results, arena, self._constants)
        self._entry(*(array.__array_interface__["data"][0] for array in memory))
        self._arenas.append(arena)
        return results

    def _new_result(self, spec: TensorSpec) -> Array:
        """Memory for a result; its content is arbitrary."""
        return np.empty(spec.shape, spec.dtype)


def _let_go(code: codegen.LoadedCode) -> None:
    """The last reference but the program's own goes with the argument."""


def without_programs(module: ModuleOp) -> ModuleOp:
    """A copy of a module of level `llvm` that holds code alone.

    Raises Error when something is in it that is not code.
    """
    copy = module.clone()
    for op in list(copy.ops):
        if isinstance(op, ProgramOp):
            op.detach()
            op.erase()
        elif not op.name.startswith("llvm."):
            raise Error(f"the module is not of level 'llvm': it holds a {op.name}")
    return copy


def _specs(names: Sequence[StringAttr], types: Sequence[Attribute]) -> tuple[TensorSpec, ...]:
    return tuple(tensor_spec(name.data, t) for name, t in zip(names, types, strict=True))
