"""Loop nests over strided buffers: which dimensions become one, which loop is inside, what is left.

A nest runs over one logical shape and any number of buffers, each with its own strides. Loops are
ordered by the last buffer's strides (the one that is written), dimensions that lie behind each
other in every buffer become one, and vectors run along the innermost dimension if it is contiguous
in every buffer. No access leaves the shape: a vector that does not fit at the end starts earlier
and does some elements twice, or is shorter where there are too few elements for that. So a kernel
must give the same when it does an element twice: its output must not overlap its input.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import i64
from xdsl.ir import SSAValue

from qfin.kernels.builder import Index, KernelBuilder

# What one step of the range does where everything is one contiguous dimension.
_BLOCK = 4096

Pointers = Sequence[SSAValue]
Body = Callable[[Pointers, int], None]
"""`body(pointers, n)`: do n elements, which are contiguous in every buffer."""
Step = Callable[[Pointers, int, Sequence[SSAValue]], Sequence[SSAValue]]
"""`step(pointers, n, carried)`: as a body, and gives the next carried values."""


@dataclass(frozen=True)
class Dim:
    """One loop: how many steps, and the bytes that each buffer's pointer moves in a step."""

    size: int
    strides: tuple[int, ...]


@dataclass(frozen=True)
class Nest:
    """Loops, outermost first; `contiguous` if the innermost may be done in vectors.

    The outermost is the one that a kernel's `[begin, end)` counts; there is always one.
    """

    dims: tuple[Dim, ...]
    contiguous: bool

    @property
    def parallel_size(self) -> int:
        """The end of the whole range of the outermost loop."""
        if self._in_blocks:
            return -(-self.dims[0].size // _BLOCK)
        return self.dims[0].size

    @property
    def _in_blocks(self) -> bool:
        return self.contiguous and len(self.dims) == 1

    def emit(self, b: KernelBuilder, bases: Pointers, lanes: int, body: Body) -> None:
        """All the loops, around `body` with at most `lanes` elements (a power of two)."""
        self._loops(b, bases, self.dims, lanes, body)

    def emit_range(
        self,
        b: KernelBuilder,
        bases: Pointers,
        begin: SSAValue,
        end: SSAValue,
        lanes: int,
        body: Body,
    ) -> None:
        """As `emit`, for `[begin, end)` of the outermost loop."""
        outer, *inner = self.dims
        if not self._in_blocks:
            self._loop(
                b,
                bases,
                begin,
                end,
                outer.strides,
                lambda at: self._loops(b, at, inner, lanes, body),
            )
            return
        blocks, rest = divmod(outer.size, _BLOCK)
        strides = tuple(_BLOCK * stride for stride in outer.strides)

        def block(size: int) -> Callable[[Pointers], None]:
            return lambda at: self._loops(b, at, [Dim(size, outer.strides)], lanes, body)

        edge = b.constant(blocks, 64)
        if blocks:
            full_end = b.minimum(end, edge) if rest else end
            self._loop(b, bases, begin, full_end, strides, block(_BLOCK))
        if rest:
            first = b.intrinsic("llvm.smax.i64", i64, begin, edge) if blocks else begin
            self._loop(b, bases, first, end, strides, block(rest))

    def fold(
        self,
        b: KernelBuilder,
        bases: Pointers,
        lanes: int,
        body: Step,
        *carried: SSAValue,
    ) -> Sequence[SSAValue]:
        """As `emit`, with values carried from one step to the next; each element is done once, so
        that what does not fill a vector is done in shorter ones. Returns the last values."""
        return self._fold(b, bases, self.dims, lanes, body, carried)

    def _fold(
        self,
        b: KernelBuilder,
        bases: Pointers,
        dims: Sequence[Dim],
        lanes: int,
        body: Step,
        carried: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        if not dims:
            return body(bases, 1, carried)
        outer, *inner = dims
        if inner or not self.contiguous:
            return b.for_loop(
                0,
                outer.size,
                1,
                lambda i, so_far: self._fold(
                    b, moved(b, bases, i, outer.strides), inner, lanes, body, so_far
                ),
                *carried,
            )
        begin = 0
        while lanes:
            end = outer.size - (outer.size - begin) % lanes
            if begin < end:
                carried = b.for_loop(
                    begin,
                    end,
                    lanes,
                    lambda i, so_far, n=lanes: body(moved(b, bases, i, outer.strides), n, so_far),
                    *carried,
                )
            begin, lanes = end, lanes // 2
        return carried

    def _loops(
        self, b: KernelBuilder, bases: Pointers, dims: Sequence[Dim], lanes: int, body: Body
    ) -> None:
        if not dims:
            body(bases, 1)
            return
        outer, *inner = dims
        if not inner and self.contiguous:
            contiguous(b, bases, outer, lanes, body)
            return
        self._loop(
            b,
            bases,
            0,
            outer.size,
            outer.strides,
            lambda at: self._loops(b, at, inner, lanes, body),
        )

    @staticmethod
    def _loop(
        b: KernelBuilder,
        bases: Pointers,
        begin: Index,
        end: Index,
        strides: Sequence[int],
        body: Callable[[Pointers], None],
    ) -> None:
        b.for_loop(begin, end, 1, lambda i, _: body(moved(b, bases, i, strides)))


def contiguous(b: KernelBuilder, bases: Pointers, dim: Dim, lanes: int, body: Body) -> None:
    """One dimension in vectors of at most `lanes` elements."""
    lanes = min(lanes, 1 << (dim.size.bit_length() - 1))
    rest = dim.size % lanes
    b.for_loop(0, dim.size - rest, lanes, lambda i, _: body(moved(b, bases, i, dim.strides), lanes))
    if rest:
        body(moved(b, bases, dim.size - lanes, dim.strides), lanes)


def plan(shape: Sequence[int], strides: Sequence[Sequence[int]], sizes: Sequence[int]) -> Nest:
    """The nest over `shape`, for buffers with these strides (in elements) and element sizes.

    A nest over nothing has one dimension of size 0.
    """
    if 0 in shape:
        return Nest((Dim(0, tuple(sizes)),), contiguous=False)
    dims = [
        Dim(size, tuple(s[d] * bytes_ for s, bytes_ in zip(strides, sizes, strict=True)))
        for d, size in enumerate(shape)
        if size > 1
    ]
    dims.sort(key=lambda dim: [abs(stride) for stride in reversed(dim.strides)], reverse=True)
    collapsed: list[Dim] = []
    for dim in reversed(dims):
        inner = collapsed[-1] if collapsed else None
        if inner and dim.strides == tuple(inner.size * stride for stride in inner.strides):
            collapsed[-1] = Dim(inner.size * dim.size, inner.strides)
        else:
            collapsed.append(dim)
    if not collapsed:
        collapsed.append(Dim(1, tuple(sizes)))
    return Nest(tuple(reversed(collapsed)), contiguous=collapsed[0].strides == tuple(sizes))


def moved(b: KernelBuilder, bases: Pointers, i: Index, strides: Sequence[int]) -> list[SSAValue]:
    """Each pointer moved by i times its stride, in bytes."""
    return [b.gep(base, scaled(b, i, stride)) for base, stride in zip(bases, strides, strict=True)]


def scaled(b: KernelBuilder, i: Index, factor: int) -> Index:
    """i * factor."""
    if isinstance(i, int):
        return i * factor
    if factor in (0, 1):
        return i if factor else 0
    return b.mul(i, b.constant(factor, 64))
