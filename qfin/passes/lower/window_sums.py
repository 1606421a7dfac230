"""What zero points of weights need beside the weights: sums of the inputs that each output reads.

A sum of `(x - zx) * (w - zw)` is one of `x * w`, less `zw * sum x`, and a constant of each output
channel. `sum x` is one number for each output pixel and group, which two small kernels make: sums
over the channels of each input pixel, and over the window of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import i32
from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import is_signed, memref_of
from qfin.dialects.kernel.sums import MAX_SUMMED, ChannelSumsOp, WindowSumsOp
from qfin.dialects.tensors import Ints
from qfin.errors import UnsupportedError
from qfin.interpreter.blocked import pad_channels
from qfin.kernels.channel_sums import ChannelSumsSpec, build_channel_sums
from qfin.kernels.window_sums import WindowSumsSpec, build_window_sums
from qfin.passes.lower.buffers import Buffer
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.target.isa import Isa

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def emit_sums(
    planner: Planner,
    op: Operation,
    source: Buffer,
    result: Buffer,
    groups: int,
    window: tuple[Ints, Ints, Ints],
) -> Buffer:
    """The sums for a contraction from `source`, which begins at the first tap of the first output,
    to `result`, with a `window` of (kernel, stride, dilation)."""
    batch, channels, *image = source.shape
    taps = int(np.prod(window[0].get_values()))
    if channels // groups * taps > MAX_SUMMED:
        raise UnsupportedError(f"sums of more than {MAX_SUMMED} inputs have no zero points", op)

    def place(*spatial: int) -> Buffer:
        shape = batch, groups, *spatial
        return planner.arena.buffer(i32, shape, planner.step, planner.step)

    pixels, sums = place(*image), place(*result.shape[2:])
    kernel_size, stride, dilation = window
    planner.emit(ChannelSumsOp(planner.view(source), planner.view(pixels)))
    planner.emit(
        WindowSumsOp(
            planner.view(pixels),
            planner.view(sums),
            kernel=kernel_size,
            stride=stride,
            dilation=dilation,
        )
    )
    return sums


def pair_constants(
    planner: Planner, zero_points: NDArray[np.int32], groups: int, lanes: int
) -> Buffer:
    """(z, 256 * z) of each output channel [O] for each lane of each block, in the halves of i32."""
    each = np.stack([pad_channels(z, groups, lanes) for z in (zero_points, 256 * zero_points)], -1)
    pairs = each.astype("<i2")
    return planner.constants.add(np.ascontiguousarray(pairs).view("<i4")[..., 0])


def _channel_sums(op: kernel.ChannelSumsOp, isa: Isa) -> Call:
    shape = memref_of(op.output).get_shape()
    (_, channels, *_), (image, channel, *spatial) = shape_and_strides(op.input)
    each = channels // shape[1]
    strides = image, each * channel, *spatial
    return Call(build_channel_sums, ChannelSumsSpec(shape, strides, each, is_signed(op.input)))


def _window_sums(op: kernel.WindowSumsOp, isa: Isa) -> Call:
    (batch, groups, *image), output = (
        memref_of(value).get_shape() for value in (op.input, op.output)
    )
    axes = (op.kernel, op.stride, op.dilation)
    kernel_size, stride, dilation = (_three(axis.get_values()) for axis in axes)
    sizes = _three(image), _three(output[2:])
    return Call(
        build_window_sums, WindowSumsSpec(batch * groups, *sizes, kernel_size, stride, dilation)
    )


def _three(values: Any) -> tuple[int, int, int]:
    """Values for depth, height, width; images in two dimensions have a depth of 1."""
    *depth, height, width = values
    return (*depth, height, width) if depth else (1, height, width)  # pyright: ignore[reportReturnType]


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.ChannelSumsOp: _channel_sums,
    kernel.WindowSumsOp: _window_sums,
}
"""By the type of the op."""
