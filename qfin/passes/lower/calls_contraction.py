"""The function of `kernel.contraction`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from xdsl.ir import Operation

from qfin.dialects.kernel.contraction import BLOCK, ContractionOp
from qfin.kernels.contraction import ContractionSpec, build_contraction
from qfin.kernels.strided import Dim
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa

_ITEM = 4


_ONE = Dim(1, (0, 0, 0))

_NEAR = 1 << 19
"""Bytes that stay in a second-level cache while they are read again and again."""


def _reach(operand: int, dims: Sequence[Dim]) -> int:
    """Bytes from the first to the last element of one of two operands."""
    return sum((dim.size - 1) * abs(dim.strides[operand]) for dim in dims)


def _dims(sizes: Sequence[int], *strides: Sequence[int]) -> tuple[Dim, ...]:
    """The loops over dimensions with these strides, in elements, of several buffers; those that lie
    behind each other in all of them are one, and those of size 1 none."""
    dims: list[Dim] = []
    for size, *steps in zip(sizes, *strides, strict=True):
        if size == 1:
            continue
        steps = tuple(_ITEM * step for step in steps)
        outer = dims[-1] if dims else None
        if outer is not None and outer.strides == tuple(size * step for step in steps):
            dims[-1] = Dim(outer.size * size, steps)
        else:
            dims.append(Dim(size, steps))
    return tuple(dims)


def _contraction(op: ContractionOp, isa: Isa) -> Call:
    batch = op.batch.value.data
    rows = batch + op.rows.value.data
    lhs, a = shape_and_strides(op.lhs)
    rhs, b = shape_and_strides(op.rhs)
    shape, y = shape_and_strides(op.output)
    bias = (0,) * len(shape) if op.bias is None else shape_and_strides(op.bias)[1]
    blocked = op.blocked is not None
    depthwise = op.depthwise is not None
    inner = len(lhs) - depthwise
    sums = _dims(lhs[rows:inner], a[rows:inner], b[batch + blocked : len(rhs) - 1])
    loops = _dims(shape[batch:-1], a[batch:rows], bias[batch:-1], y[batch:-1])
    columns = _ITEM * (b[batch] if blocked else BLOCK)
    last = Dim(-(-shape[-1] // BLOCK), (0, columns))
    by_rows = Dim(1, (0, 0)) if not loops else Dim(loops[0].size, (loops[0].strides[0], 0))
    outside = _reach(0, (*sums, by_rows)) > _NEAR >= _reach(1, (*sums, last)) and not depthwise
    if outside and len(loops) == 1:
        loops = (*loops, _ONE)  # so that the rows are among the steps
    spec = ContractionSpec(
        batch=_dims(shape[:batch], a[:batch], b[:batch], bias[:batch], y[:batch]),
        rows=loops or (_ONE,),
        sums=sums or (Dim(1, (0, 0)),),
        columns=shape[-1],
        block=columns,
        padded=blocked,
        bias=None if op.bias is None else _ITEM * bias[-1],
        rows_outside=outside,
        depthwise=depthwise,
    )
    return Call(build_contraction, spec)


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {ContractionOp: _contraction}
"""By the type of the op."""
