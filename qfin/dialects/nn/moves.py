"""All ops that move, repeat, join or choose values, for those that treat them alike."""

from __future__ import annotations

from qfin.dialects.nn.axes import FlipOp, PermuteOp, SqueezeOp, TransposeOp, UnsqueezeOp
from qfin.dialects.nn.extrema import AmaxOp, AminOp
from qfin.dialects.nn.identity import ContiguousOp, DetachOp, DropoutOp
from qfin.dialects.nn.indexing import ChunkOp, SelectOp, SliceOp, SplitOp
from qfin.dialects.nn.joining import CatOp, JoinOp, StackOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.nn.padding import PadOp
from qfin.dialects.nn.repetition import ExpandOp, RepeatInterleaveOp, RepeatOp

VIEW_OPS: tuple[type[MoveOp], ...] = (
    TransposeOp,
    PermuteOp,
    SqueezeOp,
    UnsqueezeOp,
    FlipOp,
    SliceOp,
    SelectOp,
    SplitOp,
    ChunkOp,
    ExpandOp,
    ContiguousOp,
    DetachOp,
    DropoutOp,
)
"""Ops whose results are other strides on their input's memory."""

MOVE_OPS: tuple[type[MoveOp], ...] = (
    *VIEW_OPS,
    RepeatOp,
    RepeatInterleaveOp,
    PadOp,
    AmaxOp,
    AminOp,
)
JOIN_OPS: tuple[type[JoinOp], ...] = (CatOp, StackOp)
