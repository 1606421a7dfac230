"""What `nn.conv1d` and `quant.conv1d` mean: the 2-D convolution of an image of height 1."""

from __future__ import annotations

from collections.abc import Sequence

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
from qfin.interpreter import contractions
from qfin.interpreter.nn import rounded
from qfin.interpreter.packed import Packed
from qfin.interpreter.quant import finish, uniform

F64 = NDArray[np.float64]


def conv1d(
    x: F64,
    weight: F64,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> F64:
    """[N, C, L] by [O, C/groups, K] to [N, O, L'], padded with zeros."""
    sums = contractions.conv2d(
        x[:, :, None],
        weight[:, :, None],
        (1, *stride),
        (0, 0, *padding),
        (1, *dilation),
        groups,
    )
    return sums[:, :, 0]


@register_impls
class Conv1dFunctions(InterpreterFunctions):
    """1-D convolutions: on floats summed in f64 and rounded once, on quantized values as
    `quant.conv2d`."""

    @impl(nn.Conv1dOp)
    def run_float(
        self, interpreter: Interpreter, op: nn.Conv1dOp, args: PythonValues
    ) -> PythonValues:
        x, weight, *bias = (a.astype(np.float64) for a in args)
        sums = conv1d(
            x,
            weight,
            op.stride.get_values(),
            op.padding.get_values(),
            op.dilation.get_values(),
            op.groups.value.data,
        )
        return (rounded(with_bias(sums, *bias), op.result),)

    @impl(quant.Conv1dOp)
    def run_quantized(
        self, interpreter: Interpreter, op: quant.Conv1dOp, args: PythonValues
    ) -> PythonValues:
        packed: Packed = args[1]
        assert isinstance(op.packed.type, quant.PackedType)
        geometry = op.packed.type.conv
        sums = conv1d(
            args[0].astype(np.float64) - uniform(op.input).zero_point,
            packed.weight.astype(np.float64),
            geometry.stride.get_values(),
            geometry.padding.get_values(),
            geometry.dilation.get_values(),
            geometry.groups.data,
        )
        return (np.moveaxis(finish(op, np.moveaxis(sums, 1, -1), packed), -1, 1),)


@np.errstate(all="ignore")
def with_bias(sums: F64, bias: F64 | None = None) -> F64:
    """Sums [N, O, ...] plus a bias [O], if there is one."""
    return sums if bias is None else sums + bias.reshape(-1, *[1] * (sums.ndim - 2))
