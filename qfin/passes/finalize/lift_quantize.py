"""Quantizes move up over ops that move values, to the op that computes them, which can then fuse.

The counterpart of rows whose `Fusion.carries` holds: those bring the dequantize of an input down.
"""

from __future__ import annotations

from typing import TypeAlias

from typing_extensions import override
from xdsl.dialects.builtin import TensorType, f32
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import nn
from qfin.dialects.nn.axes import FlipOp, PermuteOp, SqueezeOp, TransposeOp, UnsqueezeOp
from qfin.dialects.nn.indexing import SelectOp, SliceOp
from qfin.dialects.nn.repetition import ExpandOp, RepeatInterleaveOp, RepeatOp
from qfin.dialects.quant.casts import QCastOp
from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.groups import (
    Refused,
    defining,
    element_type,
    only_use,
    require_activation,
)
from qfin.passes.finalize.table import STATIC

_AXES: TypeAlias = TransposeOp | PermuteOp | SqueezeOp | UnsqueezeOp | FlipOp
_PARTS: TypeAlias = SliceOp | SelectOp | ExpandOp | RepeatOp | RepeatInterleaveOp
Move: TypeAlias = nn.ReshapeOp | nn.FlattenOp | _AXES | _PARTS
"""Each element of the one result is one of the input: quantized before or behind, it is the same.
Not `nn.pad`, whose value may be none that a stored number stands for."""


class LiftQuantize(RewritePattern):
    """Puts a quantize before the op that moved what it quantizes. Changes no bit.

    Before:

        %y = nn.softmax %x {dim = 1 : i64} : tensor<1x4x2xf32>
        %r = nn.flatten %y {start_dim = 1 : i64} : (tensor<1x4x2xf32>) -> tensor<1x8xf32>
        %q = quant.qcast %r : tensor<1x8xf32> to tensor<1x8x!qy>

    After:

        %y = nn.softmax %x {dim = 1 : i64} : tensor<1x4x2xf32>
        %p = quant.qcast %y : tensor<1x4x2xf32> to tensor<1x4x2x!qy>
        %q = nn.flatten %p {start_dim = 1 : i64} : (tensor<1x4x2x!qy>) -> tensor<1x8x!qy>

    Only where an op is before it that fuses with a quantize, and nothing else uses the values.
    Values that a dequantize comes down to through `carry` stay, so that no two patterns compete.
    """

    @override
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QCastOp, rewriter: PatternRewriter) -> None:
        move = defining(op.input)
        if not isinstance(move, Move) or not _may_lift(op, move):
            return
        source, target = move.operands[0].type, op.result.type
        assert isinstance(source, TensorType)
        assert isinstance(target, TensorType)
        quantize = QCastOp(
            move.operands[0],
            TensorType(target.element_type, source.get_shape(), source.encoding),
        )
        quantize.location = op.location
        moved = type(move).create(
            operands=[quantize.result],
            result_types=[target],
            properties=move.properties,
            attributes=move.attributes,
            location=move.location,
        )
        rewriter.replace(op, [quantize, moved], [moved.results[0]])
        rewriter.erase(move)


def _may_lift(op: QCastOp, move: Move) -> bool:
    element = element_type(op.result)
    if not isinstance(element, UniformType) or element_type(op.input) != f32:
        return False
    try:
        require_activation(element, "output")
        only_use(move.results[0], move.name)
        only_use(move.operands[0], "input")
    except Refused:
        return False
    return _is_computed(move.operands[0])


def _is_computed(value: SSAValue) -> bool:
    """Whether an op that fuses with a quantize gives `value`, through moves and relus."""
    source: Operation | None = defining(value)
    while isinstance(source, Move | nn.ReluOp):
        source = defining(source.operands[0])
    row = None if source is None else STATIC.row_of(source)
    return row is not None and not row.carries
