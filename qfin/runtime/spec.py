"""What a program takes and gives: names, shapes, dtypes, memory; the check of arrays against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import AnyFloat, IntegerType, TensorType
from xdsl.ir import Attribute

from qfin.dialects.layout import halo_of_type, is_nhwc
from qfin.dialects.shapes import DYNAMIC
from qfin.dialects.uniform import UniformType
from qfin.errors import InputError, UnsupportedError
from qfin.interpreter.arrays import dtype_of
from qfin.interpreter.signature import check_array as check
from qfin.passes.lower.buffers import SLACK, ChannelsInnermost, channels_innermost, row_major
from qfin.runtime.memory import address_of, aligned

Array = NDArray[Any]


@dataclass(frozen=True)
class TensorSpec:
    """One input or output. A dimension of `DYNAMIC` (`?` in the text) takes any size.

    `quantization` is the type of a quantized tensor, whose array holds the stored integers.
    With `channels_last` its memory is [N, spatial..., C], with a `halo` of so many rows and columns
    around each image (before and after in each dimension); arrays have the shape [N, C, spatial...]
    all the same. Other arrays are copied into such memory; those made by `zeros` are not. Nor is a
    view that lies in a larger array just so: what is around it there is taken for its halo, which
    has to hold the zero point. `array.copy()` has no halo, and gets one.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    quantization: UniformType | None = None
    channels_last: bool = False
    halo: tuple[int, ...] = ()

    def __repr__(self) -> str:
        dims = "x".join("?" if d == DYNAMIC else str(d) for d in self.shape)
        text = f"{self.name}: {dims}{'x' if dims else ''}{self.dtype}"
        if self.channels_last:
            text += " channels last" + (f", halo {list(self.halo)}" if self.halo else "")
        return text if self.quantization is None else f"{text} ({self.quantization})"

    def empty(self) -> Array:
        """Memory for one such tensor, halo and all, for a result; its content is arbitrary, that of
        the halo too: for an argument see `zeros`. Raises InputError where a dimension is dynamic,
        and where there is not so much memory."""
        try:
            return self.allocator()()
        except (MemoryError, ValueError) as e:
            raise self._not_allocated() from e

    def allocator(self) -> Callable[[], Array]:
        """What does the same as `empty`, but quickly, and with numpy's own exceptions."""
        if not self.channels_last:
            return partial(np.empty, self.shape, self.dtype)
        shape, dtype, before, strides = self.shape, self.dtype, self.bytes_before, self.strides
        size, byte, array, empty = self.bytes_in_all, np.dtype(np.uint8), np.ndarray, np.empty
        return lambda: array(shape, dtype, empty(size, byte), before, strides)

    def zeros(self) -> Array:
        """As `empty`; everything, the halo too, stands for the number 0. With `channels_last` it is
        aligned as a program's own tensors are: kernels read fewer cache lines."""
        zero = self.quantization.zero_point if self.quantization else 0
        try:
            if not self.channels_last:
                return np.full(self.shape, zero, self.dtype)
            memory = aligned(self.bytes_in_all)
            memory.view(self.dtype)[:] = zero
            return self._view(memory)
        except (MemoryError, ValueError) as e:  # the latter for what no address space holds
            raise self._not_allocated() from e

    def _not_allocated(self) -> InputError:
        if DYNAMIC in self.shape:
            return InputError(f"'{self}' has no fixed size: make an array of the size wanted")
        return InputError(f"there is not enough memory for '{self}'")

    def fits(self, array: Array) -> bool:
        """Whether the array, of this shape and dtype, lies in memory as a program reads it."""
        if not self.channels_last:
            return array.flags.c_contiguous
        return array.strides == self.strides and self.has_room(array)

    def has_room(self, array: Array) -> bool:
        """Whether the memory that the array, of the right strides, is a view of has the halo and
        the slack as well."""
        root = array
        while isinstance(base := root.base, np.ndarray):
            root = base
        before = address_of(array) - self.bytes_before - address_of(root)
        return before >= 0 and before + self.bytes_in_all <= root.nbytes and root.flags.c_contiguous

    def extent(self, array: Array) -> range:
        """The addresses of an array that fits, halo and slack included."""
        begin = address_of(array) - self.bytes_before
        return range(begin, begin + (self.bytes_in_all if self.channels_last else array.nbytes))

    @cached_property
    def bytes_before(self) -> int:
        """Bytes of the halo before the first element of an array."""
        return self.dtype.itemsize * self._lies.first if self.channels_last else 0

    @cached_property
    def _lies(self) -> ChannelsInnermost:
        return channels_innermost(self.shape, self.halo)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """Bytes from element to element in each dimension; where that is not one, any will do in
        dimensions of one element."""
        strides = self._lies.strides if self.channels_last else row_major(self.shape)
        return tuple(self.dtype.itemsize * stride for stride in strides)

    @cached_property
    def bytes_in_all(self) -> int:
        """Bytes of everything, halo and slack."""
        return self.dtype.itemsize * self._lies.size + SLACK

    def _view(self, memory: Array) -> Array:
        return np.ndarray(self.shape, self.dtype, memory, self.bytes_before, self.strides)


def tensor_spec(name: str, type: Attribute) -> TensorSpec:
    """The spec of a tensor type. Raises UnsupportedError for types that are no arrays."""
    if not isinstance(type, TensorType):
        hint = f": write tensor<{type}>" if isinstance(type, IntegerType | AnyFloat) else ""
        raise UnsupportedError(f"'{name}' has type {type}, which is no tensor of known rank{hint}")
    element = type.element_type
    try:
        dtype = dtype_of(element)
    except UnsupportedError as e:
        raise UnsupportedError(f"'{name}': {e.reason}") from e
    uniform = element if isinstance(element, UniformType) else None
    halo = halo_of_type(type)
    return TensorSpec(name, type.get_shape(), dtype, uniform, is_nhwc(type), halo)


def match_names(
    specs: Sequence[TensorSpec], arrays: Sequence[Array] | Mapping[str, Array]
) -> list[Array]:
    """The arrays in the order of `specs`. Raises InputError for missing, unknown or too many."""
    if not isinstance(arrays, Mapping | Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
        kind = arrays.__class__.__name__
        raise InputError(f"inputs must be arrays by name or a list of arrays, not {kind}")
    if not isinstance(arrays, Mapping):
        if len(arrays) != len(specs):
            raise InputError(f"got {len(arrays)} arrays, {_takes(specs)}")
        return list(arrays)
    names = [spec.name for spec in specs]
    for kind, wrong in (
        ("unknown", [name for name in arrays if name not in names]),
        ("missing", [name for name in names if name not in arrays]),
    ):
        if wrong:
            raise InputError(f"{kind} input {', '.join(map(repr, wrong))}; {_takes(specs)}")
    return [arrays[name] for name in names]


def match_arguments(
    specs: Sequence[TensorSpec], arrays: Sequence[Array], named: Mapping[str, Array]
) -> list[Array]:
    """The arrays of a call, first those in order, then those by name, in the order of `specs`.
    Raises InputError as `match_names` does, and for an input that is given both ways."""
    if not named:
        return match_names(specs, arrays)
    if len(arrays) > len(specs):
        raise InputError(f"got {len(arrays)} arrays in order, {_takes(specs)}")
    in_order = {spec.name: array for spec, array in zip(specs, arrays, strict=False)}
    if twice := [name for name in named if name in in_order]:
        raise InputError(f"input {twice[0]!r} is given in order and by name; {_takes(specs)}")
    return match_names(specs, {**in_order, **named})


def _takes(specs: Sequence[TensorSpec]) -> str:
    return "the function takes " + (", ".join(map(str, specs)) or "no inputs")


def check_array(spec: TensorSpec, array: Array) -> Array:
    """The array, in memory as a program reads it. Raises InputError when its shape or dtype is not
    that of `spec`."""
    same = array.__class__ is np.ndarray and array.dtype is spec.dtype
    if not (same and array.shape == spec.shape):
        check(f"input '{spec.name}'", array, spec.shape, spec.dtype)
    if spec.fits(array):
        return array
    if not spec.channels_last:
        return np.ascontiguousarray(array).reshape(array.shape)
    copy = spec.zeros()
    copy[...] = array
    return copy


def check_results(
    specs: Sequence[TensorSpec],
    inputs: Sequence[TensorSpec],
    given: Array | Sequence[Array],
    arrays: Sequence[Array],
) -> Sequence[Array]:
    """Arrays that a caller gives for the results: one, or a sequence of as many as `specs`.

    Raises InputError for what a program cannot write to, or must not, as the `arrays` that it reads
    lie there.
    """
    results = [given] if isinstance(given, np.ndarray) else given
    if not isinstance(results, list | tuple) or len(results) != len(specs):
        want = ", ".join(map(str, specs)) or "no results"
        raise InputError(f"out= must be an array for each result: {want}")
    used = [(s.name, s.extent(a)) for s, a in zip(inputs, arrays, strict=True)]
    for spec, array in zip(specs, results, strict=True):
        check(f"out= '{spec.name}'", array, spec.shape, spec.dtype)
        if not array.flags.writeable:
            raise InputError(f"out= '{spec.name}' is read-only")
        if not spec.fits(array):
            hint = "make it with `empty()` of its spec in `outputs`"
            raise InputError(f"out= '{spec.name}' does not lie in memory as it must: {hint}")
        mine = spec.extent(array)
        for name, other in used:
            if mine and other and mine.start < other.stop and other.start < mine.stop:
                raise InputError(f"out= '{spec.name}' must not share memory with '{name}'")
        used.append((spec.name, mine))
    return results
