"""`!quant.packed`: the type of packed weights.

A packed value holds everything about an op's constant side: weights, their scales and zero
points, the bias. Its type names the op and the geometry it was packed for, not a CPU. Without a
`layout` the weights stand in their logical order, and such text is portable; `assign-layout`
turns packed constants into those of a target by adding one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from typing_extensions import override
from xdsl.dialects.builtin import (
    Float32Type,
    IntAttr,
    IntegerType,
    NoneAttr,
    StringAttr,
    TensorType,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition, param_def
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.layout import BlockedAttr
from qfin.dialects.tensors import NO_PADDING, ONES, Expected, Ints, ints, verify_window

LINEAR = "linear"
CONV2D = "conv2d"

WeightConstr = Expected(TensorType.constr(IntegerType), "the tensor type of a weight")


@irdl_attr_definition
class ConvGeometry(ParametrizedAttribute):
    """How a convolution walks its input: stride, padding, dilation, groups.

    `padding` is [before, after] for each spatial dimension in turn. As text it is a part of
    `!quant.packed`.
    """

    name = "quant.geometry"

    stride: Ints
    padding: Ints
    dilation: Ints
    groups: IntAttr

    @staticmethod
    def get(
        stride: Sequence[int] = ONES.get_values(),
        padding: Sequence[int] = NO_PADDING.get_values(),
        dilation: Sequence[int] = ONES.get_values(),
        groups: int = 1,
    ) -> ConvGeometry:
        """Raises VerifyException for wrong counts or signs."""
        return ConvGeometry(ints(*stride), ints(*padding), ints(*dilation), IntAttr(groups))

    def print_entries(self, printer: Printer) -> None:
        """`, stride = [1, 1], ...`, leaving out what has its usual value."""
        for key, value, usual in (
            ("stride", self.stride, ONES),
            ("padding", self.padding, NO_PADDING),
            ("dilation", self.dilation, ONES),
        ):
            if value != usual:
                printer.print_string(f", {key} = {list(value.get_values())}")
        if self.groups.data != 1:
            printer.print_string(f", groups = {self.groups.data}")

    @override
    def verify(self) -> None:
        verify_window(self.stride, self.padding, self.dilation)
        if self.groups.data < 1:
            raise VerifyException(f"groups must be >= 1, got {self.groups.data}")


@irdl_attr_definition
class PackedType(ParametrizedAttribute, TypeAttribute):
    """The packed constants of one op.

        !quant.packed<linear, tensor<10x64xi8>, bias = f32>
        !quant.packed<conv2d, tensor<16x1x3x3xi8>, bias = i32, padding = [1, 1, 1, 1]>

    `bias` is f32 (PyTorch's meaning), i32 (in units of the accumulator: ONNX's) or absent.
    """

    name = "quant.packed"

    op: StringAttr
    weight: TensorType[IntegerType] = param_def(WeightConstr)
    bias: Attribute
    geometry: ConvGeometry | NoneAttr
    layout: Attribute

    def __init__(
        self,
        op: str | StringAttr,
        weight: TensorType[IntegerType],
        bias: Attribute | None = None,
        geometry: ConvGeometry | NoneAttr | None = None,
        layout: Attribute | None = None,
    ):
        super().__init__(
            StringAttr(op) if isinstance(op, str) else op,
            weight,
            bias or NoneAttr(),
            geometry or NoneAttr(),
            layout or NoneAttr(),
        )

    @property
    def conv(self) -> ConvGeometry:
        """The geometry of a packed convolution."""
        assert isinstance(self.geometry, ConvGeometry)
        return self.geometry

    @property
    def bias_type(self) -> Float32Type | IntegerType | None:
        bias = self.bias
        return bias if isinstance(bias, Float32Type | IntegerType) else None

    @property
    def groups(self) -> int:
        return self.geometry.groups.data if isinstance(self.geometry, ConvGeometry) else 1

    @property
    def out_channels(self) -> int:
        return self.weight.get_shape()[0]

    @property
    def reduction(self) -> int:
        """How many products one output sums."""
        return prod(self.weight.get_shape()[1:])

    def with_layout(self, layout: Attribute) -> PackedType:
        return PackedType(self.op, self.weight, self.bias, self.geometry, layout)

    @override
    def verify(self) -> None:
        shape = self.weight.get_shape()
        match self.op.data:
            case "linear":
                if len(shape) != 2 or isinstance(self.geometry, ConvGeometry):
                    raise VerifyException(
                        f"linear packs a weight [N, K] and has no geometry, got {self.weight}"
                    )
            case "conv2d":
                if len(shape) != 4 or not isinstance(self.geometry, ConvGeometry):
                    raise VerifyException(
                        "conv2d packs a weight [O, C/groups, KH, KW] and has a geometry,"
                        f" got {self.weight}"
                    )
            case other:
                raise VerifyException(
                    f"'{other}' is not an op that packs weights ({LINEAR}, {CONV2D} do)"
                )
        if self.weight.element_type != i8:
            raise VerifyException(
                f"packed weights are stored as i8, got {self.weight.element_type}"
            )
        if not self.weight.has_static_shape():
            raise VerifyException(f"packed weights have static shapes, got {self.weight}")
        if self.weight.encoding != NoneAttr():
            raise VerifyException("the layout of packed weights stands in 'layout = ...'")
        if 0 in shape[2:]:
            raise VerifyException(f"the window of a convolution is not empty, got {self.weight}")
        if shape[0] % self.groups:
            raise VerifyException(
                f"{shape[0]} output channels do not divide into {self.groups} groups"
            )
        if self.bias not in (f32, i32, NoneAttr()):
            raise VerifyException(f"bias must be f32 or i32, got {self.bias}")
        if not isinstance(self.layout, BlockedAttr | NoneAttr):
            raise VerifyException(
                f"layout must say how weights lie (#layout.blocked), got {self.layout}"
            )

    @classmethod
    @override
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        with parser.in_angle_brackets():
            op = parser.parse_identifier(" naming the op that the weights are packed for")
            parser.parse_punctuation(",")
            weight_start = parser.pos
            weight = parser.parse_type()
            if not isinstance(weight, TensorType):
                parser.raise_error("expected the tensor type of the weight", weight_start)
            attributes: dict[str, Attribute] = {}
            windows: dict[str, list[int]] = {}
            groups: list[int] = []
            while parser.parse_optional_punctuation(","):
                key_start = parser.pos
                key = parser.parse_identifier()
                if key in attributes or key in windows or (key == "groups" and groups):
                    parser.raise_error(f"'{key}' is given twice", key_start, parser.pos)
                parser.parse_punctuation("=")
                match key:
                    case "bias":
                        attributes[key] = parser.parse_type()
                    case "layout":
                        attributes[key] = parser.parse_attribute()
                    case "stride" | "padding" | "dilation" if op != LINEAR:
                        windows[key] = parser.parse_comma_separated_list(
                            parser.Delimiter.SQUARE,
                            lambda: parser.parse_integer(allow_boolean=False),
                        )
                    case "groups" if op != LINEAR:
                        groups.append(parser.parse_integer(allow_boolean=False))
                    case _:
                        parser.raise_error(
                            f"'{key}' is not a parameter of packed {op} weights", key_start
                        )
        try:
            geometry = None
            if op != LINEAR:
                geometry = ConvGeometry.get(**windows, groups=groups[0] if groups else 1)
            return cls(op, weight, geometry=geometry, **attributes).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    @override
    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(f"{self.op.data}, ")
            printer.print_attribute(self.weight)
            if self.bias != NoneAttr():
                printer.print_string(", bias = ")
                printer.print_attribute(self.bias)
            if isinstance(self.geometry, ConvGeometry):
                self.geometry.print_entries(printer)
            if self.layout != NoneAttr():
                printer.print_string(", layout = ")
                printer.print_attribute(self.layout)
