"""`kernel.depthwise`: convolutions with a kernel of its own for each channel."""

from __future__ import annotations

from xdsl.dialects.builtin import UnitAttr, f32, i8, i32
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
)
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    NumberConstr,
    memref_of,
    optional_number,
    verify_activations,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_shape,
)
from qfin.dialects.layout import DepthwiseAttr
from qfin.dialects.tensors import ONES, IntConstr, Ints, IntsConstr, i64_attr
from qfin.dialects.windows import verify_axes


@irdl_op_definition
class DepthwiseOp(KernelOp):
    """A depthwise conv2d: exact integer sums, then one requantization.

        acc = init[c] + sum x[n, c, y*sy + ky*dy, x*sx + kx*dx] * w[c, 0, ky, kx]
        t = (f32(acc) + bias[c]) * mult[c]
        out = clamp(rint(t + f32(residual - residual_zero_point) * residual_scale) + zero_point,
                    qmin, qmax)

    in f32, each step rounded; `bias` and `residual` may be absent. `weights` is the flat array of
    `layout`, and `init` (i32), `mult` and `bias` (f32) have one value for each lane of each of its
    blocks: [blocks, lanes]. The input operand's element (0, 0, 0, 0) is the first tap of the first
    output: padding is already outside. The residual must not overlap the output. `bounded` says
    that nothing that is rounded leaves int32, whatever the input is. Input, residual and output may
    be signed, to which 128 is added, or from which it is taken.

    `zero_points` are those of the weights, z[c]; in `acc` each weight is less its own. They stand
    as signed bytes that add up to -z[c]: as the flat array of `layout` for a kernel of one column,
    or of two where one byte does not hold them, each of whose taps is such a byte.
    """

    name = "kernel.depthwise"

    input = operand_def(BufferConstr)
    weights = operand_def(BufferConstr)
    init = operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    bias = opt_operand_def(BufferConstr)
    zero_points = opt_operand_def(BufferConstr)
    residual = opt_operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    kernel = prop_def(IntsConstr, default_value=ONES)
    stride = prop_def(IntsConstr, default_value=ONES)
    dilation = prop_def(IntsConstr, default_value=ONES)
    layout = prop_def(DepthwiseAttr)
    residual_scale = opt_prop_def(NumberConstr)
    residual_zero_point = opt_prop_def(IntConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)
    bounded = opt_prop_def(UnitAttr)

    assembly_format = (
        "$input `,` $weights `,` $init `,` $mult (`bias` $bias^)? (`zero_points` $zero_points^)?"
        " (`residual` $residual^)? `to` $output attr-dict `:` type($input) `,` type($weights) `,`"
        " type($init) `,` type($mult) (`bias` type($bias)^)? (`zero_points` type($zero_points)^)?"
        " (`residual` type($residual)^)? `to` type($output)"
    )
    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())

    def __init__(
        self,
        input: SSAValue,
        weights: SSAValue,
        init: SSAValue,
        mult: SSAValue,
        bias: SSAValue | None,
        residual: SSAValue | None,
        output: SSAValue,
        *,
        kernel: Ints,
        stride: Ints,
        dilation: Ints,
        layout: DepthwiseAttr,
        zero_point: int,
        qmin: int,
        qmax: int,
        bounded: bool = False,
        zero_points: SSAValue | None = None,
        residual_scale: float | None = None,
        residual_zero_point: int | None = None,
    ):
        super().__init__(
            operands=[input, weights, init, mult, bias, zero_points, residual, output],
            properties={
                "kernel": kernel,
                "stride": stride,
                "dilation": dilation,
                "layout": layout,
                "residual_scale": optional_number(residual_scale),
                "residual_zero_point": (
                    None if residual_zero_point is None else i64_attr(residual_zero_point)
                ),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
                "bounded": UnitAttr() if bounded else None,
            },
        )

    def verify_(self) -> None:
        self._verify_images()
        self._verify_channels()
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
        parameters = (self.residual_scale, self.residual_zero_point)
        if self.residual is None:
            if any(parameters):
                raise VerifyException("there is no residual for residual_scale and _zero_point")
            return
        if self.residual_scale is None or self.residual_zero_point is None:
            raise VerifyException("a residual needs residual_scale and residual_zero_point")
        verify_activations("residual", self.residual)
        verify_shape("residual", self.residual, memref_of(self.output).get_shape())
        verify_byte("residual_zero_point", self.residual_zero_point.value.data)

    def _verify_images(self) -> None:
        for name in ("kernel", "stride", "dilation"):
            verify_axes(2, name, getattr(self, name))
        verify_activations("input", self.input, rank=4)
        verify_activations("output", self.output, rank=4)
        batch, channels, *image = memref_of(self.input).get_shape()
        windows = (self.kernel, self.stride, self.dilation)
        kernel, stride, dilation = (axes.get_values() for axes in windows)
        spatial = shapes.windows(image, kernel, stride, (0, 0, 0, 0), dilation)
        verify_shape("output", self.output, (batch, channels, *spatial))
        layout = self.layout
        if layout.rows.data > 1 and (stride[0] > 1 or dilation[0] > 1):
            raise VerifyException(
                "weights for several rows fit a vertical stride and dilation of 1,"
                f" got {stride[0]} and {dilation[0]}"
            )
        pixels = layout.pixels.data
        if pixels > 1 and stride[1] > 1 and pixels * channels != layout.lanes.data:
            raise VerifyException(
                "weights for several pixels fit a horizontal stride of 1, or fill one block;"
                f" got a stride of {stride[1]}, {pixels} pixels of {channels} channels"
            )
        for what, most, count in (
            ("rows", spatial[0], layout.rows.data),
            ("pixels", spatial[1], layout.pixels.data),
        ):
            if count > max(1, most):
                raise VerifyException(f"weights for {count} {what}, the output has {most}")

    def _verify_channels(self) -> None:
        channels, layout = memref_of(self.input).get_shape()[1], self.layout
        verify_buffer("weights", self.weights, i8)
        size = layout.size([channels, 1, *self.kernel.get_values()], channels)
        verify_shape("weights", self.weights, [size])
        if self.zero_points is not None:
            verify_buffer("zero_points", self.zero_points, i8)
            height, sizes = self.kernel.get_values()[0], (1, 2)
            columns = [layout.size([channels, 1, height, width], channels) for width in sizes]
            if (shape := memref_of(self.zero_points).get_shape()) not in [(n,) for n in columns]:
                raise VerifyException(
                    f"zero_points has shape {shapes.text(shape)}, expected"
                    f" {shapes.text(columns[:1])} or {shapes.text(columns[1:])}"
                )
        for name, value, element in (
            ("init", self.init, i32),
            ("mult", self.mult, f32),
            ("bias", self.bias, f32),
        ):
            if value is not None:
                verify_buffer(name, value, element)
                verify_shape(name, value, [layout.blocks(channels), layout.lanes.data])
