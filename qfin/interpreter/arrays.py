"""Between types and dense attributes of the IR and numpy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import (
    AnyDenseElement,
    BytesAttr,
    DenseIntOrFPElementsAttr,
    Float16Type,
    Float32Type,
    Float64Type,
    IndexType,
    IntegerType,
    Signedness,
    TensorType,
    UnrankedTensorType,
)
from xdsl.ir import Attribute

from qfin.dialects.uniform import UniformType
from qfin.errors import UnsupportedError


def element_type(type: Attribute) -> Attribute:
    """What a tensor holds; any other type is its own element."""
    return type.element_type if isinstance(type, TensorType | UnrankedTensorType) else type


def dtype_of(element: Attribute) -> np.dtype[Any]:
    """The dtype that holds an element type: signless integers as signed ones, i1 as bool,
    `!quant.uniform` as its storage. Raises UnsupportedError for a type without one."""
    match element:
        case UniformType():
            return np.dtype(element.storage_dtype)
        case Float16Type():
            return np.dtype(np.float16)
        case Float32Type():
            return np.dtype(np.float32)
        case Float64Type():
            return np.dtype(np.float64)
        case IndexType():
            return np.dtype(np.int64)
        case IntegerType() if element.width.data == 1:
            return np.dtype(np.bool_)
        case IntegerType() if element.width.data <= 64:
            size = next(s for s in (1, 2, 4, 8) if element.width.data <= 8 * s)
            unsigned = element.signedness.data == Signedness.UNSIGNED
            return np.dtype(f"{'u' if unsigned else 'i'}{size}")
        case _:
            raise UnsupportedError(f"no array can hold elements of type {element}")


def dense_to_numpy(attr: DenseIntOrFPElementsAttr) -> NDArray[Any]:
    """The values of a dense attribute: a read-only view of its bytes, which are little-endian."""
    dtype = dtype_of(attr.get_element_type())
    if dtype == np.bool_:  # xDSL keeps a byte for each i1, and any but 0 is true
        return (np.frombuffer(attr.data.data, np.uint8) != 0).reshape(attr.get_shape())
    return np.frombuffer(attr.data.data, dtype.newbyteorder("<")).reshape(attr.get_shape())


def numpy_to_dense(array: NDArray[Any], element: AnyDenseElement) -> DenseIntOrFPElementsAttr:
    """`dense<...> : tensor<shape x element>`.

    Raises TypeError unless the array has the dtype of `element`: nothing is converted.
    """
    if array.dtype != (dtype := dtype_of(element)):
        raise TypeError(f"an array of {array.dtype} cannot become elements of type {element}")
    if dtype == np.bool_:
        array, dtype = -array.astype(np.int8), np.dtype(np.int8)  # xDSL's true has all bits set
    data = array.astype(dtype.newbyteorder("<")).tobytes()
    return DenseIntOrFPElementsAttr(TensorType(element, array.shape), BytesAttr(data))
