"""Products of matrices: by hand, against PyTorch, and where sums no longer fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.errors import Error

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]
Shape: TypeAlias = tuple[int, ...]


def tensor(shape: Shape, element: str = "f32") -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


def product(op: str, a: str, b: str, y: str, attributes: str = "") -> str:
    return f"""func.func @main(%a: {a}, %b: {b}) -> {y} {{
      %y = {op} %a, %b {attributes} : ({a}, {b}) -> {y}
      func.return %y : {y} }}"""


SHAPES: list[tuple[Shape, Shape]] = [
    ((3, 4), (4, 5)),
    ((4,), (4,)),
    ((4,), (2, 4, 5)),
    ((2, 3, 4), (4,)),
    ((5, 1, 3, 4), (2, 4, 6)),
    ((3, 0), (0, 2)),
    ((0, 3), (3, 2)),
]


@pytest.mark.parametrize(("lhs", "rhs"), SHAPES)
def test_against_torch(interpret: Interpret, lhs: Shape, rhs: Shape):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    a, b = (np.asarray(rng.normal(0, 3, shape), np.float32) for shape in (lhs, rhs))
    want = torch.matmul(torch.tensor(a), torch.tensor(b)).numpy()
    (got,) = interpret(product("nn.matmul", tensor(lhs), tensor(rhs), tensor(want.shape)), a, b)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
    assert (got.dtype, got.shape) == (np.float32, want.shape)


def test_by_hand(interpret: Interpret):
    """Zero points on both sides, a tie to even, the clamp of a relu."""
    a, b = "tensor<2x2x!quant.uniform<u8:f32, 0.5:3>>", "tensor<2x1x!quant.uniform<i8:f32, 0.5:-1>>"
    y = "tensor<2x1x!quant.uniform<i8:f32, 0.5:10>>"
    q = np.array([[4, 3], [0, 3]], np.uint8), np.array([[4], [7]], np.int8)
    (got,) = interpret(product("quant.matmul", a, b, y), *q)
    assert got.tolist() == [[12], [10 - 8]]  # 5 * 0.5 = 2.5, -15 * 0.5 = -7.5
    relu = "{activation = #quant<activation relu>}"
    (got,) = interpret(product("quant.matmul", a, b, y, relu), *q)
    assert got.tolist() == [[12], [10]]


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize(("lhs", "rhs"), [((3, 40), (40, 5)), ((2, 3, 7, 9), (2, 3, 9, 4))])
def test_against_quantized_torch(interpret: Interpret, lhs: Shape, rhs: Shape):
    """PyTorch's `quantized::matmul` on operands per tensor: the same sum, one step next to ties."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    a, b = (rng.integers(0, 256, shape).astype(np.uint8) for shape in (lhs, rhs))
    result = (*lhs[:-1], rhs[-1])
    types = [
        tensor(shape, f"!quant.uniform<u8:f32, {scale}:{zero_point}>")
        for shape, scale, zero_point in ((lhs, 0.03, 120), (rhs, 0.05, 7), (result, 1.7, 100))
    ]
    (got,) = interpret(product("quant.matmul", *types), a, b)
    stored = [
        torch._make_per_tensor_quantized_tensor(torch.from_numpy(q), scale, zero_point)
        for q, scale, zero_point in ((a, 0.03, 120), (b, 0.05, 7))
    ]
    try:
        want = torch.ops.quantized.matmul(*stored, 1.7, 100)
    except (AttributeError, NotImplementedError, RuntimeError) as error:
        pytest.skip(f"this PyTorch has no quantized matmul: {error}")
    assert np.abs(got.astype(int) - want.int_repr().numpy()).max() <= 1
    assert len(np.unique(got)) > 5


def test_values_outside_of_their_range(interpret: Interpret):
    """A sum that the types rule out, and the arguments reach."""
    q = "!quant.uniform<u8<0:1>:f32, 1.0>"
    n = 60000
    a, b, y = f"tensor<1x{n}x{q}>", f"tensor<{n}x1x{q}>", f"tensor<1x1x{q}>"
    arrays = np.full((1, n), 255, np.uint8), np.full((n, 1), 255, np.uint8)
    with pytest.raises(Error, match="does not fit into 32 bits"):
        interpret(product("quant.matmul", a, b, y), *arrays)
