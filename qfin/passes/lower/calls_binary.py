"""The function of a `kernel.binary`."""

from __future__ import annotations

from qfin.dialects import kernel
from qfin.kernels.binary import BinarySpec, build_binary
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa


def call_binary(op: kernel.BinaryOp, isa: Isa) -> Call:
    """Strides say the layout and what broadcasts."""
    shape, y_strides = shape_and_strides(op.output)
    spec = BinarySpec(
        function=op.function.data,
        shape=shape,
        a_strides=shape_and_strides(op.lhs)[1],
        b_strides=shape_and_strides(op.rhs)[1],
        y_strides=y_strides,
        a_scale=op.lhs_scale.value.data,
        a_zero_point=op.lhs_zero_point.value.data,
        b_scale=op.rhs_scale.value.data,
        b_zero_point=op.rhs_zero_point.value.data,
        scale=op.scale.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_binary, spec)
