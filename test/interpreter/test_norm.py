"""layer_norm, group_norm, instance_norm: by hand and against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]

NORMS = ["layer_norm", "group_norm", "instance_norm"]
deprecated = pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")


def tensor(shape: tuple[int, ...], element: str = "f32") -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


def case(norm: str, shape: tuple[int, ...]) -> tuple[tuple[int, ...], str, list[Any]]:
    """The shape of the parameters, the attributes, and what PyTorch takes for these."""
    match norm:
        case "layer_norm":
            sizes = ", ".join(map(str, shape[2:]))
            return shape[2:], f"normalized_shape = array<i64: {sizes}>", [list(shape[2:])]
        case "group_norm":
            return shape[1:2], "num_groups = 2 : i64", [2]
        case _:
            return shape[1:2], "momentum = 0.5 : f64", []


def text(
    norm: str,
    shape: tuple[int, ...],
    parameters: dict[str, NDArray[Any]],
    elements: tuple[str, str] | None = None,
    more: str = "",
) -> str:
    """A function of one float op, or of one on quantised values."""
    kinds = {name: tensor(array.shape) for name, array in parameters.items()}
    constants = "\n".join(
        f"%{name} = arith.constant dense<{array.tolist()}> : {kinds[name]}"
        for name, array in parameters.items()
    )
    operands = " ".join(f"{name}(%{name} : {kind})" for name, kind in kinds.items())
    x, y = (tensor(shape, element) for element in elements or ("f32", "f32"))
    attributes = f"{case(norm, shape)[1]}, eps = 0.01 : f64{more}"
    if elements and norm == "instance_norm":
        attributes = f"eps = 0.01 : f64{more}"
    op, types = (f"quant.{norm}", f"{x} -> {y}") if elements else (f"nn.{norm}", x)
    return f"""func.func @main(%x: {x}) -> {y} {{
      {constants}
      %y = {op} %x {operands} {{{attributes}}} : {types}
      func.return %y : {y} }}"""


def random_parameters(
    there: tuple[str, ...], shape: tuple[int, ...]
) -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(7)
    return {name: rng.normal(0.7, 0.4, shape).astype(np.float32) for name in there}


def float_torch(
    norm: str, x: NDArray[Any], parameters: dict[str, NDArray[Any]]
) -> NDArray[np.float32]:
    torch = pytest.importorskip("torch")
    function = getattr(torch.nn.functional, norm)
    tensors = {name: torch.from_numpy(array) for name, array in parameters.items()}
    arguments = case(norm, x.shape)[2]
    return function(torch.from_numpy(x), *arguments, **tensors, eps=0.01).numpy()


@pytest.mark.parametrize("shape", [(2, 4, 6), (2, 6, 3, 5), (1, 2, 3, 2, 4)], ids=str)
@pytest.mark.parametrize("there", [(), ("weight",), ("bias",), ("weight", "bias")], ids=str)
@pytest.mark.parametrize("norm", NORMS)
def test_against_torch(
    interpret: Interpret, norm: str, shape: tuple[int, ...], there: tuple[str, ...]
):
    x = np.random.default_rng(1).normal(3, 2, shape).astype(np.float32)
    parameters = random_parameters(there, case(norm, shape)[0])
    (got,) = interpret(text(norm, shape, parameters), x)
    want = float_torch(norm, x, parameters)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
    assert got.dtype == np.float32


def test_running_statistics(interpret: Interpret):
    torch = pytest.importorskip("torch")
    shape = (2, 3, 4)
    x = np.random.default_rng(1).normal(3, 2, shape).astype(np.float32)
    there = ("weight", "running_mean", "running_var")
    parameters = {name: abs(p) for name, p in random_parameters(there, (3,)).items()}
    (got,) = interpret(
        text("instance_norm", shape, parameters, more=", use_input_stats = false"), x
    )
    tensors = {name: torch.from_numpy(array) for name, array in parameters.items()}
    want = torch.nn.functional.instance_norm(
        torch.from_numpy(x), **tensors, use_input_stats=False, eps=0.01
    )
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("norm", NORMS)
def test_fused_is_within_a_step(interpret: Interpret, norm: str, seed: int):
    """Of PyTorch's float op, quantized; where values are spread out, where they are close to each
    other and far from zero, and where they are all the same."""
    rng = np.random.default_rng(seed)
    shape = (3, 4, 7, 9)
    low, high = [(-128, 127), (120, 127), (-128, -127), (5, 5)][seed]
    q = rng.integers(low, high, shape, endpoint=True).astype(np.int8)
    parameters = random_parameters(("weight", "bias"), case(norm, shape)[0])
    elements = "!quant.uniform<i8:f32, 0.37:-100>", "!quant.uniform<u8:f32, 0.03:128>"
    (got,) = interpret(text(norm, shape, parameters, elements), q)
    floats = float_torch(norm, (q.astype(np.float32) + 100) * np.float32(0.37), parameters)
    want = np.clip(np.rint(floats / np.float32(0.03)) + 128, 0, 255)
    assert np.abs(got - want).max() <= 1
    assert (got != want).mean() < 0.01
    assert seed == 3 or len(np.unique(got)) > 10


@deprecated
@pytest.mark.parametrize("norm", NORMS)
def test_against_quantized_torch(interpret: Interpret, norm: str):
    """PyTorch's kernels multiply by the reciprocal of a step: one step, next to ties."""
    torch = pytest.importorskip("torch")
    shape, sx, sy = (2, 4, 5, 8), 0.05, 0.02
    q = np.random.default_rng(3).integers(0, 256, shape).astype(np.uint8)
    parameters = random_parameters(("weight", "bias"), case(norm, shape)[0])
    elements = f"!quant.uniform<u8:f32, {sx}:120>", f"!quant.uniform<u8:f32, {sy}:128>"
    (got,) = interpret(text(norm, shape, parameters, elements), q)
    floats = torch.from_numpy((q.astype(np.float32) - 120) * np.float32(sx))
    stored = torch.quantize_per_tensor(floats, sx, 120, torch.quint8)
    weight, bias = (torch.from_numpy(array) for array in parameters.values())
    function = getattr(torch.ops.quantized, norm)
    want = function(stored, *case(norm, shape)[2], weight, bias, 0.01, sy, 128).int_repr().numpy()
    assert len(np.unique(got)) > 100
    assert np.abs(got.astype(int) - want).max() <= 1


def test_by_hand(interpret: Interpret):
    """Mean 4, variance 0.25 * 4 = 1 with eps 3 a root of 2: -1, 1 become -0.5, 0.5 and ties go to
    even, before the zero point is added."""
    (y,) = interpret(
        """
        !x = !quant.uniform<u8:f32, 0.5:2>
        !y = !quant.uniform<i8:f32, 1.0:10>
        func.func @main(%x: tensor<1x4x!x>) -> tensor<1x4x!y> {
          %w = arith.constant dense<[1.0, 3.0, 5.0, 1.0]> : tensor<4xf32>
          %b = arith.constant dense<[0.0, 0.0, 0.0, 1.0]> : tensor<4xf32>
          %y = quant.layer_norm %x weight(%w : tensor<4xf32>) bias(%b : tensor<4xf32>)
            {normalized_shape = array<i64: 4>, eps = 3.0 : f64} : tensor<1x4x!x> -> tensor<1x4x!y>
          func.return %y : tensor<1x4x!y>
        }""",
        np.array([[8, 12, 8, 12]], np.uint8),
    )
    assert y.tolist() == [[10, 12, 8, 12]]


def test_relu(interpret: Interpret):
    elements = "!quant.uniform<u8:f32, 0.5:2>", "!quant.uniform<u8:f32, 0.01:20>"
    q = np.array([[[0, 9, 3, 200]]], np.uint8)
    (plain,) = interpret(text("instance_norm", (1, 1, 4), {}, elements), q)
    more = ", activation = #quant<activation relu>"
    (clamped,) = interpret(text("instance_norm", (1, 1, 4), {}, elements, more), q)
    assert plain.min() < 20
    np.testing.assert_array_equal(clamped, np.maximum(plain, 20))
