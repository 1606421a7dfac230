"""How `plan-buffers` turns transposed convolutions into `kernel.dense`.

A stride s makes s convolutions of stride 1 along each dimension, each of which gives every s-th
output: see `conv_transpose_geometry`. All read the input where it lies, and write into the result
where their outputs belong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qfin.dialects import quant
from qfin.dialects.layout import is_nhwc
from qfin.errors import UnsupportedError
from qfin.passes.lower.conv_transpose_geometry import outputs_of, phases
from qfin.passes.lower.emit_dense import (
    Part,
    emit_part,
    input_buffer,
    packed_type_of,
    residual_buffer,
)

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def require_unit_dimension(planner: Planner, op: quant.Conv1dOp | quant.ConvTranspose1dOp) -> None:
    """1-D convolutions are 2-D ones by now, but for those whose packed weights come from outside
    of the module."""
    raise UnsupportedError("runs as a 2-D convolution only: run assign-layout", op)


def emit_conv_transpose(planner: Planner, op: quant.ConvTranspose) -> None:
    """A convolution for each phase of the outputs."""
    if not (is_nhwc(op.input.type) and is_nhwc(op.result.type)):
        raise UnsupportedError("runs on channels innermost only: run assign-layout", op)
    source, result = input_buffer(planner, op), planner.result(op.result, signed=True)
    residual = residual_buffer(planner, op)
    packed = packed_type_of(op)
    for axes in phases(packed.conv, source.shape[2:], packed.weight.get_shape()[2:]):
        part = Part(
            source.padded([side for axis in axes for side in (axis.before, axis.after)]),
            outputs_of(result, axes),
            None if residual is None else outputs_of(residual, axes),
            taps=tuple(axis.taps for axis in axes),
            stride=(1,) * len(axes),
            dilation=tuple(axis.dilation for axis in axes),
        )
        emit_part(planner, op, part)
