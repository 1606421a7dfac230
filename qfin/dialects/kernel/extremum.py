"""`kernel.extremum`: the largest or smallest of many bytes or floats."""

from __future__ import annotations

from xdsl.dialects.builtin import StringAttr, f32, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import BufferConstr, KernelOp, memref_of, verify_buffer
from qfin.dialects.shapes import text

FUNCTIONS = ("max", "min")


@irdl_op_definition
class ExtremumOp(KernelOp):
    """The largest or smallest unsigned byte, or f32, along each dimension of size 1 in the output.

    kernel.extremum %x, %y {function = "max"} : memref<2x8x5xi8>, memref<2x1x5xi8>
    """

    name = "kernel.extremum"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    function = prop_def(StringAttr)

    def __init__(self, input: SSAValue, output: SSAValue, function: str):
        super().__init__(operands=[input, output], properties={"function": StringAttr(function)})

    def verify_(self) -> None:
        element = memref_of(self.input).element_type
        if element not in (i8, f32):
            raise VerifyException(f"input must hold i8 or f32, got {self.input.type}")
        verify_buffer("input", self.input, element)
        verify_buffer("output", self.output, element)
        x, y = memref_of(self.input).get_shape(), memref_of(self.output).get_shape()
        if len(x) != len(y) or any(b not in (a, 1) for a, b in zip(x, y, strict=True)):
            raise VerifyException(f"output has shape {text(y)}, which is not {text(x)} reduced")
        if any(a == 0 and b == 1 for a, b in zip(x, y, strict=True)):
            raise VerifyException(f"there is no extremum of no values, in {text(x)}")
        if self.function.data not in FUNCTIONS:
            raise VerifyException(
                f"function must be one of {', '.join(FUNCTIONS)}, got {self.function.data}"
            )
