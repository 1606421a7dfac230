"""Ops that treat each element alone: quantize, dequantize, copy, clamp, and filling a halo."""

from __future__ import annotations

from xdsl.dialects.builtin import FloatAttr, f32, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    ScaleConstr,
    memref_of,
    si8,
    verify_activations,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_halo,
    verify_scale,
    verify_shape,
    verify_stored,
)
from qfin.dialects.tensors import IntConstr, Ints, IntsConstr, i64_attr


@irdl_op_definition
class FillHaloOp(KernelOp):
    """Stores `value` into the halo around each image of the buffer; it is unsigned, where the
    buffer is signed 128 less is stored.

    kernel.fill_halo %x {halo = array<i64: 1, 1, 1, 1>, value = 128 : i64}
      : memref<1x4x8x8xi8, strided<[400, 1, 40, 4]>>
    """

    name = "kernel.fill_halo"

    output = operand_def(BufferConstr)
    halo = prop_def(IntsConstr)
    value = prop_def(IntConstr)

    def __init__(self, output: SSAValue, halo: Ints, value: int):
        super().__init__(operands=[output], properties={"halo": halo, "value": i64_attr(value)})

    def verify_(self) -> None:
        verify_activations("output", self.output)
        verify_halo(self.output, self.halo)
        verify_byte("value", self.value.value.data)


@irdl_op_definition
class CopyOp(KernelOp):
    """Copies between two strided buffers of one shape and of the same elements, or of bytes of
    which one side is signed: 128 more or less than the other's.

    kernel.copy %x, %y : memref<1x4x8x8xsi8>, memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>
    """

    name = "kernel.copy"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    def __init__(self, input: SSAValue, output: SSAValue):
        super().__init__(operands=[input, output])

    def verify_(self) -> None:
        verify_stored("input", self.input)
        if memref_of(self.input).element_type in (i8, si8):
            verify_activations("output", self.output)
        else:
            verify_buffer("output", self.output, memref_of(self.input).element_type)
        verify_shape("output", self.output, memref_of(self.input).get_shape())


@irdl_op_definition
class ClampOp(KernelOp):
    """`min(max(x, qmin), qmax)` on unsigned bytes.

    kernel.clamp %x, %y {qmin = 128 : i64, qmax = 255 : i64} : memref<2x8xi8>, memref<2x8xi8>
    """

    name = "kernel.clamp"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(self, input: SSAValue, output: SSAValue, qmin: int, qmax: int):
        super().__init__(
            operands=[input, output],
            properties={"qmin": i64_attr(qmin), "qmax": i64_attr(qmax)},
        )

    def verify_(self) -> None:
        verify_buffer("input", self.input, i8)
        verify_buffer("output", self.output, i8)
        verify_shape("output", self.output, memref_of(self.input).get_shape())
        verify_clamp(self.qmin.value.data, self.qmax.value.data)


@irdl_op_definition
class QuantizeOp(KernelOp):
    """f32 to u8: `clamp(rint(x / scale) + zero_point, qmin, qmax)`; NaN gives qmin.

    kernel.quantize %x, %y {scale = 0.5 : f32, zero_point = 128 : i64, qmin = 0 : i64,
      qmax = 255 : i64} : memref<2x8xf32>, memref<2x8xi8>
    """

    name = "kernel.quantize"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    scale = prop_def(ScaleConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        input: SSAValue,
        output: SSAValue,
        scale: float,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, output],
            properties={
                "scale": FloatAttr(scale, f32),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_(self) -> None:
        verify_buffer("input", self.input, f32)
        verify_buffer("output", self.output, i8)
        verify_shape("output", self.output, memref_of(self.input).get_shape())
        verify_scale(self.scale.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)


@irdl_op_definition
class DequantizeOp(KernelOp):
    """u8 to f32: `f32(q - zero_point) * scale`.

    kernel.dequantize %x, %y {scale = 0.5 : f32, zero_point = 128 : i64}
      : memref<2x8xi8>, memref<2x8xf32>
    """

    name = "kernel.dequantize"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    scale = prop_def(ScaleConstr)
    zero_point = prop_def(IntConstr)

    def __init__(self, input: SSAValue, output: SSAValue, scale: float, zero_point: int):
        super().__init__(
            operands=[input, output],
            properties={"scale": FloatAttr(scale, f32), "zero_point": i64_attr(zero_point)},
        )

    def verify_(self) -> None:
        verify_buffer("input", self.input, i8)
        verify_buffer("output", self.output, f32)
        verify_shape("output", self.output, memref_of(self.input).get_shape())
        verify_scale(self.scale.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
