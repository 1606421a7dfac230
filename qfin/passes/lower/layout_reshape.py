"""Reshapes that leave channels innermost: a part of `assign-layout`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import nn
from qfin.dialects.layout import ToNchwOp, ToNhwcOp, halo_of_type, is_nhwc
from qfin.dialects.tensors import shape_of
from qfin.passes.finalize.groups import defining
from qfin.passes.lower.buffers import NO_HALO, Buffer


class UnitDimensionOnNhwc(RewritePattern):
    """Lines as images of height 1, and back, lie in one memory with channels innermost.

    Before:

        %0 = layout.to_nchw %x : tensor<1x3x9x!q, #layout.nhwc> to tensor<1x3x9x!q>
        %1 = nn.reshape %0 : (tensor<1x3x9x!q>) -> tensor<1x3x1x9x!q>
        %y = layout.to_nhwc %1 : tensor<1x3x1x9x!q> to tensor<1x3x1x9x!q, #layout.nhwc>

    After:

        %y = nn.reshape %x
          : (tensor<1x3x9x!q, #layout.nhwc>) -> tensor<1x3x1x9x!q, #layout.nhwc>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ToNhwcOp, rewriter: PatternRewriter, /) -> None:
        reshape = defining(op.input)
        if not isinstance(reshape, nn.ReshapeOp) or halo_of_type(op.result.type):
            return
        producer = defining(reshape.input)
        if not isinstance(producer, ToNchwOp):
            return
        if _puts_in_or_leaves_out(reshape):
            type = op.result.type
            assert isinstance(type, TensorType)
            rewriter.replace(op, nn.ReshapeOp(producer.input, type))


def is_unit_dimension_on_nhwc(op: Operation) -> bool:
    """Whether an op is a reshape as `UnitDimensionOnNhwc` makes it."""
    return (
        isinstance(op, nn.ReshapeOp)
        and is_nhwc(op.input.type)
        and is_nhwc(op.result.type)
        and _puts_in_or_leaves_out(op)
    )


def _puts_in_or_leaves_out(op: nn.ReshapeOp) -> bool:
    line, image = sorted((shape_of(op.input), shape_of(op.result)), key=len)
    return len(line) == 3 and tuple(image) == (*line[:2], 1, line[2])


def as_images(buffer: Buffer, shape: Sequence[int]) -> Buffer:
    """The memory of lines [N, C, L] seen as images [N, C, 1, L], both with channels innermost, or
    the other way round; halos stay."""
    batch, channels, *_, length = buffer.strides
    strides, halo = (batch, channels, length), buffer.halo[2:]
    if len(shape) == 4:
        strides, halo = (batch, channels, batch, length), (0, 0, *buffer.halo)
    return replace(
        buffer,
        shape=tuple(shape),
        strides=strides,
        halo=halo if any(halo) else NO_HALO,
    )
