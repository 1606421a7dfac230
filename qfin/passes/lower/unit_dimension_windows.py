"""Poolings and interpolations of lines as those of images of height 1: a part of `assign-layout`,
so that nothing stands between them and 1-D convolutions."""

from __future__ import annotations

from xdsl.dialects.builtin import DenseArrayBase, TensorType, f64
from xdsl.ir import Attribute, Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from qfin.dialects import nn, quant
from qfin.dialects.tensors import ints
from qfin.dialects.uniform import UniformType

_WIDE: dict[type[Operation], type[Operation]] = {
    nn.MaxPool1dOp: nn.MaxPool2dOp,
    quant.AvgPool1dOp: quant.AvgPool2dOp,
    quant.AdaptiveAvgPool1dOp: quant.AdaptiveAvgPool2dOp,
    quant.UpsampleLinear1dOp: quant.UpsampleBilinear2dOp,
}

_PER_AXIS = {"kernel": (1,), "stride": (1,), "dilation": (1,), "padding": (0, 0)}
"""What the attributes say of the height."""


class WindowsWithUnitDimension(RewritePattern):
    """An op on windows of lines is one of images of height 1.

    Before:

        %y = quant.avg_pool1d %x {kernel = array<i64: 3>} : (tensor<1x3x9x!q>) -> tensor<1x3x7x!q>

    After:

        %0 = nn.reshape %x : (tensor<1x3x9x!q>) -> tensor<1x3x1x9x!q>
        %1 = quant.avg_pool2d %0 {kernel = array<i64: 1, 3>, ...}
          : (tensor<1x3x1x9x!q>) -> tensor<1x3x1x7x!q>
        %y = nn.reshape %1 : (tensor<1x3x1x7x!q>) -> tensor<1x3x7x!q>
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if (wide := _WIDE.get(type(op))) is None:
            return
        result = op.results[0].type
        assert isinstance(result, TensorType)
        element = result.element_type
        if not isinstance(element, UniformType) or not element.is_per_layer:
            return
        image = nn.ReshapeOp(op.operands[0], _image(op.operands[0].type))
        moved = wide.create(
            operands=[image.result],
            result_types=[_image(result)],
            properties={name: _widened(name, value) for name, value in op.properties.items()},
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, [image, moved, nn.ReshapeOp(moved.results[0], result)])


def _image(line: Attribute) -> TensorType[Attribute]:
    """[N, C, L] as [N, C, 1, L]."""
    assert isinstance(line, TensorType)
    batch, channels, length = line.get_shape()
    return TensorType(line.element_type, [batch, channels, 1, length])


def _widened(name: str, value: Attribute) -> Attribute:
    """A property, with what it says of the height."""
    if not isinstance(value, DenseArrayBase):
        return value
    if name == "scales":
        return DenseArrayBase.from_list(f64, [1.0, *value.get_values()])
    return ints(*_PER_AXIS[name], *(int(n) for n in value.get_values()))
