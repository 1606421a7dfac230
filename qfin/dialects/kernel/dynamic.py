"""Quantization with parameters from memory: `kernel.choose_qparams`, `kernel.quantize_dynamic`,
`kernel.dequantize_dynamic`; and `kernel.column_sums` of weights that are packed at run time."""

from __future__ import annotations

from math import prod

from xdsl.dialects.builtin import UnitAttr, f32, i8, i32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    verify_buffer,
    verify_row_major,
    verify_shape,
)
from qfin.dialects.tensors import IntConstr, i64_attr


@irdl_op_definition
class ChooseQParamsOp(KernelOp):
    """Scale (f32) and zero point (i32) of each row of `input`, f32: of the values [qmin, qmax], or
    with `symmetric` a zero point of 0. The rows are equal parts, in order, as many as scales.

        kernel.choose_qparams %x, %s, %z {qmin = 0 : i64, qmax = 255 : i64}
          : memref<2x8xf32>, memref<f32>, memref<i32>
    """

    name = "kernel.choose_qparams"

    input = operand_def(BufferConstr)
    scale = operand_def(BufferConstr)
    zero_point = operand_def(BufferConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)
    symmetric = opt_prop_def(UnitAttr)

    def __init__(
        self,
        input: SSAValue,
        scale: SSAValue,
        zero_point: SSAValue,
        qmin: int,
        qmax: int,
        *,
        symmetric: bool = False,
    ):
        super().__init__(
            operands=[input, scale, zero_point],
            properties={
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
                "symmetric": UnitAttr() if symmetric else None,
            },
        )

    def verify_(self) -> None:
        verify_buffer("input", self.input, f32)
        verify_buffer("scale", self.scale, f32)
        verify_buffer("zero_point", self.zero_point, i32)
        verify_shape("zero_point", self.zero_point, memref_of(self.scale).get_shape())
        for name, value in (("input", self.input), ("scale", self.scale)):
            verify_row_major(name, value)
        verify_row_major("zero_point", self.zero_point)
        rows = prod(memref_of(self.scale).get_shape())
        if rows and prod(memref_of(self.input).get_shape()) % rows:
            raise VerifyException(f"input does not divide into {rows} rows")
        qmin, qmax = self.qmin.value.data, self.qmax.value.data
        if not qmin <= 0 <= qmax or qmin == qmax:
            raise VerifyException(f"the range {qmin}..{qmax} must hold 0 and more")


class _DynamicCast(KernelOp):
    """What quantize and dequantize share: parameters have the shape of the values, and stride 0
    where they repeat."""

    input = operand_def(BufferConstr)
    scale = operand_def(BufferConstr)
    zero_point = operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    def verify_(self) -> None:
        verify_buffer("scale", self.scale, f32)
        verify_buffer("zero_point", self.zero_point, i32)
        shape = memref_of(self.output).get_shape()
        verify_shape("input", self.input, shape)
        verify_shape("scale", self.scale, shape)
        verify_shape("zero_point", self.zero_point, shape)


@irdl_op_definition
class QuantizeDynamicOp(_DynamicCast):
    """f32 to bytes: `clamp(rint(x / scale) + zero_point, qmin, qmax)`; NaN gives qmin. A range with
    numbers below 0 is that of signed bytes.

        kernel.quantize_dynamic %x, %s, %z, %y {qmin = 0 : i64, qmax = 255 : i64}
          : memref<2x8xf32>, memref<2x8xf32, strided<[0, 0]>>, memref<2x8xi32, strided<[0, 0]>>,
            memref<2x8xi8>
    """

    name = "kernel.quantize_dynamic"

    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        input: SSAValue,
        scale: SSAValue,
        zero_point: SSAValue,
        output: SSAValue,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, scale, zero_point, output],
            properties={"qmin": i64_attr(qmin), "qmax": i64_attr(qmax)},
        )

    def verify_(self) -> None:
        super().verify_()
        verify_buffer("input", self.input, f32)
        verify_buffer("output", self.output, i8)
        qmin, qmax = self.qmin.value.data, self.qmax.value.data
        low, high = (0, 255) if qmin >= 0 else (-128, 127)
        if not low <= qmin <= qmax <= high:
            raise VerifyException(f"{qmin}..{qmax} is no range of bytes")


@irdl_op_definition
class DequantizeDynamicOp(_DynamicCast):
    """Bytes, with `signed` in two's complement, to f32: `f32(q - zero_point) * scale`.

    kernel.dequantize_dynamic %q, %s, %z, %y {signed}
      : memref<2x8xi8>, memref<2x8xf32, strided<[0, 0]>>, memref<2x8xi32, strided<[0, 0]>>,
        memref<2x8xf32>
    """

    name = "kernel.dequantize_dynamic"

    signed = opt_prop_def(UnitAttr)

    def __init__(
        self,
        input: SSAValue,
        scale: SSAValue,
        zero_point: SSAValue,
        output: SSAValue,
        *,
        signed: bool,
    ):
        super().__init__(
            operands=[input, scale, zero_point, output],
            properties={"signed": UnitAttr() if signed else None},
        )

    def verify_(self) -> None:
        super().verify_()
        verify_buffer("input", self.input, i8)
        verify_buffer("output", self.output, f32)


@irdl_op_definition
class ColumnSumsOp(KernelOp):
    """Minus the sum of the weights of each output channel, padded ones included.

    `weights` is the flat array of `layout.blocked`, `output` (i32) has one value for each lane of
    each block: [groups, blocks * lanes].

        kernel.column_sums %w, %y {lanes = 16 : i64} : memref<256xi8>, memref<1x16xi32>
    """

    name = "kernel.column_sums"

    weights = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    lanes = prop_def(IntConstr)

    def __init__(self, weights: SSAValue, output: SSAValue, lanes: int):
        super().__init__(operands=[weights, output], properties={"lanes": i64_attr(lanes)})

    def verify_(self) -> None:
        verify_buffer("weights", self.weights, i8, rank=1)
        verify_buffer("output", self.output, i32, rank=2)
        verify_row_major("weights", self.weights)
        verify_row_major("output", self.output)
        lanes, channels = self.lanes.value.data, prod(memref_of(self.output).get_shape())
        size = prod(memref_of(self.weights).get_shape())
        if lanes < 1 or channels % lanes or (channels and size % (4 * channels)):
            raise VerifyException(
                f"{size} weights do not divide into {channels} channels, {lanes} a block"
            )
