"""One compiled function with its memory: what is called."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from numpy.typing import NDArray
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Attribute

from qfin.dialects.kernel import ProgramOp
from qfin.passes.lower.buffers import SLACK
from qfin.runtime.calling import Memory, caller
from qfin.runtime.memory import address_of, aligned, aligned_copy
from qfin.runtime.spec import TensorSpec, match_names, tensor_spec
from qfin.runtime.state import State, names
from qfin.target import codegen

Array = NDArray[Any]


class Function:
    """A function of a `Program`: takes and returns arrays."""

    def __init__(self, op: ProgramOp, code: codegen.LoadedCode, state: State | None):
        self.name = op.entry.string_value()
        self.inputs = _specs(op.input_names.data, op.signature.inputs.data)
        self.outputs = _specs(op.output_names.data, op.signature.outputs.data)
        keep_until_the_end_of(self, code)
        used = state and partial(state.used, names(op.loads), names(op.stores))
        memory = self._memory(_constants(op, state), op.arena.value.data + SLACK)
        address = code.function(self.name)
        self.call = caller(self.inputs, self.outputs, address, memory, used, kept=code)
        """What `__call__` calls."""

    def __call__(
        self, *arrays: Array, out: Array | Sequence[Array] | None = None, **named: Array
    ) -> Array | tuple[Array, ...]:
        """Runs on arrays in the order of `inputs`, the last ones perhaps by name
        (`function(x, mask=m)`); the result, or a tuple of several, or of none. With `out`, an array
        or a sequence of as many as `outputs`, results go there, and no memory is asked for.

        Raises InputError when an array's name, count, shape or dtype is not that of `inputs`, when
        `out` is not as `outputs` say, cannot be written or shares memory with another array, when
        there is no memory for results of their size, and when a global that the function loads has
        no value yet.
        """
        return self.call(*arrays, out=out, **named)

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Runs on arrays by name; results by name. Raises InputError as `__call__` does."""
        results = self.call(*match_names(self.inputs, feeds))
        results = (results,) if len(self.outputs) == 1 else results
        return dict(zip((spec.name for spec in self.outputs), results, strict=True))

    def _memory(self, constants: Array, arena_size: int) -> Memory:
        results = [spec.allocator() for spec in self.outputs]
        return Memory(constants, partial(_new_arena, arena_size), results)


def _new_arena(size: int) -> tuple[Array, int]:
    arena = aligned(size)
    return arena, address_of(arena)


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
