"""`kernel.fill`: one byte everywhere."""

from __future__ import annotations

from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def

from qfin.dialects.kernel.buffers import BufferConstr, KernelOp, verify_activations, verify_byte
from qfin.dialects.tensors import IntConstr, i64_attr


@irdl_op_definition
class FillOp(KernelOp):
    """Stores `value` into each element of the buffer, and not into its halo; it is unsigned, where
    the buffer is signed 128 less is stored."""

    name = "kernel.fill"

    output = operand_def(BufferConstr)
    value = prop_def(IntConstr)

    def __init__(self, output: SSAValue, value: int):
        super().__init__(operands=[output], properties={"value": i64_attr(value)})

    def verify_(self) -> None:
        verify_activations("output", self.output)
        verify_byte("value", self.value.value.data)
