"""Canonicalization of ops that move values: those that move none go, two in a row become one."""

from __future__ import annotations

from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.nn.axes import FlipOp, PermuteOp, SqueezeOp, TransposeOp
from qfin.dialects.nn.identity import IdentityOp
from qfin.dialects.nn.indexing import SliceOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.nn.repetition import ExpandOp, RepeatOp
from qfin.dialects.nn.reshape import FlattenOp, ReshapeOp
from qfin.dialects.shapes import DYNAMIC
from qfin.dialects.shapes_movement import axes
from qfin.dialects.tensors import ints, shape_of


class SameShape(RewritePattern):
    """A reshape or flatten to the type that the value has.

    %y = nn.reshape %x : (tensor<2x8xf32>) -> tensor<2x8xf32>        // %y becomes %x
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp | FlattenOp, rewriter: PatternRewriter, /) -> None:
        if op.input.type == op.result.type:
            rewriter.replace(op, [], [op.input])


class ReshapeOfReshape(RewritePattern):
    """Only the last of several shapes counts.

    Before:

        %y = nn.flatten %x : (tensor<2x8xf32>) -> tensor<16xf32>
        %z = nn.reshape %y : (tensor<16xf32>) -> tensor<4x4xf32>

    After:

        %z = nn.reshape %x : (tensor<2x8xf32>) -> tensor<4x4xf32>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp, rewriter: PatternRewriter, /) -> None:
        before = op.input.owner
        if not isinstance(before, ReshapeOp | FlattenOp):
            return
        merged = ReshapeOp(before.input, op.result.type)
        merged.attributes |= op.attributes
        merged.location = op.location
        rewriter.replace(op, merged)


def order_of(op: TransposeOp | PermuteOp) -> tuple[int, ...]:
    """The `dims` of the permute that the op is."""
    rank = len(shape_of(op.input))
    if isinstance(op, PermuteOp):
        return axes(op.dims.get_values(), rank)
    order = list(range(rank))
    if rank:
        first, second = op.dim0.value.data, op.dim1.value.data
        order[first], order[second] = order[second], order[first]
    return tuple(order)


class MovesNothing(RewritePattern):
    """An op whose result is its input.

    %y = nn.permute %x {dims = array<i64: 0, 1>} : (...) -> tensor<2x8xf32>   // %y becomes %x
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if isinstance(op, MoveOp) and _moves_nothing(op):
            rewriter.replace(op, [], [op.input])


def _moves_nothing(op: MoveOp) -> bool:
    if len(op.results) != 1 or op.input.type != op.result.type:
        return False
    shape = shape_of(op.input)
    match op:
        case IdentityOp() | SqueezeOp():
            return True
        case TransposeOp() | PermuteOp():
            return order_of(op) == tuple(range(len(shape)))
        case FlipOp():
            return all(shape[dim] in (0, 1) for dim in axes(op.dims.get_values(), len(shape)))
        case SliceOp() | ExpandOp():  # of one size, if that is known
            return DYNAMIC not in shape
        case RepeatOp():
            return set(op.repeats.get_values()) <= {1}
        case _:
            return False


class PermuteOfPermute(RewritePattern):
    """Two orders in a row are one.

    Before:

        %y = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3x4xf32>) -> ...
        %z = nn.permute %y {dims = array<i64: 2, 0, 1>} : (tensor<3x2x4xf32>) -> ...

    After:

        %z = nn.permute %x {dims = array<i64: 2, 1, 0>} : (tensor<2x3x4xf32>) -> ...
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: TransposeOp | PermuteOp, rewriter: PatternRewriter, /) -> None:
        before = op.input.owner
        if not isinstance(before, TransposeOp | PermuteOp):
            return
        first = order_of(before)
        order = ints(*(first[dim] for dim in order_of(op)))
        merged = PermuteOp(before.input, [op.result.type], {"dims": order})
        merged.attributes |= op.attributes
        merged.location = op.location
        rewriter.replace(op, merged)


class DropIdentity(RewritePattern):
    """An op that does nothing where nothing is trained.

    %y = nn.dropout %x : (tensor<2x8xf32>) -> tensor<2x8xf32>   // %y becomes %x
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if isinstance(op, IdentityOp) and op.input.type == op.result.type:
            rewriter.replace(op, [], [op.input])
