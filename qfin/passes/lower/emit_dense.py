"""How `plan-buffers` turns convolutions and `quant.linear` into `kernel.dense`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, f32
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, quant
from qfin.dialects.layout import BlockedAttr, is_nhwc
from qfin.dialects.tensors import ONES, Ints, ints
from qfin.dialects.windows import ones
from qfin.errors import UnsupportedError
from qfin.interpreter import numerics
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.blocked import pad_channels, unblock
from qfin.passes.lower.activations import clamp, uniform_of, zero_point
from qfin.passes.lower.assign_layout import DOT_DEPTH
from qfin.passes.lower.buffers import NO_HALO, Buffer, Halo
from qfin.passes.lower.conv_transpose_geometry import halo_of_transpose
from qfin.passes.sums import overflow, sum_range

DenseLike: TypeAlias = quant.Conv | quant.ConvTranspose | quant.LinearOp

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
    x, y = uniform_of(op.input), uniform_of(op.result)
    lanes, groups = layout.lanes.data, packed.groups
    flat = dense_to_numpy(constant.value.weight)
    weight = unblock(flat, packed.dense_shape, groups, lanes, DOT_DEPTH)
    scales = dense_to_numpy(constant.value.scales)
    bias = constant.value.bias
    values = dense_to_numpy(bias) if isinstance(bias, DenseIntOrFPElementsAttr) else None

    def spread(per_channel: NDArray[np.generic]) -> SSAValue:
        """One value for each lane of each block."""
        each = np.broadcast_to(per_channel, [packed.out_channels])
        return planner.view(planner.constants.add(pad_channels(each, groups, lanes)))

    mult = numerics.requantize_scales(x.scale, scales, y.scale)
    _require_finite(op, mult, "input scale times weight scale by output scale")
    start = -zero_point(x) * weight.sum(axis=tuple(range(1, weight.ndim)), dtype=np.int64)
    low, high = sum_range(weight, x)
    float_bias = None
    if values is not None and packed.bias == f32:
        float_bias = numerics.scaled_bias(values, x.scale, scales)
        _require_finite(op, float_bias, "bias by input scale times weight scale")
    elif values is not None:
        start, low, high = start + values, low + values, high + values
    if overflow(low, high) is not None:
        raise UnsupportedError("the sums of this op can leave 32 bits", op)
    conv = None if isinstance(op, quant.LinearOp) else packed.conv
    if op.residual is not None and float_bias is None:
        float_bias = np.zeros(1, np.float32)
    qmin, qmax = clamp(y, op.activation)
    dense = kernel.DenseOp(
        planner.view(source),
        planner.view(planner.constants.add(flat)),
        spread(start.astype(np.int32)),
        spread(mult),
        None if float_bias is None else spread(float_bias),
        planner.view(result),
        kernel=kernel_size,
        stride=conv.stride if conv and not packed.is_transposed else ones(len(kernel_size)),
        dilation=conv.dilation if conv else ONES,
        groups=groups,
        lanes=lanes,
        zero_point=zero_point(y),
        qmin=qmin,
        qmax=qmax,
        bounded=_is_bounded(low, high, float_bias, mult, _largest_residual(op)),
    )
    if op.residual is None:
        planner.emit(dense)
        return
    assert dense.bias is not None
    r = uniform_of(op.residual)
    scale = numerics.residual_scale(r.scale, y.scale)
    residual = planner.view(_residual_buffer(planner, op, op.residual))
    planner.emit(kernel.DenseAddOp.of(dense, dense.bias, residual, float(scale), zero_point(r)))
    dense.erase()


def _residual_buffer(planner: Planner, op: DenseLike, residual: SSAValue) -> Buffer:
    """Laid out as the result is."""
    if is_nhwc(residual.type) != is_nhwc(op.result.type):
        raise UnsupportedError("residual and result lie differently: run assign-layout", op)
    buffer = planner.buffer(residual)
    return buffer.as_pixels() if isinstance(op, quant.LinearOp) else buffer


def _largest_residual(op: DenseLike) -> float:
    """The magnitude of what is added to a product, in steps of the result."""
    if op.residual is None:
        return 0.0
    r = uniform_of(op.residual)
    ends = np.array([r.storage_min, r.storage_max])
    largest = numerics.residual(ends, r.scale, r.zero_point, uniform_of(op.result).scale)
    _require_finite(op, largest, "residual scale by output scale")
    return float(np.abs(largest).max())


def _require_finite(op: Operation, values: NDArray[np.float32], what: str) -> None:
    """NaN comes only of infinities; kernels are not made for it."""
    if not np.isfinite(values).all():
        raise UnsupportedError(f"{what} is not a finite f32", op)


def _is_bounded(
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    bias: NDArray[np.float32] | None,
    mult: NDArray[np.float32],
    residual: float,
) -> bool:
    """Whether no `(f32(sum) + bias) * mult`, with up to `residual` added or taken away, leaves
    int32. Rounding is monotone: the ends tell."""
    ends = np.stack([low, high]).astype(np.float32)
    with np.errstate(over="ignore"):
        scaled = (ends if bias is None else ends + bias) * mult
        return bool(np.all(np.abs(scaled) + np.float32(residual) < 2**31))
