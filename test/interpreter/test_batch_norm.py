"""Batch normalisation: by hand and against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]

PARAMETERS = {"weight": (1, 0.5), "bias": (0, 1), "running_mean": (0, 2), "running_var": (2, 0.5)}


def tensor(shape: tuple[int, ...], element: str = "f32") -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 7), (2, 3, 4, 5), (1, 2, 2, 3, 2)], ids=str)
@pytest.mark.parametrize("there", [(), ("weight",), ("bias",), ("weight", "bias")], ids=str)
@pytest.mark.parametrize("training", [False, True])
def test_against_torch(
    interpret: Interpret, shape: tuple[int, ...], there: tuple[str, ...], training: bool
):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    names = [*there, "running_mean", "running_var"]
    x = rng.normal(3, 2, shape).astype(np.float32)
    values = {n: np.abs(rng.normal(*PARAMETERS[n], shape[1])).astype(np.float32) for n in names}
    c, t = tensor(shape[1:2]), tensor(shape)
    arguments = ", ".join(f"%{name}: {c}" for name in names)
    parameters = " ".join(f"{name}(%{name} : {c})" for name in names)
    (got,) = interpret(
        f"""func.func @main(%x: {t}, {arguments}) -> {t} {{
          %y = nn.batch_norm %x {parameters}
            {{eps = 0.01 : f64, training = {str(training).lower()}}} : {t}
          func.return %y : {t} }}""",
        x,
        *values.values(),
    )
    want = torch.nn.functional.batch_norm(
        torch.from_numpy(x),
        **{name: torch.from_numpy(array.copy()) for name, array in values.items()},
        training=training,
        eps=0.01,
    )
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-5, atol=1e-5)
    assert got.dtype == np.float32


BY_HAND = """
!x = !quant.uniform<u8:f32, 0.5:2>
!y = !quant.uniform<i8:f32, 1.0:-3>
func.func @main(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {{
  %w = arith.constant dense<[4.0, 2.0]> : tensor<2xf32>
  %b = arith.constant dense<[0.0, 1.5]> : tensor<2xf32>
  %m = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %v = arith.constant dense<[12.0, 0.0]> : tensor<2xf32>
  %y = quant.batch_norm %x weight(%w : tensor<2xf32>) bias(%b : tensor<2xf32>)
    running_mean(%m : tensor<2xf32>) running_var(%v : tensor<2xf32>) {{eps = 4.0 : f64{}}}
    : tensor<1x2x4x!x> -> tensor<1x2x4x!y>
  func.return %y : tensor<1x2x4x!y>
}}"""


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        # x stands for -1, 0, 1, 126.5; the channels are x * 1 + 0 and x * 1 + 0.5.
        ("", [[-4, -3, -2, 123], [-3, -3, -1, 124]]),
        (", activation = #quant<activation relu>", [[-3, -3, -2, 123], [-3, -3, -1, 124]]),
    ],
)
def test_by_hand(interpret: Interpret, activation: str, expected: list[list[int]]):
    """Ties go to even, then the zero point is added: -0.5 and 0.5 are 0, 1.5 is 2, 126.5 is 126."""
    x = np.array([[[0, 2, 4, 255]] * 2], np.uint8)
    (y,) = interpret(BY_HAND.format(activation), x)
    assert (y.dtype, y[0].tolist()) == (np.dtype(np.int8), expected)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_against_quantized_torch(interpret: Interpret):
    """PyTorch's `quantized::batch_norm2d` folds the scales together: one step, next to ties."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    shape, sx, sy = (2, 3, 8, 8), 0.05, 0.03
    q = rng.integers(0, 256, shape).astype(np.uint8)
    weight, bias, mean = (rng.normal(0.4, 0.3, 3).astype(np.float32) for _ in range(3))
    var = rng.uniform(0.5, 2, 3).astype(np.float32)
    texts = [f"dense<{p.tolist()}> : tensor<3xf32>" for p in (weight, bias, mean, var)]
    constants = "\n".join(f"%p{i} = arith.constant {text}" for i, text in enumerate(texts))
    x, y = (
        tensor(shape, f"!quant.uniform<u8:f32, {sx}:120>"),
        tensor(shape, f"!quant.uniform<u8:f32, {sy}:128>"),
    )
    (got,) = interpret(
        f"""func.func @main(%x: {x}) -> {y} {{
          {constants}
          %y = quant.batch_norm %x weight(%p0 : tensor<3xf32>) bias(%p1 : tensor<3xf32>)
            running_mean(%p2 : tensor<3xf32>) running_var(%p3 : tensor<3xf32>) : {x} -> {y}
          func.return %y : {y} }}""",
        q,
    )
    floats = torch.from_numpy((q.astype(np.float32) - 120) * np.float32(sx))
    stored = torch.quantize_per_tensor(floats, sx, 120, torch.quint8)
    want = torch.ops.quantized.batch_norm2d(
        stored, *(torch.from_numpy(p) for p in (weight, bias, mean, var)), 1e-5, sy, 128
    )
    assert len(np.unique(got)) > 50
    assert np.abs(got.astype(int) - want.int_repr().numpy()).max() <= 1
