"""`kernel.lut`: any function of one byte, as a table."""

from __future__ import annotations

from xdsl.dialects.builtin import i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    strides_of,
    verify_activations,
    verify_buffer,
    verify_shape,
)

TABLE_SIZE = 256


@irdl_op_definition
class LutOp(KernelOp):
    """`table[x]` for each byte x, as a number of 0..255 even where it is signed; the table is dense
    and has 256 entries, which are what is stored.

    kernel.lut %x, %table, %y : memref<2x8xi8>, memref<256xi8, strided<[1]>>, memref<2x8xi8>
    """

    name = "kernel.lut"

    input = operand_def(BufferConstr)
    table = operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    def __init__(self, input: SSAValue, table: SSAValue, output: SSAValue):
        super().__init__(operands=[input, table, output])

    def verify_(self) -> None:
        verify_activations("input", self.input)
        verify_buffer("table", self.table, i8)
        verify_shape("table", self.table, (TABLE_SIZE,))
        if strides_of(self.table) != (1,):
            raise VerifyException(f"table must be dense, got {memref_of(self.table)}")
        verify_activations("output", self.output)
        verify_shape("output", self.output, memref_of(self.input).get_shape())
