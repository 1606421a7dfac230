"""The functions of f32 against exact ones, in units in the last place."""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, exp, expm1, sqrt, tanh

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin import float_functions
from qfin.dialects.kernel.float_lines import FUNCTIONS
from qfin.interpreter.float_arithmetic import ARRAYS, lane_sum

X = np.concatenate(
    [np.linspace(-87, 87, 4001), np.linspace(-1, 1, 2001), 10.0 ** np.linspace(-37, 0, 200)]
).astype(np.float32)
SMALLEST = float(np.finfo(np.float32).tiny)

EXACT: list[tuple[str, Callable[[float], float], float]] = [
    ("exp", exp, 1.5),
    ("expm1", expm1, 2),
    ("sigmoid", lambda x: 1 / (1 + exp(-x)), 4),
    ("silu", lambda x: x / (1 + exp(-x)), 4),
    ("tanh", tanh, 4),
    ("elu", lambda x: x if x > 0 else expm1(x), 4),
    ("gelu", lambda x: x * erfc(-x / sqrt(2)) / 2, 8),
]


@pytest.mark.parametrize(("name", "exact", "bound"), EXACT)
def test_accuracy(name: str, exact: Callable[[float], float], bound: float) -> None:
    function: Callable[..., NDArray[np.float32]] = getattr(float_functions, name)
    parameters = (1.0,) if name == "elu" else ()
    with np.errstate(all="ignore"):
        got = function(ARRAYS, X, *parameters).astype(np.float64)
    want = np.array([exact(float(x)) for x in X])
    normal = np.abs(want) > 2 * SMALLEST
    steps = np.spacing(np.abs(want).astype(np.float32)).astype(np.float64)
    assert (np.abs(got - want) / steps)[normal].max() <= bound
    np.testing.assert_allclose(got[~normal], 0, atol=2 * SMALLEST)


def test_kernels_know_all_of_them() -> None:
    assert set(FUNCTIONS) == set(float_functions.FUNCTIONS)


def test_order_of_sums() -> None:
    """Partial sums 0 and 64 come together first, then 0 and 32, and so on."""
    x = np.zeros((1, 100), np.float32)
    x[0, [0, 64, 32, 1]] = [2.0**24, 1, 1, -(2.0**24)]
    assert lane_sum(x).tolist() == [0.0]
    x[0, 64] = 2
    assert lane_sum(x).tolist() == [4.0]
