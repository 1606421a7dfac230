"""How long a kernel takes at least: whether other threads could be of use to it.

Only rough: what is parallel must be worth a fork and a join, of half a microsecond, and what is not
must not matter. So nothing here depends on the target or the host.
"""

from __future__ import annotations

from math import prod

from xdsl.ir import SSAValue

from qfin.dialects.kernel import KernelOp
from qfin.dialects.kernel.buffers import item_size, memref_of

_BYTES = 32
"""Read or written in a nanosecond, by one core from its second-level cache."""

_PRODUCTS = 256
"""Done in a nanosecond: two 512-bit dot products in a cycle, at 2 GHz."""


def least_nanoseconds(op: KernelOp) -> float:
    """The time for the bytes of an op's buffers, or for its products, whichever is longer."""
    moved = sum(_size(operand) * item_size(operand) for operand in op.operands) / _BYTES
    output = op.operands[-1]
    weights = getattr(op, "weights", None)
    images, channels, *_ = (*memref_of(output).get_shape(), 0, 0)
    if not isinstance(weights, SSAValue) or 0 in (images, channels):
        return moved
    # Each weight meets each pixel, or row, of the output once.
    return max(moved, _size(weights) * _size(output) / channels / _PRODUCTS)


def _size(value: SSAValue) -> int:
    return prod(memref_of(value).get_shape())
