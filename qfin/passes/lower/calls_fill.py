"""The function that does `kernel.fill`."""

from __future__ import annotations

from qfin.dialects.kernel.fill import FillOp
from qfin.kernels.fill import FillSpec, build_fill
from qfin.passes.lower.call import Call, shape_and_strides, stored_byte
from qfin.target.isa import Isa


def call_fill(op: FillOp, isa: Isa) -> Call:
    """The function for one op."""
    value = stored_byte(op.output, op.value.value.data)
    return Call(build_fill, FillSpec(*shape_and_strides(op.output), value))
