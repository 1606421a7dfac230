"""Elementwise ops on plain numbers: `kernel.plain_binary`, `kernel.float_clamp`."""

from __future__ import annotations

from xdsl.dialects.builtin import StringAttr, f32, i32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.binary import FUNCTIONS
from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    NumberConstr,
    memref_of,
    optional_number,
    verify_buffer,
    verify_shape,
)

PRELU = "prelu"
"""What can be done with f32 values besides."""


@irdl_op_definition
class PlainBinaryOp(KernelOp):
    """`function(lhs, rhs)` on f32, rounded once, or on i32, wrapping; on f32 also "prelu", which is
    lhs where it is positive, else lhs * rhs.

    All buffers have one shape and one type of elements; an operand that broadcasts has stride 0.

        kernel.plain_binary %a, %b, %y {function = "mul"}
          : memref<2x8xf32>, memref<2x8xf32, strided<[0, 1]>>, memref<2x8xf32>
    """

    name = "kernel.plain_binary"

    lhs = operand_def(BufferConstr)
    rhs = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    function = prop_def(StringAttr)

    def __init__(self, lhs: SSAValue, rhs: SSAValue, output: SSAValue, function: str):
        super().__init__(operands=[lhs, rhs, output], properties={"function": StringAttr(function)})

    def verify_(self) -> None:
        output = memref_of(self.output)
        if output.element_type not in (f32, i32):
            raise VerifyException(f"output must hold f32 or i32, got {output}")
        functions = (*FUNCTIONS, PRELU) if output.element_type == f32 else FUNCTIONS
        if self.function.data not in functions:
            raise VerifyException(
                f"function must be one of {', '.join(functions)}, got {self.function}"
            )
        for name, value in (("lhs", self.lhs), ("rhs", self.rhs), ("output", self.output)):
            verify_buffer(name, value, output.element_type)
            verify_shape(name, value, output.get_shape())


@irdl_op_definition
class FloatClampOp(KernelOp):
    """`min(max(x, min), max)` on f32; a bound that is not there does nothing, and NaN stays.

    kernel.float_clamp %x, %y {min = 0.0 : f32} : memref<2x8xf32>, memref<2x8xf32>
    """

    name = "kernel.float_clamp"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    min = opt_prop_def(NumberConstr)
    max = opt_prop_def(NumberConstr)

    def __init__(self, input: SSAValue, output: SSAValue, min: float | None, max: float | None):
        super().__init__(
            operands=[input, output],
            properties={"min": optional_number(min), "max": optional_number(max)},
        )

    def verify_(self) -> None:
        verify_buffer("input", self.input, f32)
        verify_buffer("output", self.output, f32)
        verify_shape("output", self.output, memref_of(self.input).get_shape())
