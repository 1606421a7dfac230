"""How `plan-buffers` turns transposed convolutions into `kernel.dense`.

It is a convolution of stride 1, with the weights of `#layout.blocked`, of the input spread by the
stride: between two neighbours of the input lie stride - 1 zero points. Around it lie `dilation *
(taps - 1) - padding` of them in each dimension, and as many more as `output_padding` says at its
end. Where that is negative, the convolution starts or ends inside instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qfin.dialects import kernel, quant
from qfin.dialects.kernel.fill import FillOp
from qfin.dialects.layout import is_nhwc
from qfin.dialects.tensors import ints
from qfin.errors import UnsupportedError
from qfin.passes.lower.activations import uniform_of, zero_point
from qfin.passes.lower.buffers import NO_HALO, Buffer, Halo
from qfin.passes.lower.conv_transpose_geometry import is_spread, surroundings
from qfin.passes.lower.emit_dense import emit_dense, packed_type_of

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def require_unit_dimension(planner: Planner, op: quant.Conv1dOp | quant.ConvTranspose1dOp) -> None:
    """1-D convolutions with constant weights are 2-D ones by now; others have no packed value that
    could be compiled."""
    raise UnsupportedError("runs as a 2-D convolution only: run assign-layout", op)


def emit_conv_transpose(planner: Planner, op: quant.ConvTranspose) -> None:
    """A convolution of stride 1 over the input, spread if there is a stride."""
    if not (is_nhwc(op.input.type) and is_nhwc(op.result.type)):
        raise UnsupportedError("runs on channels innermost only: run assign-layout", op)
    packed = packed_type_of(op)
    around = surroundings(packed)
    source, result = planner.buffer(op.input), planner.result(op.result)
    apart = is_spread(packed)
    window = _spread(planner, op, source, around) if apart else source.padded(around)
    emit_dense(planner, op, window, result, ints(*packed.weight.get_shape()[2:]))


def _spread(planner: Planner, op: quant.ConvTranspose, source: Buffer, around: Halo) -> Buffer:
    """The input spread by the stride into zero points, as the convolution reads it."""
    apart = (1, 1, *packed_type_of(op).conv.stride.get_values())
    sizes = (
        (size - 1) * step + 1 if axis > 1 else size
        for axis, (size, step) in enumerate(zip(source.shape, apart, strict=True))
    )
    halo = tuple(max(0, side) for side in around)
    inner = planner.temporary(replace(source, shape=tuple(sizes)), nhwc=True, halo=halo)
    whole = inner.padded(halo)
    planner.emit(FillOp(planner.view(whole), zero_point(uniform_of(op.input))))
    strides = (step * stride for step, stride in zip(apart, inner.strides, strict=True))
    places = replace(inner, shape=source.shape, strides=tuple(strides), halo=NO_HALO)
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(places)))
    return inner.padded(around)
