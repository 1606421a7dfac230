"""Products of matrices that are both known at run time only: `kernel.widen`, `kernel.matmul`."""

from __future__ import annotations

from xdsl.dialects.builtin import FloatAttr, f32, i8, i16
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    NumberConstr,
    memref_of,
    strides_of,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_shape,
)
from qfin.dialects.tensors import IntConstr, i64_attr

BLOCK = 16
"""Columns of the right operand that lie together."""


@irdl_op_definition
class WidenOp(KernelOp):
    """`x - zero_point` of unsigned bytes, in 16 bits.

    kernel.widen %x, %y {zero_point = 128 : i64} : memref<2x3xi8>, memref<2x3xi16>
    """

    name = "kernel.widen"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    zero_point = prop_def(IntConstr)

    def __init__(self, input: SSAValue, output: SSAValue, zero_point: int):
        super().__init__(operands=[input, output], properties={"zero_point": i64_attr(zero_point)})

    def verify_(self) -> None:
        verify_buffer("input", self.input, i8)
        verify_buffer("output", self.output, i16)
        verify_shape("output", self.output, memref_of(self.input).get_shape())
        verify_byte("zero_point", self.zero_point.value.data)


@irdl_op_definition
class MatmulOp(KernelOp):
    """Exact integer sums of products, then one requantization:

        acc[m, n] = sum over s and p of lhs[m, 2*s + p] * rhs[n / 16, s, n % 16, p]
        out[m, n] = clamp(rint(f32(acc[m, n]) * mult) + zero_point, qmin, qmax)

    for each index of the dimensions before, of which an operand that broadcasts has stride 0. An
    odd last product is one with 0 on either side; so are those of columns that are not there.
    Behind the former dimensions the operands are dense.
    """

    name = "kernel.matmul"

    lhs = operand_def(BufferConstr)
    rhs = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    mult = prop_def(NumberConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        lhs: SSAValue,
        rhs: SSAValue,
        output: SSAValue,
        *,
        mult: float,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[lhs, rhs, output],
            properties={
                "mult": FloatAttr(mult, f32),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_(self) -> None:
        verify_buffer("output", self.output, i8)
        *batch, rows, columns = _shape("output", self.output, 2)
        verify_buffer("lhs", self.lhs, i16)
        depth = _shape("lhs", self.lhs, 2)[-1]
        if depth % 2:
            raise VerifyException(f"lhs must hold pairs of values, got rows of {depth}")
        verify_shape("lhs", self.lhs, (*batch, rows, depth))
        verify_buffer("rhs", self.rhs, i16)
        verify_shape("rhs", self.rhs, (*batch, -(-columns // BLOCK), depth // 2, BLOCK, 2))
        _verify_dense("lhs", self.lhs, 2)
        _verify_dense("rhs", self.rhs, 4)
        _verify_dense("output", self.output, 1)
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)


def _shape(name: str, value: SSAValue, rank: int) -> tuple[int, ...]:
    shape = memref_of(value).get_shape()
    if len(shape) < rank:
        raise VerifyException(f"{name} must have at least {rank} dimensions, got {value.type}")
    return shape


def _verify_dense(name: str, value: SSAValue, rank: int) -> None:
    """Raises VerifyException unless the last `rank` dimensions are dense and row-major; those of
    size 1 may have any stride."""
    step = 1
    for size, stride in list(zip(memref_of(value).get_shape(), strides_of(value), strict=True))[
        : -rank - 1 : -1
    ]:
        if size != 1 and stride != step:
            raise VerifyException(
                f"{name} must be dense in its last dimensions ({rank}), got {value.type}"
            )
        step *= size
