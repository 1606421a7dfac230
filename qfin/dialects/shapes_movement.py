"""Shape rules of the ops that move, join and repeat values: `torch.transpose` and its neighbours.

Plain functions on tuples, as in `qfin.dialects.shapes`. Dimensions may be given from the end, as
negative numbers. All raise VerifyException.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xdsl.utils.exceptions import VerifyException

from qfin.dialects.shapes import DYNAMIC, text


def axis(dim: int, rank: int) -> int:
    """A dimension, counted from the front."""
    if not -rank <= dim < rank:
        raise VerifyException(f"there is no dimension {dim} in a tensor of rank {rank}")
    return dim % rank


def axes(dims: Iterable[int], rank: int) -> tuple[int, ...]:
    """Dimensions, counted from the front, of which none is named twice."""
    found = tuple(axis(dim, rank) for dim in dims)
    if len(set(found)) < len(found):
        raise VerifyException(f"dimensions {list(found)} name one twice")
    return found


def transpose(x: Sequence[int], dim0: int, dim1: int) -> tuple[int, ...]:
    """Two dimensions change places; a scalar stays as it is."""
    if not x and {dim0, dim1} <= {0, -1}:
        return ()
    result = list(x)
    first, second = axis(dim0, len(x)), axis(dim1, len(x))
    result[first], result[second] = x[second], x[first]
    return tuple(result)


def permute(x: Sequence[int], dims: Sequence[int]) -> tuple[int, ...]:
    """Dimension i of the result is dimension dims[i] of x."""
    order = axes(dims, len(x))
    if len(order) != len(x):
        raise VerifyException(f"dims {list(dims)} must name each of {len(x)} dimensions once")
    return tuple(x[dim] for dim in order)


def squeeze(x: Sequence[int], dims: Sequence[int]) -> tuple[int, ...]:
    """Those of `dims` that are of size 1 go; the others stay, as in PyTorch."""
    named = axes(dims, len(x))
    for dim in named:
        if x[dim] == DYNAMIC:
            raise VerifyException(
                f"dimension {dim} of {text(x)} is dynamic, so its squeeze has no known rank"
            )
    return tuple(size for dim, size in enumerate(x) if dim not in named or size != 1)


def unsqueeze(x: Sequence[int], dim: int) -> tuple[int, ...]:
    """A new dimension of size 1, which is number `dim` of the result."""
    at = axis(dim, len(x) + 1)
    return (*x[:at], 1, *x[at:])


def slice_range(size: int, start: int, end: int) -> tuple[int, int]:
    """Start and end as indices 0..size: negative ones count from the end, others are cut off; the
    end is not before the start."""
    first = min(max(start + size if start < 0 else start, 0), size)
    last = min(max(end + size if end < 0 else end, 0), size)
    return first, max(first, last)


def slice_(x: Sequence[int], dim: int, start: int, end: int, step: int) -> tuple[int, ...]:
    """Every step-th index of a dimension from start up to, not including, end."""
    at = axis(dim, len(x))
    if step < 1:
        raise VerifyException(f"step must be >= 1, got {step}")
    if x[at] == DYNAMIC:
        return (*x[:at], DYNAMIC, *x[at + 1 :])
    first, last = slice_range(x[at], start, end)
    return (*x[:at], -(-(last - first) // step), *x[at + 1 :])


def select(x: Sequence[int], dim: int, index: int) -> tuple[int, ...]:
    """One index of a dimension, which goes."""
    at = axis(dim, len(x))
    if x[at] != DYNAMIC and not -x[at] <= index < x[at]:
        raise VerifyException(f"there is no index {index} in dimension {at} of {text(x)}")
    return (*x[:at], *x[at + 1 :])


def split(x: Sequence[int], sizes: Sequence[int], dim: int) -> tuple[tuple[int, ...], ...]:
    """Parts of these sizes, which together are the dimension."""
    at = axis(dim, len(x))
    if not sizes or min(sizes) < 0:
        raise VerifyException(f"split_sizes must be one or more sizes >= 0, got {list(sizes)}")
    if x[at] not in (DYNAMIC, sum(sizes)):
        raise VerifyException(
            f"split_sizes {list(sizes)} must add up to {x[at]}, the size of dimension {at}"
        )
    return tuple((*x[:at], size, *x[at + 1 :]) for size in sizes)


def chunk_sizes(size: int, chunks: int) -> tuple[int, ...]:
    """`torch.chunk`: parts of `ceil(size / chunks)`, the last one smaller; at most `chunks`."""
    if chunks < 1:
        raise VerifyException(f"chunks must be >= 1, got {chunks}")
    if size == 0:
        return (0,) * chunks
    each = -(-size // chunks)
    return tuple(min(each, size - start) for start in range(0, size, each))


def chunk(x: Sequence[int], chunks: int, dim: int) -> tuple[tuple[int, ...], ...]:
    """The parts of `chunk_sizes`."""
    at = axis(dim, len(x))
    if x[at] == DYNAMIC:
        raise VerifyException(f"dimension {at} of {text(x)} is dynamic, so its chunks are unknown")
    return split(x, chunk_sizes(x[at], chunks), dim)


def expand(x: Sequence[int], size: Sequence[int]) -> tuple[int, ...]:
    """Dimensions of size 1 become those of `size`, where -1 keeps one; new ones come first."""
    new = len(size) - len(x)
    if new < 0:
        raise VerifyException(f"size {list(size)} must have at least {len(x)} dimensions")
    result: list[int] = []
    for dim, want in enumerate(size):
        have = x[dim - new] if dim >= new else 1
        if want < -1 or (want == -1 and dim < new):
            raise VerifyException(f"size {list(size)} must say how large new dimensions are")
        if want not in (-1, have) and have not in (1, DYNAMIC):
            raise VerifyException(f"cannot expand {text(x)} to {list(size)}: only 1 expands")
        result.append(have if want == -1 else want)
    return tuple(result)


def _times(size: int, count: int) -> int:
    return DYNAMIC if size == DYNAMIC else size * count


def repeat(x: Sequence[int], repeats: Sequence[int]) -> tuple[int, ...]:
    """The tensor repeats[i] times along dimension i; new dimensions come first."""
    new = len(repeats) - len(x)
    if new < 0 or min(repeats, default=0) < 0:
        raise VerifyException(f"repeats must be {len(x)} or more numbers >= 0, got {list(repeats)}")
    return tuple(_times(s, n) for s, n in zip((*[1] * new, *x), repeats, strict=True))


def repeat_interleave(x: Sequence[int], repeats: int, dim: int) -> tuple[int, ...]:
    """Each index of a dimension `repeats` times in a row."""
    at = axis(dim, len(x))
    if repeats < 0:
        raise VerifyException(f"repeats must be >= 0, got {repeats}")
    return (*x[:at], _times(x[at], repeats), *x[at + 1 :])


def pad_sides(rank: int, pad: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """PyTorch's `pad`, which begins with the last dimension, as (before, after) of each one."""
    if len(pad) % 2 or len(pad) > 2 * rank:
        raise VerifyException(
            f"pad must be (before, after) of at most {rank} dimensions, the last one first,"
            f" got {list(pad)}"
        )
    sides = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    return (*[(0, 0)] * (rank - len(sides)), *reversed(sides))


def pad(x: Sequence[int], pad: Sequence[int], mode: str) -> tuple[int, ...]:
    """Each dimension grows by what stands before and after it; less than 0 cuts off, which only the
    mode `constant` does. `reflect` needs a dimension greater than each side, `replicate` one that
    is not empty."""
    result: list[int] = []
    for size, (before, after) in zip(x, pad_sides(len(x), pad), strict=True):
        if mode != "constant" and min(before, after) < 0:
            raise VerifyException(f"mode {mode} pads by numbers >= 0, got {before} and {after}")
        if size == DYNAMIC:
            result.append(DYNAMIC if before or after else size)
            continue
        least = {"reflect": max(before, after) + 1, "replicate": 1}.get(mode, 0)
        if size < least and (before or after):
            raise VerifyException(
                f"mode {mode} cannot pad a dimension of {size} by {before} and {after}"
            )
        if max(0, -before) + max(0, -after) > size:
            raise VerifyException(f"pad cuts {-before} and {-after} off a dimension of {size}")
        result.append(size + before + after)
    return tuple(result)


def cat(operands: Sequence[Sequence[int]], dim: int) -> tuple[int, ...]:
    """The operands behind each other; their other dimensions are equal."""
    rank = len(operands[0])
    at = axis(dim, rank)
    result = list(operands[0])
    for number, shape in enumerate(operands[1:], 1):
        if len(shape) != rank or any(
            a != b and DYNAMIC not in (a, b)
            for other, (a, b) in enumerate(zip(result, shape, strict=True))
            if other != at
        ):
            raise VerifyException(
                f"operand {number} has shape {text(shape)}, which differs from {text(operands[0])}"
                f" in more than dimension {at}"
            )
        for other, size in enumerate(shape):
            if other != at:
                result[other] = size if result[other] == DYNAMIC else result[other]
            elif DYNAMIC in (size, result[at]):
                result[at] = DYNAMIC
            else:
                result[at] += size
    return tuple(result)


def stack(operands: Sequence[Sequence[int]], dim: int) -> tuple[int, ...]:
    """Tensors of one shape along a new dimension."""
    return cat([unsqueeze(shape, dim) for shape in operands], dim)
