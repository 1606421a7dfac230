"""Layouts that a function's own type asks for: a part of `assign-layout`.

A tensor that comes or goes with channels innermost says so in its type, from level 1 on. Inside,
layouts are chosen; so what comes is converted to row-major and what goes is converted from it, and
the conversions vanish as others do where the inside runs on channels innermost.
"""

from __future__ import annotations

from xdsl.dialects import func
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute, Block, OpResult, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.layout import ToNchwOp, ToNhwcOp, halo_of_type, is_nhwc, with_layout


def convert_at_the_edges(function: func.FuncOp) -> None:
    """Row-major types inside, conversions where the function's type asks for another layout.

    Before:

        func.func @f(%x: tensor<1x8x4x4x!q, #layout.nhwc>) -> tensor<1x8x4x4x!q, #layout.nhwc> {
          %y = nn.relu %x : tensor<1x8x4x4x!q, #layout.nhwc>
          return %y : tensor<1x8x4x4x!q, #layout.nhwc>

    After:

          %0 = layout.to_nchw %x : tensor<1x8x4x4x!q, #layout.nhwc> to tensor<1x8x4x4x!q>
          %y = nn.relu %0 : tensor<1x8x4x4x!q>
          %1 = layout.to_nhwc %y : tensor<1x8x4x4x!q> to tensor<1x8x4x4x!q, #layout.nhwc>
          return %1 : tensor<1x8x4x4x!q, #layout.nhwc>
    """
    for block in function.body.blocks:
        _inside(block)
    if not function.body.blocks:
        return
    for argument in function.body.blocks[0].args:
        if is_nhwc(argument.type) and argument.uses:
            conversion = ToNchwOp(argument)
            conversion.location = function.location
            argument.replace_all_uses_with(conversion.result)
            conversion.operands[0] = argument
            Rewriter.insert_op(conversion, InsertPoint.at_start(function.body.blocks[0]))
    for block in function.body.blocks:
        if isinstance(end := block.last_op, func.ReturnOp):
            _give(end, function)


def _inside(block: Block) -> None:
    """Row-major types, and no conversions."""
    for op in list(block.ops):
        if isinstance(op, ToNhwcOp | ToNchwOp):
            op.result.replace_all_uses_with(op.input)
            Rewriter.erase_op(op)
            continue
        for result in op.results:
            if is_nhwc(result.type):
                assert isinstance(result.type, TensorType)
                Rewriter.replace_value_with_new_type(result, with_layout(result.type))


def _give(end: func.ReturnOp, function: func.FuncOp) -> None:
    for index, type in enumerate(function.function_type.outputs):
        if not is_nhwc(type) or end.operands[index].type == type:
            continue
        assert isinstance(type, TensorType)
        conversion = ToNhwcOp(end.operands[index], type.encoding)
        conversion.location = end.location
        Rewriter.insert_op(conversion, InsertPoint.before(end))
        end.operands[index] = conversion.result


class CancelConversions(RewritePattern):
    """`to_nhwc(to_nchw x)` is x, with whatever halo is asked for.

    A halo that only x has is no hindrance, unless this is returned. One that is asked for becomes a
    part of the type of x, if x has none yet, is not an argument, is not returned, and the op that
    makes it can give it so; else a copy stays.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ToNhwcOp, rewriter: PatternRewriter, /) -> None:
        producer = op.input.owner
        if not isinstance(producer, ToNchwOp):
            return
        value = producer.input
        if halo_of_type(op.result.type) and value.type != op.result.type:
            if halo_of_type(value.type) or not isinstance(value, OpResult):
                return
            if _is_returned(value) or not _gives(value, op.result.type):
                return
            value = rewriter.replace_value_with_new_type(value, op.result.type)
        elif value.type != op.result.type and _is_returned(op.result):
            return
        rewriter.replace(op, [], [value])


def _is_returned(value: SSAValue) -> bool:
    """Whether its type is that of a result of the function."""
    return any(isinstance(use.operation, func.ReturnOp) for use in value.uses)


def _gives(value: OpResult, type: Attribute) -> bool:
    """Whether the op that makes `value` may make one of `type`: a relu gives what it takes."""
    op = value.op
    types = [result.type for result in op.results]
    types[value.index] = type
    other = op.create(
        operands=op.operands,
        result_types=types,
        properties=op.properties,
        attributes=op.attributes,
    )
    try:
        other.verify(verify_nested_ops=False)
    except VerifyException:
        return False
    finally:
        other.erase()
    return True
