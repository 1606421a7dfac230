"""What a program takes and gives: names, shapes, dtypes; and the check of arrays against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute

from qfin.dialects.shapes import DYNAMIC
from qfin.dialects.uniform import UniformType
from qfin.errors import InputError, UnsupportedError
from qfin.interpreter.arrays import dtype_of
from qfin.interpreter.signature import check_array as check

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
    try:
        dtype = dtype_of(element)
    except UnsupportedError as e:
        raise UnsupportedError(f"'{name}': {e.reason}") from e
    uniform = element if isinstance(element, UniformType) else None
    return TensorSpec(name, type.get_shape(), dtype, uniform)


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


def _takes(specs: Sequence[TensorSpec]) -> str:
    return "the function takes " + (", ".join(map(str, specs)) or "no inputs")


def check_array(spec: TensorSpec, array: Array) -> Array:
    """The array, contiguous. Raises InputError when its shape or dtype is not that of `spec`."""
    check(spec.name, array, spec.shape, spec.dtype)
    return np.ascontiguousarray(array).reshape(array.shape)
