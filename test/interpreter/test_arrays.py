"""Dense attributes to arrays and back."""

from __future__ import annotations

import numpy as np
import pytest
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    IntegerType,
    Signedness,
    TensorType,
    bf16,
    f16,
    f32,
    f64,
    i1,
    i8,
    i32,
    i64,
)
from xdsl.ir import Attribute

from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import dense_to_numpy, dtype_of, numpy_to_dense

UI8 = IntegerType(8, Signedness.UNSIGNED)


@pytest.mark.parametrize(
    ("element", "dtype", "values"),
    [
        (i1, np.bool_, [True, False, True]),
        (i8, np.int8, [-128, 0, 127]),
        (UI8, np.uint8, [255, 0, 127]),
        (i32, np.int32, [-(2**31), 0, 2**31 - 1]),
        (i64, np.int64, [-(2**63), 0, 2**63 - 1]),
        (f16, np.float16, [0.5, -2, 65504]),
        (f32, np.float32, [0.5, -2, 2.0**100]),
        (f64, np.float64, [0.5, -2, 1e300]),
    ],
)
def test_there_and_back(element: Attribute, dtype: type, values: list[float]):
    attr = DenseIntOrFPElementsAttr.from_list(TensorType(element, [3, 1]), values)  # pyright: ignore
    array = dense_to_numpy(attr)
    assert (array.dtype, array.shape) == (dtype, (3, 1))
    assert array.tolist() == [[value] for value in values]
    assert numpy_to_dense(array, element) == attr  # pyright: ignore


def test_any_strides_and_no_elements():
    array = np.arange(6, dtype=np.int8).reshape(2, 3).T
    assert dense_to_numpy(numpy_to_dense(array, i8)).tolist() == array.tolist()
    for shape in ((0, 3), (2, 0)):
        empty = dense_to_numpy(numpy_to_dense(np.empty(shape, np.float32), f32))
        assert (empty.shape, empty.dtype) == (shape, np.float32)
    assert dense_to_numpy(numpy_to_dense(np.array(7, np.int8), i8)).shape == ()


def test_a_splat_is_spread():
    attr = DenseIntOrFPElementsAttr.from_list(TensorType(f32, [2, 2]), [1.5])
    assert dense_to_numpy(attr).tolist() == [[1.5, 1.5], [1.5, 1.5]]


def test_nothing_is_converted():
    with pytest.raises(TypeError, match="an array of int64 cannot become elements of type i8"):
        numpy_to_dense(np.array([1]), i8)


def test_no_dtype():
    with pytest.raises(UnsupportedError, match="no array can hold elements of type bf16"):
        dtype_of(bf16)
