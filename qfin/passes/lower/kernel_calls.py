"""From a kernel op to the function that does it: which builder, with which specification.

Two ops with equal specifications share one function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import item_size
from qfin.dialects.kernel.dense import DEPTH, centre_of
from qfin.errors import PassError, describe
from qfin.kernels.dense import DenseSpec, Sums, Tile, build_dense, choose_tile
from qfin.kernels.elementwise import (
    ClampSpec,
    CopySpec,
    DequantizeSpec,
    QuantizeSpec,
    build_clamp,
    build_copy,
    build_dequantize,
    build_quantize,
)
from qfin.kernels.epilogue import Residual, ToFloats
from qfin.kernels.fill_halo import FillHaloSpec, build_fill_halo
from qfin.passes.lower import (
    calls_contraction,
    calls_dynamic,
    calls_float_lines,
    calls_matmul,
    calls_pooling,
    calls_unary,
    calls_upsample,
    window_sums,
)
from qfin.passes.lower.buffers import element_bytes
from qfin.passes.lower.call import Call, elementwise, shape_and_strides
from qfin.passes.lower.calls_binary import call_binary
from qfin.passes.lower.calls_channelwise import call_channelwise
from qfin.passes.lower.calls_depthwise import call_depthwise
from qfin.passes.lower.calls_dynamic import plain
from qfin.passes.lower.calls_extremum import call_extremum
from qfin.passes.lower.calls_fill import call_fill
from qfin.passes.lower.calls_norm import call_norm
from qfin.passes.lower.calls_softmax import call_softmax
from qfin.target.isa import Isa


def call_of(op: kernel.KernelOp, isa: Isa) -> Call:
    """The function for one op."""
    return _CALLS[type(op)](op, isa)


def _quantize(op: kernel.QuantizeOp, isa: Isa) -> Call:
    spec = QuantizeSpec(
        *elementwise(op.input, op.output),
        scale=op.scale.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_quantize, spec)


def _dequantize(op: kernel.DequantizeOp, isa: Isa) -> Call:
    spec = DequantizeSpec(
        *elementwise(op.input, op.output),
        scale=op.scale.value.data,
        zero_point=op.zero_point.value.data,
    )
    return Call(build_dequantize, spec)


def _copy(op: kernel.CopyOp, isa: Isa) -> Call:
    assert isinstance(op.input.type, MemRefType)
    size = element_bytes(op.input.type.element_type)
    assert size in (1, 4)
    spec = CopySpec(
        *elementwise(op.input, op.output), element_bytes=size, flip_sign=op.flip_sign is not None
    )
    return Call(build_copy, spec)


def _clamp(op: kernel.ClampOp, isa: Isa) -> Call:
    spec = ClampSpec(
        *elementwise(op.input, op.output), qmin=op.qmin.value.data, qmax=op.qmax.value.data
    )
    return Call(build_clamp, spec)


def _fill_halo(op: kernel.FillHaloOp, isa: Isa) -> Call:
    shape, strides = shape_and_strides(op.output)
    halo = op.halo.get_values()
    return Call(build_fill_halo, FillHaloSpec(shape, strides, halo, op.value.value.data))  # pyright: ignore[reportArgumentType]


def _dense(op: kernel.DenseOp | kernel.DenseAddOp | kernel.DenseFloatOp, isa: Isa) -> Call:
    (_, in_channels, *_), (x_image, _, *x_planes, x_row, x_pixel) = shape_and_strides(op.input)
    shape, (y_image, _, *y_planes, y_row, y_pixel) = shape_and_strides(op.output)
    n, out_channels, *out_d, out_h, out_w = shape
    groups, item = op.groups.value.data, item_size(op.output)
    *kernel_d, kernel_h, kernel_w = op.kernel.get_values()
    *stride_d, stride_h, stride_w = op.stride.get_values()
    *dilation_d, dilation_h, dilation_w = op.dilation.get_values()
    spec = DenseSpec(
        batch=n,
        out_h=out_h,
        out_w=out_w,
        groups=groups,
        in_channels=in_channels // groups,
        out_channels=out_channels // groups,
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        stride_h=stride_h,
        stride_w=stride_w,
        dilation_h=dilation_h,
        dilation_w=dilation_w,
        x_strides=(x_image, x_row, x_pixel),
        y_strides=(y_image * item, y_row * item, y_pixel * item),
        float_bias=op.bias is not None,
        parallel="rows" if n * prod(out_d) * out_h > 1 else "channel-blocks",
        tile=Tile(1, op.lanes.value.data // isa.lanes),
        # A 2-D convolution has one plane.
        out_d=prod(out_d),
        kernel_d=prod(kernel_d),
        stride_d=prod(stride_d),
        dilation_d=prod(dilation_d),
        sums=_sums(op),
        x_plane=sum(x_planes),
        y_plane=sum(y_planes) * item,
        **_results(op),
    )
    depth = prod(op.kernel.get_values()) * spec.in_channels + (DEPTH if spec.sums else 0)
    tile = choose_tile(
        spec.rows,
        out_w,
        spec.out_channels,
        depth,
        stride_w * x_pixel,
        isa,
        can_pipeline=spec.can_pipeline,
        even=spec.even,
    )
    if (lanes := op.lanes.value.data) != tile.vectors * isa.lanes:
        raise PassError(
            f"{describe(op)}: weights are packed for {lanes} lanes, {isa.name} reads"
            f" {tile.vectors * isa.lanes}"
        )
    if op.tile is not None:
        pixels, tall = op.tile.get_values()
        tile = Tile(pixels, tile.vectors, tall, op.pipelined is not None)
    return Call(build_dense, replace(spec, tile=tile))


def _sums(op: kernel.DenseOp | kernel.DenseAddOp | kernel.DenseFloatOp) -> Sums | None:
    if (centre := centre_of(op)) is None:
        return None
    _, (image, group, *planes, row, pixel) = shape_and_strides(centre.sums)
    strides = (4 * image, 4 * row, 4 * pixel)
    return Sums(strides, 4 * sum(planes), 4 * group)


def _residual(op: kernel.DenseAddOp) -> Residual:
    _, (image, _, *planes, row, pixel) = shape_and_strides(op.residual)
    scale = op.residual_scale.value.data
    return Residual((image, row, pixel), sum(planes), op.residual_zero_point.value.data, scale)


def _results(op: kernel.DenseOp | kernel.DenseAddOp | kernel.DenseFloatOp) -> dict[str, Any]:
    """What a specification says of the results."""
    if isinstance(op, kernel.DenseFloatOp):
        floats = ToFloats(plain(op.min), plain(op.max))
        return {"zero_point": 0, "qmin": 0, "qmax": 0, "floats": floats}
    return {
        "zero_point": op.zero_point.value.data,
        "qmin": op.qmin.value.data,
        "qmax": op.qmax.value.data,
        "bounded": op.bounded is not None,
        "residual": _residual(op) if isinstance(op, kernel.DenseAddOp) else None,
    }


_CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.QuantizeOp: _quantize,
    kernel.DequantizeOp: _dequantize,
    kernel.CopyOp: _copy,
    kernel.ClampOp: _clamp,
    kernel.FillHaloOp: _fill_halo,
    kernel.FillOp: call_fill,
    kernel.DenseOp: _dense,
    kernel.DenseAddOp: _dense,
    kernel.DenseFloatOp: _dense,
    kernel.DepthwiseOp: call_depthwise,
    **calls_dynamic.CALLS,
    kernel.BinaryOp: call_binary,
    kernel.ExtremumOp: call_extremum,
    kernel.ChannelwiseOp: call_channelwise,
    kernel.NormOp: call_norm,
    kernel.SoftmaxOp: call_softmax,
    **calls_pooling.CALLS,
    **calls_unary.CALLS,
    **calls_upsample.CALLS,
    **calls_matmul.CALLS,
    **window_sums.CALLS,
    **calls_contraction.CALLS,
    **calls_float_lines.CALLS,
}
