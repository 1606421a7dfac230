"""What the ops of the `nn` dialect mean."""

from __future__ import annotations

from math import prod
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
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import nn, shapes
from qfin.dialects.tensors import shape_of
from qfin.dialects.uniform import UniformType
from qfin.interpreter import contractions, float_sums
from qfin.interpreter.arrays import dtype_of, element_type
from qfin.interpreter.quant import broadcast_parameters

Array: TypeAlias = NDArray[Any]


@np.errstate(all="ignore")
def rounded(values: NDArray[np.floating], result: SSAValue) -> Array:
    """f64 values rounded once to the element type of `result`."""
    return values.astype(dtype_of(element_type(result.type)))


@register_impls
class NNFunctions(InterpreterFunctions):
    """The `nn` dialect. On f32 every op is a sequence of f32 operations, which its docstring or
    formula states; on other floats sums are in f64 and rounded once."""

    @impl(nn.LinearOp)
    def run_linear(
        self, interpreter: Interpreter, op: nn.LinearOp, args: PythonValues
    ) -> PythonValues:
        if args[0].dtype == np.float32:
            sums = float_sums.linear(args[0], args[1])
            return (_add(sums, args[2]) if len(args) > 2 else sums,)
        x, weight, *bias = (a.astype(np.float64) for a in args)
        sums = contractions.linear(x, weight)
        return (rounded(_add(sums, bias[0]) if bias else sums, op.result),)

    @impl(nn.ReluOp)
    def run_relu(self, interpreter: Interpreter, op: nn.ReluOp, args: PythonValues) -> PythonValues:
        x: Array = args[0]
        element = element_type(op.input.type)
        if not isinstance(element, UniformType):
            return (np.maximum(x, x.dtype.type(0)),)
        zero_points = broadcast_parameters(element, x.shape)[1]
        kept = np.minimum(np.maximum(x.astype(np.int64), zero_points), element.storage_max)
        return (kept.astype(x.dtype),)

    @impl(nn.AddOp)
    def run_add(self, interpreter: Interpreter, op: nn.AddOp, args: PythonValues) -> PythonValues:
        return (_add(args[0], args[1]),)

    @impl(nn.ReshapeOp)
    def run_reshape(
        self, interpreter: Interpreter, op: nn.ReshapeOp, args: PythonValues
    ) -> PythonValues:
        return (args[0].reshape(_reshaped(args[0].size, shape_of(op.result))),)

    @impl(nn.FlattenOp)
    def run_flatten(
        self, interpreter: Interpreter, op: nn.FlattenOp, args: PythonValues
    ) -> PythonValues:
        start, end = op.start_dim.value.data, op.end_dim.value.data
        return (args[0].reshape(shapes.flatten(args[0].shape, start, end)),)


@np.errstate(all="ignore")
def _add(lhs: Array, rhs: Array) -> Array:
    return lhs + rhs


def _reshaped(size: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The declared shape with its one dynamic dimension, if any, worked out from `size`."""
    known = prod(d for d in shape if d != shapes.DYNAMIC)
    if shape.count(shapes.DYNAMIC) > 1:
        raise VerifyException("a result shape with two dynamic dimensions says too little")
    missing = size // known if known else 0
    full = tuple(missing if d == shapes.DYNAMIC else d for d in shape)
    if prod(full) != size:
        raise VerifyException(f"cannot reshape {size} elements into {prod(full)}")
    return full
