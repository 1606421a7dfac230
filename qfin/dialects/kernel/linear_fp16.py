"""`kernel.linear_fp16`: rows of f32 times weights of f16."""

from __future__ import annotations

from xdsl.dialects.builtin import f32, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_operand_def, opt_prop_def

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    NumberConstr,
    memref_of,
    optional_number,
    verify_buffer,
    verify_row_major,
    verify_shape,
)

BLOCK = 32
"""Output channels whose weights lie together."""


@irdl_op_definition
class LinearFp16Op(KernelOp):
    """`min(max(sum of x[m, k] * w[n, k] + bias[n], min), max)`; the sum is in the order of k, each
    step a fused multiply-add of f32.

    `weights` are the bytes of f16 values [blocks][K][32], zero where there is no channel; `bias`
    has a value for each of the channels of each block.

        kernel.linear_fp16 %x, %w, %b, %y {min = 0.0 : f32}
          : memref<2x3xf32>, memref<192xi8>, memref<32xf32>, memref<2x5xf32>
    """

    name = "kernel.linear_fp16"

    input = operand_def(BufferConstr)
    weights = operand_def(BufferConstr)
    bias = opt_operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    min = opt_prop_def(NumberConstr)
    max = opt_prop_def(NumberConstr)

    def __init__(
        self,
        input: SSAValue,
        weights: SSAValue,
        bias: SSAValue | None,
        output: SSAValue,
        min: float | None,
        max: float | None,
    ):
        super().__init__(
            operands=[input, weights, bias, output],
            properties={"min": optional_number(min), "max": optional_number(max)},
        )

    def verify_(self) -> None:
        verify_buffer("input", self.input, f32, rank=2)
        verify_buffer("output", self.output, f32, rank=2)
        rows, inputs = memref_of(self.input).get_shape()
        outputs = memref_of(self.output).get_shape()[1]
        verify_shape("output", self.output, (rows, outputs))
        channels = -(-outputs // BLOCK) * BLOCK
        verify_buffer("weights", self.weights, i8)
        verify_shape("weights", self.weights, (channels * inputs * 2,))
        for name, value in (("input", self.input), ("output", self.output)):
            verify_row_major(name, value)
        if self.bias is not None:
            verify_buffer("bias", self.bias, f32)
            verify_shape("bias", self.bias, (channels,))
