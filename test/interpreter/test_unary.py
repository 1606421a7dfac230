"""Activations by hand and by PyTorch; and the fused ones change no bit."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from math import erf, exp, inf, nan, pi, sqrt, tanh
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter.unary import FORMULAS

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]
Parameters: TypeAlias = dict[str, Any]

CASES: list[tuple[str, Parameters]] = [
    ("sigmoid", {}),
    ("tanh", {}),
    ("hardsigmoid", {}),
    ("hardswish", {}),
    ("elu", {}),
    ("elu", {"alpha": 0.3}),
    ("elu", {"alpha": -2.0}),
    ("celu", {}),
    ("celu", {"alpha": 0.3}),
    ("celu", {"alpha": 2.0}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("leaky_relu", {"negative_slope": -1.5}),
    ("gelu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("silu", {}),
    ("clamp", {"min": 0.0, "max": 6.0}),
    ("clamp", {"min": -0.7}),
    ("clamp", {"max": 0.1}),
    ("clamp", {"min": 2.0, "max": -1.0}),
]
cases = pytest.mark.parametrize(
    ("name", "parameters"), CASES, ids=lambda case: str(case).replace(" ", "")
)

DEFAULTS: dict[str, Parameters] = {
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "leaky_relu": {"negative_slope": 0.01},
    "gelu": {"approximate": "none"},
    "clamp": {"min": None, "max": None},
}


def attributes(parameters: Parameters) -> str:
    """`{alpha = 0.3 : f64}`"""
    entries = [
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value!r} : f64"
        for key, value in parameters.items()
    ]
    return f"{{{', '.join(entries)}}}" if entries else ""


def text(name: str, parameters: Parameters, type: str) -> str:
    return f"""
    func.func @main(%x: {type}) -> {type} {{
      %y = nn.{name} %x {attributes(parameters)} : {type}
      func.return %y : {type}
    }}"""


SPECIAL = np.array([nan, inf, -inf, 0.0, -0.0, 3e37, -3e37, 1e-42, -1e-42, 88.8, -88.8], np.float32)


def inputs() -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    return np.concatenate([rng.normal(0, 3, 2000), rng.normal(0, 30, 200)]).astype(np.float32)


def test_every_formula_has_cases():
    assert {name for name, _ in CASES} == set(FORMULAS)


def by_hand(name: str, x: float, p: Parameters) -> float:
    """From the definitions, one number at a time."""
    match name:
        case "sigmoid":
            return 1 / (1 + exp(-x))
        case "tanh":
            return (exp(2 * x) - 1) / (exp(2 * x) + 1)
        case "hardsigmoid":
            return 0.0 if x <= -3 else 1.0 if x >= 3 else x / 6 + 0.5
        case "hardswish":
            return 0.0 if x <= -3 else x if x >= 3 else x * (x + 3) / 6
        case "elu":
            return x if x > 0 else p["alpha"] * (exp(x) - 1)
        case "celu":
            return max(0.0, x) + min(0.0, p["alpha"] * (exp(x / p["alpha"]) - 1))
        case "leaky_relu":
            return max(0.0, x) + p["negative_slope"] * min(0.0, x)
        case "gelu" if p["approximate"] == "tanh":
            return 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))
        case "gelu":
            return 0.5 * x * (1 + erf(x / sqrt(2)))
        case "silu":
            return x / (1 + exp(-x))
        case _:
            low, high = p["min"], p["max"]
            raised = x if low is None else max(x, low)
            return raised if high is None else min(raised, high)


@cases
def test_by_hand(interpret: Interpret, name: str, parameters: Parameters):
    x = np.array([-7.5, -3.0, -2.0, -0.625, -0.0, 0.0, 0.5, 1.75, 3.0, 4.0, 9.0], np.float32)
    (y,) = interpret(text(name, parameters, f"tensor<{x.size}xf32>"), x)
    assert y.dtype == np.float32
    full = DEFAULTS.get(name, {}) | parameters
    np.testing.assert_allclose(y, [by_hand(name, float(v), full) for v in x], 3e-7, 1e-14)


@cases
@pytest.mark.parametrize(("element", "dtype"), [("f16", np.float16), ("f64", np.float64)])
def test_other_floats(
    interpret: Interpret, name: str, parameters: Parameters, element: str, dtype: Any
):
    """f64 is not rounded; narrower types are rounded once, from it."""
    x = inputs()[:200].astype(dtype)
    (y,) = interpret(text(name, parameters, f"tensor<{x.size}x{element}>"), x)
    (exact,) = interpret(text(name, parameters, f"tensor<{x.size}xf64>"), x.astype(np.float64))
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, exact.astype(dtype))


@cases
def test_torch(interpret: Interpret, name: str, parameters: Parameters):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    function = getattr(functional, name, None) or getattr(torch, name)
    x = np.concatenate([inputs(), SPECIAL])
    if name == "gelu":  # of infinity torch gives NaN in vectors, and not elsewhere
        x = x[~np.isinf(x)]
    expected = function(torch.from_numpy(x), **parameters).numpy()
    (y,) = interpret(text(name, parameters, f"tensor<{x.size}xf32>"), x)
    # What torch computes in f32 next to 0 keeps no more than these digits.
    np.testing.assert_allclose(y, expected, 3e-6, 1e-6)
    if name in ("clamp", "leaky_relu"):
        np.testing.assert_allclose(y, expected, 1.2e-7, 0)


def test_torch_spellings(interpret: Interpret):
    """relu6 and hardtanh are clamps."""
    torch = pytest.importorskip("torch")
    x = inputs()
    for function, low, high in (("relu6", 0.0, 6.0), ("hardtanh", -1.0, 1.0)):
        expected = getattr(torch.nn.functional, function)(torch.from_numpy(x)).numpy()
        bounds = {"min": low, "max": high}
        (y,) = interpret(text("clamp", bounds, f"tensor<{x.size}xf32>"), x)
        np.testing.assert_array_equal(y, expected)


def test_rank_0(interpret: Interpret):
    for name in ("gelu", "silu"):
        (y,) = interpret(text(name, {}, "tensor<f32>"), np.array(0.5, np.float32))
        assert y.shape == ()
        assert y.dtype == np.float32


def test_empty(interpret: Interpret):
    (y,) = interpret(text("gelu", {}, "tensor<0x3xf32>"), np.zeros((0, 3), np.float32))
    assert y.shape == (0, 3)


QUANTS = {
    "u8": ("u8:f32, 0.0625:130", np.arange(256, dtype=np.uint8)),
    "i8": ("i8:f32, 0.05:-7", np.arange(-128, 128).astype(np.int8)),
    "narrow": ("i8<-100:50>:f32, 0.1:3", np.arange(-100, 51).astype(np.int8)),
    "huge": ("u8:f32, 3.0e38:3", np.arange(256, dtype=np.uint8)),
}


@cases
@pytest.mark.parametrize("source", QUANTS)
@pytest.mark.parametrize("target", ["u8:f32, 0.00390625:0", "i8<-100:120>:f32, 0.03:-100"])
def test_fused(interpret: Interpret, name: str, parameters: Parameters, source: str, target: str):
    """The bits of dequantize, float op, quantize, for every stored value."""
    element, q = QUANTS[source]
    x, y, f = f"tensor<{q.size}x!x>", f"tensor<{q.size}x!y>", f"tensor<{q.size}xf32>"
    head = f"""
    !x = !quant.uniform<{element}>
    !y = !quant.uniform<{target}>
    func.func @main(%x: {x}) -> {y} {{"""
    (fused,) = interpret(
        f"""{head}
      %y = quant.{name} %x {attributes(parameters)} : ({x}) -> {y}
      func.return %y : {y} }}""",
        q,
    )
    (unfused,) = interpret(
        f"""{head}
      %f = quant.dcast %x : {x} to {f}
      %g = nn.{name} %f {attributes(parameters)} : {f}
      %y = quant.qcast %g : {f} to {y}
      func.return %y : {y} }}""",
        q,
    )
    assert fused.dtype == unfused.dtype
    np.testing.assert_array_equal(fused, unfused)


def test_fused_by_hand(interpret: Interpret):
    """sigmoid of -8, 0 and 8 in steps of 1/256."""
    (y,) = interpret(
        """
        !x = !quant.uniform<i8:f32, 0.5:2>
        !y = !quant.uniform<u8:f32, 0.00390625>
        func.func @main(%x: tensor<3x!x>) -> tensor<3x!y> {
          %y = quant.sigmoid %x : (tensor<3x!x>) -> tensor<3x!y>
          func.return %y : tensor<3x!y>
        }""",
        np.array([-14, 2, 18], np.int8),
    )
    assert y.tolist() == [0, 128, 255]


def torch_quantized(name: str, q: NDArray[np.uint8], scale: float, zero_point: int) -> Any:
    """What PyTorch's quantized kernel gives for q of scale 0.05 and zero point 120."""
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a word on deprecation
        x = torch._make_per_tensor_quantized_tensor(torch.from_numpy(q), 0.05, 120)
        match name:
            case "tanh":
                y = torch.tanh(x)
            case "hardsigmoid":
                y = torch.nn.functional.hardsigmoid(x)
            case "elu" | "celu":
                y = getattr(torch.ops.quantized, name)(x, scale, zero_point, 0.7)
            case _:
                y = getattr(torch.ops.quantized, name)(x, scale, zero_point)
    assert (y.q_scale(), y.q_zero_point()) == (scale, zero_point)
    return y.int_repr().numpy()


@pytest.mark.parametrize(
    ("name", "scale", "zero_point"),
    [
        ("sigmoid", 1 / 256, 0),
        ("tanh", 1 / 128, 128),
        ("hardsigmoid", 1 / 256, 0),
        ("hardswish", 0.03, 20),
        ("elu", 0.03, 37),
        ("celu", 0.03, 37),
    ],
)
def test_torch_quantized(interpret: Interpret, name: str, scale: float, zero_point: int):
    """PyTorch's quantized kernels, which compute in f32: one step at most, next to ties."""
    q = np.arange(256, dtype=np.uint8)
    expected = torch_quantized(name, q, scale, zero_point)
    parameters = {"alpha": 0.7} if name in ("elu", "celu") else {}
    (y,) = interpret(
        f"""
        !x = !quant.uniform<u8:f32, 0.05:120>
        !y = !quant.uniform<u8:f32, {scale!r}:{zero_point}>
        func.func @main(%x: tensor<256x!x>) -> tensor<256x!y> {{
          %y = quant.{name} %x {attributes(parameters)} : (tensor<256x!x>) -> tensor<256x!y>
          func.return %y : tensor<256x!y>
        }}""",
        q,
    )
    difference = np.abs(y.astype(int) - expected.astype(int))
    assert difference.max() <= 1
    assert (difference > 0).sum() <= 3
    assert len(np.unique(y)) > 50
