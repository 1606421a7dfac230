"""Layouts of ops that move and join values: a part of `assign-layout`.

Their native code goes by strides alone, so each operand and each result may have a layout of its
own, and a conversion next to such an op is part of the op.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute, Operation, OpResult, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import quant
from qfin.dialects.layout import NHWC, ToNchwOp, ToNhwcOp, with_layout
from qfin.dialects.nn.joining import JoinOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.tensors import shape_of
from qfin.passes.finalize.groups import defining

ANY_LAYOUT_MOVES = (MoveOp, JoinOp, quant.CatOp)


def _again(
    op: Operation, operands: Sequence[SSAValue], result_types: Sequence[Attribute]
) -> Operation:
    return type(op).create(
        operands=operands,
        result_types=result_types,
        properties=op.properties,
        attributes=op.attributes,
        location=op.location,
    )


class MoveFromNhwc(RewritePattern):
    """Reads channels innermost, and gives images so, too.

    Before:

        %0 = layout.to_nchw %x : tensor<1x8x4x4x!q, #layout.nhwc> to tensor<1x8x4x4x!q>
        %y = quant.cat %0, %z {dim = 1 : i64}
          : (tensor<1x8x4x4x!q>, tensor<1x1x4x4x!q>) -> tensor<1x9x4x4x!q>

    After:

        %0 = quant.cat %x, %z {dim = 1 : i64}
          : (tensor<1x8x4x4x!q, #layout.nhwc>, tensor<1x1x4x4x!q>)
          -> tensor<1x9x4x4x!q, #layout.nhwc>
        %y = layout.to_nchw %0 : tensor<1x9x4x4x!q, #layout.nhwc> to tensor<1x9x4x4x!q>
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, ANY_LAYOUT_MOVES):
            return
        producers = [defining(operand) for operand in op.operands]
        if not any(isinstance(producer, ToNchwOp) for producer in producers):
            return
        operands = [
            producer.input if isinstance(producer, ToNchwOp) else operand
            for producer, operand in zip(producers, op.operands, strict=True)
        ]
        rank = len(shape_of(op.operands[0]))
        types = [result.type for result in op.results]
        moved = _again(op, operands, [_innermost(type, rank) for type in types])
        results: list[SSAValue] = []
        added: list[Operation] = [moved]
        for value, type in zip(moved.results, types, strict=True):
            if value.type == type:
                results.append(value)
                continue
            added.append(conversion := ToNchwOp(value))
            results.append(conversion.result)
        rewriter.replace(op, added, results)


class MoveThenConvert(RewritePattern):
    """A conversion of a result that nothing else uses is done by the op that makes it.

    Before:

        %0 = nn.pad %x {...} : (tensor<1x3x8x8x!q>) -> tensor<1x3x10x10x!q>
        %y = layout.to_nhwc %0 : tensor<1x3x10x10x!q> to tensor<1x3x10x10x!q, #layout.nhwc>

    After:

        %y = nn.pad %x {...} : (tensor<1x3x8x8x!q>) -> tensor<1x3x10x10x!q, #layout.nhwc>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ToNhwcOp | ToNchwOp, rewriter: PatternRewriter, /) -> None:
        value = op.input
        if not isinstance(value, OpResult) or not value.has_one_use():
            return
        producer = value.owner
        if not isinstance(producer, ANY_LAYOUT_MOVES):
            return
        types = [result.type for result in producer.results]
        types[value.index] = op.result.type
        moved = _again(producer, producer.operands, types)
        result = moved.results[value.index]
        rewriter.replace(producer, moved)
        rewriter.replace(op, [], [result])


def _innermost(tensor: Attribute, rank: int) -> Attribute:
    """The type with channels innermost where its rank is that of the images."""
    assert isinstance(tensor, TensorType)
    return with_layout(tensor, NHWC) if tensor.get_num_dims() == rank else tensor
