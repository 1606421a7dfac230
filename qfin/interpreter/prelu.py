"""What `nn.prelu` and `quant.prelu` mean: x where x > 0, else `weight * x`, rounded once. The fused
op does it between dequantize and quantize, so that fusing changes no bit.
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
from qfin.interpreter.batch_norm import per_channel
from qfin.interpreter.quant import dequantize, quantize, uniform

Array: TypeAlias = NDArray[Any]


@np.errstate(all="ignore")
def prelu(x: Array, weight: Array) -> Array:
    """On any x, and weight [1] or [C] for x [N, C, ...]."""
    slopes = weight.reshape(()) if weight.size == 1 else per_channel(weight, x.ndim)
    return np.where(x > 0, x, slopes * x)


def prelu_quantized(op: quant.PreluOp, q: Array, weight: Array) -> Array:
    """The stored result of a fused op for any stored values of its input's type."""
    return quantize(prelu(dequantize(q, uniform(op.input)), weight), uniform(op.result))


@register_impls
class PreluFunctions(InterpreterFunctions):
    """Leaky relu with learned slopes."""

    @impl(nn.PreluOp)
    def run_nn_prelu(
        self, interpreter: Interpreter, op: nn.PreluOp, args: PythonValues
    ) -> PythonValues:
        return (prelu(args[0], args[1]),)

    @impl(quant.PreluOp)
    def run_prelu(
        self, interpreter: Interpreter, op: quant.PreluOp, args: PythonValues
    ) -> PythonValues:
        return (prelu_quantized(op, args[0], args[1]),)
