"""The function of a `kernel.norm`."""

from __future__ import annotations

from qfin.dialects import kernel
from qfin.kernels.norm import NormSpec, build_norm
from qfin.passes.lower.call import Call, elementwise, shape_and_strides
from qfin.target.isa import Isa


def call_norm(op: kernel.NormOp, isa: Isa) -> Call:
    """Strides say the layout and what the parameters depend on."""
    shape, x_strides, y_strides = elementwise(op.input, op.output)
    spec = NormSpec(
        shape=shape,
        outer=op.outer.value.data,
        x_strides=x_strides,
        weight_strides=shape_and_strides(op.weight)[1],
        bias_strides=shape_and_strides(op.bias)[1],
        y_strides=y_strides,
        eps=op.eps.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_norm, spec)
