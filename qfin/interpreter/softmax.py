"""What `nn.softmax` and `quant.softmax` mean.

The float op on f32 is, along `dim`, each step rounded once, the sum in the order of `lane_sum`,

    e = exp(x - max(x)), y = e * (1 / sum(e))

with the exponential of `qfin.float_functions`; on other floats it is computed in f64 and rounded
once. The fused op, along `dim`, is

    e[k] = rint(exp(-k * f32(sx)) * 2**30), k = 0 ... 255     computed in f64, at compile time
    s = sum(e[max(q) - q])                                    exact, 64 bits
    y = clamp(rint(f32(e[max(q) - q]) / (f32(s) * f32(sy))) + zero_point)

with one rounding for each conversion, the multiplication and the division. A zero point of the
input does not matter.

The bound: an entry is off by at most 2**-31 of the largest, so that a sum of n of them, at least
2**30, is off by at most n * 2**-31 of itself. A result below its clamp is at most 256 steps, so in
steps it is off by at most (256 * n + 1 / sy) * 2**-31, and by 256 * 2**-22 for the roundings: less
than 0.15 for n <= 2**20 and sy >= 2**-24, which the op demands. So it differs from the float op,
quantized, by one step at most, next to ties.
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
from qfin.float_functions import exp_negative
from qfin.interpreter import numerics
from qfin.interpreter.float_arithmetic import ARRAYS, lane_sum
from qfin.interpreter.nn import rounded
from qfin.interpreter.quant import uniform

Array: TypeAlias = NDArray[Any]


@np.errstate(under="ignore")
def exponentials(scale: float) -> NDArray[np.int32]:
    """The table e [256] for an input of this scale."""
    exact = np.exp(-np.arange(256) * np.float64(np.float32(scale)))
    return np.rint(exact * 2.0**30).astype(np.int32)


@np.errstate(all="ignore")
def quantized_softmax(op: quant.SoftmaxOp, q: Array) -> Array:
    """The fused op, on stored values."""
    target = uniform(op.result)
    v = np.atleast_1d(q).astype(np.int64)
    dim = op.dim.value.data
    if not v.size:
        return q.astype(target.storage_dtype)
    e = exponentials(uniform(op.input).scale)[v.max(dim, keepdims=True) - v]
    total = numerics.f32(e.sum(dim, dtype=np.int64, keepdims=True))
    t = numerics.f32(numerics.f32(e) / (total * numerics.f32(target.scale)))
    stored = numerics.round_and_clamp(t, target.zero_point, target.storage_min, target.storage_max)
    return stored.astype(target.storage_dtype).reshape(q.shape)


@np.errstate(all="ignore")
def float_softmax(x: NDArray[np.float32], dim: int) -> NDArray[np.float32]:
    """The float op on f32."""
    lines = np.moveaxis(x, dim, -1)
    e = exp_negative(ARRAYS, lines - lines.max(-1, keepdims=True))
    y = e * (np.float32(1) / lane_sum(e))[..., None]
    return np.ascontiguousarray(np.moveaxis(y, -1, dim), np.float32)


@register_impls
class SoftmaxFunctions(InterpreterFunctions):
    """Softmax."""

    @impl(nn.SoftmaxOp)
    def run_nn_softmax(
        self, interpreter: Interpreter, op: nn.SoftmaxOp, args: PythonValues
    ) -> PythonValues:
        x, dim = np.atleast_1d(args[0]), op.dim.value.data
        if not x.size:
            return (args[0],)
        if x.dtype == np.float32:
            return (float_softmax(x, dim).reshape(args[0].shape),)
        x = x.astype(np.float64)
        with np.errstate(all="ignore"):
            e = np.exp(x - x.max(dim, keepdims=True))
            y = e / e.sum(dim, keepdims=True)
        return (rounded(y, op.result).reshape(args[0].shape),)

    @impl(quant.SoftmaxOp)
    def run_softmax(
        self, interpreter: Interpreter, op: quant.SoftmaxOp, args: PythonValues
    ) -> PythonValues:
        return (quantized_softmax(op, args[0]),)
