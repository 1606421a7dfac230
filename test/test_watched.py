"""The memory of the compiled tests shows accesses that go astray."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal

import numpy as np
import pytest

import qfin
from qfin.dialects.kernel import ViewOp
from qfin.dialects.tensors import i64_attr
from qfin.passes.lower.buffers import SLACK
from qfin.pipeline import to_level

from .compiled import GuardedProgram, run
from .kernels.test_harness import permissions
from .watched import GARBAGE, PAGESIZE, Pages, watched_planning

TEXT = """
!q = !quant.uniform<u8:f32, 0.5:3>
func.func @main(%x: tensor<3x37x!q>) -> tensor<3x37x!q> {
  %0 = nn.relu %x : tensor<3x37x!q>
  %1 = quant.silu %0 : (tensor<3x37x!q>) -> tensor<3x37x!q>
  func.return %1 : tensor<3x37x!q>
}
"""


def moved(by: int, *, front: bool, index: int = 0) -> GuardedProgram:
    """A program whose temporary (or with `index` 1 its table) lies elsewhere than is planned."""
    with watched_planning(front=front) as planned:
        module = to_level(qfin.parse(TEXT), "buffers")
    views = [op for op in module.walk() if isinstance(op, ViewOp) and op.offset.value.data]
    views[index].offset = i64_attr(views[index].offset.value.data + by)
    return GuardedProgram(planned.mark(to_level(module, "llvm")))


@pytest.mark.parametrize("front", [False, True])
def test_places(front: bool) -> None:
    pages = Pages(front)
    sizes = [0, 1, 64, 5000, PAGESIZE - SLACK]
    offsets = [pages.add(size) for size in sizes]
    assert Pages.of(pages.as_attribute()) == pages
    memory = pages.memory()
    start = memory.ctypes.data
    for offset, size in zip(offsets, sizes, strict=True):
        assert offset % 64 == 0
        begin, end = start + offset, start + offset + -(-(size + SLACK) // 64) * 64
        beyond = begin - 1 if front else end
        assert permissions(begin)[:2] == permissions(end - 1)[:2] == "rw"
        assert permissions(beyond)[:2] == "--"
        memory[offset : offset + size] = 1
    assert pages.stray(memory) == []
    for offset, size in zip(offsets, sizes, strict=True):
        memory[offset + size] = GARBAGE - 1
    assert pages.stray(memory) == [o + size for o, size in zip(offsets, sizes, strict=True)]
    constants = pages.memory(np.zeros(pages.size, np.uint8))
    assert permissions(constants.ctypes.data + offsets[0])[:2] == "r-"


def test_stray_writes_are_seen() -> None:
    x = np.arange(111, dtype=np.uint8).reshape(3, 37)
    run(moved(0, front=True), [x])
    for front, by in ((True, 1), (False, -1)):
        with pytest.raises(AssertionError, match="written: bytes"):
            run(moved(by, front=front), [x])


def test_stray_writes_are_seen_where_the_direct_call_refuses() -> None:
    """It has taken an arena by then, which stays as it was."""
    x = np.asfortranarray(np.arange(111, dtype=np.uint8).reshape(3, 37))
    run(moved(0, front=True), [x])
    with pytest.raises(AssertionError, match="written: bytes"):
        run(moved(1, front=True), [x])


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("index", [0, 1], ids=["temporary", "table"])
@pytest.mark.parametrize(("by", "front"), [(-1, True), (SLACK + 64, False)])
def test_what_goes_further_ends_the_process(by: int, front: bool, index: int) -> None:
    """Reads, too."""
    program = moved(by, front=front, index=index)
    if (child := os.fork()) == 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        faulthandler.disable()
        run(program, [np.full((3, 37), 255 if by > 0 else 0, np.uint8)])
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGSEGV
