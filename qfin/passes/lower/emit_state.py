"""Emitters of loads and stores of mutable globals; see `qfin.passes.lower.state`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.dialects.ml_program import GlobalLoadOp, GlobalStoreOp
from qfin.passes.lower.activations import shift_of, tensor_of

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def _load(planner: Planner, op: GlobalLoadOp) -> None:
    """The memory itself, where nothing is stored to it as long as the value is read; else a copy,
    also to make signed values unsigned."""
    place = planner.variable(op.symbol.string_value())
    flip = bool(shift_of(tensor_of(op.result).element_type))
    if not flip and not _stored_while_read(planner, op):
        planner.buffers[op.result] = place
        return
    result = planner.result(op.result)
    planner.emit(kernel.CopyOp(planner.view(place), planner.view(result), flip_sign=flip))


def _stored_while_read(planner: Planner, op: GlobalLoadOp) -> bool:
    first, last = planner.steps[op], planner.last_uses[op.result]
    return any(
        isinstance(other, GlobalStoreOp) and other.symbol == op.symbol and first < step <= last
        for other, step in planner.steps.items()
    )


def _store(planner: Planner, op: GlobalStoreOp) -> None:
    place = planner.variable(op.symbol.string_value())
    source = planner.buffer(op.value)
    flip = bool(shift_of(tensor_of(op.value).element_type))
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(place), flip_sign=flip))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    GlobalLoadOp: _load,
    GlobalStoreOp: _store,
}
