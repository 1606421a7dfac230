"""The function of a `kernel.channelwise`."""

from __future__ import annotations

from qfin.dialects import kernel
from qfin.kernels.channelwise import ChannelwiseSpec, build_channelwise
from qfin.passes.lower.call import Call, elementwise
from qfin.target.isa import Isa


def call_channelwise(op: kernel.ChannelwiseOp, isa: Isa) -> Call:
    """Strides say the layout."""
    shape, x_strides, y_strides = elementwise(op.input, op.output)
    spec = ChannelwiseSpec(
        function=op.function.data,
        shape=shape,
        x_strides=x_strides,
        y_strides=y_strides,
        input_scale=op.input_scale.value.data,
        input_zero_point=op.input_zero_point.value.data,
        scale=op.scale.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_channelwise, spec)
