"""Poolings over height and width of [N, C, H, W]."""

from __future__ import annotations

from xdsl.dialects.builtin import BoolAttr
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.tensors import (
    NO_PADDING,
    ONES,
    TRUE,
    AnyTensorConstr,
    FloatTensorConstr,
    Ints,
    IntsConstr,
    element_type_of,
    shape_of,
    verify_result_shape,
    verify_same_element_type,
    verify_window,
)
from qfin.dialects.uniform import UniformType


@irdl_op_definition
class MaxPool2dOp(IRDLOperation):
    """`torch.nn.functional.max_pool2d`; padding never wins, on floats or on quantised values. A
    window that dilation puts between the elements gives the lowest value.

    On `!quant.uniform` tensors the maximum is taken on the stored integers, which is the same
    since quantisation is monotone within a channel; input and result types then agree.

        %y = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
          : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
    """

    name = "nn.max_pool2d"

    input = operand_def(AnyTensorConstr)
    result = result_def(AnyTensorConstr)

    kernel = prop_def(IntsConstr)
    stride = prop_def(IntsConstr, default_value=ONES)
    padding = prop_def(IntsConstr, default_value=NO_PADDING)
    dilation = prop_def(IntsConstr, default_value=ONES)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        result_type: Attribute,
        *,
        kernel: Ints,
        stride: Ints = ONES,
        padding: Ints = NO_PADDING,
        dilation: Ints = ONES,
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={
                "kernel": kernel,
                "stride": stride,
                "padding": padding,
                "dilation": dilation,
            },
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        verify_window(self.stride, self.padding, self.dilation, self.kernel)
        verify_padding_fits(self.kernel, self.padding, self.dilation)
        n, c, *spatial = expect_image(self.input)
        element = element_type_of(self.input)
        if isinstance(element, UniformType) and not (
            element.is_per_layer or (element.is_per_axis and element.axis == 1)
        ):
            raise VerifyException(f"values must be quantized per layer or per channel: {element}")
        expected = shapes.windows(
            spatial,
            self.kernel.get_values(),
            self.stride.get_values(),
            self.padding.get_values(),
            self.dilation.get_values(),
        )
        verify_result_shape(self.result, (n, c, *expected))


@irdl_op_definition
class AvgPool2dOp(IRDLOperation):
    """`torch.nn.functional.avg_pool2d`: the sum over each window, with zeros for padding, divided
    by the window's size, or without `count_include_pad` by the number of true elements in it.

        %y = nn.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
          : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
    """

    name = "nn.avg_pool2d"

    input = operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    kernel = prop_def(IntsConstr)
    stride = prop_def(IntsConstr, default_value=ONES)
    padding = prop_def(IntsConstr, default_value=NO_PADDING)
    count_include_pad = prop_def(BoolAttr, default_value=TRUE)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        result_type: Attribute,
        *,
        kernel: Ints,
        stride: Ints = ONES,
        padding: Ints = NO_PADDING,
        count_include_pad: bool = True,
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={
                "kernel": kernel,
                "stride": stride,
                "padding": padding,
                "count_include_pad": BoolAttr.from_bool(count_include_pad),
            },
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        verify_avg_pool2d(self.input, self.result, self.kernel, self.stride, self.padding)


@irdl_op_definition
class AdaptiveAvgPool2dOp(IRDLOperation):
    """`torch.nn.functional.adaptive_avg_pool2d`; the output size is the result's.

    Output pixel i of n averages the rows floor(i * H / n) up to, not including,
    ceil((i + 1) * H / n); columns alike.

        %y = nn.adaptive_avg_pool2d %x : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
    """

    name = "nn.adaptive_avg_pool2d"

    input = operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, result_type: Attribute):
        super().__init__(operands=[input], result_types=[result_type])

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        verify_adaptive_avg_pool2d(self.input, self.result)


def verify_avg_pool2d(
    input: SSAValue, result: SSAValue, kernel: Ints, stride: Ints, padding: Ints
) -> None:
    """The rules of an average pooling, float or quantised. Raises VerifyException."""
    verify_window(stride, padding, kernel=kernel)
    verify_padding_fits(kernel, padding, ONES)
    n, c, *spatial = expect_image(input)
    expected = shapes.windows(
        spatial, kernel.get_values(), stride.get_values(), padding.get_values(), (1, 1)
    )
    verify_result_shape(result, (n, c, *expected))


def verify_adaptive_avg_pool2d(input: SSAValue, result: SSAValue) -> None:
    """The rules of an adaptive average pooling, float or quantised. Raises VerifyException."""
    n, c, *_ = expect_image(input)
    if len(after := shape_of(result)) != 4 or shapes.DYNAMIC in after[2:]:
        raise VerifyException(
            f"result must be [N, C, H, W] and say its height and width, got {shapes.text(after)}"
        )
    verify_result_shape(result, (n, c, *after[2:]))


def verify_padding_fits(kernel: Ints, padding: Ints, dilation: Ints) -> None:
    """Raises VerifyException when padding is more than half of a window, dilation included."""
    for axis, name in enumerate(("height", "width")):
        extent = (kernel.get_values()[axis] - 1) * dilation.get_values()[axis] + 1
        sides = padding.get_values()[2 * axis : 2 * axis + 2]
        if 2 * max(sides) > extent:
            raise VerifyException(
                f"padding of {max(sides)} is more than half of the window's {name} of {extent}"
            )


def expect_image(value: SSAValue) -> tuple[int, ...]:
    """The shape of a tensor of images. Raises VerifyException for another rank than 4, and where
    there is no row or no column to pool."""
    if len(shape := shape_of(value)) != 4:
        raise VerifyException(f"expects a tensor [N, C, H, W], got {shapes.text(shape)}")
    if 0 in shape[2:]:
        raise VerifyException(f"cannot pool an empty height or width: {shapes.text(shape)}")
    return shape
