"""How `plan-buffers` turns quantization at run time, and the layers on it, into kernel ops.

A layer is: choose_qparams of its input, quantize into a buffer with a halo of zero points, two
products that make start values and multipliers of the parameters, and the sums with an f32 result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.dialects.layout import is_nhwc
from qfin.dialects.quant.dynamic import axis_of, ui8
from qfin.dialects.tensors import ints
from qfin.dialects.uniform.storage import natural_range
from qfin.errors import UnsupportedError
from qfin.interpreter.dynamic import storage_of
from qfin.passes.lower.activations import tensor_of
from qfin.passes.lower.buffers import NO_HALO, Buffer, row_major
from qfin.passes.lower.emit_binary import broadcast
from qfin.passes.lower.emit_conv_transpose import require_unit_dimension
from qfin.passes.lower.emit_plain import float_bounds
from qfin.passes.lower.emit_views import copy
from qfin.passes.lower.runtime_weights import emit_prepack, weights_of
from qfin.passes.lower.window_sums import emit_sums

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def _rows(planner: Planner, source: Buffer, axis: int | None) -> Buffer:
    """The values as dense rows: one, or one for each slice along `axis`; copied if need be."""
    count = prod(source.shape)
    if axis is None:
        order = sorted(range(len(source.shape)), key=lambda d: -source.strides[d])
    else:
        order = [axis, *(d for d in range(len(source.shape)) if d != axis)]
    turned = replace(
        source,
        shape=tuple(source.shape[d] for d in order),
        strides=tuple(source.strides[d] for d in order),
    )
    if not turned.is_row_major:
        copy = planner.temporary(turned)
        planner.emit(kernel.CopyOp(planner.view(turned), planner.view(copy)))
        turned = copy
    return replace(turned, shape=(count,), strides=(1,))


def _choose_qparams(planner: Planner, op: quant.ChooseQParamsOp) -> None:
    source = _rows(planner, planner.buffer(op.input), axis_of(op.axis))
    scale, zero_point = planner.result(op.scale), planner.result(op.zero_point)
    low, high = op.range
    planner.emit(
        kernel.ChooseQParamsOp(
            *(planner.view(buffer) for buffer in (source, scale, zero_point)),
            qmin=low,
            qmax=high,
            symmetric=op.symmetric is not None,
        )
    )


def _along(parameter: Buffer, shape: Sequence[int], axis: int | None) -> Buffer:
    """One value, or one for each slice along `axis`, seen under `shape`."""
    if axis is None:
        return broadcast(parameter, shape)
    strides = tuple(parameter.strides[0] if d == axis else 0 for d in range(len(shape)))
    return replace(parameter, shape=tuple(shape), strides=strides, slack=0)


def _quantize(planner: Planner, op: quant.QuantizeOp) -> None:
    source, axis = planner.buffer(op.input), axis_of(op.axis)
    parameters = [
        _along(planner.buffer(value), source.shape, axis) for value in (op.scale, op.zero_point)
    ]
    buffers = (source, *parameters, planner.result(op.result))
    low, high = natural_range(storage_of(op.result))
    planner.emit(kernel.QuantizeDynamicOp(*(planner.view(b) for b in buffers), qmin=low, qmax=high))


def _dequantize(planner: Planner, op: quant.DequantizeOp) -> None:
    source, axis = planner.buffer(op.input), axis_of(op.axis)
    parameters = [
        _along(planner.buffer(value), source.shape, axis) for value in (op.scale, op.zero_point)
    ]
    buffers = (source, *parameters, planner.result(op.result))
    signed = storage_of(op.input) != ui8
    planner.emit(kernel.DequantizeDynamicOp(*(planner.view(b) for b in buffers), signed=signed))


def _quantized_input(
    planner: Planner, op: quant.DynamicContraction, target: Buffer
) -> tuple[Buffer, Buffer]:
    """Quantizes the input into `target`, whose halo, if it has one, becomes the zero point; the
    scale and the zero point."""
    source, step = planner.buffer(op.input), planner.step
    scale, zero_point = (planner.arena.buffer(t, (), step, step) for t in (f32, i32))
    low, high = natural_range(ui8)
    planner.emit(
        kernel.ChooseQParamsOp(
            *(planner.view(buffer) for buffer in (_rows(planner, source, None), scale, zero_point)),
            qmin=low,
            qmax=high // 2 if op.reduce_range is not None else high,
        )
    )

    def quantize(values: Buffer, into: Buffer) -> None:
        buffers = (values, *(broadcast(each, into.shape) for each in (scale, zero_point)), into)
        planner.emit(
            kernel.QuantizeDynamicOp(*(planner.view(b) for b in buffers), qmin=low, qmax=high)
        )

    if any(target.halo):
        # The zero point is what 0 becomes; the values then overwrite all but the halo.
        whole = target.padded(target.halo)
        zero = planner.constants.add(np.zeros((), np.float32))
        quantize(broadcast(zero, whole.shape), whole)
    if source.is_row_major and _is_turned(target):
        # Vectors of planes, then bytes are turned: what does both goes value by value.
        planes = planner.temporary(replace(source, element=i8))
        quantize(source, planes)
        copy(planner, planes, replace(target, halo=NO_HALO))
    else:
        quantize(source, target)
    return scale, zero_point


def _is_turned(images: Buffer) -> bool:
    """Whether channels are innermost, and there are several, and several pixels."""
    if len(images.shape) < 3:
        return False
    _, channels, *spatial = images.shape
    return min(channels, prod(spatial)) > 1 and images.strides[1] == 1


def _linear(planner: Planner, op: quant.LinearDynamicOp) -> None:
    """A linear of M rows is a 1x1 convolution of one row with M pixels."""
    shape = tensor_of(op.input).get_shape()
    source = planner.buffer(op.input)
    rows = planner.temporary(replace(source, element=i8, shape=shape, strides=row_major(shape)))
    parameters = _quantized_input(planner, op, rows)
    result = planner.result(op.result)
    _dense(planner, op, rows.as_pixels(), result.as_pixels(), parameters)


def _conv(planner: Planner, op: quant.Conv2dDynamicOp | quant.Conv3dDynamicOp) -> None:
    """The input may have any layout: quantizing it moves the channels innermost."""
    if not is_nhwc(op.result.type):
        raise UnsupportedError("gives channels innermost only: run assign-layout", op)
    packed = op.packed.type
    assert isinstance(packed, quant.PackedType)
    padding = packed.conv.padding.get_values()
    source = planner.buffer(op.input)
    pixels = planner.temporary(replace(source, element=i8), nhwc=True, halo=padding)
    parameters = _quantized_input(planner, op, pixels)
    window = pixels.padded(padding) if any(padding) else replace(pixels, halo=NO_HALO)
    _dense(planner, op, window, planner.result(op.result), parameters)


def _dense(
    planner: Planner,
    op: quant.DynamicContraction,
    source: Buffer,
    result: Buffer,
    parameters: tuple[Buffer, Buffer],
) -> None:
    """The sums. `source` begins at the first tap of the first output."""
    packed = op.packed.type
    assert isinstance(packed, quant.PackedType)
    weights = weights_of(planner, op, op.packed)
    scale, zero_point = parameters

    def times(values: Buffer, parameter: Buffer) -> Buffer:
        product = planner.temporary(values)
        spread = broadcast(parameter, values.shape)
        buffers = (values, spread, product)
        planner.emit(kernel.PlainBinaryOp(*(planner.view(b) for b in buffers), function="mul"))
        return product

    conv = None if isinstance(op, quant.LinearDynamicOp) else packed.conv
    window = (
        ints(*(packed.weight.get_shape()[2:] or (1, 1))),
        conv.stride if conv else ints(1, 1),
        conv.dilation if conv else ints(1, 1),
    )
    centre = None
    if weights.zero_points is not None:
        sums = emit_sums(planner, op, source, result, packed.groups, window)
        centre = kernel.Centre(planner.view(sums), planner.view(weights.zero_points))
    low, high = float_bounds(*op.activation.bounds)
    planner.emit(
        kernel.DenseFloatOp(
            planner.view(source),
            planner.view(weights.weights),
            planner.view(times(weights.start, zero_point)),
            planner.view(times(weights.scales, scale)),
            None if weights.bias is None else planner.view(weights.bias),
            planner.view(result),
            kernel=window[0],
            stride=window[1],
            dilation=window[2],
            groups=packed.groups,
            lanes=weights.lanes,
            min=low,
            max=high,
            centre=centre,
        )
    )


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    quant.ChooseQParamsOp: _choose_qparams,
    quant.QuantizeOp: _quantize,
    quant.DequantizeOp: _dequantize,
    quant.LinearDynamicOp: _linear,
    quant.Conv1dDynamicOp: require_unit_dimension,
    quant.Conv2dDynamicOp: _conv,
    quant.Conv3dDynamicOp: _conv,
    quant.PrepackDynamicOp: emit_prepack,
}
"""By the type of the op, for `buffer_ops`."""
