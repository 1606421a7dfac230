"""Emitters of loads and stores of mutable globals; see `qfin.passes.lower.state`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.dialects.layout import BlockedAttr
from qfin.dialects.ml_program import GlobalLoadOp, GlobalStoreOp
from qfin.dialects.quant.packed_type import PackedType
from qfin.errors import UnsupportedError
from qfin.passes.lower.runtime_weights import Weights, weights_of

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def _load(planner: Planner, op: GlobalLoadOp) -> None:
    """The memory itself, where nothing is stored to it as long as the value is read; else a
    copy."""
    place, *rest = planner.variable(op.symbol.string_value())
    if isinstance(packed := op.result.type, PackedType):
        if _stored_while_read(planner, op):
            raise UnsupportedError("packed weights are stored while those before are read", op)
        assert isinstance(packed.layout, BlockedAttr)
        start, scales, *bias = rest
        lanes = packed.layout.lanes.data
        planner.packed[op.result] = Weights(lanes, place, start, scales, bias[0] if bias else None)
        return
    if not _stored_while_read(planner, op):
        planner.buffers[op.result] = place
        return
    result = planner.result(op.result, signed=True)
    planner.emit(kernel.CopyOp(planner.view(place), planner.view(result)))


def _stored_while_read(planner: Planner, op: GlobalLoadOp) -> bool:
    first, last = planner.steps[op], planner.last_uses[op.result]
    return any(
        isinstance(other, GlobalStoreOp) and other.symbol == op.symbol and first < step <= last
        for other, step in planner.steps.items()
    )


def _store(planner: Planner, op: GlobalStoreOp) -> None:
    place, *rest = planner.variable(op.symbol.string_value())
    if isinstance(op.value.type, PackedType):
        packed = weights_of(planner, op, op.value)
        if packed.zero_points is not None:
            raise UnsupportedError("only weights with zero points of 0 are stored", op)
        parts = [packed.weights, packed.start, packed.scales, packed.bias]
        for part, to in zip(filter(None, parts), (place, *rest), strict=True):
            source = planner.view(part.reshaped(to.shape))
            planner.emit(kernel.CopyOp(source, planner.view(to)))
        return
    source = planner.buffer(op.value, signed=True)
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(place)))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    GlobalLoadOp: _load,
    GlobalStoreOp: _store,
}
