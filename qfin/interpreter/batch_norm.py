"""What `nn.batch_norm` and `quant.batch_norm` mean.

A channel is one multiplication and one addition: `scale = weight / sqrt(var + eps)` and `shift =
bias - mean * scale` in f64, each rounded once to the element type (`coefficients`), then `x * scale
+ shift`, each step rounded. The fused op does the same between dequantize and quantize, so that
fusing changes no bit. With `training`, mean and variance are those of the input, summed in f64.

PyTorch's CPU kernels compute scale and shift likewise, but in f32, and may contract the last step.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects import nn, quant
from qfin.interpreter.activation import quantize_output
from qfin.interpreter.quant import dequantize, uniform

Array: TypeAlias = NDArray[Any]


@np.errstate(all="ignore")
def coefficients(
    weight: Array | None,
    bias: Array | None,
    mean: Array,
    var: Array,
    eps: float,
    dtype: DTypeLike = np.float32,
) -> tuple[Array, Array]:
    """(scale, shift) of each channel, [C]; an absent weight is 1, an absent bias 0."""
    gain = 1.0 if weight is None else weight.astype(np.float64)
    offset = 0.0 if bias is None else bias.astype(np.float64)
    scale = gain / np.sqrt(var.astype(np.float64) + eps)
    shift = offset - mean.astype(np.float64) * scale
    return scale.astype(dtype), shift.astype(dtype)


@np.errstate(all="ignore")
def scale_and_shift(x: Array, scale: Array, shift: Array) -> Array:
    """`x * scale + shift` on [N, C, ...], the coefficients [C], both steps rounded."""
    return x * per_channel(scale, x.ndim) + per_channel(shift, x.ndim)


def per_channel(parameter: Array, rank: int) -> Array:
    """[C] as [C, 1, ...], which broadcasts against [N, C, ...]."""
    return parameter.reshape(-1, *[1] * (rank - 2))


def optional_arrays(*there: object, args: PythonValues) -> list[Array | None]:
    """The arrays of operands of which some are absent: None for each of those in `there`."""
    arrays = iter(args)
    return [None if operand is None else next(arrays) for operand in there]


@register_impls
class BatchNormFunctions(InterpreterFunctions):
    """Batch normalisation."""

    @impl(nn.BatchNormOp)
    def run_nn_batch_norm(
        self, interpreter: Interpreter, op: nn.BatchNormOp, args: PythonValues
    ) -> PythonValues:
        x: Array = args[0]
        weight, bias = optional_arrays(op.weight, op.bias, args=args[1:-2])
        mean, var = args[-2:]
        if op.training.value.data:
            axes = (0, *range(2, x.ndim))
            with np.errstate(all="ignore"):
                count = x.size / x.shape[1] if x.shape[1] else 0
                mean = x.sum(axes, np.float64) / count
                var = ((x - per_channel(mean, x.ndim)) ** 2).sum(axes) / count
        scale, shift = coefficients(weight, bias, mean, var, op.eps.value.data, x.dtype)
        return (scale_and_shift(x, scale, shift),)

    @impl(quant.BatchNormOp)
    def run_batch_norm(
        self, interpreter: Interpreter, op: quant.BatchNormOp, args: PythonValues
    ) -> PythonValues:
        weight, bias = optional_arrays(op.weight, op.bias, args=args[1:-2])
        scale, shift = coefficients(weight, bias, args[-2], args[-1], op.eps.value.data)
        floats = scale_and_shift(dequantize(args[0], uniform(op.input)), scale, shift)
        return (quantize_output(floats, uniform(op.result), op.activation),)
