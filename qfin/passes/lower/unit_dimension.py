"""1-D convolutions as 2-D ones of height 1: a part of `assign-layout`."""

from __future__ import annotations

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.ir import Attribute, Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import nn, quant
from qfin.dialects.quant.packed import PackedConstantOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp
from qfin.dialects.quant.packed_type import (
    CONV1D,
    CONV2D,
    CONV_TRANSPOSE1D,
    CONV_TRANSPOSE2D,
    PackedType,
)

_WIDE: dict[type[Operation], type[Operation]] = {
    quant.Conv1dOp: quant.Conv2dOp,
    quant.ConvTranspose1dOp: quant.ConvTranspose2dOp,
    quant.Conv1dDynamicOp: quant.Conv2dDynamicOp,
}
"""The 2-D op of each 1-D one."""

_WIDE_PACKED = {CONV1D: CONV2D, CONV_TRANSPOSE1D: CONV_TRANSPOSE2D}
"""What weights are packed for, likewise."""


class PackWithUnitDimension(RewritePattern):
    """Weights of a 1-D convolution are packed for the 2-D one.

    Before:

        %p = quant.packed_constant ... : !quant.packed<conv1d, tensor<16x3x5xi8>, stride = [2]>

    After:

        %p = quant.packed_constant ...
          : !quant.packed<conv2d, tensor<16x3x1x5xi8>, stride = [1, 2]>

    What `quant.prepack_dynamic` packs is reshaped first. Globals that hold packed weights have the
    2-D type from `lay_out_packed_globals`.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: PackedConstantOp | PrepackDynamicOp, rewriter: PatternRewriter, /
    ) -> None:
        packed = op.result.type
        assert isinstance(packed, PackedType)
        wide = with_unit_dimension(packed)
        if wide == packed:
            return
        if isinstance(op, PackedConstantOp):
            values = DenseIntOrFPElementsAttr(wide.weight, op.value.weight.data)
            rewriter.replace(op, PackedConstantOp(op.value.with_weight(values), wide))
            return
        weight = nn.ReshapeOp(op.weight, wide.weight)
        rewriter.replace(op, [weight, PrepackDynamicOp(weight.result, op.scale, op.bias, wide)])


class AddUnitDimension(RewritePattern):
    """A 1-D convolution, whose weights are packed so, is a 2-D one of images of height 1.

    Before:

        %y = quant.conv1d %x, %p : (tensor<1x3x9x!q>, ...) -> tensor<1x16x3x!q>

    After:

        %0 = nn.reshape %x : (tensor<1x3x9x!q>) -> tensor<1x3x1x9x!q>
        %1 = quant.conv2d %0, %p : (tensor<1x3x1x9x!q>, ...) -> tensor<1x16x1x3x!q>
        %y = nn.reshape %1 : (tensor<1x16x1x3x!q>) -> tensor<1x16x3x!q>

    A residual is reshaped likewise. A `quant.conv_transpose1d` becomes a `quant.conv_transpose2d`,
    a `quant.conv1d_dynamic` a `quant.conv2d_dynamic`.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        wide = _WIDE.get(type(op))
        if wide is None:
            return
        assert isinstance(op, quant.Conv1dOp | quant.ConvTranspose1dOp | quant.Conv1dDynamicOp)
        packed, result = op.packed.type, op.result.type
        assert isinstance(result, TensorType)
        assert isinstance(packed, PackedType)
        if packed.op.data in _WIDE_PACKED:
            return  # packed in another function
        first, _, *others = op.operands
        images = [nn.ReshapeOp(value, _image(value.type)) for value in (first, *others)]
        moved = wide.create(
            operands=[images[0].result, op.packed, *(image.result for image in images[1:])],
            result_types=[_image(result)],
            properties=op.properties,
            attributes=op.attributes,
        )
        rewriter.replace(op, [*images, moved, nn.ReshapeOp(moved.results[0], result)])


def with_unit_dimension(packed: PackedType) -> PackedType:
    """The type for the 2-D op; that of anything but a 1-D convolution stays. Weights that have a
    layout lie the same either way."""
    if packed.op.data not in _WIDE_PACKED:
        return packed
    geometry = packed.conv
    first, second, taps = packed.weight.get_shape()
    wide = quant.ConvGeometry.get(
        (1, *geometry.stride.get_values()),
        (0, 0, *geometry.padding.get_values()),
        (1, *geometry.dilation.get_values()),
        geometry.groups.data,
        (0, *geometry.output_padding.get_values()),
    )
    weight = TensorType(i8, [first, second, 1, taps])
    return PackedType(_WIDE_PACKED[packed.op.data], weight, packed.bias_type, wide, packed.layout)


def _image(line: Attribute) -> TensorType[Attribute]:
    """[N, C, L] as [N, C, 1, L]."""
    assert isinstance(line, TensorType)
    batch, channels, length = line.get_shape()
    return TensorType(line.element_type, [batch, channels, 1, length])
