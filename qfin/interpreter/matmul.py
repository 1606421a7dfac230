"""What `nn.matmul` and `quant.matmul` mean.

The float op is summed as `qfin.interpreter.float_sums` says if it is of f32; else in f64, and
rounded once. The fused op is

    acc = sum (a - za) * (b - zb)                          exact, 32 bits
    y = clamp(rint(f32(acc) * mult) + zero_point),  mult = f32(sa) * f32(sb) / f32(sy)

which is what PyTorch's `quantized::matmul` and ONNX's QLinearMatMul compute.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects import nn, quant
from qfin.interpreter import float_sums, numerics
from qfin.interpreter.activation import output_range
from qfin.interpreter.nn import rounded
from qfin.interpreter.quant import uniform

Array: TypeAlias = NDArray[Any]


def quantized_matmul(op: quant.MatmulOp, lhs: Array, rhs: Array) -> Array:
    """The fused op, on stored values."""
    a, b, y = uniform(op.lhs), uniform(op.rhs), uniform(op.result)
    # Sums of integers below 2**53 are exact in f64, in any order.
    sums = np.matmul(lhs.astype(np.float64) - a.zero_point, rhs.astype(np.float64) - b.zero_point)
    accumulator = numerics.as_accumulator(np.asarray(sums))
    mult = numerics.requantize_scales(a.scale, b.scale, y.scale)
    low, high = output_range(y, op.activation)
    return numerics.requantize(accumulator, mult, y.zero_point, low, high).astype(y.storage_dtype)


@register_impls
class MatmulFunctions(InterpreterFunctions):
    """Products of matrices."""

    @impl(nn.MatmulOp)
    def run_nn_matmul(
        self, interpreter: Interpreter, op: nn.MatmulOp, args: PythonValues
    ) -> PythonValues:
        if args[0].dtype == np.float32:
            return (float_sums.matmul(args[0], args[1]),)
        lhs, rhs = (np.asarray(x, np.float64) for x in args)
        with np.errstate(all="ignore"):
            sums = np.asarray(np.matmul(lhs, rhs))
        return (rounded(sums, op.result),)

    @impl(quant.MatmulOp)
    def run_matmul(
        self, interpreter: Interpreter, op: quant.MatmulOp, args: PythonValues
    ) -> PythonValues:
        return (quantized_matmul(op, args[0], args[1]),)
