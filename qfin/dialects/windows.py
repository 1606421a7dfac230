"""Checks of window attributes (stride, padding, ...) over any number of spatial dimensions."""

from __future__ import annotations

from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import Ints, ints

_COUNTS = {1: "one value", 2: "two values", 3: "three values", 4: "four values", 6: "six values"}
_AXES = {1: "[length]", 2: "[height, width]", 3: "[depth, height, width]"}
_SIDES = {
    1: "[before, after]",
    2: "[top, bottom, left, right]",
    3: "[front, back, top, bottom, left, right]",
}


def ones(rank: int) -> Ints:
    """A 1 for each of `rank` dimensions."""
    return ints(*[1] * rank)


def zeros(rank: int) -> Ints:
    """A 0 for each of `rank` dimensions."""
    return ints(*[0] * rank)


def verify_axes(rank: int, name: str, attr: Ints) -> None:
    """Raises VerifyException unless the attribute has a value >= 1 for each dimension."""
    _verify(name, attr, rank, 1, _AXES[rank])


def verify_around(rank: int, name: str, attr: Ints) -> None:
    """Raises VerifyException unless the attribute has two values >= 0 for each dimension."""
    _verify(name, attr, 2 * rank, 0, _SIDES[rank])


def verify_window_of_rank(rank: int, stride: Ints, padding: Ints, dilation: Ints) -> None:
    """Checks counts and signs; `padding` is [before, after] for each dimension in turn. Raises
    VerifyException."""
    verify_axes(rank, "stride", stride)
    verify_axes(rank, "dilation", dilation)
    verify_around(rank, "padding", padding)


def verify_output_padding(rank: int, output_padding: Ints, stride: Ints, dilation: Ints) -> None:
    """Raises VerifyException unless it is >= 0 and, as PyTorch has it, smaller than the stride or
    the dilation in each dimension."""
    _verify("output_padding", output_padding, rank, 0, _AXES[rank])
    values = output_padding.get_values()
    for added, *steps in zip(values, stride.get_values(), dilation.get_values(), strict=True):
        if added >= max(steps):
            raise VerifyException(
                f"output_padding must be smaller than stride or dilation, got {list(values)}"
            )


def _verify(name: str, attr: Ints, count: int, least: int, meaning: str) -> None:
    values = attr.get_values()
    if len(values) != count or min(values) < least:
        raise VerifyException(
            f"{name} must be {_COUNTS[count]} >= {least}, {meaning}, got {list(values)}"
        )
