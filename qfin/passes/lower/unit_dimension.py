"""1-D convolutions as 2-D ones of height 1: a part of `assign-layout`."""

from __future__ import annotations

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.ir import Attribute, Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from qfin.dialects import nn, quant
from qfin.dialects.quant.packed import PackedAttr, PackedConstantOp
from qfin.dialects.quant.packed_type import CONV2D, CONV_TRANSPOSE2D, PackedType
from qfin.passes.finalize.groups import defining


class AddUnitDimension(RewritePattern):
    """A 1-D convolution with constant weights is a 2-D one of images of height 1.

    Before:

        %p = quant.packed_constant ... : !quant.packed<conv1d, tensor<16x3x5xi8>, stride = [2]>
        %y = quant.conv1d %x, %p : (tensor<1x3x9x!q>, ...) -> tensor<1x16x3x!q>

    After:

        %p = quant.packed_constant ...
          : !quant.packed<conv2d, tensor<16x3x1x5xi8>, stride = [1, 2]>
        %0 = nn.reshape %x : (tensor<1x3x9x!q>) -> tensor<1x3x1x9x!q>
        %1 = quant.conv2d %0, %p : (tensor<1x3x1x9x!q>, ...) -> tensor<1x16x1x3x!q>
        %y = nn.reshape %1 : (tensor<1x16x1x3x!q>) -> tensor<1x16x3x!q>

    A `quant.conv_transpose1d` likewise becomes a `quant.conv_transpose2d`.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, quant.Conv1dOp | quant.ConvTranspose1dOp):
            return
        constant, result = defining(op.packed), op.result.type
        assert isinstance(result, TensorType)
        if not isinstance(constant, PackedConstantOp):
            return
        weights = _with_unit_dimension(constant)
        image = nn.ReshapeOp(op.input, _image(op.input.type))
        wide = quant.Conv2dOp if isinstance(op, quant.Conv1dOp) else quant.ConvTranspose2dOp
        moved = wide(image.result, weights.result, _image(result), op.activation)
        moved.attributes = op.attributes
        weights.location = constant.location
        rewriter.replace(op, [weights, image, moved, nn.ReshapeOp(moved.result, result)])


def _image(line: Attribute) -> TensorType[Attribute]:
    """[N, C, L] as [N, C, 1, L]."""
    assert isinstance(line, TensorType)
    batch, channels, length = line.get_shape()
    return TensorType(line.element_type, [batch, channels, 1, length])


def _with_unit_dimension(op: PackedConstantOp) -> PackedConstantOp:
    """The same weights, packed for the 2-D op."""
    packed, value = op.result.type, op.value
    geometry = packed.conv
    kind = CONV_TRANSPOSE2D if packed.is_transposed else CONV2D
    first, second, taps = packed.weight.get_shape()
    weight = TensorType(i8, [first, second, 1, taps])
    wide = quant.ConvGeometry.get(
        (1, *geometry.stride.get_values()),
        (0, 0, *geometry.padding.get_values()),
        (1, *geometry.dilation.get_values()),
        geometry.groups.data,
        (0, *geometry.output_padding.get_values()),
    )
    bias = value.bias if isinstance(value.bias, DenseIntOrFPElementsAttr) else None
    content = PackedAttr(DenseIntOrFPElementsAttr(weight, value.weight.data), value.scales, bias)
    return PackedConstantOp(content, PackedType(kind, weight, packed.bias_type, wide))
