"""The function of a `kernel.softmax`."""

from __future__ import annotations

from qfin.dialects import kernel
from qfin.kernels.softmax import SoftmaxSpec, build_softmax
from qfin.passes.lower.call import Call, elementwise
from qfin.target.isa import Isa


def call_softmax(op: kernel.SoftmaxOp, isa: Isa) -> Call:
    """Strides say the layout."""
    shape, x_strides, y_strides = elementwise(op.input, op.output)
    spec = SoftmaxSpec(
        shape=shape,
        dim=op.dim.value.data,
        x_strides=x_strides,
        y_strides=y_strides,
        scale=op.scale.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_softmax, spec)
