"""Functions of f32, softmax and normalisation: `kernel.float_unary`, `kernel.float_softmax`,
`kernel.float_norm`."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import DenseArrayBase, Float32Type, FloatAttr, StringAttr, UnitAttr, f32
from xdsl.ir import SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    var_operand_def,
)
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    NumberConstr,
    memref_of,
    verify_buffer,
    verify_row_major,
    verify_shape,
)

FUNCTIONS = (
    *("sigmoid", "silu", "tanh", "hardsigmoid", "hardswish"),
    *("elu", "celu", "leaky_relu", "gelu", "gelu_tanh"),
)
"""Names in `qfin.float_functions`."""


def _verify_dense(op: KernelOp, rank: int | None = None) -> None:
    """Raises VerifyException unless the op's first and last operands are dense f32 of one shape."""
    input, output = op.operands[0], op.operands[-1]
    for name, value in (("input", input), ("output", output)):
        verify_buffer(name, value, f32, rank=rank)
        verify_row_major(name, value)
    verify_shape("output", output, memref_of(input).get_shape())


@irdl_op_definition
class FloatUnaryOp(KernelOp):
    """A function of `qfin.float_functions`, with its parameters, of each value.

    kernel.float_unary %x, %y {function = "elu", parameters = array<f32: 1.0>}
      : memref<2x8xf32>, memref<2x8xf32>
    """

    name = "kernel.float_unary"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    function = prop_def(StringAttr)
    parameters = prop_def(DenseArrayBase[Float32Type])

    def __init__(
        self, input: SSAValue, output: SSAValue, function: str, parameters: Sequence[float]
    ):
        super().__init__(
            operands=[input, output],
            properties={
                "function": StringAttr(function),
                "parameters": DenseArrayBase.from_list(f32, parameters),
            },
        )

    @property
    def numbers(self) -> tuple[float, ...]:
        """The parameters."""
        return self.parameters.get_values()

    def verify_(self) -> None:
        _verify_dense(self)
        if self.function.data not in FUNCTIONS:
            raise VerifyException(
                f"function must be one of {', '.join(FUNCTIONS)}, got {self.function}"
            )


@irdl_op_definition
class FloatSoftmaxOp(KernelOp):
    """exp(x - max(x)) / sum(exp(x - max(x))) of each row; see `qfin.kernels.float_lines`.

    kernel.float_softmax %x, %y : memref<2x8xf32>, memref<2x8xf32>
    """

    name = "kernel.float_softmax"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    def __init__(self, input: SSAValue, output: SSAValue):
        super().__init__(operands=[input, output])

    def verify_(self) -> None:
        _verify_dense(self, rank=2)


@irdl_op_definition
class FloatNormOp(KernelOp):
    """(x - mean(x)) / sqrt(var(x) + eps) of each row, times a weight if `weighted`, plus a bias if
    `biased`, which are the parameters, for each column; see `qfin.kernels.float_lines`.

        kernel.float_norm %x, %w, %b, %y {eps = 1.0e-05 : f32, weighted, biased}
          : memref<2x8xf32>, memref<8xf32>, memref<8xf32>, memref<2x8xf32>
    """

    name = "kernel.float_norm"

    input = operand_def(BufferConstr)
    parameters = var_operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    eps = prop_def(NumberConstr)
    weighted = opt_prop_def(UnitAttr)
    biased = opt_prop_def(UnitAttr)

    def __init__(
        self,
        input: SSAValue,
        weight: SSAValue | None,
        bias: SSAValue | None,
        output: SSAValue,
        eps: float,
    ):
        super().__init__(
            operands=[input, [value for value in (weight, bias) if value is not None], output],
            properties={
                "eps": FloatAttr(eps, f32),
                "weighted": None if weight is None else UnitAttr(),
                "biased": None if bias is None else UnitAttr(),
            },
        )

    def verify_(self) -> None:
        _verify_dense(self, rank=2)
        wanted = (self.weighted is not None) + (self.biased is not None)
        if len(self.parameters) != wanted:
            raise VerifyException(f"{len(self.parameters)} parameters, expected {wanted}")
        columns = memref_of(self.input).get_shape()[1]
        for value in self.parameters:
            verify_buffer("a parameter", value, f32)
            verify_shape("a parameter", value, (columns,))
            verify_row_major("a parameter", value)
