"""Shape rules of poolings and of the mean, as `qfin.dialects.shapes` has them."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.utils.exceptions import VerifyException

from qfin.dialects.shapes import DYNAMIC, window_extent


def pool_extent(
    size: int,
    window: int,
    stride: int,
    before: int,
    after: int,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Number of window positions along one axis, as `window_extent`. `ceil_mode` adds the one that
    runs over the end of the padding, unless it starts beyond the input.

    Source: `pooling_output_shape_pad_lr` of ATen. Raises VerifyException as `window_extent` does.
    """
    positions = window_extent(size, window, stride, before, after, dilation)
    if not ceil_mode or positions == DYNAMIC:
        return positions
    span = size + before + after - dilation * (window - 1) - 1
    more = -(-span // stride) + 1
    return more - 1 if (more - 1) * stride >= size + before else more


def pool(
    x: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil_mode: bool,
) -> tuple[int, ...]:
    """[N, C, spatial...] to [N, C, spatial'...]; `padding` is [before, after] for each."""
    sides = zip(padding[::2], padding[1::2], strict=True)
    axes = zip(x[2:], kernel, stride, sides, dilation, strict=True)
    return (
        *x[:2],
        *(pool_extent(n, taps, step, *side, gap, ceil_mode) for n, taps, step, side, gap in axes),
    )


def reduced_dims(rank: int, dim: Sequence[int]) -> tuple[int, ...]:
    """The dimensions that `dim` names, ascending from 0; all where it is empty. Raises
    VerifyException for one that is not there or named twice."""
    for d in dim:
        if not -rank <= d < rank:
            raise VerifyException(f"dimension {d} is not one of a rank {rank} tensor")
    dims = sorted(d % rank for d in dim) if dim else range(rank)
    if len(set(dims)) != len(dims):
        raise VerifyException(f"dimensions {list(dim)} name one twice in a rank {rank} tensor")
    return tuple(dims)


def reduction(x: Sequence[int], dim: Sequence[int], keepdim: bool) -> tuple[int, ...]:
    """`x` without the dimensions that `dim` names, or with 1 in their places."""
    dims = reduced_dims(len(x), dim)
    kept = ((d, size) for d, size in enumerate(x) if keepdim or d not in dims)
    return tuple(1 if d in dims else size for d, size in kept)
