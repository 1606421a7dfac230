"""`kernel.softmax`."""

from __future__ import annotations

from xdsl.dialects.builtin import FloatAttr, f32, i8, i32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    ScaleConstr,
    memref_of,
    strides_of,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_scale,
    verify_shape,
)
from qfin.dialects.kernel.lut import TABLE_SIZE
from qfin.dialects.tensors import IntConstr, i64_attr


@irdl_op_definition
class SoftmaxOp(KernelOp):
    """Along `dim`, with a dense table e of 256 entries >= 0, the first of which is not 0:

        s = sum(e[max(x) - x])
        out = clamp(rint(f32(e[max(x) - x]) / (f32(s) * scale)) + zero_point, qmin, qmax)

    The sum is exact, in 64 bits; the rest is in f32.
    """

    name = "kernel.softmax"

    input = operand_def(BufferConstr)
    table = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    dim = prop_def(IntConstr)
    scale = prop_def(ScaleConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        input: SSAValue,
        table: SSAValue,
        output: SSAValue,
        *,
        dim: int,
        scale: float,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, table, output],
            properties={
                "dim": i64_attr(dim),
                "scale": FloatAttr(scale, f32),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_(self) -> None:
        verify_buffer("input", self.input, i8)
        verify_buffer("table", self.table, i32)
        verify_shape("table", self.table, (TABLE_SIZE,))
        if strides_of(self.table) != (1,):
            raise VerifyException(f"table must be dense, got {memref_of(self.table)}")
        shape = memref_of(self.input).get_shape()
        verify_buffer("output", self.output, i8)
        verify_shape("output", self.output, shape)
        if not 0 <= (dim := self.dim.value.data) < len(shape):
            raise VerifyException(f"dim must name one of {len(shape)} dimensions, got {dim}")
        verify_scale(self.scale.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
