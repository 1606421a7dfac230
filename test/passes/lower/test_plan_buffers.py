"""Plans of random modules: every access stays in its memory, and outputs lie apart from inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType, ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation, SSAValue

import qfin
from qfin.dialects import kernel
from qfin.passes.lower.buffers import ALIGNMENT, SLACK, element_bytes
from qfin.passes.lower.kernel_calls import shape_and_strides
from qfin.pipeline import to_level


@pytest.fixture(params=range(40))
def planned(request: pytest.FixtureRequest, random_text: Callable[[int], str]) -> ModuleOp:
    """The plan of a random module."""
    module = to_level(qfin.parse(random_text(request.param)), "buffers", "avx2")
    module.verify()
    return module


Span = tuple[SSAValue, int, int]
"""A base, the first byte and the first byte behind."""


def span(value: SSAValue, halo: Sequence[int] = ()) -> Span:
    """The bytes of a buffer from its first element to its last, with `halo` around images."""
    view = value.owner
    assert isinstance(view, kernel.ViewOp)
    shape, strides = shape_and_strides(value)
    begin = view.offset.value.data
    if 0 in shape:
        return view.base, begin, begin
    assert isinstance(value.type, MemRefType)
    size = element_bytes(value.type.element_type)
    end = begin + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) * size + size
    if any(halo):
        begin -= sum(n * s for n, s in zip(halo[::2], strides[2:], strict=True))
        end += sum(n * s for n, s in zip(halo[1::2], strides[2:], strict=True))
    return view.base, begin, end


def sizes(module: ModuleOp) -> dict[SSAValue, int]:
    """Bytes of each of the function's arguments."""
    (program,) = (op for op in module.ops if isinstance(op, kernel.ProgramOp))
    (function,) = (op for op in module.ops if isinstance(op, FuncOp))
    *outside, arena, constants = function.args
    assert program.constants is not None
    result: dict[SSAValue, int] = {
        arena: program.arena.value.data + SLACK,  # what a program allocates
        constants: len(program.constants.data.data),
    }
    for argument in outside:
        assert isinstance(argument.type, MemRefType)
        count = 1
        for extent in argument.type.get_shape():
            assert extent != DYNAMIC_INDEX
            count *= extent
        result[argument] = count * element_bytes(argument.type.element_type)
    return result


def test_views_stay_inside(planned: ModuleOp) -> None:
    """With the halo around images and the slack behind them."""
    memory = sizes(planned)
    for op in planned.walk():
        if isinstance(op, kernel.ViewOp):
            base, begin, end = span(op.result, op.halo.get_values())
            assert begin >= 0
            assert end + op.slack.value.data <= memory[base], str(op)


def operands(op: kernel.KernelOp) -> tuple[list[SSAValue], SSAValue]:
    *inputs, output = op.operands
    return inputs, output


def overlap(a: Span, b: Span) -> bool:
    return a[0] is b[0] and a[1] < b[2] and b[1] < a[2]


def test_outputs_lie_apart(planned: ModuleOp) -> None:
    """Kernels may do an element twice, so they must not write what they read."""
    for op in planned.walk():
        if isinstance(op, kernel.KernelOp):
            inputs, output = operands(op)
            assert not any(overlap(span(value), span(output)) for value in inputs), str(op)


def test_halos_are_filled_before_they_are_read(planned: ModuleOp) -> None:
    """A buffer with a halo gets its zero point in the same step as its elements."""
    (function,) = (op for op in planned.ops if isinstance(op, FuncOp))
    filled: SSAValue | None = None
    for op in function.body.block.ops:
        if isinstance(op, kernel.FillHaloOp):
            view = op.output.owner
            assert isinstance(view, kernel.ViewOp)
            assert view.halo == op.halo
            filled = op.output
        elif isinstance(op, kernel.KernelOp):
            output = op.operands[-1]
            assert (filled is output) == has_halo(output.owner)
            filled = None


def has_halo(op: object) -> bool:
    assert isinstance(op, Operation)
    return isinstance(op, kernel.ViewOp) and any(op.halo.get_values())


def test_arenas_and_constants_are_aligned(planned: ModuleOp) -> None:
    """Every constant starts at a cache line."""
    (program,) = (op for op in planned.ops if isinstance(op, kernel.ProgramOp))
    assert program.arena.value.data % ALIGNMENT == 0
    (function,) = (op for op in planned.ops if isinstance(op, FuncOp))
    constants = function.args[-1]
    views = [op for op in planned.walk() if isinstance(op, kernel.ViewOp)]
    offsets = [view.offset.value.data for view in views if view.base is constants]
    assert not any(offset % ALIGNMENT for offset in offsets)
