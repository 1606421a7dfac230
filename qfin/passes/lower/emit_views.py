"""How `plan-buffers` turns ops into other strides on the memory of their input, or into one copy.

The views are those of the interpreter, on arrays that have the buffers' strides and no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from xdsl.dialects import func
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, nn, quant
from qfin.dialects.layout import ToNchwOp, ToNhwcOp, is_nhwc
from qfin.dialects.nn.joining import JoinOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.quant.binary import BinaryOp
from qfin.dialects.quant.unary import QuantUnaryOp
from qfin.interpreter.views import views
from qfin.passes.lower.buffers import NO_HALO, Buffer, element_bytes

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner

_READ_ANY_STRIDES = (
    MoveOp,
    JoinOp,
    QuantUnaryOp,
    BinaryOp,
    quant.MatmulOp,
    ToNhwcOp,
    ToNchwOp,
    nn.ReluOp,
    quant.CatOp,
    quant.QCastOp,
    quant.DCastOp,
    func.ReturnOp,
)
"""Ops that read their operands through strides alone, in any order and with any gaps."""


def views_of(op: MoveOp, source: Buffer) -> list[Buffer]:
    """The results of one of `nn.VIEW_OPS`, in the memory of its input."""
    # int8, so that strides and addresses count elements; nothing reads them.
    x = as_strided(np.zeros(1, np.int8), source.shape, source.strides)
    return [
        _normal(
            replace(
                source,
                shape=seen.shape,
                strides=seen.strides,
                offset=source.offset
                + (seen.ctypes.data - x.ctypes.data) * element_bytes(source.element),
                halo=NO_HALO,
                slack=0,
            )
        )
        for seen in views(op, x)
    ]


def _normal(buffer: Buffer) -> Buffer:
    """Row-major strides for what is row-major, whatever the strides of dimensions of size 1."""
    return buffer.reshaped(buffer.shape) if buffer.is_row_major else buffer


def part(
    buffer: Buffer,
    starts: Sequence[int],
    shape: Sequence[int],
    steps: Sequence[int] | None = None,
) -> Buffer:
    """The elements from `starts` on, each dimension in steps of any sign, or of 0."""
    first = sum(start * stride for start, stride in zip(starts, buffer.strides, strict=True))
    steps = steps or [1] * len(starts)
    return replace(
        buffer,
        shape=tuple(shape),
        strides=tuple(step * stride for step, stride in zip(steps, buffer.strides, strict=True)),
        offset=buffer.offset + first * element_bytes(buffer.element),
        halo=NO_HALO,
        slack=0,
    )


def copy(planner: Planner, source: Buffer, target: Buffer) -> None:
    """Copies between two views of one shape."""
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(target)))


def emit_view(planner: Planner, op: MoveOp) -> None:
    """No code where all that reads a result can read the view; else one copy."""
    source = planner.named(op.input)
    for result, seen in zip(op.results, views_of(op, source), strict=True):
        if _is_readable(result, seen):
            planner.buffers[result] = seen
        else:
            copy(planner, seen, planner.result(result, signed=True))


def _is_readable(result: SSAValue, seen: Buffer) -> bool:
    """Whether the users of `result` may read it there. What is row-major is as good as an argument;
    those that read channels innermost may want a halo and slack."""
    if seen.is_row_major and not is_nhwc(result.type):
        return True
    return all(isinstance(use.operation, _READ_ANY_STRIDES) for use in result.uses)


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = dict.fromkeys(
    nn.VIEW_OPS, emit_view
)
"""By the type of the op."""
