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
                       zero_points = dense<[3, 0]> : tensor<2xi32>,
                       bias = dense<[1.0, 0.0]> : tensor<2xf32>>

    `scales` and `zero_points` have one value, or one for each output channel. Without zero points
    all are 0; they are from -128 to 127. Weights of f16 have the one scale 1 and no zero points.
    With a layout, `weight` is the flat array that it describes.
    """

    name = "quant.weights"

    weight: DenseIntOrFPElementsAttr
    scales: DenseIntOrFPElementsAttr
    zero_points: DenseIntOrFPElementsAttr | NoneAttr
    bias: DenseIntOrFPElementsAttr | NoneAttr

    def __init__(
        self,
        weight: DenseIntOrFPElementsAttr,
        scales: DenseIntOrFPElementsAttr,
        bias: DenseIntOrFPElementsAttr | NoneAttr | None = None,
        zero_points: DenseIntOrFPElementsAttr | NoneAttr | None = None,
    ):
        super().__init__(weight, scales, zero_points or NoneAttr(), bias or NoneAttr())

    def with_weight(self, weight: DenseIntOrFPElementsAttr) -> PackedAttr:
        """The same content, of which the weight lies in another order."""
        return PackedAttr(weight, self.scales, self.bias, self.zero_points)

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
        self._verify_zero_points()
        if isinstance(self.bias, NoneAttr):
            return
        if self.bias.get_element_type() not in (f32, i32) or len(self.bias.get_shape()) != 1:
            raise VerifyException(f"bias must be f32 or i32 values in a row, got {self.bias.type}")

    def _verify_zero_points(self) -> None:
        given = self.zero_points
        if isinstance(given, NoneAttr):
            return
        if self.weight.get_element_type() == f16:
            raise VerifyException("f16 weights have no zero points")
        if given.get_element_type() != i32 or len(given.get_shape()) != 1:
            raise VerifyException(f"zero points must be i32 values in a row, got {given.type}")
        values = np.frombuffer(given.data.data, "<i4")
        if bad := values[(values < -128) | (values > 127)].tolist():
            raise VerifyException(f"zero points of i8 weights are -128 to 127, got {bad[0]}")

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
            more: dict[str, DenseIntOrFPElementsAttr] = {}
            while parser.parse_optional_punctuation(","):
                key_start = parser.pos
                key = parser.parse_identifier()
                if key not in ("zero_points", "bias") or key in more:
                    parser.raise_error(f"'{key}' is not expected here", key_start, parser.pos)
                parser.parse_punctuation("=")
                more[key] = _parse_dense(parser)
        try:
            return cls(weight, scales, **more).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    @override
    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_attribute(self.weight)
            printer.print_string(", scales = ")
            printer.print_attribute(self.scales)
            if self.zero_points != NoneAttr():
                printer.print_string(", zero_points = ")
                printer.print_attribute(self.zero_points)
            if self.bias != NoneAttr():
                printer.print_string(", bias = ")
                printer.print_attribute(self.bias)


def _parse_dense(parser: AttrParser) -> DenseIntOrFPElementsAttr:
    start = parser.pos
    attribute = parser.parse_attribute()
    if not isinstance(attribute, DenseIntOrFPElementsAttr):
        parser.raise_error("expected dense<...> : tensor<...>", start, parser.pos)
    return attribute
