"""What layer_norm, group_norm and instance_norm of `nn` and `quant` mean.

The float ops on f32 are, over each group of n values, each step rounded once, sums in the order of
`lane_sum`,

    c = x - sum(x) / n, r = 1 / sqrt(sum(c * c) / n + eps), y = c * r * weight + bias

On other floats they are computed in f64 and rounded once. A fused op takes exact sums of n stored
values
q, for which neither zero point nor scale matters but in eps:

    v = n * sum(q**2) - sum(q)**2                   exact: n**2 times the variance of q
    r = f32(1 / sqrt(f64(v) + eps * (n / f32(sx))**2))      the root and division in f64
    t = f32(n * q - sum(q)) * r                     n * q - sum(q) in integers, exact
    y = clamp(rint(t * (weight / f32(sy)) + bias / f32(sy)) + zero_point)

each of the last operations rounded to f32. This differs from the float op, quantized, by one step
at most, next to ties.
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
from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.families.norm import Groups
from qfin.dialects.nn.norm import NormOp as FloatNormOp
from qfin.dialects.quant.norm import NormOp, relative_eps
from qfin.dialects.uniform import UniformType
from qfin.interpreter import numerics
from qfin.interpreter.activation import output_range
from qfin.interpreter.batch_norm import coefficients, optional_arrays, scale_and_shift
from qfin.interpreter.float_arithmetic import lane_sum
from qfin.interpreter.nn import rounded
from qfin.interpreter.quant import uniform

Array: TypeAlias = NDArray[Any]


@np.errstate(all="ignore")
def in_steps(
    weight: Array | None, bias: Array | None, target: UniformType
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weight and bias in steps of the result, `weight / f32(sy)`; absent ones are 1 and 0."""
    scale = numerics.f32(target.scale)
    gain = np.ones(1, np.float32) if weight is None else weight
    offset = np.zeros(1, np.float32) if bias is None else bias
    return gain / scale, offset / scale


@np.errstate(all="ignore")
def float_norm(
    x: Array, groups: Groups, weight: Array | None, bias: Array | None, eps: float
) -> NDArray[np.floating]:
    """The float ops, in f32 or f64; the shape of `x`."""
    if x.dtype == np.float32:
        return _float32_norm(x, groups, weight, bias, eps)
    v = x.astype(np.float64).reshape(groups.shape)
    axes = tuple(range(groups.outer, v.ndim))
    count = np.float64(groups.count or 0)
    centred = v - v.sum(axes, keepdims=True) / count
    y = centred / np.sqrt((centred**2).sum(axes, keepdims=True) / count + eps)
    y = y if weight is None else y * _spread(weight.astype(np.float64), groups)
    y = y if bias is None else y + _spread(bias.astype(np.float64), groups)
    return y.reshape(x.shape)


def _float32_norm(
    x: Array, groups: Groups, weight: Array | None, bias: Array | None, eps: float
) -> NDArray[np.floating]:
    count, one = np.float32(groups.count or 0), np.float32(1)
    lines = x.reshape(*groups.shape[: groups.outer], -1)
    centred = lines - (lane_sum(lines) / count)[..., None]
    variance = lane_sum(centred * centred) / count
    y = centred * (one / np.sqrt(variance + np.float32(eps)))[..., None]
    y = y.reshape(groups.shape)
    y = y if weight is None else y * _spread(weight, groups)
    y = y if bias is None else y + _spread(bias, groups)
    return y.reshape(x.shape)


@np.errstate(all="ignore")
def quantized_norm(
    op: NormOp, q: Array, weight: Array | None = None, bias: Array | None = None
) -> Array:
    """The fused ops, on stored values."""
    source, target = uniform(op.input), uniform(op.result)
    groups = op.groups(q.shape)
    v = q.astype(np.int64).reshape(groups.shape)
    axes, n = tuple(range(groups.outer, v.ndim)), groups.count or 0
    sums, squares = v.sum(axes, keepdims=True), (v * v).sum(axes, keepdims=True)
    eps = relative_eps(op.eps.value.data, source.scale, n)
    variance = (n * squares - sums * sums).astype(np.float64) + eps
    t = numerics.f32(n * v - sums) * numerics.f32(1 / np.sqrt(variance))
    gain, offset = (_spread(p, groups) for p in in_steps(weight, bias, target))
    low, high = output_range(target, op.activation)
    stored = numerics.round_and_clamp(t * gain + offset, target.zero_point, low, high)
    return stored.astype(target.storage_dtype).reshape(q.shape)


def _spread(parameter: Array, groups: Groups) -> Array:
    """A parameter, as it broadcasts to the shape of the groups."""
    return parameter if parameter.size == 1 else parameter.reshape(groups.parameters)


class NormFunctions(InterpreterFunctions):
    """The normalisations, in both dialects; the methods of most are added below."""

    @impl(nn.InstanceNormOp)
    def run_nn_instance_norm(
        self, interpreter: Interpreter, op: nn.InstanceNormOp, args: PythonValues
    ) -> PythonValues:
        weight, bias, mean, var = optional_arrays(
            op.weight, op.bias, op.running_mean, op.running_var, args=args[1:]
        )
        eps = op.eps.value.data
        if op.use_input_stats.value.data:
            groups = op.groups(args[0].shape)
            return (rounded(float_norm(args[0], groups, weight, bias, eps), op.result),)
        assert mean is not None
        assert var is not None
        scale, shift = coefficients(weight, bias, mean, var, eps, args[0].dtype)
        return (scale_and_shift(args[0], scale, shift),)


def _implement(op_type: type[Operation]) -> None:
    """Gives `NormFunctions` the method that runs an op."""

    @impl(op_type)
    def run(
        self: NormFunctions, interpreter: Interpreter, op: Operation, args: PythonValues
    ) -> PythonValues:
        assert isinstance(op, FloatNormOp | NormOp)
        weight, bias = optional_arrays(op.weight, op.bias, args=args[1:])
        if isinstance(op, NormOp):
            return (quantized_norm(op, args[0], weight, bias),)
        groups = op.groups(args[0].shape)
        values = float_norm(args[0], groups, weight, bias, op.eps.value.data)
        return (rounded(values, op.result),)

    setattr(NormFunctions, f"run_{op_type.name}", run)


for _op_type in (
    nn.LayerNormOp,
    nn.GroupNormOp,
    quant.LayerNormOp,
    quant.GroupNormOp,
    quant.InstanceNormOp,
):
    _implement(_op_type)
register_impls(NormFunctions)
