"""What the ops of the `quant` dialect mean."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, IntegerType
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.ir import SSAValue

from qfin.dialects.layout import BlockedAttr, DepthwiseAttr
from qfin.dialects.quant.casts import DCastOp, QCastOp, SCastOp
from qfin.dialects.quant.contraction import Contraction, LinearOp
from qfin.dialects.quant.packed import PackedConstantOp, PrepackOp, UnpackOp
from qfin.dialects.quant.packed_type import PackedType
from qfin.dialects.uniform import UniformType
from qfin.errors import UnsupportedError
from qfin.interpreter import contractions, numerics
from qfin.interpreter.activation import output_range
from qfin.interpreter.arrays import dense_to_numpy, dtype_of, element_type
from qfin.interpreter.blocked import unblock
from qfin.interpreter.depthwise import unpack_depthwise
from qfin.interpreter.packed import Packed, packed_scales, packed_weight, unpacked_weight
from qfin.interpreter.transposed import from_convolution

Array: TypeAlias = NDArray[Any]


def uniform(value: SSAValue) -> UniformType:
    """The quantized element type of a value. Raises UnsupportedError for any other."""
    element = element_type(value.type)
    if not isinstance(element, UniformType):
        raise UnsupportedError(f"{element} does not say how values are quantized")
    return element


def broadcast_parameters(
    element: UniformType, shape: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(scales, zero points) that broadcast against an array of `shape`."""
    scales, zero_points = element.scales, element.zero_points
    if element.is_per_layer:
        return scales.reshape(()), zero_points.reshape(())
    if element.is_per_axis:
        spread = [1] * len(shape)
        spread[element.axis] = -1
        return scales.reshape(spread), zero_points.reshape(spread)
    for axis, size in element.block_sizes.items():
        scales = np.repeat(scales, size, axis)
        zero_points = np.repeat(zero_points, size, axis)
    return scales, zero_points


def quantize(x: Array, element: UniformType) -> Array:
    """`x` in the storage of `element`."""
    scales, zero_points = broadcast_parameters(element, x.shape)
    return numerics.quantize(
        x, scales, zero_points, element.storage_min, element.storage_max, element.storage_dtype
    )


def dequantize(q: Array, element: UniformType) -> Array:
    """The f32 values that the integers `q` stand for."""
    return numerics.dequantize(q, *broadcast_parameters(element, q.shape))


def same_bits(array: Array, width: int, dtype: np.dtype[Any]) -> Array:
    """The `width` low bits of each integer, read as the integers of `dtype`."""
    bits = array.astype(np.int64) & ((1 << width) - 1)
    if dtype.kind == "i":
        sign = 1 << (width - 1)
        bits = (bits ^ sign) - sign
    return bits.astype(dtype)


@register_impls
class QuantFunctions(InterpreterFunctions):
    """The `quant` dialect. Integer results are exact: the same bits everywhere."""

    @impl(QCastOp)
    def run_qcast(self, interpreter: Interpreter, op: QCastOp, args: PythonValues) -> PythonValues:
        return (quantize(np.asarray(args[0]), uniform(op.result)),)

    @impl(DCastOp)
    def run_dcast(self, interpreter: Interpreter, op: DCastOp, args: PythonValues) -> PythonValues:
        values = dequantize(np.asarray(args[0]), uniform(op.input))
        with np.errstate(over="ignore", under="ignore"):
            return (values.astype(dtype_of(element_type(op.result.type))),)

    @impl(SCastOp)
    def run_scast(self, interpreter: Interpreter, op: SCastOp, args: PythonValues) -> PythonValues:
        input, result = element_type(op.input.type), element_type(op.result.type)
        plain = input if isinstance(input, IntegerType) else result
        assert isinstance(plain, IntegerType)
        return (same_bits(np.asarray(args[0]), plain.width.data, dtype_of(result)),)

    @impl(PrepackOp)
    def run_prepack(
        self, interpreter: Interpreter, op: PrepackOp, args: PythonValues
    ) -> PythonValues:
        bias = args[1] if op.bias else None
        packed, element = op.result.type, element_type(op.weight.type)
        assert isinstance(packed, PackedType)
        weight, zero_points = packed_weight(packed, element, args[0])
        return (Packed(weight, packed_scales(packed, element), bias, zero_points),)

    @impl(UnpackOp)
    def run_unpack(
        self, interpreter: Interpreter, op: UnpackOp, args: PythonValues
    ) -> PythonValues:
        packed: Packed = args[0]
        assert isinstance(op.packed.type, PackedType)
        weight = unpacked_weight(op.packed.type, element_type(op.weight.type), packed)
        return (weight, packed.bias) if op.bias else (weight,)

    @impl(PackedConstantOp)
    def run_packed_constant(
        self, interpreter: Interpreter, op: PackedConstantOp, args: PythonValues
    ) -> PythonValues:
        weight = dense_to_numpy(op.value.weight)
        if isinstance(layout := op.result.type.layout, BlockedAttr):
            weight = unblock_weight(weight, op.result.type, layout)
        elif isinstance(layout, DepthwiseAttr):
            weight = unpack_depthwise(weight, op.result.type.dense_shape, layout)
        bias, zero_points = (
            dense_to_numpy(values) if isinstance(values, DenseIntOrFPElementsAttr) else None
            for values in (op.value.bias, op.value.zero_points)
        )
        return (Packed(weight, dense_to_numpy(op.value.scales), bias, zero_points),)

    @impl(LinearOp)
    def run_linear(
        self, interpreter: Interpreter, op: LinearOp, args: PythonValues
    ) -> PythonValues:
        packed: Packed = args[1]
        assert isinstance(op.packed.type, PackedType)
        x = args[0].astype(np.float64) - uniform(op.input).zero_point
        weight = packed.centred(op.packed.type).astype(np.float64)
        return (finish(op, contractions.linear(x, weight), *args[1:]),)


def unblock_weight(flat: Array, packed: PackedType, layout: BlockedAttr) -> Array:
    """The logical weight of a packed constant laid out as `#layout.blocked`."""
    weight = unblock(flat, packed.dense_shape, packed.groups, layout.lanes.data, layout.depth.data)
    return from_convolution(weight, packed.groups) if packed.is_transposed else weight


def finish_channels(op: Contraction, sums: NDArray[np.float64], args: PythonValues) -> Array:
    """`finish` for sums [N, O, ...], with the op's arguments."""
    _, packed, *residual = args
    last = (np.moveaxis(array, 1, -1) for array in residual)
    return np.moveaxis(finish(op, np.moveaxis(sums, 1, -1), packed, *last), -1, 1)


def finish(
    op: Contraction, sums: NDArray[np.float64], packed: Packed, residual: Array | None = None
) -> Array:
    """From integer sums [..., O] to the stored result: bias, requantization, residual,
    activation."""
    source, target = uniform(op.input), uniform(op.result)
    added = None
    if packed.bias is not None and packed.bias.dtype == np.float32:
        added = numerics.scaled_bias(packed.bias, source.scale, packed.scales)
    elif packed.bias is not None:
        sums = sums + packed.bias
    accumulator = numerics.as_accumulator(sums)
    low, high = output_range(target, op.activation)
    mult = numerics.requantize_scales(source.scale, packed.scales, target.scale)
    addend = None
    if residual is not None:
        assert op.residual is not None
        other = uniform(op.residual)
        addend = numerics.residual(residual, other.scale, other.zero_point, target.scale)
    result = numerics.requantize(accumulator, mult, target.zero_point, low, high, added, addend)
    return result.astype(target.storage_dtype)
