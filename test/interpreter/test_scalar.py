"""Arithmetic with one number on quantized values: by hand, and against the float ops."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        # x stands for -1, 0, 2, 126.5.
        ("add_scalar %x {other = 0.5 : f64}", [-3, -3, -1, 124]),
        ("add_scalar %x {other = -1.0e9 : f64}", [-128, -128, -128, -128]),
        ("rsub_scalar %x {other = 1.5 : f64}", [-1, -1, -3, -128]),
        ("mul_scalar %x {other = -0.75 : f64}", [-2, -3, -5, -98]),
        ("mul_scalar %x {other = 0.0 : f64}", [-3, -3, -3, -3]),
        (
            "mul_scalar %x {other = -2.0 : f64, activation = #quant<activation relu>}",
            [-1, *[-3] * 3],
        ),
        (
            "add_scalar %x {other = 1.0 : f64,"
            " activation = #quant<activation clamp, min = 0.5, max = 3.0>}",
            [-3, -2, 0, 0],
        ),
    ],
)
def test_by_hand(interpret: Interpret, op: str, expected: list[int]) -> None:
    """Ties go to even before the zero point is added: 2.5 is 2, 1.5 is 2, 0.5 and -0.5 are 0."""
    x, y = "tensor<4x!quant.uniform<u8:f32, 0.5:2>>", "tensor<4x!quant.uniform<i8:f32, 1.0:-3>>"
    text = f"""func.func @main(%x: {x}) -> {y} {{
      %y = quant.{op} : ({x}) -> {y}
      func.return %y : {y} }}"""
    (result,) = interpret(text, np.array([0, 2, 6, 255], np.uint8))
    assert (result.dtype, result.tolist()) == (np.dtype(np.int8), expected)


FLOATS = {"add": np.add, "rsub": lambda x, c: np.subtract(c, x), "mul": np.multiply}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("function", FLOATS)
def test_every_value(interpret: Interpret, function: str, seed: int) -> None:
    """The number is rounded to f32 first, and every step to f32."""
    rng = random.Random(f"{function} {seed}")
    sx, zx, zy = 2.0 ** rng.uniform(-9, 3), rng.randint(-128, 127), rng.randint(0, 255)
    other = rng.choice([-1, 1]) * 2.0 ** rng.uniform(-6, 3)
    sy = sx * abs(other) * 0.7 if function == "mul" else sx * 1.1
    x = f"tensor<256x!quant.uniform<i8:f32, {sx:.17e}:{zx}>>"
    y = f"tensor<256x!quant.uniform<u8:f32, {sy:.17e}:{zy}>>"
    text = f"""func.func @main(%x: {x}) -> {y} {{
      %y = quant.{function}_scalar %x {{other = {other:.17e} : f64}} : ({x}) -> {y}
      func.return %y : {y} }}"""
    q = np.arange(-128, 128).astype(np.int8)
    (result,) = interpret(text, q)
    floats = FLOATS[function](np.float32(sx) * np.float32(q.astype(int) - zx), np.float32(other))
    assert floats.dtype == np.float32
    want = np.clip(np.rint(floats / np.float32(sy)) + zy, 0, 255)
    np.testing.assert_array_equal(result, want)
