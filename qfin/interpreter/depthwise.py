"""`#layout.depthwise` on arrays: from logical weights [C, 1, KH, KW] to the flat array it
describes, and back; and values per channel in the same order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qfin.dialects.layout import DepthwiseAttr

_NOTHING = -1


def pack_depthwise(weight: NDArray[np.int8], layout: DepthwiseAttr) -> NDArray[np.int8]:
    """The flat array of a weight."""
    channels, _, kernel_h, kernel_w = weight.shape
    depth, order = layout.depth.data, _channels(channels, layout)
    pieces = layout.pieces(kernel_h)
    flat = np.zeros((len(order), len(pieces), kernel_w, layout.lanes.data, depth), weight.dtype)
    padded = np.concatenate([weight[:, 0], np.zeros((1, kernel_h, kernel_w), weight.dtype)])
    lanes = np.arange(layout.lanes.data)
    for piece, (group, row) in enumerate(pieces):
        if layout.is_one_row(group, kernel_h):
            taps = padded[order, group * depth - row].transpose(1, 0, 2)
            flat[:, piece, :, lanes, lanes % depth] = taps
            continue
        for place in range(depth):
            tap = group * depth + place - row
            if 0 <= tap < kernel_h:
                flat[:, piece, ..., place] = padded[order, tap].transpose(0, 2, 1)
    return _by_columns(flat, pieces).reshape(-1)


def unpack_depthwise(
    flat: NDArray[np.int8], shape: Sequence[int], layout: DepthwiseAttr
) -> NDArray[np.int8]:
    """The weight of logical `shape` back from its flat array.

    Raises ValueError when the array has another size than the layout gives it.
    """
    if flat.size != (size := layout.size(shape, shape[0])):
        raise ValueError(f"depthwise weights have {flat.size} elements, their layout says {size}")
    channels, _, kernel_h, kernel_w = shape
    depth, order = layout.depth.data, _channels(channels, layout)
    pieces = layout.pieces(kernel_h)
    split = flat.reshape(len(order), -1, layout.lanes.data, depth)
    weight = np.zeros(tuple(shape), flat.dtype)
    held, lanes = order != _NOTHING, np.arange(layout.lanes.data)
    for index, (piece, column) in enumerate(_columns_first(pieces, kernel_w)):
        group, row = pieces[piece]
        if row == 0:
            taps = range(group * depth, min((group + 1) * depth, kernel_h))
            for place, tap in enumerate(taps):
                places = lanes % depth if layout.is_one_row(group, kernel_h) else place
                weight[order[held], 0, tap, column] = split[:, index, lanes, places][held]
    return weight


def spread_depthwise(values: NDArray[np.generic], layout: DepthwiseAttr) -> NDArray[np.generic]:
    """One value for each channel [C] as one for each lane of each block: [blocks, lanes], 0 where
    there is no channel."""
    order = _channels(values.size, layout)
    return np.append(values, np.zeros(1, values.dtype))[order]


def _channels(channels: int, layout: DepthwiseAttr) -> NDArray[np.intp]:
    """The channel that each lane of each block holds."""
    lanes, count = layout.lanes.data, layout.pixels.data * channels
    starts = np.minimum(np.arange(layout.blocks(channels)) * lanes, max(count - lanes, 0))
    places = starts[:, None] + _quad_order(lanes)
    return np.where(places < count, places % channels, _NOTHING)


def _quad_order(lanes: int) -> NDArray[np.intp]:
    """Of each 16 the first 4, of all 16s, then the next 4, and so on."""
    return np.arange(lanes).reshape(-1, 4, 4).transpose(1, 0, 2).reshape(-1)


def _columns_first(pieces: Sequence[tuple[int, int]], kernel_w: int) -> list[tuple[int, int]]:
    """(piece, column) as they lie behind each other: by group, column and row."""
    groups = sorted({group for group, _ in pieces})
    return [
        (piece, column)
        for group in groups
        for column in range(kernel_w)
        for piece, (of, _) in enumerate(pieces)
        if of == group
    ]


def _by_columns(split: NDArray[np.int8], pieces: Sequence[tuple[int, int]]) -> NDArray[np.int8]:
    """[blocks, pieces, columns, ...] in the order of `_columns_first`."""
    order = _columns_first(pieces, split.shape[2])
    return split[:, [piece for piece, _ in order], [column for _, column in order]]
