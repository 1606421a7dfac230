"""Poolings over windows that tables describe: `kernel.max_pool`, `kernel.avg_pool`,
`kernel.float_avg_pool`.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import f32, i8, i32
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, var_operand_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    verify_buffer,
    verify_shape,
)
from qfin.dialects.kernel.rounded import RoundedSumOp
from qfin.dialects.tensors import Ints, IntsConstr


@irdl_op_definition
class MaxPoolOp(KernelOp):
    """Maximum over windows of the last dimensions, of i8 (unsigned) or of f32. For each of these,
    `windows` has a table [outputs, 2] (i32): the first input position of each output's window and
    how many there are, `step` apart.

    `regular` says what the last of these tables holds where it is regular: [begin, end, first,
    stride, taps], for the outputs [begin, end) windows of `taps` positions, of which that of
    `begin` starts at `first`, each next one `stride` further on. Where the table is a constant,
    `lower-to-kernels` checks that.

        kernel.max_pool %x, %rows, %columns, %y {step = array<i64: 1, 1>} : memref<1x4x8x8xi8>,
          memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
    """

    name = "kernel.max_pool"

    input = operand_def(BufferConstr)
    windows = var_operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    step = prop_def(IntsConstr)
    regular = opt_prop_def(IntsConstr)

    def __init__(
        self,
        input: SSAValue,
        windows: Sequence[SSAValue],
        output: SSAValue,
        step: Ints,
        regular: Ints | None = None,
    ):
        super().__init__(
            operands=[input, windows, output], properties={"step": step, "regular": regular}
        )

    def verify_(self) -> None:
        element = memref_of(self.input).element_type
        _verify_windows(self.input, self.windows, self.output, f32 if element == f32 else i8)
        step = self.step.get_values()
        if len(step) != len(self.windows) or min(step) < 1:
            raise VerifyException(
                f"step must have a value >= 1 for each of {len(self.windows)} dimensions,"
                f" got {list(step)}"
            )
        _verify_regular(self.regular, self.input, self.output, step[-1])


@irdl_op_definition
class AvgPoolOp(RoundedSumOp):
    """Average over windows given as for `kernel.max_pool`, `regular` too; `mult` is f32
    [outputs...]:

    out = clamp(rint(f32(sum (x - input_zero_point)) * mult[...]) + zero_point, qmin, qmax)

    kernel.avg_pool %x, %rows, %columns, %mult, %y {input_zero_point = 1 : i64,
      zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64}
      : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>,
        memref<1x4x4x4xi8>
    """

    name = "kernel.avg_pool"

    input = operand_def(BufferConstr)
    windows = var_operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    regular = opt_prop_def(IntsConstr)

    def __init__(
        self,
        input: SSAValue,
        windows: Sequence[SSAValue],
        mult: SSAValue,
        output: SSAValue,
        regular: Ints | None = None,
        **rounding: int,
    ):
        super().__init__(input, windows, mult, output, **rounding)
        if regular is not None:
            self.regular = regular

    def verify_(self) -> None:
        _verify_windows(self.input, self.windows, self.output, i8)
        _verify_regular(self.regular, self.input, self.output)
        verify_buffer("mult", self.mult, f32)
        outputs = memref_of(self.output).get_shape()[-len(self.windows) :]
        verify_shape("mult", self.mult, outputs)
        self.verify_rounding()


@irdl_op_definition
class FloatAvgPoolOp(KernelOp):
    """Average of f32 over windows given as for `kernel.max_pool`, `regular` too; `divisor` is i32
    [outputs...]. The sum is in f64, from 0 on and in row-major order:

        out = f32(sum x / divisor[...])

        kernel.float_avg_pool %x, %rows, %columns, %divisor, %y : memref<1x4x8x8xf32>,
          memref<4x2xi32>, memref<4x2xi32>, memref<4x4xi32>, memref<1x4x4x4xf32>
    """

    name = "kernel.float_avg_pool"

    input = operand_def(BufferConstr)
    windows = var_operand_def(BufferConstr)
    divisor = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    regular = opt_prop_def(IntsConstr)

    def __init__(
        self,
        input: SSAValue,
        windows: Sequence[SSAValue],
        divisor: SSAValue,
        output: SSAValue,
        regular: Ints | None = None,
    ):
        super().__init__(
            operands=[input, windows, divisor, output], properties={"regular": regular}
        )

    def verify_(self) -> None:
        _verify_windows(self.input, self.windows, self.output, f32)
        _verify_regular(self.regular, self.input, self.output)
        verify_buffer("divisor", self.divisor, i32)
        outputs = memref_of(self.output).get_shape()[-len(self.windows) :]
        verify_shape("divisor", self.divisor, outputs)


def _verify_windows(
    input: SSAValue, windows: Sequence[SSAValue], output: SSAValue, element: Attribute
) -> None:
    rank = memref_of(input).get_num_dims()
    verify_buffer("input", input, element)
    verify_buffer("output", output, element, rank)
    if not 1 <= len(windows) <= rank:
        raise VerifyException(f"{len(windows)} tables of windows for {rank} dimensions")
    kept = rank - len(windows)
    outputs = memref_of(output).get_shape()[kept:]
    verify_shape("output", output, (*memref_of(input).get_shape()[:kept], *outputs))
    for dim, (table, count) in enumerate(zip(windows, outputs, strict=True), kept):
        verify_buffer(f"table {dim}", table, i32)
        verify_shape(f"table {dim}", table, (count, 2))


def _verify_regular(regular: Ints | None, input: SSAValue, output: SSAValue, step: int = 1) -> None:
    """Raises VerifyException where it leaves the outputs, or its windows the input."""
    if regular is None:
        return
    values = regular.get_values()
    if len(values) != 5:
        raise VerifyException(
            f"regular must be [begin, end, first, stride, taps], got {list(values)}"
        )
    begin, end, first, stride, taps = values
    size, outputs = (memref_of(buffer).get_shape()[-1] for buffer in (input, output))
    if not (0 <= begin < end <= outputs and first >= 0 and stride >= 0 and taps >= 1):
        raise VerifyException(
            f"regular is no range of the last of {outputs} outputs: {list(values)}"
        )
    behind = first + (end - 1 - begin) * stride + (taps - 1) * step + 1
    if behind > size:
        raise VerifyException(f"regular windows end behind the input, at {behind} of {size}")
