"""The threads that programs share: one pool per process, in machine code (pool.ll).

Workers start at the first parallel kernel, take no part in Python, and sleep when there is nothing
to do. A forked child has none until it needs some. They end before the interpreter does.
"""

from __future__ import annotations

import atexit
import ctypes
import os
from importlib import resources
from threading import Lock

from qfin import target as targets
from qfin.kernels.parallel import PARALLEL_FOR
from qfin.target import codegen

_lock = Lock()
_pool: Pool | None = None


class Pool:
    """The pool's entry points, loaded once by `load`."""

    def __init__(self) -> None:
        text = resources.files("qfin.runtime").joinpath("pool.ll").read_text("utf-8")
        self._code = codegen.load(text, targets.resolve("native"))
        # Workers run in this code until the process ends, whatever the collector thinks of it.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._code))
        self.parallel_for = self._code.function(PARALLEL_FOR)
        """Address of `void (fn, args, n, threads)`, `fn` being `void (args, begin, end)`."""
        self._reset = ctypes.CFUNCTYPE(None)(self._code.function("qfin_pool_reset"))
        self._stop = ctypes.CFUNCTYPE(None)(self._code.function("qfin_pool_stop"))
        self._workers = ctypes.CFUNCTYPE(ctypes.c_int32)(self._code.function("qfin_pool_workers"))
        codegen.define_symbol(PARALLEL_FOR, self.parallel_for)
        os.register_at_fork(after_in_child=self._reset)
        atexit.register(self._stop)

    @property
    def workers(self) -> int:
        """How many threads it has started."""
        return self._workers()


def load() -> Pool:
    """The pool of this process, made when it is first asked for. Code that is loaded later can call
    `qfin_parallel_for`."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = Pool()
        return _pool
