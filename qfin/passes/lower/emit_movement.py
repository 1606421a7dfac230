"""How `plan-buffers` turns ops that repeat, pad and join values into copies between views.

None of this depends on the layout: strides of input and result say it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import f32, i8
from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.dialects.kernel.buffers import si8
from qfin.dialects.nn.extrema import AmaxOp, AminOp, ExtremumOp
from qfin.dialects.nn.joining import CatOp, StackOp
from qfin.dialects.nn.padding import PadOp
from qfin.dialects.nn.repetition import RepeatInterleaveOp, RepeatOp
from qfin.dialects.shapes_movement import axis, pad_sides
from qfin.dialects.uniform import UniformType
from qfin.interpreter.movement import fill_of, recode
from qfin.passes.lower.activations import shift_of, tensor_of, uniform_of
from qfin.passes.lower.buffers import NO_HALO, Buffer
from qfin.passes.lower.emit_unary import emit_lookup
from qfin.passes.lower.emit_views import copy, part

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def _tiled(buffer: Buffer, dims: Sequence[Sequence[tuple[int, int]]]) -> Buffer:
    """The same memory with each dimension as several, given as (size, step) in its own stride."""
    return replace(
        buffer,
        shape=tuple(size for several in dims for size, _ in several),
        strides=tuple(
            step * stride
            for several, stride in zip(dims, buffer.strides, strict=True)
            for _, step in several
        ),
        halo=NO_HALO,
        slack=0,
    )


def emit_repeat(planner: Planner, op: RepeatOp) -> None:
    """One copy, in which each dimension is two: the repetitions, where the source stands still."""
    source = planner.buffer(op.input, signed=True)
    result = planner.result(op.result, signed=True)
    repeats = op.repeats.get_values()
    new = len(repeats) - len(source.shape)
    wide = replace(source, shape=(*[1] * new, *source.shape), strides=(*[0] * new, *source.strides))
    sizes = list(zip(repeats, wide.shape, strict=True))
    copy(
        planner,
        _tiled(wide, [((count, 0), (size, 1)) for count, size in sizes]),
        _tiled(result, [((count, size), (size, 1)) for count, size in sizes]),
    )


def emit_repeat_interleave(planner: Planner, op: RepeatInterleaveOp) -> None:
    """One copy, in which the dimension is two: the repetitions are inside."""
    source = planner.buffer(op.input, signed=True)
    result = planner.result(op.result, signed=True)
    at, count = axis(op.dim.value.data, len(source.shape)), op.repeats.value.data

    def twice(step: int, inner: int) -> list[Sequence[tuple[int, int]]]:
        return [
            ((size, step), (count, inner)) if dim == at else ((size, 1),)
            for dim, size in enumerate(source.shape)
        ]

    copy(planner, _tiled(source, twice(1, 0)), _tiled(result, twice(count, 1)))


@dataclass(frozen=True)
class _Segment:
    """A range of one dimension of a padded result, and where its values come from."""

    start: int
    size: int
    source: int
    step: int = 1


def _middle(size: int, before: int, after: int) -> _Segment:
    return _Segment(max(0, before), size + min(0, before) + min(0, after), max(0, -before))


def _segments(mode: str, size: int, before: int, after: int) -> list[_Segment]:
    middle = _middle(size, before, after)
    if mode == "reflect":
        ends = _Segment(0, before, before, -1), _Segment(before + size, after, size - 2, -1)
    elif mode == "replicate":
        ends = _Segment(0, before, 0, 0), _Segment(before + size, after, size - 1, 0)
    else:
        return [middle]
    return [segment for segment in (middle, *ends) if segment.size]


def emit_pad(planner: Planner, op: PadOp) -> None:
    """A copy for each combination of what stands before, in and after the dimensions; a constant is
    filled in around the one in the middle."""
    source = planner.buffer(op.input, signed=True)
    result = planner.result(op.result, signed=True)
    sides = pad_sides(len(source.shape), op.pad.get_values())
    mode = op.mode.data
    lines = [_segments(mode, size, *side) for size, side in zip(source.shape, sides, strict=True)]
    for segments in product(*lines):
        shape = [segment.size for segment in segments]
        copy(
            planner,
            part(source, [s.source for s in segments], shape, [s.step for s in segments]),
            part(result, [s.start for s in segments], shape),
        )
    if mode != "constant":
        return
    for margin in _margins(result, [line[0] for line in lines]):
        _fill(planner, op, margin)


def _margins(result: Buffer, middle: Sequence[_Segment]) -> Iterator[Buffer]:
    """All of the buffer but its middle, in parts that do not overlap."""
    starts, shape = [0] * len(result.shape), list(result.shape)
    for dim, inside in enumerate(middle):
        end = inside.start + inside.size
        for start, size in ((0, inside.start), (end, result.shape[dim] - end)):
            if size:
                starts[dim], shape[dim] = start, size
                yield part(result, starts, shape)
        starts[dim], shape[dim] = inside.start, inside.size


def _fill(planner: Planner, op: PadOp, target: Buffer) -> None:
    element, value = tensor_of(op.input).element_type, fill_of(op)
    if target.element in (i8, si8):
        byte = (int(value) + shift_of(element)) % 256
        planner.emit(kernel.FillOp(planner.view(target), byte))
        return
    scalar = planner.constants.add(np.array(value, np.float32 if element == f32 else np.int32))
    copy(planner, replace(scalar, shape=target.shape, strides=(0,) * len(target.shape)), target)


def _places(result: Buffer, sizes: Sequence[int], dim: int) -> Iterator[Buffer]:
    """The parts of these sizes behind each other along a dimension."""
    starts, shape = [0] * len(result.shape), list(result.shape)
    for size in sizes:
        shape[dim] = size
        yield part(result, starts, shape)
        starts[dim] += size


def emit_cat(planner: Planner, op: CatOp) -> None:
    """Each operand is copied to its place."""
    result = planner.result(op.result, signed=True)
    sources = [planner.buffer(value, signed=True) for value in op.inputs]
    dim = axis(op.dim.value.data, len(result.shape))
    places = _places(result, [source.shape[dim] for source in sources], dim)
    for source, place in zip(sources, places, strict=True):
        copy(planner, source, place)


def emit_stack(planner: Planner, op: StackOp) -> None:
    """Each operand is copied to its place, which has one dimension more."""
    result = planner.result(op.result, signed=True)
    dim = axis(op.dim.value.data, len(result.shape))
    places = _places(result, [1] * len(op.inputs), dim)
    for value, place in zip(op.inputs, places, strict=True):
        source = planner.buffer(value, signed=True)
        strides = (*source.strides[:dim], 0, *source.strides[dim:])
        copy(planner, replace(source, shape=place.shape, strides=strides, halo=NO_HALO), place)


def emit_quant_cat(planner: Planner, op: quant.CatOp) -> None:
    """As `emit_cat`; through a table where an operand's numbers are not those of the result."""
    result, target = planner.result(op.result, signed=True), uniform_of(op.result)
    sources = [planner.buffer(value, signed=True) for value in op.inputs]
    dim = axis(op.dim.value.data, len(result.shape))
    places = _places(result, [source.shape[dim] for source in sources], dim)
    for value, source, place in zip(op.inputs, sources, places, strict=True):
        element = uniform_of(value)
        table = recode_table(element, target)
        if _keeps_range(table, element):
            copy(planner, source, place)
            continue
        emit_lookup(planner, source, table.view(np.int8), place)


def recode_table(source: UniformType, target: UniformType) -> NDArray[np.uint8]:
    """What each unsigned byte of one type is in the other, [256]."""
    stored = (np.arange(256) - shift_of(source)).astype(source.storage_dtype)
    return (recode(stored, source, target).astype(np.int64) + shift_of(target)).astype(np.uint8)


def _keeps_range(table: NDArray[np.uint8], source: UniformType) -> bool:
    """Whether the table changes no byte that stands for a value of the type."""
    low, high = (end + shift_of(source) for end in (source.storage_min, source.storage_max))
    return bool((table[low : high + 1] == np.arange(low, high + 1)).all())


def emit_extremum(planner: Planner, op: ExtremumOp) -> None:
    """The order of stored values is that of what they stand for."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    gone = op.dims()
    if not op.keepdim.value.data:
        kept = iter(result.strides)
        strides = tuple(0 if dim in gone else next(kept) for dim in range(len(source.shape)))
        shape = tuple(1 if dim in gone else size for dim, size in enumerate(source.shape))
        result = replace(result, shape=shape, strides=strides, halo=NO_HALO, slack=0)
    function = "max" if isinstance(op, AmaxOp) else "min"
    planner.emit(kernel.ExtremumOp(planner.view(source), planner.view(result), function))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    RepeatOp: emit_repeat,
    RepeatInterleaveOp: emit_repeat_interleave,
    PadOp: emit_pad,
    CatOp: emit_cat,
    StackOp: emit_stack,
    quant.CatOp: emit_quant_cat,
    AmaxOp: emit_extremum,
    AminOp: emit_extremum,
}
"""By the type of the op."""
