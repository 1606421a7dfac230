"""The functions of ops on plain numbers, and with quantization parameters from memory."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Operation

from qfin.dialects.kernel.buffers import memref_of
from qfin.dialects.kernel.dense import DEPTH
from qfin.dialects.kernel.dynamic import (
    ChooseQParamsOp,
    ColumnSumsOp,
    DequantizeDynamicOp,
    QuantizeDynamicOp,
)
from qfin.dialects.kernel.linear_fp16 import LinearFp16Op
from qfin.dialects.kernel.plain import FloatClampOp, PlainBinaryOp
from qfin.errors import PassError, describe
from qfin.kernels.binary import PlainBinarySpec, build_plain_binary
from qfin.kernels.choose_qparams import ChooseQparamsSpec, build_choose_qparams
from qfin.kernels.column_sums import ColumnSumsSpec, build_column_sums
from qfin.kernels.dynamic_casts import (
    DequantizeDynamicSpec,
    QuantizeDynamicSpec,
    build_dequantize_dynamic,
    build_quantize_dynamic,
)
from qfin.kernels.elementwise import FloatClampSpec, build_float_clamp
from qfin.kernels.linear_fp16 import LinearFp16Spec, build_linear_fp16
from qfin.passes.lower.call import Call, elementwise, shape_and_strides
from qfin.target.isa import Isa


def plain(bound: FloatAttr | None) -> float | None:
    """The number that an optional attribute holds."""
    return None if bound is None else bound.value.data


def _plain_binary(op: PlainBinaryOp, isa: Isa) -> Call:
    strides = [shape_and_strides(value)[1] for value in op.operands]
    output = memref_of(op.output)
    spec = PlainBinarySpec(
        op.function.data, output.get_shape(), *strides, element=output.element_type
    )
    return Call(build_plain_binary, spec)


def _float_clamp(op: FloatClampOp, isa: Isa) -> Call:
    shape, x_strides, y_strides = elementwise(op.input, op.output)
    spec = FloatClampSpec(shape, x_strides, y_strides, plain(op.min), plain(op.max))
    return Call(build_float_clamp, spec)


def _choose_qparams(op: ChooseQParamsOp, isa: Isa) -> Call:
    rows = prod(memref_of(op.scale).get_shape())
    count = prod(memref_of(op.input).get_shape()) // max(rows, 1)
    qmin, qmax = op.qmin.value.data, op.qmax.value.data
    spec = ChooseQparamsSpec(rows, count, qmin, qmax, op.symmetric is not None)
    return Call(build_choose_qparams, spec)


def _quantize(op: QuantizeDynamicOp, isa: Isa) -> Call:
    strides = [shape_and_strides(value)[1] for value in op.operands]
    shape = memref_of(op.output).get_shape()
    spec = QuantizeDynamicSpec(shape, *strides, qmin=op.qmin.value.data, qmax=op.qmax.value.data)
    return Call(build_quantize_dynamic, spec)


def _dequantize(op: DequantizeDynamicOp, isa: Isa) -> Call:
    strides = [shape_and_strides(value)[1] for value in op.operands]
    shape = memref_of(op.output).get_shape()
    spec = DequantizeDynamicSpec(shape, *strides, signed=op.signed is not None)
    return Call(build_dequantize_dynamic, spec)


def _column_sums(op: ColumnSumsOp, isa: Isa) -> Call:
    lanes, channels = op.lanes.value.data, prod(memref_of(op.output).get_shape())
    if lanes % isa.lanes:
        raise PassError(
            f"{describe(op)}: weights are packed for {lanes} lanes, {isa.name} has {isa.lanes}"
        )
    steps = prod(memref_of(op.weights).get_shape()) // (DEPTH * max(channels, 1))
    return Call(build_column_sums, ColumnSumsSpec(channels // lanes, lanes // isa.lanes, steps))


def _linear_fp16(op: LinearFp16Op, isa: Isa) -> Call:
    (rows, inputs), outputs = memref_of(op.input).get_shape(), memref_of(op.output).get_shape()[1]
    bounds = plain(op.min), plain(op.max)
    spec = LinearFp16Spec(rows, inputs, outputs, op.bias is not None, *bounds)
    return Call(build_linear_fp16, spec)


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    PlainBinaryOp: _plain_binary,
    FloatClampOp: _float_clamp,
    ChooseQParamsOp: _choose_qparams,
    QuantizeDynamicOp: _quantize,
    DequantizeDynamicOp: _dequantize,
    ColumnSumsOp: _column_sums,
    LinearFp16Op: _linear_fp16,
}
"""By the type of the op."""
