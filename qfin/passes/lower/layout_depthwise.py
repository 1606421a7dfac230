"""How the weights of depthwise convolutions lie: a part of `assign-layout`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import BytesAttr, DenseIntOrFPElementsAttr, NoneAttr, TensorType, i8
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import quant
from qfin.dialects.layout import DepthwiseAttr
from qfin.dialects.quant.packed import PackedConstantOp
from qfin.dialects.quant.packed_type import PackedType
from qfin.dialects.tensors import shape_of
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.depthwise import pack_depthwise
from qfin.kernels.depthwise_spec import depthwise_layout
from qfin.target.isa import Isa


@dataclass(frozen=True)
class RepackDepthwise(RewritePattern):
    """Rearranges the weights of depthwise 2-D convolutions as their kernel reads them.

    Before:

        %p = quant.packed_constant ... : !quant.packed<conv2d, tensor<8x1x3x3xi8>, groups = 8>

    After, for a target with vectors of 64 bytes:

        %p = quant.packed_constant ...
          : !quant.packed<conv2d, tensor<8x1x3x3xi8>, groups = 8,
              layout = #layout.depthwise<lanes = 64, depth = 4, rows = 2, pixels = 8>>
    """

    isa: Isa

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: PackedConstantOp, rewriter: PatternRewriter, /) -> None:
        packed = op.result.type
        assert isinstance(packed, PackedType)
        layout = depthwise_layout_of(op, self.isa)
        if packed.layout != NoneAttr() or layout is None:
            return
        flat = pack_depthwise(dense_to_numpy(op.value.weight), layout)
        content = op.value.with_weight(_array(flat))
        rewriter.replace(op, PackedConstantOp(content, packed.with_layout(layout)))


def depthwise_layout_of(op: PackedConstantOp, isa: Isa) -> DepthwiseAttr | None:
    """The layout, if nothing but depthwise 2-D convolutions of static size read the weights."""
    packed = op.result.type
    assert isinstance(packed, PackedType)
    users = [use.operation for use in op.result.uses]
    if not users or not packed.is_depthwise:
        return None
    outputs: list[tuple[int, int]] = []
    for user in users:
        if not isinstance(user, quant.Conv2dOp):
            return None
        _, _, height, width = shape_of(user.result)
        outputs.append((height, width))
    conv = packed.conv
    (stride_h, stride_w), (dilation_h, dilation_w) = (
        axes.get_values() for axes in (conv.stride, conv.dilation)
    )
    smallest = min(height for height, _ in outputs), min(width for _, width in outputs)
    if min(smallest) < 1:
        return None
    return depthwise_layout(
        packed.out_channels, smallest, (stride_h, stride_w), (dilation_h, dilation_w), isa
    )


def _array(flat: NDArray[np.int8]) -> DenseIntOrFPElementsAttr:
    return DenseIntOrFPElementsAttr(TensorType(i8, [flat.size]), BytesAttr(flat.tobytes()))
