"""What ops mean that only look at their input with other strides: basic indexing of numpy.

Native code uses the same functions, on strides without memory: see `qfin.passes.lower.emit_views`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.nn.axes import FlipOp, PermuteOp, SqueezeOp, TransposeOp, UnsqueezeOp
from qfin.dialects.nn.canonicalization import order_of
from qfin.dialects.nn.identity import ContiguousOp, DetachOp, DropoutOp
from qfin.dialects.nn.indexing import ChunkOp, SelectOp, SliceOp, SplitOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.nn.repetition import ExpandOp
from qfin.dialects.shapes_movement import axis, chunk_sizes, expand, select, slice_range

Array: TypeAlias = NDArray[Any]


def views(op: MoveOp, x: Array) -> tuple[Array, ...]:
    """The results of the op, each of which shares the memory of `x`. Raises VerifyException for
    parameters that do not fit the shape."""
    return _VIEWS[type(op)](op, x)


def along(x: Array, dim: int, index: slice | int) -> Array:
    """`x` with `index` at one dimension."""
    return x[(slice(None),) * (dim % x.ndim) + (index, ...)]


def _transpose(op: TransposeOp | PermuteOp, x: Array) -> tuple[Array, ...]:
    return (x.transpose(order_of(op)),)


def _squeeze(op: SqueezeOp, x: Array) -> tuple[Array, ...]:
    gone = tuple(dim for dim in op.dim.get_values() if x.shape[dim] == 1)
    return (x.squeeze(gone),)


def _unsqueeze(op: UnsqueezeOp, x: Array) -> tuple[Array, ...]:
    return (np.expand_dims(x, op.dim.value.data),)


def _flip(op: FlipOp, x: Array) -> tuple[Array, ...]:
    return (np.flip(x, op.dims.get_values()),)


def _slice(op: SliceOp, x: Array) -> tuple[Array, ...]:
    dim = op.dim.value.data
    start, end = slice_range(x.shape[dim], op.start.value.data, op.end.value.data)
    return (along(x, dim, slice(start, end, op.step.value.data)),)


def _select(op: SelectOp, x: Array) -> tuple[Array, ...]:
    dim, index = op.dim.value.data, op.index.value.data
    select(x.shape, dim, index)
    return (along(x, dim, index),)


def _split(op: SplitOp | ChunkOp, x: Array) -> tuple[Array, ...]:
    dim = axis(op.dim.value.data, x.ndim)
    if isinstance(op, SplitOp):
        sizes = op.split_sizes.get_values()
    else:
        sizes = chunk_sizes(x.shape[dim], op.chunks.value.data)
    if sum(sizes) != x.shape[dim]:
        raise VerifyException(f"split_sizes {list(sizes)} must add up to {x.shape[dim]}")
    ends = list(accumulate(sizes))
    return tuple(along(x, dim, slice(end - n, end)) for n, end in zip(sizes, ends, strict=True))


def _expand(op: ExpandOp, x: Array) -> tuple[Array, ...]:
    return (np.broadcast_to(x, expand(x.shape, op.size.get_values())),)


def _same(op: MoveOp, x: Array) -> tuple[Array, ...]:
    return (x,)


_VIEWS: dict[type[MoveOp], Callable[[Any, Array], tuple[Array, ...]]] = {
    TransposeOp: _transpose,
    PermuteOp: _transpose,
    SqueezeOp: _squeeze,
    UnsqueezeOp: _unsqueeze,
    FlipOp: _flip,
    SliceOp: _slice,
    SelectOp: _select,
    SplitOp: _split,
    ChunkOp: _split,
    ExpandOp: _expand,
    ContiguousOp: _same,
    DetachOp: _same,
    DropoutOp: _same,
}
