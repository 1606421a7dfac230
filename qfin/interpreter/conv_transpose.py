"""What transposed convolutions mean, on floats and on quantized values.

Quantized: the exact integer sum of `(x - zero_point) * w` over the inputs that reach an output,
then bias, requantization and clamp as in `quant.conv2d`. An output that no input reaches has the
sum 0, and so the value of the bias.
"""

from __future__ import annotations

import numpy as np
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects import nn, quant
from qfin.interpreter.conv1d import with_bias
from qfin.interpreter.nn import rounded
from qfin.interpreter.packed import Packed
from qfin.interpreter.quant import finish, uniform
from qfin.interpreter.transposed import conv_transpose


@register_impls
class ConvTransposeFunctions(InterpreterFunctions):
    """Transposed convolutions over any number of spatial dimensions."""

    @impl(nn.ConvTranspose1dOp)
    def run_float1d(
        self, interpreter: Interpreter, op: nn.ConvTranspose1dOp, args: PythonValues
    ) -> PythonValues:
        return (_float(op, args),)

    @impl(nn.ConvTranspose2dOp)
    def run_float2d(
        self, interpreter: Interpreter, op: nn.ConvTranspose2dOp, args: PythonValues
    ) -> PythonValues:
        return (_float(op, args),)

    @impl(quant.ConvTranspose1dOp)
    def run_quantized1d(
        self, interpreter: Interpreter, op: quant.ConvTranspose1dOp, args: PythonValues
    ) -> PythonValues:
        return (_quantized(op, args),)

    @impl(quant.ConvTranspose2dOp)
    def run_quantized2d(
        self, interpreter: Interpreter, op: quant.ConvTranspose2dOp, args: PythonValues
    ) -> PythonValues:
        return (_quantized(op, args),)


def _float(
    op: nn.ConvTranspose1dOp | nn.ConvTranspose2dOp, args: PythonValues
) -> np.ndarray[tuple[int, ...], np.dtype[np.floating]]:
    """Summed in f64 and rounded once."""
    x, weight, *bias = (a.astype(np.float64) for a in args)
    sums = conv_transpose(
        x,
        weight,
        op.stride.get_values(),
        op.padding.get_values(),
        op.output_padding.get_values(),
        op.dilation.get_values(),
        op.groups.value.data,
    )
    return rounded(with_bias(sums, *bias), op.result)


def _quantized(
    op: quant.ConvTranspose1dOp | quant.ConvTranspose2dOp, args: PythonValues
) -> np.ndarray[tuple[int, ...], np.dtype[np.integer]]:
    packed: Packed = args[1]
    assert isinstance(op.packed.type, quant.PackedType)
    geometry = op.packed.type.conv
    sums = conv_transpose(
        args[0].astype(np.float64) - uniform(op.input).zero_point,
        packed.weight.astype(np.float64),
        geometry.stride.get_values(),
        geometry.padding.get_values(),
        geometry.output_padding.get_values(),
        geometry.dilation.get_values(),
        geometry.groups.data,
    )
    return np.moveaxis(finish(op, np.moveaxis(sums, 1, -1), packed), -1, 1)
