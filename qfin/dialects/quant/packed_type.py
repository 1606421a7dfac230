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
    Float16Type,
    Float32Type,
    IntegerType,
    NoneAttr,
    StringAttr,
    TensorType,
    f16,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.layout import BlockedAttr, DepthwiseAttr
from qfin.dialects.quant.packed_geometry import ConvGeometry

LINEAR = "linear"
LINEAR_FP16 = "linear_fp16"
CONV1D = "conv1d"
CONV2D = "conv2d"
CONV3D = "conv3d"
CONV_TRANSPOSE1D = "conv_transpose1d"
CONV_TRANSPOSE2D = "conv_transpose2d"
CONV_TRANSPOSE3D = "conv_transpose3d"

MAX_CENTRED_REDUCTION = 2**23 // 255
"""Products that one output may sum where weights have zero points: each is 255 * 255 at most, and
kernels hold the sum of the inputs alone in 24 bits."""

_TRANSPOSED = (CONV_TRANSPOSE1D, CONV_TRANSPOSE2D, CONV_TRANSPOSE3D)
_RANKS = {
    op: rank
    for ops in ((CONV1D, CONV2D, CONV3D), _TRANSPOSED)
    for rank, op in enumerate(ops, start=1)
}
_TAPS = {1: "K", 2: "KH, KW", 3: "KD, KH, KW"}


@irdl_attr_definition
class PackedType(ParametrizedAttribute, TypeAttribute):
    """The packed constants of one op.

        !quant.packed<linear, tensor<10x64xi8>, bias = f32>
        !quant.packed<conv2d, tensor<16x1x3x3xi8>, bias = i32, padding = [1, 1, 1, 1]>
        !quant.packed<conv1d, tensor<16x4x3xi8>, stride = [2]>
        !quant.packed<conv_transpose2d, tensor<4x16x3x3xi8>, stride = [2, 2],
                      output_padding = [1, 1]>
        !quant.packed<linear_fp16, tensor<10x64xf16>, bias = f32>

    The weight is [N, K] of a linear, [O, I/groups, taps...] of a convolution, and
    [I, O/groups, taps...] of a transposed one.
    `bias` is f32 (PyTorch's meaning), i32 (in units of the accumulator: ONNX's) or absent. All hold
    i8 weights, of u8 ones what is left without 128, but linear_fp16, whose weights are f16 and have
    the one scale 1, and no i32 bias.
    """

    name = "quant.packed"

    op: StringAttr
    weight: TensorType[IntegerType] | TensorType[Float16Type]
    bias: Attribute
    geometry: ConvGeometry | NoneAttr
    layout: Attribute

    def __init__(
        self,
        op: str | StringAttr,
        weight: TensorType[IntegerType] | TensorType[Float16Type],
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
    def is_transposed(self) -> bool:
        """Whether it packs for a transposed convolution."""
        return self.op.data in _TRANSPOSED

    @property
    def is_depthwise(self) -> bool:
        """Whether each output channel reads one input channel, its own."""
        return self.dense_shape[:2] == (self.groups, 1)

    @property
    def weight_axis(self) -> int:
        """The axis of the weight that counts the output channels (of one group, in a transposed
        convolution), along which its scales may lie."""
        return 1 if self.is_transposed else 0

    @property
    def dense_shape(self) -> tuple[int, ...]:
        """The shape of the weight with the output channels first: [O, I/groups, taps...]. That of
        a transposed convolution is the one of the equivalent convolution."""
        first, second, *taps = self.weight.get_shape()
        if self.is_transposed:
            return (second * self.groups, first // self.groups, *taps)
        return (first, second, *taps)

    @property
    def out_channels(self) -> int:
        return self.dense_shape[0]

    @property
    def reduction(self) -> int:
        """How many products one output sums, at most."""
        return prod(self.dense_shape[1:])

    def with_layout(self, layout: Attribute) -> PackedType:
        return PackedType(self.op, self.weight, self.bias, self.geometry, layout)

    @override
    def verify(self) -> None:
        shape = self.weight.get_shape()
        match self.op.data:
            case "linear" | "linear_fp16" as op:
                if len(shape) != 2 or isinstance(self.geometry, ConvGeometry):
                    raise VerifyException(
                        f"{op} packs a weight [N, K] and has no geometry, got {self.weight}"
                    )
            case op if op in _RANKS:
                self._verify_conv(op, _RANKS[op])
            case other:
                raise VerifyException(
                    f"'{other}' is not an op that packs weights"
                    f" ({', '.join([LINEAR, LINEAR_FP16, *_RANKS])} do)"
                )
        stored = f16 if self.op.data == LINEAR_FP16 else i8
        if self.weight.element_type != stored:
            raise VerifyException(
                f"packed weights are stored as {stored}, got {self.weight.element_type}"
            )
        if not self.weight.has_static_shape():
            raise VerifyException(f"packed weights have static shapes, got {self.weight}")
        if self.weight.encoding != NoneAttr():
            raise VerifyException("the layout of packed weights stands in 'layout = ...'")
        if 0 in shape[2:]:
            raise VerifyException(f"the window of a convolution is not empty, got {self.weight}")
        if shape[0] % self.groups:
            side = "input" if self.is_transposed else "output"
            raise VerifyException(
                f"{shape[0]} {side} channels do not divide into {self.groups} groups"
            )
        if self.bias not in (f32, i32, NoneAttr()):
            raise VerifyException(f"bias must be f32 or i32, got {self.bias}")
        if self.op.data == LINEAR_FP16 and self.bias == i32:
            raise VerifyException("bias of linear_fp16 must be f32")
        if isinstance(self.layout, DepthwiseAttr):
            if self.op.data != "conv2d" or not self.is_depthwise:
                raise VerifyException(
                    "only weights of a conv2d with as many groups as input and output channels lie"
                    f" as {self.layout}"
                )
        elif not isinstance(self.layout, BlockedAttr | NoneAttr):
            raise VerifyException(
                f"layout must say how weights lie (#layout.blocked), got {self.layout}"
            )

    def _verify_conv(self, op: str, rank: int) -> None:
        """What only convolutions of `rank` spatial dimensions have."""
        shape, geometry = self.weight.get_shape(), self.geometry
        if len(shape) != 2 + rank or not isinstance(geometry, ConvGeometry):
            channels = "I, O/groups" if self.is_transposed else "O, C/groups"
            raise VerifyException(
                f"{op} packs a weight [{channels}, {_TAPS[rank]}] and has a geometry,"
                f" got {self.weight}"
            )
        if geometry.rank != rank:
            raise VerifyException(
                f"the geometry of {op} has {rank} spatial dimensions, got {geometry.rank}"
            )
        if any(geometry.output_padding.get_values()) and not self.is_transposed:
            raise VerifyException(f"{op} has no output_padding")

    @classmethod
    @override
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        with parser.in_angle_brackets():
            op = parser.parse_identifier(" naming the op that the weights are packed for")
            parser.parse_punctuation(",")
            weight_start = parser.pos
            weight = parser.parse_type()
            if not isinstance(weight, TensorType) or not isinstance(
                weight.element_type, IntegerType | Float16Type
            ):
                parser.raise_error("expected the weight's type, a tensor of i8", weight_start)
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
                    case "stride" | "padding" | "dilation" | "output_padding" if op in _RANKS and (
                        key != "output_padding" or op in _TRANSPOSED
                    ):
                        windows[key] = parser.parse_comma_separated_list(
                            parser.Delimiter.SQUARE,
                            lambda: parser.parse_integer(allow_boolean=False),
                        )
                    case "groups" if op in _RANKS:
                        groups.append(parser.parse_integer(allow_boolean=False))
                    case _:
                        parser.raise_error(
                            f"'{key}' is not a parameter of packed {op} weights", key_start
                        )
        try:
            geometry = None
            if op in _RANKS:
                count = groups[0] if groups else 1
                geometry = ConvGeometry.get(**windows, groups=count, rank=_RANKS[op])
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
