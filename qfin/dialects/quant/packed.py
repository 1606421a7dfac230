"""Packed weights: the type, the constant, and the ops `quant.prepack`, `quant.unpack`.

A packed value holds everything about an op's constant side: weights, their scales and zero
points, the bias. Its type names the op and the geometry it was packed for, not a CPU. Without a
`layout` the weights stand in their logical order, and such text is portable; `assign-layout`
turns packed constants into those of a target by adding one.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
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
from xdsl.ir import Attribute, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import (
    IRDLOperation,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_result_def,
    param_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import AttrParser
from xdsl.pattern_rewriter import RewritePattern
from xdsl.printer import Printer
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import (
    AnyTensorConstr,
    Ints,
    QuantTensorConstr,
    ints,
    verify_window,
)
from qfin.dialects.uniform import UniformType

LINEAR = "linear"
CONV2D = "conv2d"


@irdl_attr_definition
class ConvGeometry(ParametrizedAttribute):
    """How a convolution walks its input: stride, padding, dilation, groups.

    `padding` is [before, after] for each spatial dimension in turn.
    """

    name = "quant.geometry"

    stride: Ints
    padding: Ints
    dilation: Ints
    groups: IntAttr

    @staticmethod
    def get(
        stride: Sequence[int],
        padding: Sequence[int],
        dilation: Sequence[int],
        groups: int,
    ) -> ConvGeometry:
        return ConvGeometry(ints(*stride), ints(*padding), ints(*dilation), IntAttr(groups))

    def print_entries(self, printer: Printer) -> None:
        """`, stride = [1, 1], ...`, leaving out what has its usual value."""
        for key, value, usual in (
            ("stride", self.stride, 1),
            ("padding", self.padding, 0),
            ("dilation", self.dilation, 1),
        ):
            if any(v != usual for v in value.get_values()):
                printer.print_string(f", {key} = {list(value.get_values())}")
        if self.groups.data != 1:
            printer.print_string(f", groups = {self.groups.data}")

    def verify(self) -> None:
        verify_window(self.stride, self.padding, self.dilation)
        if self.groups.data < 1:
            raise VerifyException("groups must be >= 1")


@irdl_attr_definition
class PackedType(ParametrizedAttribute, TypeAttribute):
    """The packed constants of one op.

        !quant.packed<linear, tensor<10x64xi8>, bias = f32>
        !quant.packed<conv2d, tensor<16x1x3x3xi8>, bias = i32, padding = [1, 1, 1, 1]>

    `bias` is f32 (PyTorch's meaning), i32 (in units of the accumulator: ONNX's) or absent.
    """

    name = "quant.packed"

    op: StringAttr
    weight: TensorType[IntegerType] = param_def(TensorType.constr(IntegerType))
    bias: Attribute
    geometry: Attribute
    layout: Attribute

    def __init__(
        self,
        op: str | StringAttr,
        weight: TensorType[IntegerType],
        bias: Attribute | None = None,
        geometry: Attribute | None = None,
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
        size = 1
        for dim in self.weight.get_shape()[1:]:
            size *= dim
        return size

    def with_layout(self, layout: Attribute) -> PackedType:
        return PackedType(self.op, self.weight, self.bias, self.geometry, layout)

    def verify(self) -> None:
        if self.weight.element_type != i8:
            raise VerifyException("packed weights are stored as i8")
        if self.bias not in (f32, i32, NoneAttr()):
            raise VerifyException("bias must be f32 or i32")
        rank = self.weight.get_num_dims()
        match self.op.data:
            case "linear":
                if rank != 2 or self.geometry != NoneAttr():
                    raise VerifyException("linear packs a weight [N, K] and has no geometry")
            case "conv2d":
                if rank != 4 or not isinstance(self.geometry, ConvGeometry):
                    raise VerifyException("conv2d packs a weight [O, C/groups, KH, KW]")
            case other:
                raise VerifyException(f"'{other}' is not an op that packs weights")
        if not self.weight.has_static_shape():
            raise VerifyException("packed weights have static shapes")

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            op = parser.parse_identifier(" naming the op that the weights are packed for")
            parser.parse_punctuation(",")
            weight = parser.parse_type()
            entries: dict[str, Attribute | list[int] | int] = {}
            while parser.parse_optional_punctuation(","):
                key = parser.parse_identifier()
                parser.parse_punctuation("=")
                if key in entries:
                    parser.raise_error(f"'{key}' is given twice")
                match key:
                    case "bias":
                        entries[key] = parser.parse_type()
                    case "layout":
                        entries[key] = parser.parse_attribute()
                    case "stride" | "padding" | "dilation" if op != LINEAR:
                        entries[key] = parser.parse_comma_separated_list(
                            parser.Delimiter.SQUARE, parser.parse_integer
                        )
                    case "groups" if op != LINEAR:
                        entries[key] = parser.parse_integer()
                    case _:
                        parser.raise_error(f"'{key}' is not a parameter of packed {op} weights")
        geometry = (
            NoneAttr()
            if op == LINEAR
            else ConvGeometry.get(
                entries.get("stride", [1, 1]),  # pyright: ignore[reportArgumentType]
                entries.get("padding", [0, 0, 0, 0]),  # pyright: ignore[reportArgumentType]
                entries.get("dilation", [1, 1]),  # pyright: ignore[reportArgumentType]
                entries.get("groups", 1),  # pyright: ignore[reportArgumentType]
            )
        )
        return [
            StringAttr(op),
            weight,
            entries.get("bias", NoneAttr()),  # pyright: ignore[reportReturnType]
            geometry,
            entries.get("layout", NoneAttr()),
        ]

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


@irdl_attr_definition
class PackedAttr(ParametrizedAttribute):
    """The content of a packed constant.

        #quant.weights<dense<...> : tensor<10x64xi8>, scales = dense<...> : tensor<10xf32>,
                       bias = dense<...> : tensor<10xf32>>

    `scales` has one value, or one for each output channel. Weight zero points are 0: a weight
    with others is not packed. With a layout, `weight` is the flat array that it describes.
    """

    name = "quant.weights"

    weight: DenseIntOrFPElementsAttr
    scales: DenseIntOrFPElementsAttr
    bias: Attribute

    def __init__(
        self,
        weight: DenseIntOrFPElementsAttr,
        scales: DenseIntOrFPElementsAttr,
        bias: DenseIntOrFPElementsAttr | NoneAttr | None = None,
    ):
        super().__init__(weight, scales, bias or NoneAttr())

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            weight = parser.parse_attribute()
            parser.parse_punctuation(",")
            parser.parse_keyword("scales")
            parser.parse_punctuation("=")
            scales = parser.parse_attribute()
            bias: Attribute = NoneAttr()
            if parser.parse_optional_punctuation(","):
                parser.parse_keyword("bias")
                parser.parse_punctuation("=")
                bias = parser.parse_attribute()
        return [weight, scales, bias]

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_attribute(self.weight)
            printer.print_string(", scales = ")
            printer.print_attribute(self.scales)
            if self.bias != NoneAttr():
                printer.print_string(", bias = ")
                printer.print_attribute(self.bias)


def verify_unpacked(
    packed: PackedType, weight: Attribute, bias: Attribute | None, what: str
) -> None:
    """Checks that a weight and a bias type are what `packed` holds. Raises VerifyException."""
    assert isinstance(weight, TensorType)
    element = weight.element_type
    if weight.get_shape() != packed.weight.get_shape():
        raise VerifyException(f"{what} shapes differ: {weight} and {packed.weight}")
    if not isinstance(element, UniformType) or element.storage != i8:
        raise VerifyException(f"{what} weight must be quantized to i8")
    if not (element.is_per_layer or (element.is_per_axis and element.axis == 0)):
        raise VerifyException(f"{what} weight must be quantized per layer or along axis 0")
    if element.zero_points.any():
        raise VerifyException(f"{what} weight must have zero points of 0")
    if (bias is None) != (packed.bias == NoneAttr()):
        raise VerifyException(f"{what} bias must be there if and only if the packed type has one")
    if bias is None:
        return
    assert isinstance(bias, TensorType)
    if bias.get_shape() != (packed.out_channels,):
        raise VerifyException(f"{what} bias must have shape [{packed.out_channels}]")
    stored = (
        bias.element_type.storage
        if isinstance(bias.element_type, UniformType)
        else bias.element_type
    )
    if stored != packed.bias:
        raise VerifyException(
            f"{what} bias is {bias.element_type}, the packed type says {packed.bias}"
        )


@irdl_op_definition
class PrepackOp(IRDLOperation):
    """Packs a quantized weight and a bias for the op that the result type names.

    %p = quant.prepack %w, %b : (tensor<10x64x!qw>, tensor<10xf32>)
      -> !quant.packed<linear, tensor<10x64xi8>, bias = f32>
    """

    name = "quant.prepack"

    weight = operand_def(QuantTensorConstr)
    bias = opt_operand_def(AnyTensorConstr)
    result = result_def(PackedType)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, weight: SSAValue, bias: SSAValue | None, result_type: PackedType):
        super().__init__(operands=[weight, bias], result_types=[result_type])

    def verify_(self) -> None:
        verify_unpacked(
            self.result.type, self.weight.type, self.bias.type if self.bias else None, "operand"
        )
        if self.result.type.layout != NoneAttr():
            raise VerifyException("prepack makes a packed value without a layout")


class UnpackCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.quant.packed_patterns import UnpackOfPrepack

        return (UnpackOfPrepack(),)


@irdl_op_definition
class UnpackOp(IRDLOperation):
    """The weight and the bias of a packed value; `unpack(prepack(w, b))` is `(w, b)`.

    %w, %b = quant.unpack %p : (!quant.packed<linear, tensor<10x64xi8>, bias = f32>)
      -> (tensor<10x64x!qw>, tensor<10xf32>)
    """

    name = "quant.unpack"

    packed = operand_def(PackedType)
    weight = result_def(QuantTensorConstr)
    bias = opt_result_def(AnyTensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure(), UnpackCanonicalization())

    def __init__(self, packed: SSAValue, weight_type: Attribute, bias_type: Attribute | None):
        super().__init__(operands=[packed], result_types=[weight_type, bias_type])

    def verify_(self) -> None:
        assert isinstance(self.packed.type, PackedType)
        verify_unpacked(
            self.packed.type, self.weight.type, self.bias.type if self.bias else None, "result"
        )


@irdl_op_definition
class PackedConstantOp(IRDLOperation):
    """A packed value known at compile time.

    %p = quant.packed_constant #quant.weights<dense<1> : tensor<10x64xi8>,
      scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<10x64xi8>>
    """

    name = "quant.packed_constant"

    value = prop_def(PackedAttr)
    result = result_def(PackedType)

    assembly_format = "$value attr-dict `:` type($result)"
    traits = traits_def(Pure())

    def __init__(self, value: PackedAttr, result_type: PackedType):
        super().__init__(properties={"value": value}, result_types=[result_type])

    def verify_(self) -> None:
        packed = self.result.type
        value = self.value
        if packed.layout == NoneAttr() and value.weight.type != packed.weight:
            raise VerifyException(f"weight is {value.weight.type}, the type says {packed.weight}")
        if value.scales.get_element_type() != f32 or value.scales.get_shape() not in (
            (1,),
            (packed.out_channels,),
        ):
            raise VerifyException("scales must be f32, one or one for each output channel")
        bias = value.bias
        if isinstance(bias, DenseIntOrFPElementsAttr):
            if bias.get_element_type() != packed.bias or bias.get_shape() != (packed.out_channels,):
                raise VerifyException("bias does not agree with the packed type")
        elif packed.bias != NoneAttr():
            raise VerifyException("the packed type has a bias, the value has none")
