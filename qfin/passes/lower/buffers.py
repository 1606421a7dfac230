"""Memory of one program: strided buffers, the arena they share, the constants beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    Float32Type,
    IntegerType,
    MemRefType,
    StridedLayoutAttr,
    TensorType,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute, SSAValue

from qfin.dialects.kernel import ViewOp
from qfin.dialects.kernel.buffers import si8
from qfin.dialects.tensors import NO_PADDING, ints

ALIGNMENT = 64
"""Of the arena, of the constants, of each buffer in them: a cache line, a 512-bit vector."""

SLACK = 64
"""Readable bytes behind each buffer of the arena: kernels read whole dot product groups."""

Halo = tuple[int, ...]
"""What lies around each image: before and after it, for each spatial dimension in turn."""

NO_HALO: Halo = ()


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def element_bytes(element: Attribute) -> int:
    assert isinstance(element, IntegerType | Float32Type)
    return max(1, element.bitwidth // 8)


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """Strides, in elements, of a dense row-major tensor."""
    return tuple(prod(shape[i + 1 :]) for i in range(len(shape)))


class ChannelsInnermost(NamedTuple):
    """How images with a halo lie, in elements."""

    strides: tuple[int, ...]
    first: int
    """Of the halo, before the first element."""
    size: int
    """Of everything."""


def channels_innermost(shape: Sequence[int], halo: Halo) -> ChannelsInnermost:
    """For logical `shape` [N, C, spatial...]."""
    images, channels, *spatial = shape
    sides = halo or (0, 0) * len(spatial)
    before, after = sides[::2], sides[1::2]
    whole = [b + s + a for b, s, a in zip(before, spatial, after, strict=True)]
    image, *steps = (channels * stride for stride in row_major([1, *whole]))
    first = sum(b * step for b, step in zip(before, steps, strict=True)) if images else 0
    return ChannelsInnermost((image, 1, *steps), first, images * image)


@dataclass(frozen=True)
class Buffer:
    """Where a value lies: logical shape, strides in elements, byte offset of its first element."""

    base: SSAValue
    element: Attribute
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0
    halo: Halo = NO_HALO
    slack: int = 0
    """Bytes behind the last element, the halo's included, that may be read."""

    @property
    def is_signed(self) -> bool:
        """Whether the bytes are signed activations, as callers have them, 128 less than others."""
        return self.element == si8

    @property
    def is_row_major(self) -> bool:
        """Dense, without halo; dimensions of size 1 may have any stride."""
        return not any(self.halo) and all(
            size == 1 or stride == usual
            for size, stride, usual in zip(
                self.shape, self.strides, row_major(self.shape), strict=True
            )
        )

    def reshaped(self, shape: Sequence[int]) -> Buffer:
        """The same memory under another row-major shape."""
        assert self.is_row_major
        return replace(self, shape=tuple(shape), strides=row_major(shape))

    def as_pixels(self) -> Buffer:
        """Rows [..., K] as one line of pixels [1, K, 1, M] with the channels innermost."""
        depth, count = self.shape[-1], prod(self.shape[:-1])
        shape, strides = (1, depth, 1, count), (count * depth, 1, count * depth, depth)
        return replace(self, shape=shape, strides=strides)

    def has_halo(self, wanted: Halo) -> bool:
        """Whether the halo is as wide as `wanted`."""
        have = self.halo or (0,) * len(wanted)
        return not wanted or all(mine >= size for mine, size in zip(have, wanted, strict=True))

    def padded(self, padding: Sequence[int]) -> Buffer:
        """The same memory seen from the first pixel of the padding around each image, which is in
        the halo; negative padding leaves out pixels of the image."""
        images, spatial = self.shape[:2], self.shape[2:]
        halo = self.halo or (0, 0) * len(spatial)
        assert all(have >= want for have, want in zip(halo, padding, strict=True))
        before, after = padding[::2], padding[1::2]
        first = sum(b * stride for b, stride in zip(before, self.strides[2:], strict=True))
        return replace(
            self,
            shape=(*images, *(b + s + a for b, s, a in zip(before, spatial, after, strict=True))),
            offset=self.offset - first * element_bytes(self.element),
            halo=NO_HALO,
        )

    def view(self) -> ViewOp:
        """The op that makes this buffer out of its base."""
        layout = StridedLayoutAttr(self.strides)
        return ViewOp(
            self.base,
            MemRefType(self.element, self.shape, layout),
            self.offset,
            ints(*self.halo) if self.halo else NO_PADDING,
            self.slack,
        )


@dataclass
class Arena:
    """Packs buffers by first fit; a buffer's memory is free again after its last use."""

    base: SSAValue
    size: int = 0
    _live: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])

    def allocate(self, size: int, now: int, last_use: int) -> int:
        """The offset of `size` bytes that nothing else uses from step `now` to `last_use`."""
        self._live = sorted(entry for entry in self._live if entry[2] >= now)
        size = aligned(size)
        offset = 0
        for start, end, _ in self._live:
            if offset + size <= start:
                break
            offset = max(offset, end)
        self._live.append((offset, offset + size, last_use))
        self.size = max(self.size, offset + size)
        return offset

    def buffer(
        self,
        element: Attribute,
        shape: Sequence[int],
        now: int,
        last_use: int,
        *,
        nhwc: bool = False,
        halo: Halo = NO_HALO,
    ) -> Buffer:
        """A fresh buffer, row-major, or with channels innermost and a halo around each image."""
        item = element_bytes(element)
        if not nhwc:
            offset = self.allocate(prod(shape) * item + SLACK, now, last_use)
            strides = row_major(shape)
            return Buffer(self.base, element, tuple(shape), strides, offset, slack=SLACK)
        lies = channels_innermost(shape, halo)
        offset = self.allocate(lies.size * item + SLACK, now, last_use)
        return Buffer(
            self.base,
            element,
            tuple(shape),
            lies.strides,
            offset + lies.first * item,
            halo if any(halo) else NO_HALO,
            SLACK,
        )


_ELEMENTS: dict[np.dtype[Any], Attribute] = {
    np.dtype(np.int8): i8,
    np.dtype(np.uint8): i8,
    np.dtype(np.int32): i32,
    np.dtype(np.float32): f32,
}


@dataclass
class ConstantBytes:
    """Arrays as one array of bytes, each aligned and with slack; equal ones are stored once."""

    _parts: list[bytes] = field(default_factory=list[bytes])
    _size: int = 0
    _known: dict[bytes, int] = field(default_factory=dict[bytes, int])

    def add(self, data: bytes) -> int:
        """The offset of `data`."""
        offset = self._known.get(data)
        if offset is None:
            offset = self._known[data] = self._size
            self._parts.append(data.ljust(aligned(len(data) + SLACK), b"\0"))
            self._size += len(self._parts[-1])
        return offset

    def attribute(self) -> DenseIntOrFPElementsAttr:
        data = b"".join(self._parts)
        return DenseIntOrFPElementsAttr(TensorType(i8, [len(data)]), BytesAttr(data))


@dataclass
class ConstantPool:
    """The constants of a function, in memory that may hold those of other functions, too."""

    base: SSAValue
    stored: ConstantBytes = field(default_factory=ConstantBytes)

    def add(self, array: NDArray[np.generic]) -> Buffer:
        """A buffer that holds `array` (int8, int32 or float32)."""
        array = np.ascontiguousarray(array).reshape(array.shape)  # which makes rank 0 rank 1
        offset = self.stored.add(array.tobytes())
        element, strides = _ELEMENTS[array.dtype], row_major(array.shape)
        return Buffer(self.base, element, array.shape, strides, offset, slack=SLACK)
