"""What the kernels' tests share: calling a kernel, and memory that shows stray accesses."""

from __future__ import annotations

import ctypes
import itertools
import mmap
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp

from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass
from qfin.target import host_target_names
from qfin.target.codegen import load, to_llvm_ir
from qfin.target.isa import Isa

from ..case_targets import seeds_of

_TARGETS = host_target_names()
targets = pytest.mark.parametrize("target", _TARGETS)
seeds = seeds_of(len(_TARGETS))

_PAGE = mmap.PAGESIZE
_NOT_AT_ALL = 0
READ_ONLY = 1
_libc = ctypes.CDLL(None, use_errno=True)

Range = tuple[int, int]


def compile_kernel(kernel: func.FuncOp, isa: Isa) -> Callable[..., None]:
    """The kernel as a Python function of arrays (or addresses), begin and end.

    The IR verifies before and after lowering.
    """
    name, arity = kernel.sym_name.data, len(kernel.function_type.inputs)
    module = ModuleOp([kernel])
    module.verify()
    KernelsToLLVMPass().apply(Context(), module)
    module.verify()
    code = load(to_llvm_ir(module, isa), isa)
    pointers = [ctypes.c_void_p] * (arity - 2)
    call = ctypes.CFUNCTYPE(None, *pointers, ctypes.c_int64, ctypes.c_int64)(code.function(name))

    def run(*arguments: NDArray[Any] | int) -> None:
        call(*(a if isinstance(a, int) else a.ctypes.data for a in arguments))

    run.code = code  # type: ignore[attr-defined]  # keeps the machine code alive
    return run


def protect(pages: NDArray[np.uint8], permission: int = _NOT_AT_ALL) -> None:
    """Says what may be done with whole pages of memory; any other access kills the process."""
    size = ctypes.c_size_t(len(pages))
    if _libc.mprotect(ctypes.c_void_p(pages.ctypes.data), size, permission):
        raise OSError(ctypes.get_errno(), "mprotect")


def guarded(nbytes: int, *, front: bool = False) -> NDArray[np.uint8]:
    """`nbytes` zero bytes that end where a page begins that may not be touched.

    With `front` they begin where such a page ends. Any access beyond kills the process.
    """
    pages = -(-nbytes // _PAGE)
    memory = mmap.mmap(-1, (pages + 2) * _PAGE)
    whole = np.frombuffer(memory, np.uint8)
    for page in (whole[:_PAGE], whole[-_PAGE:]):
        protect(page)
    start = _PAGE if front else (pages + 1) * _PAGE - nbytes
    return whole[start : start + nbytes]


class Buffer:
    """A strided array in guarded memory that is just as large as its strides need.

    `array` is the view with the logical shape; what lies between its elements is in `memory`, too.
    """

    def __init__(
        self,
        shape: Sequence[int],
        strides: Sequence[int],
        dtype: Any,
        margin: tuple[int, int] = (0, 0),
        *,
        front: bool = False,
    ):
        """Strides in elements, not negative; `margin` elements belong to it before and behind."""
        size = np.dtype(dtype).itemsize
        last = sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
        count = 0 if 0 in shape else last + 1
        self.memory = guarded((margin[0] + count + margin[1]) * size, front=front)
        elements = np.ndarray((len(self.memory) // size,), dtype, self.memory.data)
        self.array = np.lib.stride_tricks.as_strided(
            elements[margin[0] :], tuple(shape), [stride * size for stride in strides]
        )
        self.address = self.memory.ctypes.data + margin[0] * size


def guarded_copy(values: NDArray[Any], *, front: bool = False) -> Buffer:
    """The same values, row-major, in guarded memory."""
    strides = np.cumprod([1, *values.shape[:0:-1]], dtype=int)[::-1].tolist()[: values.ndim]
    buffer = Buffer(values.shape, strides, values.dtype, front=front)
    buffer.array[...] = values
    return buffer


def noise(nbytes: int) -> NDArray[np.uint8]:
    """What a kernel's output holds before the call: random bytes, the same each time."""
    return np.random.default_rng(1).integers(0, 256, nbytes).astype(np.uint8)


def check_ranges(
    run: Callable[..., None],
    inputs: Sequence[int],
    ranges: Sequence[Range],
    y: Buffer,
    expected: Any,
) -> None:
    """Run over the ranges of a whole: the elements of y must become `expected`, no other byte of
    its memory may change, and no byte may be written by two of the ranges.

    `inputs` are addresses. A range's writes are told by the bytes that change, so each starts from
    the same `noise`.
    """
    before = noise(len(y.memory))
    after, written = before.copy(), np.zeros(len(before), bool)
    for begin, end in ranges:
        y.memory[:] = before
        run(*inputs, y.address, begin, end)
        changed = y.memory != before
        assert not (changed & written).any(), f"[{begin}, {end}) wrote outside of its part"
        written |= changed
        after[changed] = y.memory[changed]
    y.memory[:] = before
    y.array[...] = expected
    np.testing.assert_array_equal(after, y.memory)


def random_strides(rng: random.Random, shape: Sequence[int], order: Sequence[int]) -> list[int]:
    """Strides that lay the dimensions out in `order`, outermost first, some with gaps."""
    strides, step = [0] * len(shape), rng.choice([1, 1, 1, 1, 2, 3])
    for d in reversed(order):
        strides[d] = step
        step = step * max(shape[d], 1) + rng.choice([0, 0, 0, 1, 5])
    return strides


def split(rng: random.Random, size: int) -> list[Range]:
    """[0, size) in pieces, in any order, with empty ones among them."""
    cuts = sorted([0, 0, size, size, *(rng.randint(0, size) for _ in range(3))])
    pieces = list(itertools.pairwise(cuts))
    rng.shuffle(pieces)
    return pieces
