"""Calls that go from CPython to machine code without ctypes: direct.ll as a built-in function.

It checks arrays by numpy's C struct, in some 50 ns for what takes Python and ctypes a microsecond.
Where that struct or CPython's objects lie otherwise, there is none, and calls take the long way.
"""

from __future__ import annotations

import ctypes
import sysconfig
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any

import numpy as np

from qfin import target as targets
from qfin.runtime.memory import address_of, at
from qfin.runtime.spec import TensorSpec
from qfin.target import codegen

MOST_ARRAYS = 12
"""Arguments and results that direct.ll has pointers for, beside arena and constants."""

_METH_FASTCALL = 0x80
_BYTE = np.dtype(np.uint8)


class _MethodDef(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def direct_call(
    inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec], code: int, constants: int
) -> Callable[..., bool] | None:
    """A function of arrays: the arguments, the results and the arena. It runs the code at address
    `code` and returns True, or does nothing and returns False where an argument does not lie as its
    spec says. None where there is no such function.

    Results and arena are not checked; code, constants and arena outlive the function's calls.
    """
    if len(inputs) + len(outputs) > MOST_ARRAYS or not _layout_is_known():
        return None
    words = [id(np.ndarray), id(_BYTE), len(inputs), len(outputs), code, constants]
    for spec in inputs:
        words += [id(spec.dtype), len(spec.shape), spec.dtype.itemsize, spec.bytes_before]
        words += [spec.bytes_in_all if spec.channels_last else 0, *spec.shape, *spec.strides]
    words += [spec.bytes_before for spec in outputs]
    # As the function's `self` it lives as long as that; dtypes live as long as the specs.
    return _new_function(ctypes.byref(_method()), np.array(words, np.int64), __name__)


@cache
def _layout_is_known() -> bool:
    """Whether objects and arrays lie in memory as direct.ll reads them."""
    if sysconfig.get_config_var("Py_GIL_DISABLED") or sysconfig.get_config_var("Py_TRACE_REFS"):
        return False
    base = np.zeros((3, 4), np.int16)
    probe = base[1:, ::2]

    def word(offset: int, of: object = probe) -> int:
        return at(id(of) + offset).value

    def words(place: int) -> tuple[int, ...]:
        return tuple(at(place + 8 * axis).value for axis in range(probe.ndim))

    try:
        flags = (
            ctypes.c_int.from_address(id(base) + 64).value,
            ctypes.c_int.from_address(id(probe) + 64).value,
        )
        return (
            object.__basicsize__ == 16
            and np.ndarray.__basicsize__ >= 72
            and word(8) == id(np.ndarray)
            and word(16) == address_of(probe)
            and ctypes.c_int.from_address(id(probe) + 24).value == probe.ndim
            and (words(word(32)), words(word(40))) == (probe.shape, probe.strides)
            and (word(48), word(48, base), word(56)) == (id(base), 0, id(probe.dtype))
            and [flag & 1 for flag in flags] == [1, 0]
        )
    except (ValueError, OSError):
        return False


def _method() -> _MethodDef:
    """Made once: the functions of all programs are this one, with tables of their own, and point to
    it for as long as the process lives."""
    global _made
    with _lock:
        if _made is None:
            _made = _make_method()
        return _made


_lock = Lock()
_made: _MethodDef | None = None


def _make_method() -> _MethodDef:
    for name in ("PyEval_SaveThread", "PyEval_RestoreThread", "PyBool_FromLong"):
        function = getattr(ctypes.pythonapi, name)
        codegen.define_symbol(name, ctypes.cast(function, ctypes.c_void_p).value or 0)
    text = resources.files("qfin.runtime").joinpath("direct.ll").read_text("utf-8")
    code = codegen.load(text, targets.resolve("native"))
    # Functions run in it until the process ends, whatever the collector thinks of it.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(code))
    return _MethodDef(b"qfin_direct_call", code.function("qfin_direct_call"), _METH_FASTCALL, None)


_new_function: Callable[..., Any] = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.py_object
)(("PyCFunction_NewEx", ctypes.pythonapi))
