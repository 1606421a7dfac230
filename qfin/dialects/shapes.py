"""Shape rules of the `nn` dialect, as plain functions on tuples (`DYNAMIC` is a dynamic dimension).

Verifiers, importers and shape refinement share them. Formulas are PyTorch's
(`torch.nn.functional.conv2d` and its neighbours), with padding on each side. What a rule cannot
know since a dimension is dynamic, it takes to be right. All raise VerifyException.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import DYNAMIC_INDEX
from xdsl.utils.exceptions import VerifyException

DYNAMIC = DYNAMIC_INDEX


def text(shape: Sequence[int]) -> str:
    """A shape as messages show it: `[1, ?, 8, 8]`."""
    return "[" + ", ".join("?" if d == DYNAMIC else str(d) for d in shape) + "]"


def compatible(actual: Sequence[int], expected: Sequence[int]) -> bool:
    """Whether two shapes may be the same one; a dynamic dimension fits any."""
    return len(actual) == len(expected) and all(
        a == b or DYNAMIC in (a, b) for a, b in zip(actual, expected, strict=True)
    )


def window_extent(
    size: int, window: int, stride: int, before: int, after: int, dilation: int
) -> int:
    """Number of window positions along one axis:
    `floor((size + before + after - dilation * (window - 1) - 1) / stride) + 1`.

    Raises VerifyException when the window is empty, or the padded input is smaller than it.
    """
    if window == 0:
        raise VerifyException("a window must hold at least one row and one column")
    if DYNAMIC in (size, window):
        return DYNAMIC
    span = size + before + after - dilation * (window - 1) - 1
    if span < 0:
        raise VerifyException(
            f"window of {dilation * (window - 1) + 1} does not fit into an input of {size}"
            f" padded by {before} and {after}"
        )
    return span // stride + 1


def windows(
    spatial: Sequence[int],
    window: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> tuple[int, ...]:
    """The output's spatial sizes; `padding` is [before, after] for each dimension in turn."""
    sides = zip(padding[::2], padding[1::2], strict=True)
    return tuple(
        window_extent(size, taps, step, *around, apart)
        for size, taps, step, around, apart in zip(
            spatial, window, stride, sides, dilation, strict=True
        )
    )


_SPATIAL = {1: ("L", "K"), 2: ("H, W", "KH, KW"), 3: ("D, H, W", "KD, KH, KW")}
"""What messages call the dimensions of an image and of a window, by their number."""


def conv(
    x: Sequence[int],
    weight: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> tuple[int, ...]:
    """[N, C, spatial...] by [O, C/groups, taps...] to [N, O, spatial'...], for as many spatial
    dimensions as there are strides; `padding` is [before, after] for each in turn."""
    rank = len(stride)
    if len(x) != 2 + rank or len(weight) != 2 + rank:
        spatial, taps = _SPATIAL[rank]
        raise VerifyException(
            f"expects an input [N, C, {spatial}] and a weight [O, C/groups, {taps}],"
            f" got {text(x)} and {text(weight)}"
        )
    out_channels, per_group, *window = weight
    if DYNAMIC not in (x[1], per_group) and x[1] != per_group * groups:
        raise VerifyException(
            f"input has {x[1]} channels, weight expects {per_group * groups}"
            f" ({groups} groups of {per_group})"
        )
    if x[1] != DYNAMIC and x[1] % groups:
        raise VerifyException(f"{x[1]} input channels do not divide into {groups} groups")
    if out_channels != DYNAMIC and out_channels % groups:
        raise VerifyException(f"{out_channels} output channels do not divide into {groups} groups")
    return (x[0], out_channels, *windows(x[2:], window, stride, padding, dilation))


def linear(x: Sequence[int], weight: Sequence[int]) -> tuple[int, ...]:
    """[..., K] by [N, K] to [..., N]."""
    if not x or len(weight) != 2:
        raise VerifyException(
            f"expects an input [..., K] and a weight [N, K], got {text(x)} and {text(weight)}"
        )
    if DYNAMIC not in (x[-1], weight[1]) and x[-1] != weight[1]:
        raise VerifyException(f"input has {x[-1]} features, weight expects {weight[1]}")
    return (*x[:-1], weight[0])


def broadcast(lhs: Sequence[int], rhs: Sequence[int]) -> tuple[int, ...]:
    """numpy's and PyTorch's broadcasting of two shapes."""
    rank = max(len(lhs), len(rhs))
    left = (1,) * (rank - len(lhs)) + tuple(lhs)
    right = (1,) * (rank - len(rhs)) + tuple(rhs)
    result: list[int] = []
    for a, b in zip(left, right, strict=True):
        if a != b and 1 not in (a, b) and DYNAMIC not in (a, b):
            raise VerifyException(f"shapes {text(lhs)} and {text(rhs)} do not broadcast")
        if a == 1 or (a == DYNAMIC and b != 1):
            result.append(b)
        else:
            result.append(a)
    return tuple(result)


def matmul(lhs: Sequence[int], rhs: Sequence[int]) -> tuple[int, ...]:
    """[..., M, K] by [..., K, N] to [..., M, N], the dimensions before broadcast; [K] counts as
    [1, K] on the left and as [K, 1] on the right, and its dimension of size 1 goes."""
    if not lhs or not rhs:
        raise VerifyException(
            f"expects tensors of at least one dimension, got {text(lhs)} and {text(rhs)}"
        )
    summed = rhs[-2] if len(rhs) > 1 else rhs[0]
    if DYNAMIC not in (lhs[-1], summed) and lhs[-1] != summed:
        raise VerifyException(
            f"the left operand {text(lhs)} has rows of {lhs[-1]}, the right one {text(rhs)} columns"
            f" of {summed}"
        )
    return (*broadcast(lhs[:-2], rhs[:-2]), *lhs[-2:-1], *(rhs[-1:] if len(rhs) > 1 else ()))


def flatten(x: Sequence[int], start: int, end: int) -> tuple[int, ...]:
    """Dimensions start..end (inclusive, negatives count from the end) become one; a scalar counts
    as one dimension."""
    x = x or (1,)
    rank = len(x)
    first, last = start % rank, end % rank
    if not (-rank <= start < rank and -rank <= end < rank and first <= last):
        raise VerifyException(
            f"dimensions {start}..{end} do not name a range of a rank {rank} tensor"
        )
    merged = x[first : last + 1]
    return (*x[:first], DYNAMIC if DYNAMIC in merged else prod(merged), *x[last + 1 :])


def check_reshape(before: Sequence[int], after: Sequence[int]) -> None:
    """Raises VerifyException unless `after` may hold the elements of `before`, and says how: of its
    dimensions at most one is dynamic, and follows from the others."""
    known = prod(d for d in after if d != DYNAMIC)
    if after.count(DYNAMIC) > 1:
        raise VerifyException(
            f"the result shape {text(after)} says too little: at most one dimension may be dynamic"
        )
    if DYNAMIC in after and known == 0:
        raise VerifyException(f"the dynamic dimension of {text(after)} could be anything")
    if DYNAMIC in before:
        return
    count = prod(before)
    if (count % known if DYNAMIC in after else count != known) != 0:
        raise VerifyException(
            f"cannot reshape {text(before)} into {text(after)}: {count} elements into"
            f" {'multiples of ' if DYNAMIC in after else ''}{known}"
        )


def conv_transpose(
    x: Sequence[int],
    weight: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    output_padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> tuple[int, ...]:
    """[N, I, spatial...] by [I, O/groups, taps...] to [N, O, spatial'...], for any number of
    spatial dimensions: each becomes `(size - 1) * stride - before - after + dilation * (taps - 1) +
    output_padding + 1`, `padding` being [before, after] for each in turn.
    """
    rank = len(stride)
    if len(x) != 2 + rank or len(weight) != 2 + rank:
        spatial, taps = _SPATIAL[rank]
        raise VerifyException(
            f"expects an input [N, I, {spatial}] and a weight [I, O/groups, {taps}],"
            f" got {text(x)} and {text(weight)}"
        )
    if DYNAMIC not in (x[1], weight[0]) and x[1] != weight[0]:
        raise VerifyException(f"input has {x[1]} channels, weight expects {weight[0]}")
    inputs = weight[0] if x[1] == DYNAMIC else x[1]
    if inputs != DYNAMIC and inputs % groups:
        raise VerifyException(f"{inputs} input channels do not divide into {groups} groups")
    sizes: list[int] = []
    for i, (size, window) in enumerate(zip(x[2:], weight[2:], strict=True)):
        if window == 0 or size == 0:
            raise VerifyException("input and window must hold at least one element")
        if DYNAMIC in (size, window):
            sizes.append(DYNAMIC)
            continue
        spread = (size - 1) * stride[i] + dilation[i] * (window - 1) + output_padding[i] + 1
        cut = padding[2 * i] + padding[2 * i + 1]
        if spread <= cut:
            raise VerifyException(f"padding cuts {cut} off a result of {spread}")
        sizes.append(spread - cut)
    outputs = weight[1] if weight[1] == DYNAMIC else weight[1] * groups
    return (x[0], outputs, *sizes)
