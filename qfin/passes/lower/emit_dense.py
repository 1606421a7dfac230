"""How `plan-buffers` turns convolutions and `quant.linear` into `kernel.dense`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, quant
from qfin.dialects.layout import BlockedAttr, is_nhwc
from qfin.dialects.tensors import ONES, Ints, ints
from qfin.dialects.windows import ones
from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.blocked import pad_channels, unblock
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
        return halo_of_transpose(packed_type_of(op))
    if not isinstance(op, quant.Conv):
        return NO_HALO
    return packed_type_of(op).conv.padding.get_values()


def emit_conv(planner: Planner, op: quant.Conv) -> None:
    """The kernel starts at the first pixel of the padding, which is in the buffer's halo."""
    if not (is_nhwc(op.input.type) and is_nhwc(op.result.type)):
        raise UnsupportedError("runs on channels innermost only: run assign-layout", op)
    packed = packed_type_of(op)
    source = planner.buffer(op.input).padded(packed.conv.padding.get_values())
    kernel_size = ints(*packed.weight.get_shape()[2:])
    emit_dense(planner, op, source, planner.result(op.result), kernel_size)


def emit_linear(planner: Planner, op: quant.LinearOp) -> None:
    """A linear of M rows is a 1x1 convolution of one row with M pixels."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    if source.shape[-1] % DOT_DEPTH and not source.slack:
        # Kernels read whole groups of bytes: the caller's memory may end where the values do.
        copy = planner.temporary(source)
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(copy)))
        source = copy
    emit_dense(planner, op, source.as_pixels(), result.as_pixels(), ONES)


def packed_type_of(op: DenseLike) -> quant.PackedType:
    """The type of the weights of an op."""
    assert isinstance(op.packed.type, quant.PackedType)
    return op.packed.type


def emit_dense(
    planner: Planner,
    op: DenseLike,
    source: Buffer,
    result: Buffer,
    kernel_size: Ints,
) -> None:
    """The kernel op. `source` begins at the first tap of the first output; a transposed convolution
    is one of stride 1 here."""
    packed, constant = packed_type_of(op), op.packed.owner
    layout = packed.layout
    if not isinstance(constant, quant.PackedConstantOp):
        raise UnsupportedError("only constant weights are compiled", op)
    if not isinstance(layout, BlockedAttr) or layout.depth.data != DOT_DEPTH:
        raise UnsupportedError("the weights are not as a target reads them: run assign-layout", op)
    lanes, groups = layout.lanes.data, packed.groups
    flat = dense_to_numpy(constant.value.weight)
    weight = unblock(flat, packed.dense_shape, groups, lanes, DOT_DEPTH)
    numbers = requantization(op, constant.value, weight)

    def spread(per_channel: NDArray[np.generic]) -> SSAValue:
        """One value for each lane of each block."""
        return planner.view(planner.constants.add(pad_channels(per_channel, groups, lanes)))

    conv = None if isinstance(op, quant.LinearOp) else packed.conv
    stride = conv.stride if conv and not packed.is_transposed else ones(len(kernel_size))
    dilation = conv.dilation if conv else ONES
    zero_points, centre = zero_points_of(constant.value), None
    if zero_points is not None:
        each = np.broadcast_to(zero_points, [packed.out_channels])
        pairs = planner.view(pair_constants(planner, each, groups, lanes))
        window = kernel_size, stride, dilation
        sums = emit_sums(planner, op, source, result, groups, window)
        centre = kernel.Centre(planner.view(sums), pairs)
    dense = kernel.DenseOp(
        planner.view(source),
        planner.view(planner.constants.add(flat)),
        spread(numbers.start),
        spread(numbers.mult),
        None if numbers.bias is None else spread(numbers.bias),
        planner.view(result),
        kernel=kernel_size,
        stride=stride,
        dilation=dilation,
        groups=groups,
        lanes=lanes,
        zero_point=numbers.zero_point,
        qmin=numbers.qmin,
        qmax=numbers.qmax,
        bounded=numbers.bounded,
        centre=centre,
    )
    if op.residual is None:
        planner.emit(dense)
        return
    r = numbers.residual
    assert dense.bias is not None
    assert r is not None
    residual = planner.view(residual_buffer(planner, op, op.residual))
    planner.emit(kernel.DenseAddOp.of(dense, dense.bias, residual, r.scale, r.zero_point))
    dense.erase()


def residual_buffer(planner: Planner, op: DenseLike, residual: SSAValue) -> Buffer:
    """Laid out as the result is."""
    if is_nhwc(residual.type) != is_nhwc(op.result.type):
        raise UnsupportedError("residual and result lie differently: run assign-layout", op)
    buffer = planner.buffer(residual)
    return buffer.as_pixels() if isinstance(op, quant.LinearOp) else buffer
