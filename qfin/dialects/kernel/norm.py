"""`kernel.norm`: normalisation by mean and variance of groups of values."""

from __future__ import annotations

from math import inf

from xdsl.dialects.builtin import FloatAttr, f32, f64, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_shape,
)
from qfin.dialects.tensors import IntConstr, NumberConstr, i64_attr


@irdl_op_definition
class NormOp(KernelOp):
    """The first `outer` dimensions number groups, the others their n elements:

        r = f32(1 / sqrt(f64(n * sum(x**2) - sum(x)**2) + eps))
        t = f32(n * x - sum(x)) * r
        out = clamp(rint(t * weight + bias) + zero_point, qmin, qmax)

    Sums are exact; the root and division are in f64, what follows in f32. All buffers have one
    shape; weight and bias have stride 0 along what they do not depend on.
    """

    name = "kernel.norm"

    input = operand_def(BufferConstr)
    weight = operand_def(BufferConstr)
    bias = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    outer = prop_def(IntConstr)
    eps = prop_def(NumberConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue,
        bias: SSAValue,
        output: SSAValue,
        *,
        outer: int,
        eps: float,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, weight, bias, output],
            properties={
                "outer": i64_attr(outer),
                "eps": FloatAttr(eps, f64),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_(self) -> None:
        shape = memref_of(self.output).get_shape()
        for name, value, element in (
            ("input", self.input, i8),
            ("weight", self.weight, f32),
            ("bias", self.bias, f32),
            ("output", self.output, i8),
        ):
            verify_buffer(name, value, element)
            verify_shape(name, value, shape)
        if not 0 <= (outer := self.outer.value.data) <= len(shape):
            raise VerifyException(f"outer must be 0 to {len(shape)}, got {outer}")
        if not 0 < (eps := self.eps.value.data) < inf:
            raise VerifyException(f"eps must be positive and finite, got {eps}")
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
