"""The function of a `kernel.extremum`."""

from __future__ import annotations

from xdsl.dialects.builtin import f32

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import memref_of
from qfin.kernels.extremum import ExtremumSpec, build_extremum
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa


def call_extremum(op: kernel.ExtremumOp, isa: Isa) -> Call:
    """A dimension that is of size 1 in the output is reduced."""
    shape, x_strides = shape_and_strides(op.input)
    sizes, y_strides = shape_and_strides(op.output)
    reduced = tuple(size == 1 for size in sizes)
    floats = memref_of(op.input).element_type == f32
    spec = ExtremumSpec(shape, reduced, x_strides, y_strides, op.function.data, floats)
    return Call(build_extremum, spec)
