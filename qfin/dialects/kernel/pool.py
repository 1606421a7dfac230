"""Poolings over windows that tables describe: `kernel.max_pool`, `kernel.avg_pool`."""

from __future__ import annotations

from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_shape,
)
from qfin.dialects.tensors import ONES, IntConstr, Ints, IntsConstr, i64_attr, verify_pair


@irdl_op_definition
class MaxPoolOp(KernelOp):
    """Maximum over windows. `rows` [H', 2] and `columns` [W', 2] (i32) hold, for each output row
    and column, the first input row (column) of its window and how many there are, `step` apart.

    kernel.max_pool %x, %rows, %columns, %y : memref<1x4x8x8xi8>, memref<4x2xi32>,
      memref<4x2xi32>, memref<1x4x4x4xi8>
    """

    name = "kernel.max_pool"

    input = operand_def(BufferConstr)
    rows = operand_def(BufferConstr)
    columns = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    step = prop_def(IntsConstr, default_value=ONES)

    def __init__(
        self, input: SSAValue, rows: SSAValue, columns: SSAValue, output: SSAValue, step: Ints
    ):
        super().__init__(operands=[input, rows, columns, output], properties={"step": step})

    def verify_(self) -> None:
        _verify_windows(self.input, self.rows, self.columns, self.output)
        verify_pair("step", self.step)


@irdl_op_definition
class AvgPoolOp(KernelOp):
    """Average over windows given as for `kernel.max_pool`:

    out = clamp(rint(f32(sum (x - input_zero_point)) * mult[y, x]) + zero_point, qmin, qmax)

    kernel.avg_pool %x, %rows, %columns, %mult, %y {input_zero_point = 1 : i64,
      zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64}
      : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>,
        memref<1x4x4x4xi8>
    """

    name = "kernel.avg_pool"

    input = operand_def(BufferConstr)
    rows = operand_def(BufferConstr)
    columns = operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    input_zero_point = prop_def(IntConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        input: SSAValue,
        rows: SSAValue,
        columns: SSAValue,
        mult: SSAValue,
        output: SSAValue,
        *,
        input_zero_point: int,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, rows, columns, mult, output],
            properties={
                "input_zero_point": i64_attr(input_zero_point),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_(self) -> None:
        _verify_windows(self.input, self.rows, self.columns, self.output)
        verify_buffer("mult", self.mult, f32)
        verify_shape("mult", self.mult, memref_of(self.output).get_shape()[2:])
        verify_byte("input_zero_point", self.input_zero_point.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)


def _verify_windows(input: SSAValue, rows: SSAValue, columns: SSAValue, output: SSAValue) -> None:
    verify_buffer("input", input, i8, rank=4)
    verify_buffer("output", output, i8, rank=4)
    batch, channels, *_ = memref_of(input).get_shape()
    height, width = memref_of(output).get_shape()[2:]
    verify_shape("output", output, (batch, channels, height, width))
    for name, table, count in (("rows", rows, height), ("columns", columns, width)):
        verify_buffer(name, table, i32)
        verify_shape(name, table, (count, 2))
