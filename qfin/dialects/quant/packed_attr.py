"""`#quant.weights`: the content of a packed constant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from typing_extensions import override
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, NoneAttr, f16, f32, i8, i32
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException


@irdl_attr_definition
class PackedAttr(ParametrizedAttribute):
    """The content of a packed constant.

        #quant.weights<dense<[[1, -2], [3, 4]]> : tensor<2x2xi8>,
                       scales = dense<[0.5, 0.25]> : tensor<2xf32>,
                       bias = dense<[1.0, 0.0]> : tensor<2xf32>>

    `scales` has one value, or one for each output channel. Weight zero points are 0: a weight
    with others is not packed. Weights of f16 have the one scale 1. With a layout, `weight`
    is the flat array that it describes.
    """

    name = "quant.weights"

    weight: DenseIntOrFPElementsAttr
    scales: DenseIntOrFPElementsAttr
    bias: DenseIntOrFPElementsAttr | NoneAttr

    def __init__(
        self,
        weight: DenseIntOrFPElementsAttr,
        scales: DenseIntOrFPElementsAttr,
        bias: DenseIntOrFPElementsAttr | NoneAttr | None = None,
    ):
        super().__init__(weight, scales, bias or NoneAttr())

    @override
    def verify(self) -> None:
        if self.weight.get_element_type() not in (i8, f16):
            raise VerifyException(f"packed weights are stored as i8 or f16, got {self.weight.type}")
        if self.scales.get_element_type() != f32 or len(self.scales.get_shape()) != 1:
            raise VerifyException(f"scales must be f32 values in a row, got {self.scales.type}")
        scales = np.frombuffer(self.scales.data.data, "<f4")
        if bad := scales[~((scales > 0) & np.isfinite(scales))].tolist():
            raise VerifyException(f"scales must be positive and finite, got {bad[0]}")
        if self.weight.get_element_type() == f16 and scales.tolist() != [1.0]:
            raise VerifyException(f"the scale of f16 weights is 1, got {scales.tolist()}")
        if isinstance(self.bias, NoneAttr):
            return
        if self.bias.get_element_type() not in (f32, i32) or len(self.bias.get_shape()) != 1:
            raise VerifyException(f"bias must be f32 or i32 values in a row, got {self.bias.type}")

    @classmethod
    @override
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        with parser.in_angle_brackets():
            weight = _parse_dense(parser)
            parser.parse_punctuation(",")
            parser.parse_keyword("scales")
            parser.parse_punctuation("=")
            scales = _parse_dense(parser)
            bias = None
            if parser.parse_optional_punctuation(","):
                parser.parse_keyword("bias")
                parser.parse_punctuation("=")
                bias = _parse_dense(parser)
        try:
            return cls(weight, scales, bias).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    @override
    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_attribute(self.weight)
            printer.print_string(", scales = ")
            printer.print_attribute(self.scales)
            if self.bias != NoneAttr():
                printer.print_string(", bias = ")
                printer.print_attribute(self.bias)


def _parse_dense(parser: AttrParser) -> DenseIntOrFPElementsAttr:
    start = parser.pos
    attribute = parser.parse_attribute()
    if not isinstance(attribute, DenseIntOrFPElementsAttr):
        parser.raise_error("expected dense<...> : tensor<...>", start, parser.pos)
    return attribute
