"""From `kernel.depthwise` to the function that does it."""

from __future__ import annotations

from dataclasses import replace

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import is_signed, memref_of
from qfin.errors import PassError, describe
from qfin.kernels.depthwise import build_depthwise
from qfin.kernels.depthwise_spec import DepthwiseSpec, depthwise_columns, depthwise_groups
from qfin.kernels.epilogue import Residual
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa


def _zero_points(op: kernel.DepthwiseOp) -> int:
    """How many bytes there are for each tap."""
    if op.zero_points is None:
        return 0
    (given,), (weights,) = (memref_of(v).get_shape() for v in (op.zero_points, op.weights))
    return given * op.kernel.get_values()[1] // weights


def call_depthwise(op: kernel.DepthwiseOp, isa: Isa) -> Call:
    _, (x_image, _, x_row, x_pixel) = shape_and_strides(op.input)
    (batch, channels, out_h, out_w), (y_image, _, y_row, y_pixel) = shape_and_strides(op.output)
    layout = op.layout
    if (layout.lanes.data, layout.depth.data) != (isa.vector_bytes, isa.row_depth):
        raise PassError(
            f"{describe(op)}: weights are packed as {layout}, {isa.name} reads"
            f" {isa.vector_bytes} lanes of depth {isa.row_depth}"
        )
    residual = None
    if op.residual is not None:
        assert op.residual_scale is not None
        assert op.residual_zero_point is not None
        _, (image, _, row, pixel) = shape_and_strides(op.residual)
        scale, zero_point = op.residual_scale.value.data, op.residual_zero_point.value.data
        signed = is_signed(op.residual)
        residual = Residual((image, row, pixel), 0, zero_point, scale, signed)
    kernel_h, kernel_w = op.kernel.get_values()
    stride_h, stride_w = op.stride.get_values()
    dilation_h, dilation_w = op.dilation.get_values()
    spec = DepthwiseSpec(
        batch=batch,
        out_h=out_h,
        out_w=out_w,
        channels=channels,
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        stride_h=stride_h,
        stride_w=stride_w,
        dilation_h=dilation_h,
        dilation_w=dilation_w,
        x_strides=(x_image, x_row, x_pixel),
        y_strides=(y_image, y_row, y_pixel),
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
        float_bias=op.bias is not None,
        rows=layout.rows.data,
        pixels=layout.pixels.data,
        columns=depthwise_columns(layout, out_w, stride_w, isa),
        bounded=op.bounded is not None,
        residual=residual,
        zero_points=_zero_points(op),
        x_signed=is_signed(op.input),
        y_signed=is_signed(op.output),
    )
    return Call(build_depthwise, replace(spec, groups=depthwise_groups(spec, isa)))
