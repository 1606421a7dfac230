"""How `plan-buffers` turns 2-D convolutions into kernel ops: depthwise ones, whose weights are laid
out for it, into `kernel.depthwise`, others into `kernel.dense`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import SSAValue

from qfin.dialects import kernel, quant
from qfin.dialects.layout import DepthwiseAttr, is_nhwc
from qfin.dialects.quant.packed_attr import PackedAttr
from qfin.dialects.tensors import ints
from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.depthwise import pack_depthwise, spread_depthwise, unpack_depthwise
from qfin.passes.lower.buffers import Buffer
from qfin.passes.lower.emit_dense import emit_conv, packed_type_of, residual_buffer
from qfin.passes.lower.requantization import requantization, zero_points_of

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_conv2d(planner: Planner, op: quant.Conv2dOp) -> None:
    """The kernel starts at the first pixel of the padding, which is in the buffer's halo."""
    packed, constant = packed_type_of(op), op.packed.owner
    layout = packed.layout
    if not isinstance(layout, DepthwiseAttr):
        emit_conv(planner, op)
        return
    if not (is_nhwc(op.input.type) and is_nhwc(op.result.type)):
        raise UnsupportedError("runs on channels innermost only: run assign-layout", op)
    if not isinstance(constant, quant.PackedConstantOp):
        raise UnsupportedError("only constant weights are compiled", op)
    conv = packed.conv
    flat = dense_to_numpy(constant.value.weight)
    weight = unpack_depthwise(flat, packed.dense_shape, layout)
    numbers = requantization(op, constant.value, weight)

    def spread(per_channel: NDArray[np.generic]) -> SSAValue:
        """One value for each lane of each block."""
        return planner.view(planner.constants.add(spread_depthwise(per_channel, layout)))

    whole = planner.buffer(op.input, signed=True)
    source = _readable(planner, whole.padded(conv.padding.get_values()), layout)
    result = planner.result(op.result, signed=True)
    residual = residual_buffer(planner, op)
    if residual is not None:
        residual = _readable(planner, residual, layout)
    addend = numbers.residual
    planner.emit(
        kernel.DepthwiseOp(
            planner.view(source),
            planner.view(planner.constants.add(flat)),
            spread(numbers.start),
            spread(numbers.mult),
            None if numbers.bias is None else spread(numbers.bias),
            None if residual is None else planner.view(residual),
            planner.view(result),
            kernel=ints(*weight.shape[2:]),
            stride=conv.stride,
            dilation=conv.dilation,
            layout=layout,
            zero_point=numbers.zero_point,
            qmin=numbers.qmin,
            qmax=numbers.qmax,
            bounded=numbers.bounded,
            zero_points=_zero_points(planner, constant.value, weight, layout),
            residual_scale=addend and addend.scale,
            residual_zero_point=addend and addend.zero_point,
        )
    )


def _zero_points(
    planner: Planner, content: PackedAttr, weight: NDArray[np.int8], layout: DepthwiseAttr
) -> SSAValue | None:
    """What each tap of a weight [C, 1, KH, KW] is multiplied with beside it: minus the zero point,
    as one byte, or as two where one of them is 128."""
    zero_points = zero_points_of(content)
    if zero_points is None:
        return None
    first = np.minimum(-zero_points, 127)
    parts = [first, -zero_points - first]
    each = np.stack(parts[: 1 + parts[1].any()], axis=-1).astype(np.int8)
    channels, _, height, _ = weight.shape
    columns = np.broadcast_to(each[:, None, None], [channels, 1, height, each.shape[-1]])
    return planner.view(planner.constants.add(pack_depthwise(columns, layout)))


def _readable(planner: Planner, source: Buffer, layout: DepthwiseAttr) -> Buffer:
    """The same values as the kernel can read them: where its vectors hold several pixels, these lie
    next to each other; where they are longer, what is behind may be read."""
    channels, pixels = source.shape[1], layout.pixels.data
    apart = pixels > 1 and source.strides[3] != channels
    if not apart and pixels * channels + source.slack >= layout.lanes.data:
        return source
    copy = planner.temporary(source, nhwc=True)
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(copy)))
    return copy
