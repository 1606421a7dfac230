"""Which kernel `kernel.dense` and its kin call, and with which register tile."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any, Literal, TypeAlias

from qfin.dialects import kernel
from qfin.dialects.kernel.buffers import is_signed, item_size
from qfin.dialects.kernel.dense import DEPTH, MATRIX_STEPS, centre_of
from qfin.errors import PassError, describe
from qfin.kernels.dense import DenseSpec, Sums, Tile, build_dense, choose_tile
from qfin.kernels.epilogue import Residual, ToFloats
from qfin.kernels.tiles import cheapest_tiles, prefetch_distance
from qfin.kernels.tuned import tuned_tile
from qfin.passes.lower.call import Call, shape_and_strides
from qfin.passes.lower.calls_dynamic import plain
from qfin.target.isa import Isa

AnyDense: TypeAlias = kernel.DenseOp | kernel.DenseAddOp | kernel.DenseFloatOp

# So many blocks of channels leave no thread without work for long.
_MANY_BLOCKS = 8


def call_dense(op: AnyDense, isa: Isa) -> Call:
    """The kernel, with the tile that the op gives, or else the chosen one.

    Raises PassError for a tile of matrices where there are none, or too few products for them, and
    as `chosen_tile` does.
    """
    spec = _spec(op, isa)
    tile = _given(op, isa) or _choose(op, spec, isa)
    if tile.matrix and not (isa.has_matrices and spec.fills_matrix):
        raise PassError(
            f"{describe(op)}: no matrices: they are for target amx-int8, here it is {isa.name}, and"
            f" for {DEPTH * MATRIX_STEPS} neighbouring products, here {DEPTH * spec.run[0]}"
        )
    return Call(build_dense, replace(spec, tile=tile))


def chosen_tile(op: AnyDense, isa: Isa) -> Tile:
    """The tile that was measured to be the best for an op on this CPU (`qfin tune`), else the one
    that the cost model chooses.

    Raises PassError where the weights are packed for another target.
    """
    spec = _spec(op, isa)
    return tuned_tile(spec, isa) or _choose(op, spec, isa)


def other_tiles(op: AnyDense, isa: Isa, count: int) -> list[Tile]:
    """The choice of the cost model for an op, and so many others that may be better."""
    spec = _spec(op, isa)
    chosen = _choose(op, spec, isa)
    others = cheapest_tiles(
        spec.rows,
        spec.out_w,
        chosen.vectors,
        _depth(op, spec),
        spec.stride_w * spec.x_strides[2],
        isa,
        count,
        even=spec.even,
    )
    weights = prod(shape_and_strides(op.weights)[0])
    found = [replace(tile, prefetch=prefetch_distance(tile, weights)) for tile in others]
    found += [replace(tile, prefetch=0) for tile in found if tile.prefetch]
    return list(dict.fromkeys([chosen, *found]))


def _spec(op: AnyDense, isa: Isa) -> DenseSpec:
    """All but the tile."""
    (_, in_channels, *_), (x_image, _, *x_planes, x_row, x_pixel) = shape_and_strides(op.input)
    shape, (y_image, _, *y_planes, y_row, y_pixel) = shape_and_strides(op.output)
    n, out_channels, *out_d, out_h, out_w = shape
    groups, item = op.groups.value.data, item_size(op.output)
    *kernel_d, kernel_h, kernel_w = op.kernel.get_values()
    *stride_d, stride_h, stride_w = op.stride.get_values()
    *dilation_d, dilation_h, dilation_w = op.dilation.get_values()
    return DenseSpec(
        batch=n,
        out_h=out_h,
        out_w=out_w,
        groups=groups,
        in_channels=in_channels // groups,
        out_channels=out_channels // groups,
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        stride_h=stride_h,
        stride_w=stride_w,
        dilation_h=dilation_h,
        dilation_w=dilation_w,
        x_strides=(x_image, x_row, x_pixel),
        y_strides=(y_image * item, y_row * item, y_pixel * item),
        float_bias=op.bias is not None,
        parallel=_parallel(op),
        tile=Tile(1, op.lanes.value.data // isa.lanes),
        # A 2-D convolution has one plane.
        out_d=prod(out_d),
        kernel_d=prod(kernel_d),
        stride_d=prod(stride_d),
        dilation_d=prod(dilation_d),
        sums=_sums(op),
        x_signed=is_signed(op.input),
        y_signed=is_signed(op.output),
        x_plane=sum(x_planes),
        y_plane=sum(y_planes) * item,
        **_results(op),
    )


def _parallel(op: AnyDense) -> Literal["rows", "channel-blocks"]:
    """What threads divide. Each reads all weights, or all of the input: the smaller of the two; and
    few blocks do not divide evenly."""
    weights, image = (prod(shape_and_strides(value)[0]) for value in (op.weights, op.input))
    (n, _, *planes, _), _ = shape_and_strides(op.output)
    (groups, padded), _ = shape_and_strides(op.init)
    blocks = groups * padded // op.lanes.value.data
    by_blocks = weights > image and blocks >= _MANY_BLOCKS
    return "channel-blocks" if by_blocks or n * prod(planes) == 1 else "rows"


def _given(op: AnyDense, isa: Isa) -> Tile | None:
    """The tile that stands at the op."""
    if op.tile is None:
        return None
    pixels, rows = op.tile.get_values()
    return Tile(
        pixels,
        op.lanes.value.data // isa.lanes,
        rows,
        op.pipelined is not None,
        op.matrix is not None,
        op.prefetch.value.data if op.prefetch else 0,
    )


def _depth(op: AnyDense, spec: DenseSpec) -> int:
    """Products of a sum."""
    return prod(op.kernel.get_values()) * spec.in_channels + (DEPTH if spec.sums else 0)


def _choose(op: AnyDense, spec: DenseSpec, isa: Isa) -> Tile:
    vectors, rest = divmod(lanes := op.lanes.value.data, isa.lanes)
    if rest or vectors not in dict(isa.tiles):
        several = " or ".join(str(count * isa.lanes) for count, _ in isa.tiles)
        raise PassError(
            f"{describe(op)}: weights are packed for {lanes} lanes, {isa.name} reads {several}"
        )
    tile = choose_tile(
        spec.rows,
        spec.out_w,
        vectors,
        _depth(op, spec),
        spec.stride_w * spec.x_strides[2],
        isa,
        even=spec.even,
        matrix=isa.has_matrices and spec.fills_matrix,
    )
    return replace(tile, prefetch=prefetch_distance(tile, prod(shape_and_strides(op.weights)[0])))


def _sums(op: AnyDense) -> Sums | None:
    if (centre := centre_of(op)) is None:
        return None
    _, (image, group, *planes, row, pixel) = shape_and_strides(centre.sums)
    strides = (4 * image, 4 * row, 4 * pixel)
    return Sums(strides, 4 * sum(planes), 4 * group)


def _residual(op: kernel.DenseAddOp) -> Residual:
    _, (image, _, *planes, row, pixel) = shape_and_strides(op.residual)
    scale, zero_point = op.residual_scale.value.data, op.residual_zero_point.value.data
    signed = is_signed(op.residual)
    return Residual((image, row, pixel), sum(planes), zero_point, scale, signed)


def _results(op: AnyDense) -> dict[str, Any]:
    """What a specification says of the results."""
    if isinstance(op, kernel.DenseFloatOp):
        floats = ToFloats(plain(op.min), plain(op.max))
        return {"zero_point": 0, "qmin": 0, "qmax": 0, "floats": floats}
    return {
        "zero_point": op.zero_point.value.data,
        "qmin": op.qmin.value.data,
        "qmax": op.qmax.value.data,
        "bounded": op.bounded is not None,
        "residual": _residual(op) if isinstance(op, kernel.DenseAddOp) else None,
    }


CALLS = dict.fromkeys((kernel.DenseOp, kernel.DenseAddOp, kernel.DenseFloatOp), call_dense)
