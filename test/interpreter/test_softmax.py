"""Softmax: by hand, against PyTorch, and its bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter.softmax import exponentials

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]


def tensor(shape: tuple[int, ...], element: str = "f32") -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


def fused(shape: tuple[int, ...], x: str, y: str, dim: int) -> str:
    tx, ty = tensor(shape, f"!quant.uniform<{x}>"), tensor(shape, f"!quant.uniform<{y}>")
    return f"""func.func @main(%x: {tx}) -> {ty} {{
      %y = quant.softmax %x {{dim = {dim} : i64}} : ({tx}) -> {ty}
      func.return %y : {ty} }}"""


def exact(q: NDArray[Any], scale: float, dim: int) -> NDArray[np.float64]:
    x = q.astype(np.float64) * np.float64(np.float32(scale))
    e = np.exp(x - x.max(dim, keepdims=True))
    return e / e.sum(dim, keepdims=True)


@pytest.mark.parametrize(
    ("shape", "dim"), [((), 0), ((5,), -1), ((3, 7), 0), ((2, 3, 4, 5), 1), ((2, 3, 4), -1)]
)
def test_against_torch(interpret: Interpret, shape: tuple[int, ...], dim: int):
    torch = pytest.importorskip("torch")
    x = np.asarray(np.random.default_rng(1).normal(0, 30, shape), np.float32)
    t = tensor(shape)
    (got,) = interpret(
        f"""func.func @main(%x: {t}) -> {t} {{
          %y = nn.softmax %x {{dim = {dim} : i64}} : {t}
          func.return %y : {t} }}""",
        x,
    )
    want = torch.softmax(torch.tensor(x), dim).numpy()
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-7)
    assert (got.dtype, got.shape) == (np.float32, shape)


def test_table():
    """exp(0) is 2**30; below half of 2**-30 all is 0; with a scale that is 0 in f32, all is 1."""
    table = exponentials(1.0)
    assert table[:2].tolist() == [2**30, round(2**30 / np.e)]
    assert (table[21], table[22], table[255]) == (1, 0, 0)
    assert (exponentials(1e-60) == 2**30).all()


def test_by_hand(interpret: Interpret):
    """Four equal values are 1/4 each; one that is far above the others is all, and saturates."""
    q = np.array([[9, 9, 9, 9], [0, 0, 255, 0]], np.uint8)
    (y,) = interpret(fused((2, 4), "u8:f32, 0.5:7", "i8:f32, 0.00390625:-128", 1), q)
    assert y.tolist() == [[-64] * 4, [-128, -128, 127, -128]]
    (one,) = interpret(fused((), "u8:f32, 0.5:7", "u8:f32, 0.01:20", 0), np.array(3, np.uint8))
    assert (one.shape, one.tolist()) == ((), 120)


@pytest.mark.parametrize("scale", [0.0003, 0.01, 0.1, 1.7])
@pytest.mark.parametrize("y", ["u8:f32, 0.00390625", "i8:f32, 0.0021:-128", "u8:f32, 1.0e-06:3"])
def test_bound(interpret: Interpret, scale: float, y: str):
    """At most 0.15 steps from the exact result before rounding, that is one step after it."""
    step, zero_point = (*(float(part) for part in y.split(", ")[1].split(":")), 0.0)[:2]
    low, high = (0, 255) if y.startswith("u8") else (-128, 127)
    rng = np.random.default_rng(2)
    for count in (2, 10, 1000):
        q = rng.integers(0, 256, (20, count)).astype(np.uint8)
        (got,) = interpret(fused((20, count), f"u8:f32, {scale}:3", y, 1), q)
        steps = np.clip(exact(q, scale, 1) / np.float32(step) + zero_point, low, high)
        assert np.abs(got - steps).max() <= 0.65


def test_longest_line(interpret: Interpret):
    """2**20 values of which all but a few are near half of the last bit."""
    n, scale = 2**20, 0.0856  # exp(-243 * scale) is a little below 2**-30
    q = np.zeros((1, n), np.uint8)
    q[0, :3] = 243
    y = "u8:f32, 0.001"
    (got,) = interpret(fused((1, n), f"u8:f32, {scale}", y, 1), q)
    steps = np.clip(exact(q, scale, 1) / np.float32(0.001), 0, 255)
    assert np.abs(got - steps).max() <= 0.65


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_against_quantized_torch(interpret: Interpret):
    """PyTorch's `quantized::softmax` goes through floats: one step, next to ties."""
    torch = pytest.importorskip("torch")
    q = np.random.default_rng(3).integers(0, 256, (9, 40)).astype(np.uint8)
    (got,) = interpret(fused((9, 40), "u8:f32, 0.05:120", "u8:f32, 0.001:2", 1), q)
    floats = torch.from_numpy((q.astype(np.float32) - 120) * np.float32(0.05))
    stored = torch.quantize_per_tensor(floats, 0.05, 120, torch.quint8)
    want = torch.ops.quantized.softmax(stored, 1, 0.001, 2).int_repr().numpy()
    assert len(np.unique(got)) > 50
    assert np.abs(got.astype(int) - want).max() <= 1
