"""The Python function that checks arrays and calls machine code, written out for one signature.

A loop over the arguments would take longer than small kernels do: the text that is made here has a
few lines for each argument instead, as `dataclasses` writes its methods. For one of each,

    def checked(*arrays, out=None, **named):
        if named or len(arrays) != 1:
            arrays = match(arrays, named)
        x0, = arrays
        if not (x0.__class__ is ndarray and x0.dtype is x0_dtype
                and x0.shape == x0_shape and x0.strides == x0_strides):
            x0 = check(x0_spec, x0)
        if out is None:
            try:
                y0 = new_y0()
            except (MemoryError, ValueError):
                y0 = y0_spec.empty()  # which says what does not fit
        else:
            y0, = given(out, (x0,))
        try:
            arena = arenas.pop()
        except IndexError:
            arena = new_arena()
        entry(at(id(x0) + 16).value, at(id(y0) + 16).value, arena[1], constants)
        arenas.append(arena)
        return y0

Where `qfin.runtime.direct` can, arrays that lie as they should go past all that:

    def call(*arrays, out=None, **named):
        if out is None and not named and len(arrays) == 1:
            x0, = arrays
            y0 = new_y0()
            ...  # an arena, as above
            done = direct(x0, y0, arena[0])
            arenas.append(arena)
            if done:
                return y0
        return checked(*arrays, out=out, **named)
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.runtime.direct import direct_call
from qfin.runtime.memory import ADDRESS, address_of, at
from qfin.runtime.spec import TensorSpec, check_array, check_results, match_arguments

Array = NDArray[Any]


@dataclass(frozen=True)
class Memory:
    """Where the memory of calls comes from."""

    constants: Array
    new_arena: Callable[[], tuple[Array, int]]
    """An arena, and its address; calls use it again."""
    new_results: Sequence[Callable[[], Array]]
    """For each result, memory whose content is arbitrary."""
    arenas: deque[tuple[Array, int]] = field(default_factory=lambda: deque())
    """Those that no call uses at the moment."""


def caller(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    code: int,
    memory: Memory,
    state: Callable[[], AbstractContextManager[int]] | None = None,
    kept: object = None,
) -> Callable[..., Any]:
    """A function of as many arrays as there are `inputs`; it returns the result, or a tuple of
    several, or of none. With `out=` these are where the result goes, or a sequence of several.

    The code at address `code` takes the addresses of arrays, results, arena, constants and, for
    the time that `state()` is entered, of the state. The function keeps `kept`, and raises
    InputError for arrays that do not fit.
    """
    count = len(inputs) + len(outputs) + 2 + (state is not None)
    entry = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * count)(code)
    checked = _checking(inputs, outputs, entry, memory, state, kept)
    direct = state is None and direct_call(inputs, outputs, code, address_of(memory.constants))
    if not direct:
        return checked
    names: dict[str, Any] = {
        "arenas": memory.arenas,
        "new_arena": memory.new_arena,
        "checked": checked,
        "direct": direct,
    }
    ys = [f"y{i}" for i in range(len(outputs))]
    xs = [f"x{i}" for i in range(len(inputs))]
    lines = [f"if out is None and not named and len(arrays) == {len(inputs)}:"]
    lines += [f"    {_list(xs)} = arrays", "    try:"]
    lines += [f"        {y} = new_{y}()" for y in ys] or ["        pass"]
    names |= {f"new_{y}": new for y, new in zip(ys, memory.new_results, strict=True)}
    # Which says what does not fit.
    lines += ["    except (MemoryError, ValueError):", "        return checked(*arrays)"]
    lines += [f"    {line}" for line in _TAKE_ARENA]
    lines += [f"    done = direct({', '.join([*xs, *ys, 'arena[0]'])})"]
    lines += ["    arenas.append(arena)", "    if done:", f"        return {_returned(ys)}"]
    return _function("call", [*lines, "return checked(*arrays, out=out, **named)"], names)


_TAKE_ARENA = ("try:", "    arena = arenas.pop()", "except IndexError:", "    arena = new_arena()")


def _checking(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    entry: Callable[..., None],
    memory: Memory,
    state: Callable[[], AbstractContextManager[int]] | None,
    kept: object,
) -> Callable[..., Any]:
    """The function that takes whatever `caller` says."""
    names: dict[str, Any] = {
        "ndarray": np.ndarray,
        "at": at,
        "address_of": address_of,
        "check": check_array,
        "match": partial(match_arguments, inputs),
        "given": partial(check_results, outputs, inputs),
        "arenas": memory.arenas,
        "new_arena": memory.new_arena,
        "entry": entry,
        "constants": address_of(memory.constants),
        "kept": (kept, memory.constants),
        "state": state,
    }
    xs = [f"x{i}" for i in range(len(inputs))]
    ys = [f"y{i}" for i in range(len(outputs))]
    lines = [f"if named or len(arrays) != {len(xs)}:", "    arrays = match(arrays, named)"]
    lines += [f"{_list(xs)} = arrays"]
    for x, spec in zip(xs, inputs, strict=True):
        lines += _checked(x, spec, names)
    lines += ["if out is None:", "    pass"]
    for y, spec, new in zip(ys, outputs, memory.new_results, strict=True):
        names |= {f"{y}_spec": spec, f"new_{y}": new}
        lines += ["    try:", f"        {y} = new_{y}()"]
        # Which says what does not fit.
        lines += ["    except (MemoryError, ValueError):", f"        {y} = {y}_spec.empty()"]
    lines += ["else:", f"    {_list(ys)} = given(out, {_tuple(xs)})"]
    lines += _TAKE_ARENA
    specs = [*inputs, *outputs]
    pointers = [_pointer(v, spec) for v, spec in zip([*xs, *ys], specs, strict=True)]
    pointers += ["arena[1]", "constants"]
    if state is None:
        lines += [f"entry({', '.join(pointers)})"]
    else:
        lines += ["with state() as variables:", f"    entry({', '.join([*pointers, 'variables'])})"]
    lines += ["arenas.append(arena)", f"return {_returned(ys)}"]
    return _function("checked", lines, names)


def _function(name: str, lines: Sequence[str], names: dict[str, Any]) -> Callable[..., Any]:
    text = "\n    ".join([f"def {name}(*arrays, out=None, **named):", *lines])
    exec(compile(text, f"<qfin {name}>", "exec"), names)
    # Out of its own globals: it goes with its last reference, not when the collector looks.
    return names.pop(name)


def _checked(x: str, spec: TensorSpec, names: dict[str, Any]) -> list[str]:
    """Lines that leave arrays which lie as they should alone, and bring others there or refuse."""
    names |= {
        f"{x}_spec": spec,
        f"{x}_dtype": spec.dtype,
        f"{x}_shape": spec.shape,
        f"{x}_strides": spec.strides,
        f"{x}_has_room": spec.has_room,
    }
    conditions = [f"{x}.__class__ is ndarray"]
    conditions += [f"{x}.dtype is {x}_dtype"]
    conditions += [f"{x}.{part} == {x}_{part}" for part in ("shape", "strides")]
    conditions += [f"{x}_has_room({x})"] if spec.channels_last else []
    return [f"if not ({' and '.join(conditions)}):", f"    {x} = check({x}_spec, {x})"]


def _pointer(array: str, spec: TensorSpec) -> str:
    address = ADDRESS.format(array)
    return f"{address} - {spec.bytes_before}" if spec.bytes_before else address


def _returned(ys: Sequence[str]) -> str:
    return ys[0] if len(ys) == 1 else _tuple(ys)


def _list(items: Sequence[str]) -> str:
    return f"[{', '.join(items)}]"


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
