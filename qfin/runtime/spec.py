"""What a program takes and gives: names, shapes, dtypes; and the check of arrays against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import Float32Type, IntegerType, Signedness, TensorType
from xdsl.ir import Attribute

from qfin.dialects.shapes import DYNAMIC
from qfin.dialects.uniform import UniformType
from qfin.errors import InputError, UnsupportedError

Array = NDArray[Any]


@dataclass(frozen=True)
class TensorSpec:
    """One input or output. A dimension of `DYNAMIC` (`?` in the text) takes any size.

    `quantization` is the type of a quantized tensor, whose array holds the stored integers.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    quantization: UniformType | None = None

    def __repr__(self) -> str:
        dims = "x".join("?" if d == DYNAMIC else str(d) for d in self.shape)
        text = f"{self.name}: {dims}{'x' if dims else ''}{self.dtype}"
        return text if self.quantization is None else f"{text} ({self.quantization})"


def tensor_spec(name: str, type: Attribute) -> TensorSpec:
    """The spec of a tensor type. Raises UnsupportedError for types that are no arrays."""
    if not isinstance(type, TensorType):
        raise UnsupportedError(f"'{name}' has type {type}, which is no tensor of known rank")
    element = type.element_type
    if isinstance(element, UniformType):
        return TensorSpec(name, type.get_shape(), np.dtype(element.storage_dtype), element)
    return TensorSpec(name, type.get_shape(), _dtype(name, element))


def _dtype(name: str, element: Attribute) -> np.dtype[Any]:
    if isinstance(element, Float32Type):
        return np.dtype(np.float32)
    if isinstance(element, IntegerType) and element.width.data in (8, 16, 32, 64):
        kind = "u" if element.signedness.data == Signedness.UNSIGNED else "i"
        return np.dtype(f"{kind}{element.width.data // 8}")
    raise UnsupportedError(f"'{name}' has elements of type {element}, which numpy has not")


def match_names(
    specs: Sequence[TensorSpec], arrays: Sequence[Array] | Mapping[str, Array]
) -> list[Array]:
    """The arrays in the order of `specs`. Raises InputError for missing, unknown or too many."""
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


def _takes(specs: Sequence[TensorSpec]) -> str:
    return "the function takes " + (", ".join(map(str, specs)) or "no inputs")


def check_array(spec: TensorSpec, array: Array) -> Array:
    """The array, contiguous. Raises InputError when its shape or dtype is not that of `spec`."""
    if not isinstance(array, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"input '{spec.name}' must be a numpy array, got {type(array).__name__}")
    if array.dtype != spec.dtype:
        raise InputError(f"input '{spec.name}' must have dtype {spec.dtype}, got {array.dtype}")
    if len(array.shape) != len(spec.shape) or any(
        want not in (DYNAMIC, have) for want, have in zip(spec.shape, array.shape, strict=True)
    ):
        wanted = ", ".join("?" if d == DYNAMIC else str(d) for d in spec.shape)
        raise InputError(f"input '{spec.name}' must have shape [{wanted}], got {list(array.shape)}")
    return np.ascontiguousarray(array).reshape(array.shape)
