"""`kernel.upsample`, `kernel.float_upsample`: interpolation between neighbours that tables name."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, var_operand_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    verify_buffer,
    verify_shape,
)
from qfin.dialects.kernel.rounded import RoundedSumOp


@irdl_op_definition
class UpsampleOp(RoundedSumOp):
    """Interpolation along the last dimensions. For each of these, `tables` has positions in the
    input (i32) and weights (f32), both [outputs, taps]; `mult` is one f32. From the last dimension
    to the first, each sum in f32 and in the order of the taps:

    t = sum weights[i, k] * (x[positions[i, k]] - input_zero_point)
    out = clamp(rint(t * mult) + zero_point, qmin, qmax)

    kernel.upsample %x, %positions, %weights, %mult, %y {input_zero_point = 1 : i64,
      zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64}
      : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<1xf32>, memref<1x4x16xi8>
    """

    name = "kernel.upsample"

    input = operand_def(BufferConstr)
    tables = var_operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    def verify_(self) -> None:
        _verify_tables(self.input, self.tables, self.output, i8)
        verify_buffer("mult", self.mult, f32)
        verify_shape("mult", self.mult, [1])
        self.verify_rounding()


@irdl_op_definition
class FloatUpsampleOp(KernelOp):
    """Interpolation of f32, with tables as for `kernel.upsample`; the sums are the results.

    kernel.float_upsample %x, %positions, %weights, %y
      : memref<1x4x8xf32>, memref<16x2xi32>, memref<16x2xf32>, memref<1x4x16xf32>
    """

    name = "kernel.float_upsample"

    input = operand_def(BufferConstr)
    tables = var_operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    def __init__(self, input: SSAValue, tables: Sequence[SSAValue], output: SSAValue):
        super().__init__(operands=[input, tables, output])

    def verify_(self) -> None:
        _verify_tables(self.input, self.tables, self.output, f32)


def _verify_tables(
    input: SSAValue, tables: Sequence[SSAValue], output: SSAValue, element: Attribute
) -> None:
    rank = memref_of(input).get_num_dims()
    verify_buffer("input", input, element)
    verify_buffer("output", output, element, rank)
    windows = len(tables) // 2
    if len(tables) % 2 or not 1 <= windows <= rank:
        raise VerifyException(f"{len(tables)} tables for {rank} dimensions")
    kept = rank - windows
    outputs = memref_of(output).get_shape()[kept:]
    verify_shape("output", output, (*memref_of(input).get_shape()[:kept], *outputs))
    verify_buffer("positions 0", tables[0], i32, rank=2)
    taps = memref_of(tables[0]).get_shape()[1]
    for axis, count in enumerate(outputs):
        pair = tables[2 * axis : 2 * axis + 2]
        for name, table, kind in zip(("positions", "weights"), pair, (i32, f32), strict=True):
            verify_buffer(f"{name} {axis}", table, kind)
            verify_shape(f"{name} {axis}", table, (count, taps))
