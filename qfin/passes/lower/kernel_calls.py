"""From a kernel op to the function that does it: which builder, with which specification.

Two ops with equal specifications share one function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import is_signed
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
from qfin.kernels.fill_halo import FillHaloSpec, build_fill_halo
from qfin.passes.lower import (
    calls_contraction,
    calls_dense,
    calls_dynamic,
    calls_float_lines,
    calls_matmul,
    calls_pooling,
    calls_unary,
    calls_upsample,
    window_sums,
)
from qfin.passes.lower.buffers import element_bytes
from qfin.passes.lower.call import Call, elementwise, shape_and_strides, stored_byte
from qfin.passes.lower.calls_binary import call_binary
from qfin.passes.lower.calls_channelwise import call_channelwise
from qfin.passes.lower.calls_depthwise import call_depthwise
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
    flip_sign = is_signed(op.input) != is_signed(op.output)
    spec = CopySpec(*elementwise(op.input, op.output), element_bytes=size, flip_sign=flip_sign)
    return Call(build_copy, spec)


def _clamp(op: kernel.ClampOp, isa: Isa) -> Call:
    spec = ClampSpec(
        *elementwise(op.input, op.output), qmin=op.qmin.value.data, qmax=op.qmax.value.data
    )
    return Call(build_clamp, spec)


def _fill_halo(op: kernel.FillHaloOp, isa: Isa) -> Call:
    shape, strides = shape_and_strides(op.output)
    halo, value = op.halo.get_values(), stored_byte(op.output, op.value.value.data)
    return Call(build_fill_halo, FillHaloSpec(shape, strides, halo, value))  # pyright: ignore[reportArgumentType]


_CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.QuantizeOp: _quantize,
    kernel.DequantizeOp: _dequantize,
    kernel.CopyOp: _copy,
    kernel.ClampOp: _clamp,
    kernel.FillHaloOp: _fill_halo,
    kernel.FillOp: call_fill,
    **calls_dense.CALLS,
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
