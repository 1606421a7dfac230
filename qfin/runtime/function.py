"""One compiled function with its memory: what is called."""

from __future__ import annotations

import ctypes
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Attribute

from qfin.dialects.kernel import ProgramOp
from qfin.passes.lower.buffers import SLACK
from qfin.runtime.memory import address_of, aligned, aligned_copy
from qfin.runtime.spec import (
    TensorSpec,
    check_array,
    match_arguments,
    match_names,
    tensor_spec,
)
from qfin.runtime.state import State, names
from qfin.target import codegen

Array = NDArray[Any]


class Function:
    """A function of a `Program`: takes and returns arrays."""

    def __init__(self, op: ProgramOp, code: codegen.LoadedCode, state: State | None):
        self.name = op.entry.string_value()
        self.inputs = _specs(op.input_names.data, op.signature.inputs.data)
        self.outputs = _specs(op.output_names.data, op.signature.outputs.data)
        self._code = code
        keep_until_the_end_of(self, code)
        count = len(self.inputs) + len(self.outputs) + 2 + (state is not None)
        prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * count)
        self._entry = prototype(code.function(self.name))
        self._constants = _constants(op, state)
        self._arena_size = op.arena.value.data
        self._arenas: deque[Array] = deque()
        specs = (*self.inputs, *self.outputs)
        self._before = (*(spec.bytes_before for spec in specs), 0, 0)
        self._state = state
        self._loads, self._stores = names(op.loads), names(op.stores)

    def __call__(self, *arrays: Array, **named: Array) -> Array | tuple[Array, ...]:
        """Runs on arrays in the order of `inputs`, the last ones perhaps by name
        (`function(x, mask=m)`); the result, or a tuple of several, or of none.

        Raises InputError when an array's name, count, shape or dtype is not that of `inputs`, when
        there is no memory for results of their size, and when a global that the function loads has
        no value yet.
        """
        results = self._run(match_arguments(self.inputs, arrays, named))
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
        pointers = [address_of(a) - n for a, n in zip(memory, self._before, strict=True)]
        if self._state is None:
            self._entry(*pointers)
        else:
            with self._state.used(self._loads, self._stores) as state:
                self._entry(*pointers, state)
        self._arenas.append(arena)
        return results

    def _new_result(self, spec: TensorSpec) -> Array:
        """Memory for a result; its content is arbitrary."""
        return spec.empty()


def _constants(op: ProgramOp, state: State | None) -> Array:
    """The constants of a program: its own, or else those that the programs of its module share."""
    if op.constants is not None:
        return aligned_copy(op.constants.data.data)
    assert state is not None
    assert state.constants is not None
    return state.constants


def keep_until_the_end_of(owner: object, code: codegen.LoadedCode) -> None:
    """Holds `code` from outside as long as `owner`, which holds it too, lives: in a cycle with it,
    the garbage collector could dispose of the engine's LLVM context before the engine, which ends
    the process."""
    weakref.finalize(owner, _let_go, code)


def _let_go(code: codegen.LoadedCode) -> None:
    """The last reference but the owner's own goes with the argument."""


def _specs(names: Sequence[StringAttr], types: Sequence[Attribute]) -> tuple[TensorSpec, ...]:
    return tuple(tensor_spec(name.data, t) for name, t in zip(names, types, strict=True))
