"""`kernel.binary`: elementwise ops on two buffers."""

from __future__ import annotations

from xdsl.dialects.builtin import FloatAttr, StringAttr, f32, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    ScaleConstr,
    memref_of,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_scale,
    verify_shape,
)
from qfin.dialects.tensors import IntConstr, i64_attr

FUNCTIONS = ("add", "sub", "mul")
"""What `kernel.binary` can do with two f32 values."""


@irdl_op_definition
class BinaryOp(KernelOp):
    """One f32 operation on two dequantized values:

        a = f32(lhs - lhs_zero_point) * lhs_scale
        b = f32(rhs - rhs_zero_point) * rhs_scale
        out = clamp(rint(function(a, b) / scale) + zero_point, qmin, qmax)

    All buffers have one shape; an operand that broadcasts has stride 0. NaN gives qmin.
    """

    name = "kernel.binary"

    lhs = operand_def(BufferConstr)
    rhs = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    function = prop_def(StringAttr)
    lhs_scale = prop_def(ScaleConstr)
    lhs_zero_point = prop_def(IntConstr)
    rhs_scale = prop_def(ScaleConstr)
    rhs_zero_point = prop_def(IntConstr)
    scale = prop_def(ScaleConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        lhs: SSAValue,
        rhs: SSAValue,
        output: SSAValue,
        function: str,
        *,
        lhs_scale: float,
        lhs_zero_point: int,
        rhs_scale: float,
        rhs_zero_point: int,
        scale: float,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[lhs, rhs, output],
            properties={
                "function": StringAttr(function),
                "lhs_scale": FloatAttr(lhs_scale, f32),
                "lhs_zero_point": i64_attr(lhs_zero_point),
                "rhs_scale": FloatAttr(rhs_scale, f32),
                "rhs_zero_point": i64_attr(rhs_zero_point),
                "scale": FloatAttr(scale, f32),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_(self) -> None:
        if self.function.data not in FUNCTIONS:
            raise VerifyException(
                f"function must be one of {', '.join(FUNCTIONS)}, got {self.function}"
            )
        shape = memref_of(self.output).get_shape()
        verify_buffer("output", self.output, i8)
        for name, value in (("lhs", self.lhs), ("rhs", self.rhs)):
            verify_buffer(name, value, i8)
            verify_shape(name, value, shape)
        for scale in (self.lhs_scale, self.rhs_scale, self.scale):
            verify_scale(scale.value.data)
        verify_byte("lhs_zero_point", self.lhs_zero_point.value.data)
        verify_byte("rhs_zero_point", self.rhs_zero_point.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
