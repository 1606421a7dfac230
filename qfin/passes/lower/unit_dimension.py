"""1-D convolutions as 2-D ones of height 1: a part of `assign-layout`."""

from __future__ import annotations

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.ir import Attribute, Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from qfin.dialects import nn, quant
from qfin.dialects.quant.packed import PackedConstantOp
from qfin.dialects.quant.packed_type import CONV2D, CONV_TRANSPOSE2D, PackedType
from qfin.passes.finalize.groups import defining

_WIDE: dict[type[Operation], type[Operation]] = {
    quant.Conv1dOp: quant.Conv2dOp,
    quant.ConvTranspose1dOp: quant.ConvTranspose2dOp,
    quant.Conv1dDynamicOp: quant.Conv2dDynamicOp,
}
"""The 2-D op of each 1-D one."""


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

    A residual is reshaped likewise. A `quant.conv_transpose1d` becomes a `quant.conv_transpose2d`,
    a `quant.conv1d_dynamic` a `quant.conv2d_dynamic`.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        wide = _WIDE.get(type(op))
        if wide is None:
            return
        assert isinstance(op, quant.Conv1dOp | quant.ConvTranspose1dOp | quant.Conv1dDynamicOp)
        constant, result = defining(op.packed), op.result.type
        assert isinstance(result, TensorType)
        if not isinstance(constant, PackedConstantOp):
            return
        weights = _with_unit_dimension(constant)
        first, _, *others = op.operands
        images = [nn.ReshapeOp(value, _image(value.type)) for value in (first, *others)]
        moved = wide.create(
            operands=[images[0].result, weights.result, *(image.result for image in images[1:])],
            result_types=[_image(result)],
            properties=op.properties,
            attributes=op.attributes,
        )
        weights.location = constant.location
        rewriter.replace(op, [weights, *images, moved, nn.ReshapeOp(moved.results[0], result)])


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
    content = value.with_weight(DenseIntOrFPElementsAttr(weight, value.weight.data))
    return PackedConstantOp(content, PackedType(kind, weight, packed.bias_type, wide))
