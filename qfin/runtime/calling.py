"""The Python function that checks arrays and calls machine code, written out for one signature.

A loop over the arguments would take longer than small kernels do: the text that is made here has a
few lines for each argument instead, as `dataclasses` writes its methods. For one of each,

    def call(*arrays, out=None, **named):
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
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    entry: Callable[..., None],
    memory: Memory,
    state: Callable[[], AbstractContextManager[int]] | None = None,
    kept: object = None,
) -> Callable[..., Any]:
    """A function of as many arrays as there are `inputs`; it returns the result, or a tuple of
    several, or of none. With `out=` these are where the result goes, or a sequence of several.

    `entry` takes the addresses of arrays, results, arena, constants and, for the time that
    `state()` is entered, of the state. The function keeps `kept`, and raises InputError for arrays
    that do not fit.
    """
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
    lines += ["try:", "    arena = arenas.pop()", "except IndexError:", "    arena = new_arena()"]
    specs = [*inputs, *outputs]
    pointers = [_pointer(v, spec) for v, spec in zip([*xs, *ys], specs, strict=True)]
    pointers += ["arena[1]", "constants"]
    if state is None:
        lines += [f"entry({', '.join(pointers)})"]
    else:
        lines += ["with state() as variables:", f"    entry({', '.join([*pointers, 'variables'])})"]
    lines += ["arenas.append(arena)", f"return {ys[0] if len(ys) == 1 else _tuple(ys)}"]
    text = "\n    ".join(["def call(*arrays, out=None, **named):", *lines])
    exec(compile(text, "<qfin call>", "exec"), names)
    # Out of its own globals: it goes with its last reference, not when the collector looks.
    return names.pop("call")


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


def _list(items: Sequence[str]) -> str:
    return f"[{', '.join(items)}]"


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
