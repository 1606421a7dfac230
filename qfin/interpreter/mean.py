"""What means are: an average pooling with one window, as large as the tensor in some dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects import nn, quant, shapes_pooling
from qfin.dialects.families.reduction import Mean
from qfin.interpreter import windows
from qfin.interpreter.pooling import average


def mean(op: Mean, x: NDArray[Any]) -> NDArray[Any]:
    """Over the op's dimensions, from its input's type to its result's."""
    dims = op.dims()
    moved = np.moveaxis(x, dims, range(x.ndim - len(dims), x.ndim))
    ranges = [windows.adaptive_ranges(x.shape[d], 1) for d in dims]
    averages = average(op, moved, ranges, windows.areas(ranges))
    shape = shapes_pooling.reduction(x.shape, op.dim.get_values(), bool(op.keepdim.value.data))
    return averages.reshape(shape)


@register_impls
class MeanFunctions(InterpreterFunctions):
    """`nn.mean`, summed in f64 and rounded once, and `quant.mean`, summed in integers."""

    @impl(nn.MeanOp)
    def run_float(
        self, interpreter: Interpreter, op: nn.MeanOp, args: PythonValues
    ) -> PythonValues:
        return (mean(op, np.asarray(args[0])),)

    @impl(quant.MeanOp)
    def run_quantized(
        self, interpreter: Interpreter, op: quant.MeanOp, args: PythonValues
    ) -> PythonValues:
        return (mean(op, np.asarray(args[0])),)
