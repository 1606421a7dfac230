"""What convolutions mean, transposed or not, on floats and on quantized values.

On f32: sums as `qfin.interpreter.float_sums` says, then the bias; on other floats in f64, rounded
once. Quantized: the exact integer sum of `(x - zero_point) * w`,
then bias, requantization and clamp. Padding with 0 where the zero point is subtracted is padding
with the zero point. An output of a transposed convolution that no input reaches has the sum 0, and
so the value of the bias.
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
from qfin.interpreter import float_sums
from qfin.interpreter.contractions import conv
from qfin.interpreter.nn import rounded
from qfin.interpreter.packed import Packed
from qfin.interpreter.quant import finish_channels, uniform
from qfin.interpreter.transposed import conv_transpose

F64 = NDArray[np.float64]
Array: TypeAlias = NDArray[Any]
QuantConvolution: TypeAlias = quant.Conv | quant.ConvTranspose


def geometry_of(op: nn.Convolution) -> quant.ConvGeometry:
    """The geometry of a float op, as packed types have it."""
    return quant.ConvGeometry.get(
        op.stride.get_values(),
        op.padding.get_values(),
        op.dilation.get_values(),
        op.groups.value.data,
        op.output_padding.get_values() if isinstance(op, nn.ConvTranspose) else None,
        rank=op.RANK,
    )


def convolve(x: F64, weight: F64, geometry: quant.ConvGeometry, *, transposed: bool) -> F64:
    """[N, C, spatial...] by a weight to [N, O, spatial'...]."""
    stride, padding = geometry.stride.get_values(), geometry.padding.get_values()
    dilation, groups = geometry.dilation.get_values(), geometry.groups.data
    if not transposed:
        return conv(x, weight, stride, padding, dilation, groups)
    more = geometry.output_padding.get_values()
    return conv_transpose(x, weight, stride, padding, more, dilation, groups)


@np.errstate(all="ignore")
def run_float(op: nn.Convolution, x: Array, weight: Array, bias: Array | None = None) -> Array:
    """With a bias [O], if there is one."""
    geometry, transposed = geometry_of(op), isinstance(op, nn.ConvTranspose)
    if x.dtype == np.float32:
        sums = _convolve_f32(x, weight, geometry, transposed=transposed)
    else:
        operands = x.astype(np.float64), weight.astype(np.float64)
        sums = convolve(*operands, geometry, transposed=transposed)
    if transposed and x.dtype == np.float32:
        # No sum stays a negative zero, so zeros between the input's pixels need not be added.
        bias = (
            np.zeros(weight.shape[1] * geometry.groups.data, np.float32) if bias is None else bias
        )
        bias = bias + np.float32(0)
    if bias is not None:
        sums = sums + bias.reshape(-1, *[1] * op.RANK)
    return rounded(sums, op.result)


def _convolve_f32(
    x: Array, weight: Array, geometry: quant.ConvGeometry, *, transposed: bool
) -> Array:
    stride, padding = geometry.stride.get_values(), geometry.padding.get_values()
    dilation, groups = geometry.dilation.get_values(), geometry.groups.data
    if not transposed:
        return float_sums.conv(x, weight, stride, padding, dilation, groups)
    more = geometry.output_padding.get_values()
    return float_sums.conv_transpose(x, weight, stride, padding, more, dilation, groups)


def run_quantized(op: QuantConvolution, args: PythonValues) -> NDArray[Any]:
    """On stored values, with packed weights."""
    packed: Packed = args[1]
    type_ = op.packed.type
    assert isinstance(type_, quant.PackedType)
    x = args[0].astype(np.float64) - uniform(op.input).zero_point
    weight = packed.centred(type_).astype(np.float64)
    sums = convolve(x, weight, type_.conv, transposed=type_.is_transposed)
    return finish_channels(op, sums, args)


class ConvolutionFunctions(InterpreterFunctions):
    """Convolutions of both dialects; their methods are added below."""


def _implement(op_type: type[nn.Convolution | QuantConvolution]) -> None:
    """Gives `ConvolutionFunctions` the method that runs an op."""

    @impl(op_type)
    def run(
        self: ConvolutionFunctions,
        interpreter: Interpreter,
        op: nn.Convolution | QuantConvolution,
        args: PythonValues,
    ) -> PythonValues:
        if isinstance(op, nn.Convolution):
            return (run_float(op, *args),)
        return (run_quantized(op, args),)

    setattr(ConvolutionFunctions, f"run_{op_type.name}", run)


for _op_type in (
    *(nn.Conv1dOp, nn.Conv2dOp, nn.Conv3dOp),
    *(nn.ConvTranspose1dOp, nn.ConvTranspose2dOp, nn.ConvTranspose3dOp),
    *(quant.Conv1dOp, quant.Conv2dOp, quant.Conv3dOp),
    *(quant.ConvTranspose1dOp, quant.ConvTranspose2dOp, quant.ConvTranspose3dOp),
):
    _implement(_op_type)
register_impls(ConvolutionFunctions)
