"""The `layout` dialect: how the values of a tensor lie in memory, and conversions between layouts.

A layout is the encoding of a tensor type; the shape stays logical (NCHW, NCDHW). A tensor without
one is row-major. `#layout.blocked` and `#layout.depthwise` say the same for packed weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TypeVar

from xdsl.dialects.builtin import ArrayAttr, IntAttr, NoneAttr, TensorType
from xdsl.ir import Attribute, Dialect, ParametrizedAttribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
)
from xdsl.parser import AttrParser
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.printer import Printer
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import AnyTensorConstr
from qfin.dialects.uniform.containers import verify_container

Element = TypeVar("Element", bound=Attribute)


@irdl_attr_definition
class NhwcAttr(ParametrizedAttribute):
    """Channels innermost: element (n, c, h, w) of [N, C, H, W] lies at ((n*H + h)*W + w)*C + c, and
    likewise with any number of spatial dimensions (NDHWC of [N, C, D, H, W]).

    What a function takes or gives may have a halo: so many rows and columns around each image,
    before and after in each spatial dimension, that hold the zero point. Inside a function halos
    are chosen by `plan-buffers`.

        #layout.nhwc
        #layout.nhwc<halo = [1, 1, 1, 1]>
    """

    name = "layout.nhwc"

    halo: ArrayAttr[IntAttr]

    def __init__(self, halo: Sequence[int] | ArrayAttr[IntAttr] = ()):
        if not isinstance(halo, ArrayAttr):
            halo = ArrayAttr([IntAttr(size) for size in halo] if any(halo) else [])
        super().__init__(halo)

    @property
    def halo_sizes(self) -> tuple[int, ...]:
        """Two sizes for each spatial dimension; empty without halo."""
        return tuple(size.data for size in self.halo)

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        if not parser.parse_optional_punctuation("<"):
            return cls().parameters
        start = parser.pos
        parser.parse_keyword("halo")
        parser.parse_punctuation("=")
        sizes = parser.parse_comma_separated_list(
            parser.Delimiter.SQUARE,
            lambda: parser.parse_integer(allow_boolean=False, allow_negative=False),
        )
        parser.parse_punctuation(">")
        if len(sizes) % 2:
            parser.raise_error(
                f"a halo has two sizes for each spatial dimension, got {sizes}", start, parser.pos
            )
        return cls(sizes).parameters

    def print_parameters(self, printer: Printer) -> None:
        if self.halo.data:
            printer.print_string(f"<halo = {list(self.halo_sizes)}>")


@irdl_attr_definition
class BlockedAttr(ParametrizedAttribute):
    """Weights for dot products of `depth` bytes into blocks of `lanes` output channels.

    A weight [O, I, taps...] of `groups` groups becomes the flat array
    [groups][ceil(O/groups / lanes)][taps][ceil(I / depth)][lanes][depth], zero where there is no
    channel; `taps` are KH * KW of a 2-D convolution. A linear weight [N, K] has one. Weights of a
    transposed convolution, [I, O, taps...], lie as those of the equivalent convolution of stride 1:
    for each group transposed to [O, I, taps...], and all taps in reverse order.

        #layout.blocked<lanes = 48, depth = 4>
    """

    name = "layout.blocked"

    lanes: IntAttr
    depth: IntAttr

    def __init__(self, lanes: int | IntAttr, depth: int | IntAttr):
        super().__init__(
            IntAttr(lanes) if isinstance(lanes, int) else lanes,
            IntAttr(depth) if isinstance(depth, int) else depth,
        )

    def size(self, shape: Sequence[int], groups: int = 1) -> int:
        """Elements of the flat array of a weight of logical `shape`."""
        out, inner, *taps = shape
        blocks = groups * -(-(out // groups) // self.lanes.data)
        steps = -(-inner // self.depth.data)
        return blocks * prod(taps) * steps * self.lanes.data * self.depth.data

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        with parser.in_angle_brackets():
            parser.parse_keyword("lanes")
            parser.parse_punctuation("=")
            lanes = parser.parse_integer(allow_boolean=False, allow_negative=False)
            parser.parse_punctuation(",")
            parser.parse_keyword("depth")
            parser.parse_punctuation("=")
            depth = parser.parse_integer(allow_boolean=False, allow_negative=False)
        try:
            return cls(lanes, depth).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    def print_parameters(self, printer: Printer) -> None:
        printer.print_string(f"<lanes = {self.lanes.data}, depth = {self.depth.data}>")

    def verify(self) -> None:
        if self.lanes.data < 1 or self.depth.data < 1:
            raise VerifyException(
                f"lanes and depth must be >= 1, got {self.lanes.data} and {self.depth.data}"
            )


@irdl_attr_definition
class DepthwiseAttr(ParametrizedAttribute):
    """Weights of a depthwise 2-D convolution for dot products along the rows of an image.

    The channels of `pixels` neighbouring pixels are cut into blocks of `lanes`; a last block that
    is not full starts earlier, and one that is the only one ends in zeros. For each block, each
    group of `depth` input rows, each column of the kernel, and each of `rows` output rows (one
    input row apart) that the group has taps of, there are `lanes` * `depth` weights: what the
    group's rows are multiplied with. Of each 16 lanes 0, 1, 2, 3 come first, of all 16s, then 4, 5,
    6, 7, and so on. A group's rows that an output row has no taps of are zeros. In a group of one
    row only, the n-th lane's weight is number n % `depth` of its `depth`; the others are zeros.

        #layout.depthwise<lanes = 64, depth = 4, rows = 2, pixels = 1>
    """

    name = "layout.depthwise"

    lanes: IntAttr
    depth: IntAttr
    rows: IntAttr
    pixels: IntAttr

    def __init__(self, lanes: int, depth: int, rows: int, pixels: int):
        super().__init__(IntAttr(lanes), IntAttr(depth), IntAttr(rows), IntAttr(pixels))

    def blocks(self, channels: int) -> int:
        """Blocks of lanes that the pixels' channels make."""
        return -(-self.pixels.data * channels // self.lanes.data)

    def pieces(self, kernel_h: int) -> list[tuple[int, int]]:
        """(group, row) of the output rows that have taps in each group of input rows."""
        depth, rows = self.depth.data, self.rows.data
        return [
            (group, row)
            for group in range(-(-(kernel_h + rows - 1) // depth))
            for row in range(rows)
            if group * depth < row + kernel_h and row < (group + 1) * depth
        ]

    def is_one_row(self, group: int, kernel_h: int) -> bool:
        """Whether a group has one input row only."""
        return kernel_h + self.rows.data - 1 - group * self.depth.data == 1

    def size(self, shape: Sequence[int], groups: int) -> int:
        """Elements of the flat array of a weight [C, 1, KH, KW] of C groups."""
        assert groups == shape[0]
        channels, _, kernel_h, kernel_w = shape
        block = len(self.pieces(kernel_h)) * kernel_w * self.lanes.data * self.depth.data
        return self.blocks(channels) * block

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        values: list[int] = []
        with parser.in_angle_brackets():
            for name in _DEPTHWISE_PARAMETERS:
                if values:
                    parser.parse_punctuation(",")
                parser.parse_keyword(name)
                parser.parse_punctuation("=")
                values.append(parser.parse_integer(allow_boolean=False, allow_negative=False))
        try:
            return cls(*values).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    def print_parameters(self, printer: Printer) -> None:
        values = (self.lanes, self.depth, self.rows, self.pixels)
        named = zip(_DEPTHWISE_PARAMETERS, values, strict=True)
        printer.print_string(f"<{', '.join(f'{name} = {value.data}' for name, value in named)}>")

    def verify(self) -> None:
        if self.lanes.data < 1 or self.lanes.data % 16:
            raise VerifyException(f"lanes must be a multiple of 16, got {self.lanes.data}")
        for name, value in (("depth", self.depth), ("rows", self.rows), ("pixels", self.pixels)):
            if value.data < 1:
                raise VerifyException(f"{name} must be >= 1, got {value.data}")


_DEPTHWISE_PARAMETERS = ("lanes", "depth", "rows", "pixels")

NHWC = NhwcAttr()


def with_layout(
    tensor: TensorType[Element], layout: Attribute | None = None
) -> TensorType[Element]:
    """The same tensor type under another layout (None: row-major)."""
    return TensorType(tensor.element_type, tensor.get_shape(), layout or NoneAttr())


def is_nhwc(tensor: Attribute) -> bool:
    return isinstance(tensor, TensorType) and isinstance(tensor.encoding, NhwcAttr)


def halo_of_type(tensor: Attribute) -> tuple[int, ...]:
    """The halo that the layout of a tensor type asks for; empty where there is none."""
    if isinstance(tensor, TensorType) and isinstance(tensor.encoding, NhwcAttr):
        return tensor.encoding.halo_sizes
    return ()


class ConversionCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        return (ThereAndBack(),)


class _Conversion(IRDLOperation):
    input = operand_def(AnyTensorConstr)
    result = result_def(AnyTensorConstr)

    assembly_format = "$input attr-dict `:` type($input) `to` type($result)"
    traits = traits_def(Pure(), ConversionCanonicalization())


def _verify(op: ToNhwcOp | ToNchwOp, row_major: SSAValue, innermost: SSAValue) -> None:
    input, result = op.input.type, op.result.type
    assert isinstance(input, TensorType)
    assert isinstance(result, TensorType)
    if input.get_num_dims() < 3:
        raise VerifyException(f"expects a tensor [N, C, spatial...], got {input}")
    for what, value in (("input", op.input), ("result", op.result)):
        assert isinstance(value.type, TensorType)
        if value is row_major and value.type.encoding != NoneAttr():
            raise VerifyException(f"{what} must be row-major, got {value.type}")
        if value is innermost and not is_nhwc(value.type):
            raise VerifyException(f"{what} must be #layout.nhwc, got {value.type}")
    if with_layout(result) != with_layout(input):
        raise VerifyException(
            f"input and result must differ in their layout only, got {input} and {result}"
        )
    verify_container(input)


@irdl_op_definition
class ToNhwcOp(_Conversion):
    """Row-major to channels innermost.

    %y = layout.to_nhwc %x
      : tensor<1x3x8x8x!q> to tensor<1x3x8x8x!q, #layout.nhwc>
    """

    name = "layout.to_nhwc"

    def __init__(self, input: SSAValue, layout: Attribute = NHWC):
        assert isinstance(input.type, TensorType)
        super().__init__(operands=[input], result_types=[with_layout(input.type, layout)])

    def verify_(self) -> None:
        _verify(self, row_major=self.input, innermost=self.result)


@irdl_op_definition
class ToNchwOp(_Conversion):
    """Channels innermost to row-major.

    %y = layout.to_nchw %x
      : tensor<1x3x8x8x!q, #layout.nhwc> to tensor<1x3x8x8x!q>
    """

    name = "layout.to_nchw"

    def __init__(self, input: SSAValue):
        assert isinstance(input.type, TensorType)
        super().__init__(operands=[input], result_types=[with_layout(input.type)])

    def verify_(self) -> None:
        _verify(self, row_major=self.result, innermost=self.input)


class ThereAndBack(RewritePattern):
    """A conversion of a converted value is the value before.

    %y = layout.to_nhwc %x : ...
    %z = layout.to_nchw %y : ...        // %z becomes %x
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ToNhwcOp | ToNchwOp, rewriter: PatternRewriter, /) -> None:
        source = op.input.owner
        if isinstance(source, ToNhwcOp | ToNchwOp) and source.input.type == op.result.type:
            rewriter.replace(op, [], [source.input])


Layout = Dialect("layout", [ToNhwcOp, ToNchwOp], [NhwcAttr, BlockedAttr, DepthwiseAttr])
