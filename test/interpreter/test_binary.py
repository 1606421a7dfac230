"""add, sub and mul on quantized values: by hand, and against PyTorch's kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]

FUNCTIONS = ["add", "sub", "mul"]
SA, ZA, SB, ZB, SY, ZY = 0.0173, 61, 0.031, 140, 0.0417, 37


def text(op: str, a: tuple[int, ...], b: tuple[int, ...], y: tuple[int, ...], types: str) -> str:
    """A function of one `op` on tensors of !a and !b, with a result of !y."""
    ta, tb, ty = (
        f"tensor<{''.join(f'{size}x' for size in shape)}!{element}>"
        for shape, element in ((a, "a"), (b, "b"), (y, "y"))
    )
    return f"""{types}
    func.func @main(%a: {ta}, %b: {tb}) -> {ty} {{
      %y = quant.{op} : ({ta}, {tb}) -> {ty}
      func.return %y : {ty}
    }}"""


BY_HAND = """
    !a = !quant.uniform<u8:f32, 0.5:2>
    !b = !quant.uniform<i8:f32, 0.25>
    !y = !quant.uniform<i8:f32, 1.0:-3>"""


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        # a stands for -1, 0, 2, 126.5; b for -2, 0.5, 0.5, 31.75.
        ("add %a, %b", [-6, -3, -1, 127]),
        ("sub %a, %b", [-2, -3, -1, 92]),
        ("mul %a, %b", [-1, -3, -2, 127]),
        ("add %a, %b {activation = #quant<activation relu>}", [-3, -3, -1, 127]),
        ("sub %a, %b {activation = #quant<activation relu>}", [-2, -3, -1, 92]),
    ],
)
def test_by_hand(interpret: Interpret, op: str, expected: list[int]):
    """Ties go to even before the zero point is added: 2.5 is 2, 1.5 is 2, 0.5 and -0.5 are 0."""
    a, b = np.array([0, 2, 6, 255], np.uint8), np.array([-8, 2, 2, 127], np.int8)
    (y,) = interpret(text(op, (4,), (4,), (4,), BY_HAND), a, b)
    assert (y.dtype, y.tolist()) == (np.dtype(np.int8), expected)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("a", "b", "y"),
    [
        ((2, 3), (3,), (2, 3)),
        ((4, 1, 2), (3, 1), (4, 3, 2)),
        ((), (2, 2), (2, 2)),
        ((0, 3), (1, 1), (0, 3)),
    ],
)
def test_broadcasting(
    interpret: Interpret, function: str, a: tuple[int, ...], b: tuple[int, ...], y: tuple[int, ...]
):
    rng = np.random.default_rng(3)
    types = "!a = !quant.uniform<i8:f32, 1.0>\n!b = !quant.uniform<i8:f32, 1.0>\n" + (
        "!y = !quant.uniform<i8:f32, 1.0>"
    )
    left, right = (np.asarray(rng.integers(-8, 9, shape), np.int8) for shape in (a, b))
    (got,) = interpret(text(f"{function} %a, %b", a, b, y, types), left, right)
    operations = {"add": np.add, "sub": np.subtract, "mul": np.multiply}
    want = operations[function](left, right)
    assert got.shape == y
    np.testing.assert_array_equal(got, want)


def test_what_is_no_number(interpret: Interpret):
    """0 times infinity is the lowest value; with relu, the lowest that is left."""
    types = """
    !a = !quant.uniform<i8:f32, 3.0e38>
    !b = !quant.uniform<i8:f32, 1.0>
    !y = !quant.uniform<i8<-100:100>:f32, 1.0:5>"""
    a, b = np.array([2, -2, 2, 1], np.int8), np.array([0, 0, 1, -1], np.int8)
    for relu, expected in (("none", [-100, -100, 100, -100]), ("relu", [5, 5, 100, 5])):
        op = f"mul %a, %b {{activation = #quant<activation {relu}>}}"
        (y,) = interpret(text(op, (4,), (4,), (4,), types), a, b)
        assert y.tolist() == expected


FLOAT_OPS = """
    func.func @main(%x: tensor<2x3xf32>, %b: tensor<2x1xf32>)
        -> (tensor<2x3xf32>, tensor<2x3xf32>) {
      %s = nn.sub %x, %b : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
      %m = nn.mul %x, %b : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
      func.return %s, %m : tensor<2x3xf32>, tensor<2x3xf32>
    }"""


def test_float_ops(interpret: Interpret):
    """As numpy's; overflow and NaN without a warning."""
    x = np.array([[1.5, np.inf, 3e38], [np.nan, -0.0, 1e-40]], np.float32)
    b = np.array([[np.inf], [3.5]], np.float32)
    s, m = interpret(FLOAT_OPS, x, b)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(s, x - b)
        np.testing.assert_array_equal(m, x * b)


# Against PyTorch.

TORCH_TYPES = f"""
    !a = !quant.uniform<u8:f32, {SA}:{ZA}>
    !b = !quant.uniform<u8:f32, {SB}:{ZB}>
    !y = !quant.uniform<u8:f32, {SY}:{ZY}>"""


deprecated = pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")


@deprecated
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("function", ["add", "mul"])
@pytest.mark.parametrize("size", [5, 128, 4133])
def test_torch(interpret: Interpret, function: str, relu: bool, size: int):
    """The same but next to ties, and one step there: see `qfin.interpreter.binary`."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(size)
    a, b = (rng.integers(0, 256, size).astype(np.uint8) for _ in range(2))
    left = torch._make_per_tensor_quantized_tensor(torch.from_numpy(a), SA, ZA)
    right = torch._make_per_tensor_quantized_tensor(torch.from_numpy(b), SB, ZB)
    fused = getattr(torch.ops.quantized, function + ("_relu" if relu else ""))
    expected = fused(left, right, SY, ZY).int_repr().numpy()
    op = f"{function} %a, %b {{activation = #quant<activation {'relu' if relu else 'none'}>}}"
    (y,) = interpret(text(op, a.shape, b.shape, a.shape, TORCH_TYPES), a, b)
    apart = np.abs(y.astype(int) - expected.astype(int))
    assert apart.max() <= 1
    x = np.float64(np.float32(SA)) * (a.astype(int) - ZA)
    z = np.float64(np.float32(SB)) * (b.astype(int) - ZB)
    exact = (x + z if function == "add" else x * z) / SY
    to_tie = np.abs(exact - np.floor(exact) - 0.5)
    assert (to_tie[apart == 1] < 1e-4).all()


@deprecated
@pytest.mark.parametrize("function", ["add", "mul"])
def test_torch_on_ties(interpret: Interpret, function: str):
    """Where scales are powers of two every step is exact, and the zero point even: then the order
    of rounding and adding it does not matter, and there is nothing to differ in."""
    torch = pytest.importorskip("torch")
    types = """
    !a = !quant.uniform<u8:f32, 0.5:61>
    !b = !quant.uniform<u8:f32, 0.25:140>
    !y = !quant.uniform<u8:f32, 2.0:38>"""
    a, b = (grid.reshape(-1).astype(np.uint8) for grid in np.meshgrid(range(256), range(256)))
    left = torch._make_per_tensor_quantized_tensor(torch.from_numpy(a), 0.5, 61)
    right = torch._make_per_tensor_quantized_tensor(torch.from_numpy(b), 0.25, 140)
    expected = getattr(torch.ops.quantized, function)(left, right, 2.0, 38).int_repr().numpy()
    (y,) = interpret(text(f"{function} %a, %b", a.shape, b.shape, a.shape, types), a, b)
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_torch_float_ops(interpret: Interpret, function: str, relu: bool):
    """Fused, sub too, are the bits of dequantize, PyTorch's float op, and our quantize."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(7)
    a, b = rng.integers(0, 256, (3, 5, 7)), rng.integers(0, 256, (5, 1))
    left = torch.from_numpy(((a - ZA).astype(np.float32)) * np.float32(SA))
    right = torch.from_numpy(((b - ZB).astype(np.float32)) * np.float32(SB))
    floats = getattr(torch, function)(left, right)
    floats = (torch.relu(floats) if relu else floats).numpy()
    expected = np.clip(np.rint(floats / np.float32(SY)) + ZY, 0, 255)
    op = f"{function} %a, %b {{activation = #quant<activation {'relu' if relu else 'none'}>}}"
    module = text(op, a.shape, b.shape, a.shape, TORCH_TYPES)
    (y,) = interpret(module, a.astype(np.uint8), b.astype(np.uint8))
    np.testing.assert_array_equal(y, expected)
