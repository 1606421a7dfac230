"""How `plan-buffers` turns each op into kernel ops: one emitter for each kind of op.

Here are those that cast, copy and rename; see `emit_dense` and `emit_pooling` for the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from xdsl.dialects import arith, func
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, f32, i8
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, nn, quant
from qfin.dialects.kernel.buffers import si8
from qfin.dialects.layout import ToNchwOp, ToNhwcOp, is_nhwc
from qfin.dialects.nn.extrema import ExtremumOp
from qfin.dialects.nn.pooling import MaxPoolOp
from qfin.dialects.nn.upsample import UpsampleNearestOp
from qfin.dialects.quant.activation import RELU
from qfin.dialects.uniform import UniformType
from qfin.errors import UnsupportedError
from qfin.passes.lower import (
    emit_binary,
    emit_channelwise,
    emit_contraction,
    emit_dynamic,
    emit_float_conv,
    emit_float_conv_transpose,
    emit_float_lines,
    emit_linear_fp16,
    emit_matmul,
    emit_mean,
    emit_movement,
    emit_norm,
    emit_plain,
    emit_pooling,
    emit_softmax,
    emit_state,
    emit_unary,
    emit_upsample,
    emit_views,
)
from qfin.passes.lower.activations import (
    clamp,
    require_per_layer,
    shift_of,
    tensor_of,
    zero_point,
)
from qfin.passes.lower.buffers import Buffer
from qfin.passes.lower.emit_conv_transpose import emit_conv_transpose, require_unit_dimension
from qfin.passes.lower.emit_dense import emit_conv, emit_linear
from qfin.passes.lower.emit_depthwise import emit_conv2d
from qfin.passes.lower.emit_plain import emit_float_relu
from qfin.passes.lower.layout_reshape import as_images, is_unit_dimension_on_nhwc

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner

_KEEP_MEMORY = (*nn.VIEW_OPS, nn.ReshapeOp, nn.FlattenOp, quant.SCastOp, ToNchwOp)


_ON_ANY_ELEMENTS = (ExtremumOp, MaxPoolOp, UpsampleNearestOp)
"""Ops on tensors of any elements, of which we have kernels for quantized ones and f32."""


def is_lowered(op: Operation) -> bool:
    """Whether there is an emitter for the op."""
    if isinstance(op, _ON_ANY_ELEMENTS):
        element = tensor_of(op.input).element_type
        return isinstance(element, UniformType) or element == f32
    return type(op) in EMITTERS


def keeps_memory(op: Operation) -> bool:
    """Whether the result of the op may be its operand's memory under another name."""
    return isinstance(op, _KEEP_MEMORY)


def emit_argument(planner: Planner, argument: SSAValue, buffer: Buffer) -> None:
    """An argument is the caller's memory; copied where ops that read it want a wider halo."""
    planner.buffers[argument] = buffer
    if not buffer.has_halo(planner.halo(argument)):
        planner.copied(argument)


def _constant(planner: Planner, op: arith.ConstantOp) -> None:
    """Laid down by what asks for its buffer."""
    if not isinstance(op.value, DenseIntOrFPElementsAttr):
        raise UnsupportedError("only dense tensor constants are compiled", op)


def _nothing(planner: Planner, op: quant.PackedConstantOp) -> None:
    """Packed constants are laid down by the op that uses them."""


def _reshape(planner: Planner, op: nn.ReshapeOp | nn.FlattenOp) -> None:
    """Another name of the same memory; a copy of it where a wider halo is wanted."""
    shape, source = tensor_of(op.result).get_shape(), planner.named(op.input)
    if not is_nhwc(op.result.type) and not is_nhwc(op.input.type):
        planner.buffers[op.result] = source.reshaped(shape)
        return
    if not is_unit_dimension_on_nhwc(op):
        raise UnsupportedError("runs on row-major tensors only", op)
    seen = as_images(source, shape)
    if seen.has_halo(planner.halo(op.result)):
        planner.buffers[op.result] = seen
        return
    planner.emit(kernel.CopyOp(planner.view(seen), planner.view(planner.result(op.result))))


def _scast(planner: Planner, op: quant.SCastOp) -> None:
    """Between integers and quantized values, which are the same bytes where these are unsigned, or
    lie signed; integers have no sign here."""
    before, after = (shift_of(tensor_of(v).element_type) for v in (op.input, op.result))
    source = planner.named(op.input)
    if before == after:
        planner.buffers[op.result] = source
    elif after:
        planner.buffers[op.result] = replace(source, element=si8)
    elif source.is_signed:
        planner.buffers[op.result] = replace(source, element=i8)
    else:
        result = replace(planner.result(op.result), element=si8)
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(result)))


def _convert_layout(planner: Planner, op: ToNhwcOp | ToNchwOp) -> None:
    source = planner.named(op.input)
    if isinstance(op, ToNchwOp) and source.is_row_major:
        planner.buffers[op.result] = source
        return
    result = planner.result(op.result, signed=True)
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(result)))


def _qcast(planner: Planner, op: quant.QCastOp) -> None:
    element = require_per_layer(op, op.result)
    _require_f32(op, element)
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(
        kernel.QuantizeOp(
            planner.view(source),
            planner.view(result),
            float(np.float32(element.scale)),
            zero_point(element),
            *clamp(element),
        )
    )


def _dcast(planner: Planner, op: quant.DCastOp) -> None:
    element = require_per_layer(op, op.input)
    _require_f32(op, element)
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(
        kernel.DequantizeOp(
            planner.view(source),
            planner.view(result),
            float(np.float32(element.scale)),
            zero_point(element),
        )
    )


def _require_f32(op: Operation, element: UniformType) -> None:
    if element.expressed != f32:
        raise UnsupportedError(f"only casts from and to f32 are compiled, not {element}", op)


def _relu(planner: Planner, op: nn.ReluOp) -> None:
    if not isinstance(tensor_of(op.input).element_type, UniformType):
        emit_float_relu(planner, op)
        return
    element = require_per_layer(op, op.input)
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(kernel.ClampOp(planner.view(source), planner.view(result), *clamp(element, RELU)))


def _return(planner: Planner, op: func.ReturnOp) -> None:
    """What was not computed in the caller's memory is copied there."""
    for value, place in zip(op.operands, planner.outputs, strict=True):
        source, result = planner.buffer(value, signed=True), planner.argument(place)
        if source != result:
            planner.fill_halo(value, result, result.halo)
            planner.emit(kernel.CopyOp(planner.view(source), planner.view(result)))
    planner.emit(func.ReturnOp())


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    arith.ConstantOp: _constant,
    quant.PackedConstantOp: _nothing,
    nn.ReshapeOp: _reshape,
    nn.FlattenOp: _reshape,
    nn.ReluOp: _relu,
    quant.SCastOp: _scast,
    quant.QCastOp: _qcast,
    quant.DCastOp: _dcast,
    ToNhwcOp: _convert_layout,
    ToNchwOp: _convert_layout,
    quant.Conv2dOp: emit_conv2d,
    quant.Conv3dOp: emit_conv,
    quant.Conv1dOp: require_unit_dimension,
    quant.ConvTranspose1dOp: require_unit_dimension,
    quant.ConvTranspose2dOp: emit_conv_transpose,
    quant.ConvTranspose3dOp: emit_conv_transpose,
    quant.LinearOp: emit_linear,
    func.ReturnOp: _return,
    **emit_binary.EMITTERS,
    **emit_unary.EMITTERS,
    **emit_views.EMITTERS,
    **emit_movement.EMITTERS,
    **emit_pooling.EMITTERS,
    **emit_mean.EMITTERS,
    **emit_upsample.EMITTERS,
    **emit_channelwise.EMITTERS,
    **emit_dynamic.EMITTERS,
    **emit_linear_fp16.EMITTERS,
    **emit_plain.EMITTERS,
    **emit_state.EMITTERS,
    **emit_norm.EMITTERS,
    **emit_softmax.EMITTERS,
    **emit_matmul.EMITTERS,
    **emit_contraction.EMITTERS,
    **emit_float_lines.EMITTERS,
    **emit_float_conv.EMITTERS,
    **emit_float_conv_transpose.EMITTERS,
}
"""By the type of the op; each takes ops of that type only."""
