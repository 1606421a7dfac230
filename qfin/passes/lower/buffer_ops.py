"""How `plan-buffers` turns each op into kernel ops: one emitter for each kind of op."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects import arith, func
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, NoneAttr, TensorType
from xdsl.ir import Attribute, Operation, SSAValue

from qfin.dialects import kernel, nn, quant
from qfin.dialects.layout import BlockedAttr, ToNchwOp, ToNhwcOp
from qfin.dialects.quant.casts import DCastOp, QCastOp, SCastOp
from qfin.dialects.quant.fused import RELU
from qfin.dialects.quant.packed import PackedConstantOp, PackedType
from qfin.dialects.tensors import ONES, ints
from qfin.dialects.uniform import UniformType
from qfin.errors import UnsupportedError
from qfin.interpreter import numerics, windows
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.blocked import unblock
from qfin.passes.lower.buffers import NO_HALO, Buffer, Halo

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


# ---- The domain that activations are stored in: unsigned bytes -----------------------------------


def element_of(value: SSAValue) -> Attribute:
    assert isinstance(value.type, TensorType)
    return value.type.element_type


def uniform_of(value: SSAValue) -> UniformType:
    element = element_of(value)
    assert isinstance(element, UniformType)
    return element


def shift_of(element: Attribute) -> int:
    """What is added to a stored value to make it unsigned."""
    return 128 if isinstance(element, UniformType) and element.is_signed else 0


def zero_point(element: UniformType) -> int:
    return element.zero_point + shift_of(element)


def clamp(element: UniformType, *, relu: bool = False) -> tuple[int, int]:
    """The smallest and largest stored value; relu cuts off what is below zero."""
    low = max(element.storage_min, element.zero_point) if relu else element.storage_min
    return low + shift_of(element), element.storage_max + shift_of(element)


# ---- What ops want of memory ---------------------------------------------------------------------


def keeps_memory(op: Operation) -> bool:
    """Whether the result of the op may be its operand's memory under another name."""
    return isinstance(op, nn.ReshapeOp | nn.FlattenOp | SCastOp | ToNchwOp | ToNhwcOp)


def wanted_halo(op: Operation) -> Halo:
    """The padding that the op reads around its first operand."""
    if not isinstance(op, quant.Conv2dOp):
        return NO_HALO
    packed = op.packed.type
    assert isinstance(packed, PackedType)
    return tuple(packed.conv.padding.get_values())  # pyright: ignore[reportReturnType]


# ---- Emitters ------------------------------------------------------------------------------------


def bind_argument(planner: Planner, argument: SSAValue, buffer: Buffer) -> None:
    """An argument is the caller's memory; a signed one is copied into unsigned form."""
    if not shift_of(element_of(argument)):
        planner.buffers[argument] = buffer
        return
    copy = planner.result(argument)
    planner.emit(kernel.CopyOp(planner.view(buffer), planner.view(copy), flip_sign=True))


def _fill_halo(planner: Planner, value: SSAValue, buffer: Buffer) -> None:
    if buffer.halo != NO_HALO:
        filler = zero_point(uniform_of(value))
        planner.emit(kernel.FillHaloOp(planner.view(buffer), ints(*buffer.halo), filler))


def _constant(planner: Planner, op: arith.ConstantOp) -> None:
    if not isinstance(op.value, DenseIntOrFPElementsAttr):
        raise UnsupportedError("only dense tensor constants are compiled", op)
    planner.buffers[op.result] = planner.constants.add(dense_to_numpy(op.value))


def _nothing(planner: Planner, op: Operation) -> None:
    """Packed constants are laid down by the op that uses them."""


def _alias(planner: Planner, op: nn.ReshapeOp | nn.FlattenOp) -> None:
    """A reshape is another name, unless the source has a halo or is not row-major."""
    source = planner.buffer(op.input)
    assert isinstance(op.result.type, TensorType)
    if not source.is_row_major:
        dense = planner.arena.buffer(
            source.element, source.shape, planner.step, planner.last_uses[op.result]
        )
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(dense)))
        source = dense
    planner.buffers[op.result] = source.reshaped(op.result.type.get_shape())


def _scast(planner: Planner, op: SCastOp) -> None:
    """Between integers and quantized values: the same bytes, or 128 apart."""
    flip = shift_of(element_of(op.input)) != shift_of(element_of(op.result))
    source = planner.buffer(op.input)
    if not flip:
        planner.buffers[op.result] = source
        return
    result = planner.result(op.result)
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(result), flip_sign=True))
    _fill_halo(planner, op.result, result)


def _convert_layout(planner: Planner, op: ToNhwcOp | ToNchwOp) -> None:
    source = planner.buffer(op.input)
    if isinstance(op, ToNchwOp) and source.is_row_major:
        planner.buffers[op.result] = source
        return
    result = planner.result(op.result)
    planner.emit(kernel.CopyOp(planner.view(source), planner.view(result)))
    if isinstance(element_of(op.result), UniformType):
        _fill_halo(planner, op.result, result)


def _qcast(planner: Planner, op: QCastOp) -> None:
    element = _per_layer(op, op.result)
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(
        kernel.QuantizeOp(
            planner.view(source),
            planner.view(result),
            float(np.float32(element.scale)),
            zero_point(element),
            *clamp(element),
        )
    )
    _fill_halo(planner, op.result, result)


def _dcast(planner: Planner, op: DCastOp) -> None:
    element = _per_layer(op, op.input)
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(
        kernel.DequantizeOp(
            planner.view(source),
            planner.view(result),
            float(np.float32(element.scale)),
            zero_point(element),
        )
    )


def _per_layer(op: Operation, value: SSAValue) -> UniformType:
    element = element_of(value)
    if not isinstance(element, UniformType) or not element.is_per_layer:
        raise UnsupportedError("only casts with per-layer parameters are compiled", op)
    if element.signless_storage.width.data != 8:
        raise UnsupportedError("only casts to and from 8 bits are compiled", op)
    return element


def _relu(planner: Planner, op: nn.ReluOp) -> None:
    element = element_of(op.input)
    if not isinstance(element, UniformType):
        raise UnsupportedError(
            "no native lowering for a float relu; run it with --backend=interpreter", op
        )
    source, result = planner.buffer(op.input), planner.result(op.result)
    planner.emit(
        kernel.ClampOp(planner.view(source), planner.view(result), *clamp(element, relu=True))
    )
    _fill_halo(planner, op.result, result)


def _conv2d(planner: Planner, op: quant.Conv2dOp) -> None:
    packed = op.packed.type
    assert isinstance(packed, PackedType)
    geometry = packed.conv
    source = planner.buffer(op.input).padded(geometry.padding.get_values())
    result = planner.result(op.result)
    _dense(planner, op, source, result, ints(*packed.weight.get_shape()[2:]))
    _fill_halo(planner, op.result, result)


def _linear(planner: Planner, op: quant.LinearOp) -> None:
    """A linear of M rows is a 1x1 convolution of one row with M pixels."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    depth = source.shape[-1]
    is_argument = source.base not in (planner.arena.base, planner.constants.base)
    if is_argument and depth % 4:
        # Kernels read groups of 4 bytes: the caller's memory may end where the values do.
        copy = planner.temporary(source)
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(copy)))
        source = copy
    _dense(planner, op, _as_pixels(source), _as_pixels(result), ONES)


def _as_pixels(rows: Buffer) -> Buffer:
    """[..., K] as [1, K, 1, M]."""
    depth, count = rows.shape[-1], prod(rows.shape[:-1])
    return Buffer(
        rows.base,
        rows.element,
        (1, depth, 1, count),
        (count * depth, 1, count * depth, depth),
        rows.offset,
    )


def _dense(
    planner: Planner,
    op: quant.Conv2dOp | quant.LinearOp,
    source: Buffer,
    result: Buffer,
    kernel_size: kernel.Ints,
) -> None:
    packed = op.packed.type
    constant = op.packed.owner
    assert isinstance(packed, PackedType)
    if not isinstance(constant, PackedConstantOp) or not isinstance(packed.layout, BlockedAttr):
        raise UnsupportedError("compiles with constant weights only, in a target's layout", op)
    x, y = uniform_of(op.input), uniform_of(op.result)
    lanes, groups = packed.layout.lanes.data, packed.groups
    flat = dense_to_numpy(constant.value.weight)
    weight = unblock(flat, packed.weight.get_shape(), groups, lanes, packed.layout.depth.data)
    scales = dense_to_numpy(constant.value.scales)
    bias = (
        None if constant.value.bias == NoneAttr() else dense_to_numpy(constant.value.bias)  # pyright: ignore[reportArgumentType]
    )
    init = _accumulator_start(op, weight, zero_point(x), bias)
    mult = numerics.requantize_scales(x.scale, scales, y.scale)

    def spread(values: NDArray[np.generic]) -> SSAValue:
        """One value for each lane of each block."""
        per_channel = np.broadcast_to(values, [packed.out_channels]).reshape(groups, -1)
        padding = -per_channel.shape[1] % lanes
        return planner.view(planner.constants.add(np.pad(per_channel, ((0, 0), (0, padding)))))

    float_bias = None
    if bias is not None and bias.dtype == np.float32:
        float_bias = spread(numerics.scaled_bias(bias, x.scale, scales))
    conv = packed.conv if isinstance(op, quant.Conv2dOp) else None
    qmin, qmax = clamp(y, relu=op.activation == RELU)
    planner.emit(
        kernel.DenseOp(
            planner.view(source),
            planner.view(planner.constants.add(flat)),
            spread(init),
            spread(mult),
            float_bias,
            planner.view(result),
            kernel=kernel_size,
            stride=conv.stride if conv else ONES,
            dilation=conv.dilation if conv else ONES,
            groups=groups,
            lanes=lanes,
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )


def _accumulator_start(
    op: Operation, weight: NDArray[np.int8], x_zero_point: int, bias: NDArray[np.generic] | None
) -> NDArray[np.int32]:
    """`bias - x_zero_point * sum(w)` for each channel, where bias is i32.

    Raises UnsupportedError when a sum could leave 32 bits.
    """
    per_channel = weight.reshape(weight.shape[0], -1).astype(np.int64)
    start = -x_zero_point * per_channel.sum(axis=1)
    largest = 255 * np.abs(per_channel).sum(axis=1)
    if bias is not None and bias.dtype == np.int32:
        start = start + bias
        largest = largest + np.abs(bias.astype(np.int64))
    if largest.max(initial=0) >= 2**31:
        raise UnsupportedError("the sums of this op can leave 32 bits", op)
    return start.astype(np.int32)


def _max_pool2d(planner: Planner, op: nn.MaxPool2dOp) -> None:
    if not isinstance(element_of(op.input), UniformType):
        raise UnsupportedError(
            "no native lowering for a float pooling; run it with --backend=interpreter", op
        )
    source, result = planner.buffer(op.input), planner.result(op.result)
    rows, columns = windows.pool2d_ranges(
        source.shape[2:],
        op.kernel.get_values(),
        op.stride.get_values(),
        op.padding.get_values(),
        op.dilation.get_values(),
    )
    planner.emit(
        kernel.MaxPoolOp(
            planner.view(source),
            planner.view(planner.constants.add(rows)),
            planner.view(planner.constants.add(columns)),
            planner.view(result),
            op.dilation,
        )
    )
    _fill_halo(planner, op.result, result)


def _avg_pool2d(planner: Planner, op: quant.AvgPool2dOp) -> None:
    source = planner.buffer(op.input)
    rows, columns = windows.pool2d_ranges(
        source.shape[2:],
        op.kernel.get_values(),
        op.stride.get_values(),
        op.padding.get_values(),
    )
    if op.count_include_pad.value.data:
        area = np.full((len(rows), len(columns)), prod(op.kernel.get_values()))
    else:
        area = windows.areas(rows, columns)
    _average(planner, op, rows, columns, area)


def _adaptive_avg_pool2d(planner: Planner, op: quant.AdaptiveAvgPool2dOp) -> None:
    rows, columns = windows.adaptive2d_ranges(planner.buffer(op.input).shape, op.result)
    _average(planner, op, rows, columns, windows.areas(rows, columns))


def _average(
    planner: Planner,
    op: quant.AvgPool2dOp | quant.AdaptiveAvgPool2dOp,
    rows: NDArray[np.int32],
    columns: NDArray[np.int32],
    area: NDArray[np.generic],
) -> None:
    x, y = uniform_of(op.input), uniform_of(op.result)
    source, result = planner.buffer(op.input), planner.result(op.result)
    qmin, qmax = clamp(y)
    planner.emit(
        kernel.AvgPoolOp(
            planner.view(source),
            planner.view(planner.constants.add(rows)),
            planner.view(planner.constants.add(columns)),
            planner.view(planner.constants.add(numerics.avg_pool_scale(x.scale, y.scale, area))),
            planner.view(result),
            input_zero_point=zero_point(x),
            zero_point=zero_point(y),
            qmin=qmin,
            qmax=qmax,
        )
    )
    _fill_halo(planner, op.result, result)


def _return(planner: Planner, op: func.ReturnOp) -> None:
    """What was not computed in the caller's memory is copied there."""
    for value, place in zip(op.operands, planner.outputs, strict=True):
        source, result = planner.buffer(value), planner.argument(place)
        if source == result:
            continue
        flip = bool(shift_of(element_of(value)))
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(result), flip_sign=flip))
    planner.emit(func.ReturnOp())


EMITTERS: dict[type[Operation], Callable[[Planner, Operation], None]] = {
    arith.ConstantOp: _constant,
    PackedConstantOp: _nothing,
    nn.ReshapeOp: _alias,
    nn.FlattenOp: _alias,
    nn.ReluOp: _relu,
    nn.MaxPool2dOp: _max_pool2d,
    SCastOp: _scast,
    QCastOp: _qcast,
    DCastOp: _dcast,
    ToNhwcOp: _convert_layout,
    ToNchwOp: _convert_layout,
    quant.Conv2dOp: _conv2d,
    quant.LinearOp: _linear,
    quant.AvgPool2dOp: _avg_pool2d,
    quant.AdaptiveAvgPool2dOp: _adaptive_avg_pool2d,
    func.ReturnOp: _return,
}  # pyright: ignore[reportAssignmentType]
"""By the type of the op; each takes ops of that type only."""
