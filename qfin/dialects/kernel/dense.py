"""`kernel.dense`: the contractions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xdsl.dialects.builtin import UnitAttr, f32, i8, i32
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    var_operand_def,
)
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    NumberConstr,
    is_signed,
    memref_of,
    optional_number,
    verify_activations,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_row_major,
    verify_shape,
)
from qfin.dialects.layout import BlockedAttr
from qfin.dialects.tensors import ONES, IntConstr, Ints, IntsConstr, i64_attr
from qfin.dialects.windows import verify_axes

DEPTH = 4
"""Bytes that one lane of a dot product instruction multiplies and sums."""

MATRIX_ROWS = 16
"""Pixels that a matrix of AMX holds, at most."""

MATRIX_STEPS = 16
"""Steps of `DEPTH` products in a row of such a matrix."""


class Centre(NamedTuple):
    """What the zero points of weights need: minus the sums of what each output pixel reads, from
    `kernel.window_sums`, and (z, 256 * z) for each lane of each block, as i32."""

    sums: SSAValue
    zero_points: SSAValue


@irdl_op_definition
class DenseOp(KernelOp):
    """Linear, conv2d and conv3d: exact integer sums, then one requantization.

        acc = init[o] + sum x[n, g*I + i, y*sy + ky*dy, x*sx + kx*dx] * w[o, i, ky, kx]
        out = clamp(rint((f32(acc) + bias[o]) * mult[o]) + zero_point, qmin, qmax)

    `weights` is the flat array of `layout.blocked`; `init` (i32), `mult` (f32) and `bias` (f32, or
    absent) have one value for each lane of each block: [groups, blocks * lanes]. The input
    operand's element (0, 0, 0, 0) is the first tap of the first output: padding is already
    outside. Input and output may be signed, to which 128 is added, or from which it is taken.
    Images [N, C, D, H, W] have three values of `kernel`, `stride` and `dilation`.
    `bounded` says that no `(f32(acc) + bias[o]) * mult[o]` leaves int32, whatever the input is; the
    kernel then need not expect it.

    `more` are `bias`, if it is f32, then perhaps a `Centre`: `sums` (i32, [N, groups, D, H, W]) and
    `zero_points` (i32, as `init`), with which the weights are w[o, i, ky, kx] - z[o] in `acc`.

    `tile` is the register tile, [pixels, rows]; `pipelined`, `matrix` and `prefetch` (0 where it is
    absent) as in `qfin.kernels.tiles`. `choose-tiles` sets them where there is no `tile`;
    where there still is none, `lower-to-kernels` takes the cost model's.
    """

    name = "kernel.dense"

    input = operand_def(BufferConstr)
    weights = operand_def(BufferConstr)
    init = operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    more = var_operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    kernel = prop_def(IntsConstr, default_value=ONES)
    stride = prop_def(IntsConstr, default_value=ONES)
    dilation = prop_def(IntsConstr, default_value=ONES)
    groups = prop_def(IntConstr, default_value=i64_attr(1))
    lanes = prop_def(IntConstr)
    tile = opt_prop_def(IntsConstr)
    pipelined = opt_prop_def(UnitAttr)
    matrix = opt_prop_def(UnitAttr)
    prefetch = opt_prop_def(IntConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)
    bounded = opt_prop_def(UnitAttr)

    def __init__(
        self,
        input: SSAValue,
        weights: SSAValue,
        init: SSAValue,
        mult: SSAValue,
        bias: SSAValue | None,
        output: SSAValue,
        *,
        centre: Centre | None = None,
        kernel: Ints,
        stride: Ints,
        dilation: Ints,
        groups: int,
        lanes: int,
        zero_point: int,
        qmin: int,
        qmax: int,
        bounded: bool = False,
    ):
        super().__init__(
            operands=[
                input,
                weights,
                init,
                mult,
                [*([] if bias is None else [bias]), *(centre or ())],
                output,
            ],
            properties={
                "kernel": kernel,
                "stride": stride,
                "dilation": dilation,
                "groups": i64_attr(groups),
                "lanes": i64_attr(lanes),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
                "bounded": UnitAttr() if bounded else None,
            },
        )

    @property
    def bias(self) -> SSAValue | None:
        return bias_of(self)

    def verify_(self) -> None:
        verify_dense(self, i8)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
        verify_byte("zero_point", self.zero_point.value.data)


@irdl_op_definition
class DenseFloatOp(KernelOp):
    """The sums of `kernel.dense` as f32:

        out = min(max(fma(f32(acc), mult[o], bias[o]), min), max)

    Without `bias` the product instead, without `min` or `max` nothing in their place. `more` is as
    there.
    """

    name = "kernel.dense_float"

    input = operand_def(BufferConstr)
    weights = operand_def(BufferConstr)
    init = operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    more = var_operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    kernel = prop_def(IntsConstr, default_value=ONES)
    stride = prop_def(IntsConstr, default_value=ONES)
    dilation = prop_def(IntsConstr, default_value=ONES)
    groups = prop_def(IntConstr, default_value=i64_attr(1))
    lanes = prop_def(IntConstr)
    tile = opt_prop_def(IntsConstr)
    pipelined = opt_prop_def(UnitAttr)
    matrix = opt_prop_def(UnitAttr)
    prefetch = opt_prop_def(IntConstr)
    min = opt_prop_def(NumberConstr)
    max = opt_prop_def(NumberConstr)

    def __init__(
        self,
        input: SSAValue,
        weights: SSAValue,
        init: SSAValue,
        mult: SSAValue,
        bias: SSAValue | None,
        output: SSAValue,
        *,
        centre: Centre | None = None,
        kernel: Ints,
        stride: Ints,
        dilation: Ints,
        groups: int,
        lanes: int,
        min: float | None = None,
        max: float | None = None,
    ):
        super().__init__(
            operands=[
                input,
                weights,
                init,
                mult,
                [*([] if bias is None else [bias]), *(centre or ())],
                output,
            ],
            properties={
                "kernel": kernel,
                "stride": stride,
                "dilation": dilation,
                "groups": i64_attr(groups),
                "lanes": i64_attr(lanes),
                "min": optional_number(min),
                "max": optional_number(max),
            },
        )

    @property
    def bias(self) -> SSAValue | None:
        return bias_of(self)

    def verify_(self) -> None:
        verify_dense(self, f32)


@irdl_op_definition
class DenseAddOp(KernelOp):
    """`kernel.dense` with a residual, bytes of the output's shape, signed or not, added before it
    rounds:

        out = clamp(rint((f32(acc) + bias[o]) * mult[o] + f32(residual - residual_zero_point)
                         * residual_scale) + zero_point, qmin, qmax)

    in f32, each step rounded. `bias` is there always; 0 changes nothing. The residual must not
    overlap the output. `more` is a `Centre`, or nothing.
    """

    name = "kernel.dense_add"

    input = operand_def(BufferConstr)
    weights = operand_def(BufferConstr)
    init = operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    bias = operand_def(BufferConstr)
    residual = operand_def(BufferConstr)
    more = var_operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    kernel = prop_def(IntsConstr, default_value=ONES)
    stride = prop_def(IntsConstr, default_value=ONES)
    dilation = prop_def(IntsConstr, default_value=ONES)
    groups = prop_def(IntConstr, default_value=i64_attr(1))
    lanes = prop_def(IntConstr)
    tile = opt_prop_def(IntsConstr)
    pipelined = opt_prop_def(UnitAttr)
    matrix = opt_prop_def(UnitAttr)
    prefetch = opt_prop_def(IntConstr)
    residual_scale = prop_def(NumberConstr)
    residual_zero_point = prop_def(IntConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)
    bounded = opt_prop_def(UnitAttr)

    @staticmethod
    def of(
        dense: DenseOp, bias: SSAValue, residual: SSAValue, scale: float, zero_point: int
    ) -> DenseAddOp:
        """What `dense` is, which is not inserted anywhere, with `bias` and the residual."""
        properties = {
            **dense.properties,
            "residual_scale": optional_number(scale),
            "residual_zero_point": i64_attr(zero_point),
        }
        return DenseAddOp.create(
            operands=[*dense.operands[:4], bias, residual, *(centre_of(dense) or ()), dense.output],
            properties={key: value for key, value in properties.items() if value is not None},
        )

    def verify_(self) -> None:
        verify_dense(self, i8)
        verify_activations("residual", self.residual)
        verify_shape("residual", self.residual, memref_of(self.output).get_shape())
        verify_byte("residual_zero_point", self.residual_zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
        verify_byte("zero_point", self.zero_point.value.data)


def bias_of(op: DenseOp | DenseFloatOp) -> SSAValue | None:
    """The f32 one of `more`, which is the first."""
    first = next(iter(op.more), None)
    return None if first is None or memref_of(first).element_type == i32 else first


def centre_of(op: DenseOp | DenseAddOp | DenseFloatOp) -> Centre | None:
    """What there is for zero points of the weights."""
    found = [value for value in op.more if memref_of(value).element_type == i32]
    return Centre(*found) if found else None


def verify_dense(op: DenseOp | DenseAddOp | DenseFloatOp, output: Attribute) -> None:
    """Raises VerifyException unless the buffers of `op` fit each other, its window and groups, and
    its result holds elements of `output`, which may be signed where these are bytes."""
    rank = 3 if memref_of(op.input).get_num_dims() == 5 else 2
    verify_activations("input", op.input, rank=2 + rank)
    if output == i8:
        verify_activations("output", op.output, rank=2 + rank)
    else:
        verify_buffer("output", op.output, output, rank=2 + rank)
    verify_axes(rank, "kernel", op.kernel)
    verify_axes(rank, "stride", op.stride)
    verify_axes(rank, "dilation", op.dilation)
    groups, lanes = op.groups.value.data, op.lanes.value.data
    if groups < 1 or lanes < 1:
        raise VerifyException(f"groups and lanes must be >= 1, got {groups} and {lanes}")
    _verify_tile(op)
    batch, inner, *image = memref_of(op.input).get_shape()
    outer = memref_of(op.output).get_shape()[1]
    if inner % groups or outer % groups:
        raise VerifyException(f"{inner} and {outer} channels do not divide into {groups} groups")
    kernel = op.kernel.get_values()
    if 0 in image:  # a linear without rows
        expected = tuple(image)
    else:
        expected = shapes.windows(
            image,
            kernel,
            op.stride.get_values(),
            (0, 0) * rank,
            op.dilation.get_values(),
        )
    verify_shape("output", op.output, (batch, outer, *expected))
    size = BlockedAttr(lanes, DEPTH).size([outer, inner // groups, *kernel], groups)
    verify_buffer("weights", op.weights, i8)
    verify_shape("weights", op.weights, [size])
    channels = [groups, -(-(outer // groups) // lanes) * lanes]
    _verify_centre(op, (batch, groups, *expected), channels)
    for name, value, element in (
        ("init", op.init, i32),
        ("mult", op.mult, f32),
        ("bias", op.bias, f32),
    ):
        if value is not None:
            verify_buffer(name, value, element)
            verify_shape(name, value, channels)


def _verify_centre(
    op: DenseOp | DenseAddOp | DenseFloatOp, sums: Sequence[int], channels: Sequence[int]
) -> None:
    bias = 0 if isinstance(op, DenseAddOp) or op.bias is None else 1
    if len(op.more) == bias:
        return
    if len(op.more) == 1 and not isinstance(op, DenseAddOp):
        verify_buffer("bias", op.more[0], f32)
    kinds = [memref_of(value).element_type for value in op.more[bias:]]
    if kinds != [i32, i32]:
        raise VerifyException("sums and zero_points, both of i32, come last before the output")
    centre = Centre(*op.more[bias:])
    verify_buffer("sums", centre.sums, i32)
    verify_row_major("sums", centre.sums)
    verify_shape("sums", centre.sums, sums)
    verify_buffer("zero_points", centre.zero_points, i32)
    verify_shape("zero_points", centre.zero_points, channels)


def _verify_tile(op: DenseOp | DenseAddOp | DenseFloatOp) -> None:
    if op.tile is None:
        for name in ("pipelined", "matrix", "prefetch"):
            if name in op.properties:
                raise VerifyException(f"{name} is a choice for a tile: give the tile, too")
        return
    tile = op.tile.get_values()
    if len(tile) != 2 or min(tile) < 1:
        raise VerifyException(f"tile must be [pixels, rows], both >= 1, got {list(tile)}")
    if op.prefetch is not None and op.prefetch.value.data < 0:
        raise VerifyException(f"prefetch is bytes ahead, >= 0, got {op.prefetch.value.data}")
    if op.matrix is not None:
        if is_signed(op.input):
            raise VerifyException("matrices multiply unsigned bytes, the input is signed")
        pixels, rows = tile
        if op.pipelined is not None or rows > 2 or pixels * rows > 2 * MATRIX_ROWS:
            raise VerifyException(
                f"two matrices of up to {MATRIX_ROWS} pixels hold a tile of one or two rows, not"
                f" pipelined; got {list(tile)}"
            )
    if op.pipelined is not None and tile[1] > 1:
        raise VerifyException(f"only tiles of one row can be pipelined, got {tile[1]} rows")
