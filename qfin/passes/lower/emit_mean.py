"""How `plan-buffers` turns means into average poolings: dimensions in another order, which are
strides, and one window in each of those that go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.families.reduction import Mean
from qfin.interpreter import windows
from qfin.passes.lower.activations import uniform_of
from qfin.passes.lower.buffers import NO_HALO
from qfin.passes.lower.emit_pooling import emit_average, emit_float_average

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_mean(planner: Planner, op: Mean) -> None:
    """The average, in any layout of the input."""
    (input,), (output,) = op.operands, op.results
    source, result = planner.buffer(input), planner.result(output)
    dims = op.dims()
    kept = [d for d in range(len(source.shape)) if d not in dims]
    # A pooling has windows in at least one dimension: of a scalar, in one that is added.
    sizes, strides = (
        [source.shape[d] for d in dims] or [1],
        [source.strides[d] for d in dims] or [1],
    )
    moved = replace(
        source,
        shape=(*(source.shape[d] for d in kept), *sizes),
        strides=(*(source.strides[d] for d in kept), *strides),
        halo=NO_HALO,
    )
    places = kept if op.keepdim.value.data else range(len(kept))
    averages = replace(
        result,
        shape=(*(result.shape[d] for d in places), *(1 for _ in sizes)),
        strides=(*(result.strides[d] for d in places), *(1 for _ in sizes)),
        halo=NO_HALO,
    )
    ranges = [windows.adaptive_ranges(size, 1) for size in sizes]
    if isinstance(op, nn.MeanOp):
        emit_float_average(planner, moved, averages, ranges, windows.areas(ranges))
        return
    types = uniform_of(input), uniform_of(output)
    emit_average(planner, moved, averages, ranges, windows.areas(ranges), *types)


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    quant.MeanOp: emit_mean,
    nn.MeanOp: emit_mean,
}
"""By the type of the op."""
