"""How `plan-buffers` turns convolutions and `quant.linear` into `kernel.dense`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, quant
from qfin.dialects.layout import BlockedAttr, is_nhwc
from qfin.dialects.tensors import Ints, ints, shape_of
from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.blocked import block, pad_channels, unblock
from qfin.passes.lower.assign_layout import DOT_DEPTH
from qfin.passes.lower.buffers import NO_HALO, Buffer, Halo
from qfin.passes.lower.conv_transpose_geometry import halo_of_transpose
from qfin.passes.lower.requantization import DenseLike, requantization, zero_points_of
from qfin.passes.lower.window_sums import emit_sums, pair_constants

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def wanted_halo(op: Operation) -> Halo:
    """The padding that the op reads around its first operand."""
    if isinstance(op, quant.ConvTranspose):
        return halo_of_transpose(packed_type_of(op), shape_of(op.input)[2:])
    if not isinstance(op, quant.Conv):
        return NO_HALO
    return packed_type_of(op).conv.padding.get_values()


def emit_conv(planner: Planner, op: quant.Conv) -> None:
    """The kernel starts at the first pixel of the padding, which is in the buffer's halo."""
    if not (is_nhwc(op.input.type) and is_nhwc(op.result.type)):
        raise UnsupportedError("runs on channels innermost only: run assign-layout", op)
    packed = packed_type_of(op)
    source = input_buffer(planner, op).padded(packed.conv.padding.get_values())
    conv, taps = packed.conv, tuple(map(range, packed.weight.get_shape()[2:]))
    stride, dilation = conv.stride.get_values(), conv.dilation.get_values()
    result, residual = planner.result(op.result, signed=True), residual_buffer(planner, op)
    emit_part(planner, op, Part(source, result, residual, taps, stride, dilation))


def emit_linear(planner: Planner, op: quant.LinearOp) -> None:
    """A linear of M rows is a 1x1 convolution of one row with M pixels."""
    source, result = input_buffer(planner, op), planner.result(op.result, signed=True)
    if source.shape[-1] % DOT_DEPTH and not source.slack:
        # Kernels read whole groups of bytes: the caller's memory may end where the values do.
        copy = planner.temporary(source)
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(copy)))
        source = copy
    residual = residual_buffer(planner, op)
    pixels = source.as_pixels(), result.as_pixels(), residual and residual.as_pixels()
    emit_part(planner, op, Part(*pixels))


def packed_type_of(op: DenseLike) -> quant.PackedType:
    """The type of the weights of an op."""
    assert isinstance(op.packed.type, quant.PackedType)
    return op.packed.type


@dataclass(frozen=True)
class Part:
    """A convolution that gives all results of an op, or some of them.

    `source` begins at the first tap of the first output. `taps` are those of the op's weights that
    it has, for each dimension: all of a linear's, which has no such dimension. A dimension without
    any is one with a tap that is 0.
    """

    source: Buffer
    result: Buffer
    residual: Buffer | None
    taps: tuple[range, ...] = ()
    stride: tuple[int, ...] = (1, 1)
    dilation: tuple[int, ...] = (1, 1)

    @property
    def kernel(self) -> tuple[int, ...]:
        return tuple(max(1, len(taps)) for taps in self.taps) or (1, 1)

    def weight(
        self, whole: NDArray[np.int8], zero_points: NDArray[np.int32] | None
    ) -> NDArray[np.int8]:
        """The weights [O, I, taps...] of the part, from those of the op."""
        if self.taps == tuple(map(range, whole.shape[2:])):
            return whole
        if all(self.taps):
            return whole[np.ix_(*map(range, whole.shape[:2]), *self.taps)]
        zero = np.zeros(1, np.int8) if zero_points is None else zero_points.astype(np.int8)
        shape = *whole.shape[:2], *self.kernel
        return np.broadcast_to(zero.reshape(-1, *[1] * (whole.ndim - 1)), shape)


class Contraction(NamedTuple):
    """What the kernel op of a part reads."""

    source: Buffer
    weight: NDArray[np.int8]
    """[O, I/groups, taps...]"""
    window: tuple[Ints, Ints, Ints]
    """kernel, stride, dilation"""


def contraction(part: Part, weight: NDArray[np.int8], groups: int) -> Contraction:
    """Of a part with these weights. A row of taps whose inputs lie behind each other is one tap of
    as many times the channels, where this pads less: 7x7 of 3 channels are 7 taps of 21, in 42
    groups of `DOT_DEPTH` bytes instead of 49."""
    source, channels, taps = part.source, weight.shape[1], part.kernel[-1]
    alone, together = (-(-size // DOT_DEPTH) for size in (channels, channels * taps))
    whole = groups == 1 and part.dilation[-1] == 1 and source.strides[-1] == channels
    if not whole or together >= taps * alone:
        window = ints(*part.kernel), ints(*part.stride), ints(*part.dilation)
        return Contraction(source, weight, window)
    *steps, step = part.stride
    seen = replace(
        source,
        shape=(source.shape[0], channels * taps, *source.shape[2:-1], part.result.shape[-1]),
        strides=(*source.strides[:-1], step * channels),
    )
    rows = np.moveaxis(weight, -1, 1)
    rows = rows.reshape(len(weight), channels * taps, *weight.shape[2:-1], 1)
    window = ints(*part.kernel[:-1], 1), ints(*steps, 1), ints(*part.dilation)
    return Contraction(seen, rows, window)


def merged(groups: int, each: int, inputs: int, lanes: int) -> int:
    """How many groups of `each` output channels are one: as many as fill a block of `lanes`. Their
    products are as many or fewer, and their ends fewer; of many input channels ends do not
    matter."""
    if inputs > lanes or each == 0:
        return 1
    return next(n for n in range(max(1, lanes // each), 0, -1) if groups % n == 0)


def block_diagonal(
    weight: NDArray[np.int8], zero_points: NDArray[np.int32] | None, groups: int, count: int
) -> NDArray[np.int8]:
    """Weights [O, I/groups, taps...] with `count` groups as one: [O, count * I/groups, taps...],
    with zeros where an output channel's group does not read."""
    out, inputs, *taps = weight.shape
    zero = np.zeros(1, np.int8) if zero_points is None else zero_points.astype(np.int8)
    shape = out, count, inputs, *taps
    wide = np.broadcast_to(zero.reshape(-1, *[1] * (len(shape) - 1)), shape).copy()
    own = np.arange(out) // (out // groups) % count
    wide[np.arange(out), own] = weight
    return wide.reshape(out, count * inputs, *taps)


def emit_part(planner: Planner, op: DenseLike, part: Part) -> None:
    """The kernel op for a part of an op's results."""
    packed, constant = packed_type_of(op), op.packed.owner
    layout = packed.layout
    if not isinstance(constant, quant.PackedConstantOp):
        raise UnsupportedError("only constant weights are compiled", op)
    if not isinstance(layout, BlockedAttr) or layout.depth.data != DOT_DEPTH:
        raise UnsupportedError("the weights are not as a target reads them: run assign-layout", op)
    lanes, groups = layout.lanes.data, packed.groups
    flat = dense_to_numpy(constant.value.weight)
    whole = unblock(flat, packed.dense_shape, groups, lanes, DOT_DEPTH)
    zero_points = zero_points_of(constant.value)
    weight = part.weight(whole, zero_points)
    numbers = requantization(op, constant.value, weight)
    each = packed.out_channels // groups
    if (count := merged(groups, each, weight.shape[1], lanes)) > 1:
        weight = block_diagonal(weight, zero_points, groups, count)
        groups //= count
    source, blocked, window = contraction(part, weight, groups)
    if blocked is not whole:
        flat = block(blocked, groups, lanes, DOT_DEPTH)

    def spread(per_channel: NDArray[np.generic]) -> SSAValue:
        """One value for each lane of each block."""
        return planner.view(planner.constants.add(pad_channels(per_channel, groups, lanes)))

    centre = None
    if zero_points is not None:
        each = np.broadcast_to(zero_points, [packed.out_channels])
        pairs = planner.view(pair_constants(planner, each, groups, lanes))
        sums = emit_sums(planner, op, source, part.result, groups, window)
        centre = kernel.Centre(planner.view(sums), pairs)
    dense = kernel.DenseOp(
        planner.view(source),
        planner.view(planner.constants.add(flat)),
        spread(numbers.start),
        spread(numbers.mult),
        None if numbers.bias is None else spread(numbers.bias),
        planner.view(part.result),
        kernel=window[0],
        stride=window[1],
        dilation=window[2],
        groups=groups,
        lanes=lanes,
        zero_point=numbers.zero_point,
        qmin=numbers.qmin,
        qmax=numbers.qmax,
        bounded=numbers.bounded,
        centre=centre,
    )
    if part.residual is None:
        planner.emit(dense)
        return
    r = numbers.residual
    assert dense.bias is not None
    assert r is not None
    residual = planner.view(part.residual)
    planner.emit(kernel.DenseAddOp.of(dense, dense.bias, residual, r.scale, r.zero_point))
    dense.erase()


def input_buffer(planner: Planner, op: DenseLike) -> Buffer:
    """Of what is multiplied, unsigned where that costs less than signed bytes."""
    return planner.buffer(op.input, signed=planner.isa.takes_signed)


def residual_buffer(planner: Planner, op: DenseLike) -> Buffer | None:
    """Of the residual, if there is one, which is laid out as the result is."""
    if op.residual is None:
        return None
    if is_nhwc(op.residual.type) != is_nhwc(op.result.type):
        raise UnsupportedError("residual and result lie differently: run assign-layout", op)
    return planner.buffer(op.residual, signed=True)
