"""`kernel.contraction`: sums of products of f32."""

from __future__ import annotations

from xdsl.dialects.builtin import UnitAttr, f32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_operand_def, opt_prop_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    strides_of,
    verify_buffer,
    verify_shape,
)
from qfin.dialects.tensors import IntConstr, i64_attr

BLOCK = 32
"""Columns that lie together in a blocked right operand."""


@irdl_op_definition
class ContractionOp(KernelOp):
    """out[g, m, n] = sum over k of lhs[g, m, k] * rhs[g, k, n], + bias[g, m, n]; each of g, m and k
    stands for any number of dimensions, `batch` and `rows` say how many of the first two.

    A sum starts at 0 and takes a fused multiply-add of f32 for each k, in row-major order; the bias
    is added last. Buffers may have any strides, 0 and overlapping ones among them, but for n, which
    is contiguous in `rhs` and `out`, and contiguous or the same (stride 0) in `bias`. If `blocked`,
    `rhs` is [g, n / 32, k, 32], rounded up; what it holds behind the last column does not matter.
    If `depthwise`, each column has an `lhs` of its own: it is [g, m, k, n], with n contiguous.

        kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64}
          : memref<2x3xf32>, memref<3x5xf32>, memref<2x5xf32>
    """

    name = "kernel.contraction"

    lhs = operand_def(BufferConstr)
    rhs = operand_def(BufferConstr)
    bias = opt_operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    batch = prop_def(IntConstr)
    rows = prop_def(IntConstr)
    blocked = opt_prop_def(UnitAttr)
    depthwise = opt_prop_def(UnitAttr)

    def __init__(
        self,
        lhs: SSAValue,
        rhs: SSAValue,
        bias: SSAValue | None,
        output: SSAValue,
        *,
        batch: int,
        rows: int,
        blocked: bool = False,
        depthwise: bool = False,
    ):
        super().__init__(
            operands=[lhs, rhs, bias, output],
            properties={
                "batch": i64_attr(batch),
                "rows": i64_attr(rows),
                "blocked": UnitAttr() if blocked else None,
                "depthwise": UnitAttr() if depthwise else None,
            },
        )

    def verify_(self) -> None:
        batch, rows = self.batch.value.data, self.rows.value.data
        shape = memref_of(self.output).get_shape()
        if batch < 0 or rows < 1 or len(shape) != batch + rows + 1:
            raise VerifyException(
                f"{batch} dimensions of batch, {rows} of rows and one of columns are not those of"
                f" {memref_of(self.output)}"
            )
        sums = memref_of(self.lhs).get_shape()[batch + rows :]
        outer, columns = shape[:batch], shape[-1]
        own = (columns,) if self.depthwise is not None else ()
        sums = sums[: len(sums) - len(own)]
        verify_shape("lhs", self.lhs, (*shape[:-1], *sums, *own))
        right = (*outer, *sums, columns)
        if self.blocked is not None:
            right = (*outer, -(-columns // BLOCK), *sums, BLOCK)
        verify_shape("rhs", self.rhs, right)
        for name, value in (("lhs", self.lhs), ("rhs", self.rhs), ("output", self.output)):
            verify_buffer(name, value, f32)
        of_columns = [("rhs", self.rhs), ("output", self.output)]
        for name, value in [*of_columns, *([("lhs", self.lhs)] if own else [])]:
            if strides_of(value)[-1] != 1:
                raise VerifyException(f"columns must be contiguous in {name}, got {value.type}")
        if self.bias is None:
            return
        verify_buffer("bias", self.bias, f32)
        verify_shape("bias", self.bias, shape)
        if strides_of(self.bias)[-1] not in (0, 1):
            raise VerifyException(
                f"columns must be contiguous or the same in bias, got {self.bias.type}"
            )
