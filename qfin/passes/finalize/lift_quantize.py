"""Quantizes move up over ops that move, choose or clamp values, to the op that computes them, which
can then fuse.

The counterpart of rows whose `Fusion.carries` holds: those bring the dequantize of an input down.
No pattern here changes a bit. What a dequantize comes down to stays, so that no two compete.
"""

from __future__ import annotations

from types import UnionType
from typing import TypeAlias

import numpy as np
from typing_extensions import override
from xdsl.dialects.builtin import TensorType, f32
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint

from qfin.dialects import nn
from qfin.dialects.nn.axes import FlipOp, PermuteOp, SqueezeOp, TransposeOp, UnsqueezeOp
from qfin.dialects.nn.indexing import SelectOp, SliceOp
from qfin.dialects.nn.pooling import MaxPoolOp
from qfin.dialects.nn.repetition import ExpandOp, RepeatInterleaveOp, RepeatOp
from qfin.dialects.nn.upsample import UpsampleNearestOp
from qfin.dialects.quant.casts import DCastOp, QCastOp
from qfin.dialects.quant.packed import PrepackOp, UnpackOp
from qfin.dialects.uniform import UniformType
from qfin.interpreter.arrays import dense_to_numpy
from qfin.passes.finalize.groups import (
    Activation,
    Refused,
    constant_of,
    defining,
    element_type,
    only_use,
    require_activation,
)
from qfin.passes.finalize.rules.parameters import can_be_infinite
from qfin.passes.finalize.rules.pooling import require_filled_windows
from qfin.passes.finalize.table import STATIC
from qfin.passes.finalize.weights import Contraction

_AXES: TypeAlias = TransposeOp | PermuteOp | SqueezeOp | UnsqueezeOp | FlipOp
_PARTS: TypeAlias = SliceOp | SelectOp | ExpandOp | RepeatOp | RepeatInterleaveOp
Choice: TypeAlias = MaxPoolOp | nn.AmaxOp | nn.AminOp
"""Each element is the greatest or the least of some: quantizing is monotone, so that it is that of
the quantized ones, where there is no NaN."""

Move: TypeAlias = nn.ReshapeOp | nn.FlattenOp | UpsampleNearestOp | _AXES | _PARTS | Choice
"""Each element of the one result is one of the input: quantized before or behind, it is the same.
Not `nn.pad`, whose value may be none that a stored number stands for."""


class LiftQuantize(RewritePattern):
    """Puts a quantize before the op that moved what it quantizes.

    Before:

        %y = nn.softmax %x {dim = 1 : i64} : tensor<1x4x2xf32>
        %r = nn.flatten %y {start_dim = 1 : i64} : (tensor<1x4x2xf32>) -> tensor<1x8xf32>
        %q = quant.qcast %r : tensor<1x8xf32> to tensor<1x8x!qy>

    After:

        %y = nn.softmax %x {dim = 1 : i64} : tensor<1x4x2xf32>
        %p = quant.qcast %y : tensor<1x4x2xf32> to tensor<1x4x2x!qy>
        %q = nn.flatten %p {start_dim = 1 : i64} : (tensor<1x4x2x!qy>) -> tensor<1x8x!qy>

    Only where an op is before it that fuses with a quantize, and nothing else uses the values.
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
        moved = _on(move, quantize.result, target)
        rewriter.replace(op, [quantize, moved], [moved.results[0]])
        rewriter.erase(move)


class LiftActivation(RewritePattern):
    """Puts a relu or clamp before the op that moved what it clamps, where it fuses.

    Before:

        %y = nn.linear %x, %w : (...) -> tensor<2x8xf32>
        %r = nn.reshape %y : (tensor<2x8xf32>) -> tensor<2x2x4xf32>
        %a = nn.relu %r : tensor<2x2x4xf32>
        %q = quant.qcast %a : tensor<2x2x4xf32> to tensor<2x2x4x!qy>

    After:

        %y = nn.linear %x, %w : (...) -> tensor<2x8xf32>
        %a = nn.relu %y : tensor<2x8xf32>
        %r = nn.reshape %a : (tensor<2x8xf32>) -> tensor<2x2x4xf32>
        %q = quant.qcast %r : tensor<2x2x4xf32> to tensor<2x2x4x!qy>

    Only between an op that fuses with a quantize and a quantize, and as in `LiftQuantize`.
    """

    @override
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Activation, rewriter: PatternRewriter) -> None:
        move = defining(op.input)
        if not isinstance(move, Move) or not _may_lift(op, move):
            return
        activation = _on(op, move.operands[0], move.operands[0].type)
        moved = _on(move, activation.results[0], op.result.type)
        rewriter.replace(op, [activation, moved], [moved.results[0]])
        rewriter.erase(move)


class QuantizeClamped(RewritePattern):
    """Quantizes before a relu or clamp as well, where the op before it has no relus and clamps of
    its own.

    Before:

        %y = nn.sigmoid %x : tensor<2xf32>
        %r = nn.clamp %y {max = 0.5 : f64} : tensor<2xf32>
        %q = quant.qcast %r : tensor<2xf32> to tensor<2x!qy>

    After:

        %y = nn.sigmoid %x : tensor<2xf32>
        %p = quant.qcast %y : tensor<2xf32> to tensor<2x!qy>
        %f = quant.dcast %p : tensor<2x!qy> to tensor<2xf32>
        %r = nn.clamp %f {max = 0.5 : f64} : tensor<2xf32>
        %q = quant.qcast %r : tensor<2xf32> to tensor<2x!qy>

    Quantizing is monotone, and gives back the number that was dequantized. So a value within the
    bounds keeps its number, and one outside has that of the bound, before as after. NaN would pass
    the clamp, and then become the lowest number, which the clamp may raise: all inputs must be
    finite.
    """

    @override
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QCastOp, rewriter: PatternRewriter) -> None:
        clamp = defining(op.input)
        if not isinstance(clamp, Activation) or not _may_lift(op, clamp):
            return
        source = _computing(clamp.input, Activation)
        row = None if source is None else STATIC.row_of(source)
        if source is None or row is None or row.activations:
            return
        if not quantizes_before_clamp(source, op):
            return
        quantize = QCastOp(clamp.input, op.result.type)
        dequantize = DCastOp(quantize.result, clamp.input.type)
        quantize.location = dequantize.location = op.location
        rewriter.insert([quantize, dequantize], InsertPoint.before(clamp))
        clamp.operands = [dequantize.result]
        rewriter.handle_operation_modification(clamp)


LIFTS: tuple[RewritePattern, ...] = (LiftQuantize(), LiftActivation(), QuantizeClamped())


def _on(op: Operation, input: SSAValue, result: Attribute) -> Operation:
    """The op on another input."""
    return type(op).create(
        operands=[input],
        result_types=[result],
        properties=op.properties,
        attributes=op.attributes,
        location=op.location,
    )


def quantizes_before_clamp(source: Operation, quantize: QCastOp) -> bool:
    """Whether quantizing before the relus and clamps behind `source` as well changes no bit, as no
    number is infinite."""
    element = element_type(quantize.result)
    if not isinstance(element, UniformType) or not element.is_per_layer:
        return False
    return not can_be_infinite(element) and all(map(_is_finite, source.operands))


def _may_lift(op: QCastOp | Activation, over: Move | Activation) -> bool:
    """Whether `op` may change places with the op before it: it is, or stands before, a quantize
    for activations, an op that fuses with one is before it, and nothing else uses the values."""
    quantize = op if isinstance(op, QCastOp) else _quantize_of(op)
    if quantize is None or element_type(over.results[0]) != f32:
        return False
    try:
        element = element_type(quantize.result)
        if not isinstance(element, UniformType):
            return False
        require_activation(element, "output")
        only_use(over.results[0], over.name)
        only_use(over.operands[0], "input")
        if isinstance(over, MaxPoolOp):
            require_filled_windows(over)
    except Refused:
        return False
    source = _computing(over.operands[0], Move | Activation)
    if source is None or not isinstance(over, Choice):
        return source is not None
    return all(map(_is_finite, source.operands))


def _quantize_of(op: Move | Activation) -> QCastOp | None:
    """The quantize that takes the result, through moves and activations."""
    user = op.results[0].get_user_of_unique_use()
    if isinstance(user, Move | Activation):
        return _quantize_of(user)
    return user if isinstance(user, QCastOp) else None


def _computing(value: SSAValue, through: UnionType) -> Operation | None:
    """The first op of those that give `value` through others which fuses with a quantize."""
    found: Operation | None = None
    op = defining(value)
    while op is not None:
        row = STATIC.row_of(op)
        if row is not None and not row.carries:
            found = op
        op = defining(op.operands[0]) if isinstance(op, through) else None
    return found


def _is_finite(value: SSAValue) -> bool:
    """Whether a value has finite numbers: it is constant, quantized, dequantized or unpacked, or a
    contraction gives it, which fuses with what it is an operand of."""
    if (constant := constant_of(value)) is not None:
        return bool(np.isfinite(dense_to_numpy(constant)).all())
    if isinstance(element := element_type(value), UniformType):
        return not can_be_infinite(element)
    source = defining(value)
    if isinstance(source, UnpackOp):
        source = defining(source.packed)
    known = isinstance(source, DCastOp | PrepackOp | Contraction)
    return known and all(map(_is_finite, source.operands))
