"""What quantization at run time means, and the ops on f32 with packed weights."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import IntegerType, TensorType
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.ir import SSAValue

from qfin.dialects import nn, quant
from qfin.dialects.quant.dynamic import axis_of, ui8
from qfin.dialects.uniform.storage import natural_range
from qfin.errors import UnsupportedError
from qfin.interpreter import contractions, numerics, numerics_dynamic
from qfin.interpreter.arrays import dtype_of, element_type
from qfin.interpreter.packed import Packed, dynamic_scales

Array: TypeAlias = NDArray[Any]
F64: TypeAlias = NDArray[np.float64]


def along(values: Array, axis: int | None, rank: int) -> Array:
    """Parameters, [] or one for each slice along `axis`, such that they broadcast."""
    if axis is None:
        return values
    return values.reshape([-1 if i == axis else 1 for i in range(rank)])


def storage_of(value: SSAValue) -> IntegerType:
    """The integers that a stored tensor holds."""
    element = element_type(value.type)
    assert isinstance(element, IntegerType)
    return element


@register_impls
class DynamicFunctions(InterpreterFunctions):
    """Run-time quantization. Integers and their sums are exact, floats the same bits everywhere."""

    @impl(quant.ChooseQParamsOp)
    def run_choose_qparams(
        self, interpreter: Interpreter, op: quant.ChooseQParamsOp, args: PythonValues
    ) -> PythonValues:
        x: Array = args[0]
        if op.symmetric is None:
            scale, zero_point = numerics_dynamic.choose_affine(x, *op.range)
            return np.asarray(scale, np.float32), np.asarray(zero_point, np.int32)
        axis = axis_of(op.axis)
        if axis is None:
            scales = np.asarray(numerics_dynamic.choose_symmetric(x, *op.range))
        else:
            slices = np.moveaxis(x, axis, 0)
            each = [numerics_dynamic.choose_symmetric(one, *op.range) for one in slices]
            scales = np.array(each, np.float32)
        return scales, np.zeros(scales.shape, np.int32)

    @impl(quant.QuantizeOp)
    def run_quantize(
        self, interpreter: Interpreter, op: quant.QuantizeOp, args: PythonValues
    ) -> PythonValues:
        x, scale, zero_point = args
        axis, storage = axis_of(op.axis), storage_of(op.result)
        scale, zero_point = along(scale, axis, x.ndim), along(zero_point, axis, x.ndim)
        dtype = dtype_of(storage)
        return (numerics.quantize(x, scale, zero_point, *natural_range(storage), dtype),)

    @impl(quant.DequantizeOp)
    def run_dequantize(
        self, interpreter: Interpreter, op: quant.DequantizeOp, args: PythonValues
    ) -> PythonValues:
        q, scale, zero_point = args
        axis = axis_of(op.axis)
        scale, zero_point = along(scale, axis, q.ndim), along(zero_point, axis, q.ndim)
        return (numerics.dequantize(q, scale, zero_point),)

    @impl(quant.PrepackDynamicOp)
    def run_prepack(
        self, interpreter: Interpreter, op: quant.PrepackDynamicOp, args: PythonValues
    ) -> PythonValues:
        weight, scale, *bias = args
        assert isinstance(op.result.type, quant.PackedType)
        scales = dynamic_scales(op.result.type, np.asarray(scale, np.float32))
        return (Packed(weight, scales, *(bias or [None])),)

    @impl(quant.UnpackDynamicOp)
    def run_unpack(
        self, interpreter: Interpreter, op: quant.UnpackDynamicOp, args: PythonValues
    ) -> PythonValues:
        packed: Packed = args[0]
        assert isinstance(op.scale.type, TensorType)
        shape = op.scale.type.get_shape()
        if not shape and packed.scales.size != 1:
            raise UnsupportedError("the weight was packed with a scale for each channel", op)
        # Groups of a transposed convolution repeat their scales: the first few are all of them.
        each = packed.scales[: shape[0]] if shape else packed.scales.reshape(())
        scale = np.broadcast_to(each, shape)
        return (packed.weight, scale) if op.bias is None else (packed.weight, scale, packed.bias)

    @impl(quant.LinearDynamicOp)
    def run_linear(
        self, interpreter: Interpreter, op: quant.LinearDynamicOp, args: PythonValues
    ) -> PythonValues:
        x, packed = args
        scale, centred = quantized_input(op, x)
        assert isinstance(op.packed.type, quant.PackedType)
        sums = contractions.linear(centred, packed.centred(op.packed.type).astype(np.float64))
        return (finish(op, sums, scale, packed),)

    @impl(quant.Conv1dDynamicOp)
    def run_conv1d(
        self, interpreter: Interpreter, op: quant.Conv1dDynamicOp, args: PythonValues
    ) -> PythonValues:
        return (convolution(op, *args),)

    @impl(quant.Conv2dDynamicOp)
    def run_conv2d(
        self, interpreter: Interpreter, op: quant.Conv2dDynamicOp, args: PythonValues
    ) -> PythonValues:
        return (convolution(op, *args),)

    @impl(quant.Conv3dDynamicOp)
    def run_conv3d(
        self, interpreter: Interpreter, op: quant.Conv3dDynamicOp, args: PythonValues
    ) -> PythonValues:
        return (convolution(op, *args),)

    @impl(quant.LinearDynamicFp16Op)
    def run_linear_fp16(
        self, interpreter: Interpreter, op: quant.LinearDynamicFp16Op, args: PythonValues
    ) -> PythonValues:
        packed: Packed = args[1]
        bias = None if packed.bias is None else numerics.f32(packed.bias)
        sums = numerics_dynamic.linear_fp16(args[0], packed.weight.astype(np.float16), bias)
        return (numerics_dynamic.clamp(sums, op.activation.bounds),)

    @impl(nn.ToOp)
    def run_to(self, interpreter: Interpreter, op: nn.ToOp, args: PythonValues) -> PythonValues:
        with np.errstate(all="ignore"):
            return (args[0].astype(dtype_of(element_type(op.result.type))),)

    @impl(nn.SaturateToFp16Op)
    def run_saturate_to_fp16(
        self, interpreter: Interpreter, op: nn.SaturateToFp16Op, args: PythonValues
    ) -> PythonValues:
        return (saturate_to_fp16(args[0]),)


def saturate_to_fp16(x: Array) -> NDArray[np.float16]:
    """The nearest finite f16 of each value, ties to even; NaN stays."""
    largest = np.finfo(np.float16).max
    with np.errstate(all="ignore"):
        return np.clip(x, -largest, largest).astype(np.float16)


def quantized_input(op: quant.DynamicContraction, x: Array) -> tuple[np.float32, F64]:
    """The scale chosen for `x`, and its quantized values less the zero point."""
    low, high = natural_range(ui8)
    reckoned = high // 2 if op.reduce_range is not None else high
    scale, zero_point = numerics_dynamic.choose_affine(x, low, reckoned)
    stored = numerics.quantize(x, scale, zero_point, low, high)
    return scale, stored.astype(np.float64) - zero_point


def convolution(op: quant.DynamicContraction, x: Array, packed: Packed) -> Array:
    """The result of a convolution over any number of spatial dimensions."""
    type = op.packed.type
    assert isinstance(type, quant.PackedType)
    scale, centred = quantized_input(op, x)
    # Padding with 0 here, where the zero point is subtracted, is padding with the zero point.
    sums = contractions.conv(
        centred,
        packed.centred(type).astype(np.float64),
        type.conv.stride.get_values(),
        type.conv.padding.get_values(),
        type.conv.dilation.get_values(),
        type.conv.groups.data,
    )
    return np.moveaxis(finish(op, np.moveaxis(sums, 1, -1), scale, packed), -1, 1)


def finish(op: quant.DynamicContraction, sums: F64, scale: np.float32, packed: Packed) -> Array:
    """From integer sums [..., O] to the f32 result."""
    accumulator = numerics.as_accumulator(sums)
    bias = None if packed.bias is None else numerics.f32(packed.bias)
    values = numerics_dynamic.dynamic_output(accumulator, scale, packed.scales, bias)
    return numerics_dynamic.clamp(values, op.activation.bounds)
