"""Kernels on several threads: what the pool of `qfin/runtime/pool.ll` calls, and how it is called.

A kernel takes pointers, then the range `[begin, end)` of its parallel dimension. The pool knows one
kind of function, `part(args, begin, end)`: it loads the pointers from the block `args` and calls
the kernel. The block is on the stack of the program, which waits for all parts.
"""

from __future__ import annotations

from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, LocationAttr, i64

from qfin.kernels.builder import KernelBuilder, ptr

PARALLEL_FOR = "qfin_parallel_for"
"""`void (part, args, n, threads)`: calls `part` for ranges that make up `[0, n)`, on so many
threads at most; all is done when it returns."""

MAX_THREADS = 64
"""What the pool has room for."""

POINTER_BYTES = 8


def declare_parallel_for() -> func.FuncOp:
    """The declaration of what the pool defines."""
    return func.FuncOp.external(PARALLEL_FOR, [ptr, ptr, i64, i64], [])


def build_part(name: str, kernel: func.FuncOp, location: LocationAttr | None = None) -> func.FuncOp:
    """The function `name(args, begin, end)` that calls `kernel`, whose pointers lie in `args`."""
    assert isinstance(kernel.function_type, FunctionType)
    pointers = len(kernel.function_type.inputs) - 2
    b = KernelBuilder(name, [ptr, i64, i64], location)
    args, begin, end = b.arguments
    loaded = [
        b.load(b.gep(args, POINTER_BYTES * index), ptr, align=POINTER_BYTES)
        for index in range(pointers)
    ]
    b.call(kernel.sym_name.data, *loaded, begin, end)
    part = b.finish()
    part.sym_visibility = kernel.sym_visibility
    return part
