"""What kernel ops share that add up bytes as tables say, and round each sum to a byte."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import SSAValue
from xdsl.irdl import prop_def

from qfin.dialects.kernel.buffers import KernelOp, verify_byte, verify_clamp
from qfin.dialects.tensors import IntConstr, i64_attr


class RoundedSumOp(KernelOp):
    """Base of ops on an input, tables, an f32 `mult` and an output, in this order:

    out = clamp(rint(sum * mult) + zero_point, qmin, qmax), sums of x - input_zero_point
    """

    input_zero_point = prop_def(IntConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        input: SSAValue,
        tables: Sequence[SSAValue],
        mult: SSAValue,
        output: SSAValue,
        *,
        input_zero_point: int,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, tables, mult, output],
            properties={
                "input_zero_point": i64_attr(input_zero_point),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_rounding(self) -> None:
        """Raises VerifyException for zero points and bounds that are no bytes, or out of order."""
        verify_byte("input_zero_point", self.input_zero_point.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
