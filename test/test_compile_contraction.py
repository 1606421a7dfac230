"""Compiled matrix products and linear layers on f32 give the interpreter's bits on every target."""

from __future__ import annotations

import random

import numpy as np
import pytest

import qfin

from .case_targets import case_targets, seeds_of
from .compiled_floats import check_floats, floats
from .random_modules import Shape, tensor

CALLS = 4
MATMULS: list[tuple[Shape, Shape, Shape]] = [
    ((4,), (4,), ()),
    ((4,), (4, 5), (5,)),
    ((3, 4), (4,), (3,)),
    ((5, 1, 30, 34), (3, 34, 30), (5, 3, 30, 30)),
    ((2, 5, 7), (7, 40), (2, 5, 40)),
    ((7,), (2, 7, 3), (2, 3)),
    ((2, 3, 5, 7), (7,), (2, 3, 5)),
    ((0, 3), (3, 2), (0, 2)),
    ((2, 0), (0, 3), (2, 3)),
    ((2, 3), (3, 0), (2, 0)),
    ((1, 300), (300, 31), (1, 31)),
    ((29, 8), (8, 16), (29, 16)),
    ((33, 70), (70, 65), (33, 65)),
]


@pytest.mark.parametrize(("lhs", "rhs", "result"), MATMULS)
def test_matmul(lhs: Shape, rhs: Shape, result: Shape) -> None:
    a, b, y = (tensor(shape, "f32") for shape in (lhs, rhs, result))
    check_floats(
        f"""func.func @main(%a: {a}, %b: {b}) -> {y} {{
          %y = nn.matmul %a, %b : ({a}, {b}) -> {y}
          func.return %y : {y} }}""",
        floats(1, lhs, rhs),
    )


def test_matmul_of_a_transposed_operand() -> None:
    check_floats(
        """func.func @main(%a: tensor<2x17x9xf32>, %b: tensor<2x35x9xf32>) -> tensor<2x17x35xf32> {
          %0 = nn.transpose %b {dim0 = 1 : i64, dim1 = 2 : i64}
            : (tensor<2x35x9xf32>) -> tensor<2x9x35xf32>
          %y = nn.matmul %a, %0
            : (tensor<2x17x9xf32>, tensor<2x9x35xf32>) -> tensor<2x17x35xf32>
          func.return %y : tensor<2x17x35xf32> }""",
        floats(2, (2, 17, 9), (2, 35, 9)),
    )


@seeds_of(2 * CALLS * len(case_targets()))
def test_linear(seed: int) -> None:
    """Weights that are constants, or come as arguments."""
    rng = random.Random(seed)
    m, k = rng.choice([1, 2, 13, 15, 40]), rng.choice([1, 3, 16, 70])
    n = rng.choice([1, 5, 16, 31, 32, 33, 65])
    arrays, *others = (floats(CALLS * seed + i, (2, m, k), (n, k), (n,)) for i in range(CALLS))
    _, weight, bias = arrays
    types = [tensor(array.shape, "f32") for array in arrays]
    y = tensor((2, m, n), "f32")
    for constant in (False, True):
        parameters = "" if constant else f", %w: {types[1]}, %b: {types[2]}"
        constants = [
            f'%{name} = arith.constant dense<"0x{array.tobytes().hex()}"> : {type}'
            for name, array, type in (("w", weight, types[1]), ("b", bias, types[2]))
            if constant
        ]
        check_floats(
            f"""func.func @main(%x: {types[0]}{parameters}) -> {y} {{
              {" ".join(constants)}
              %y = nn.linear %x, %w, %b : ({", ".join(types)}) -> {y}
              func.return %y : {y} }}""",
            *(given[:1] if constant else given for given in (arrays, *others)),
        )


def test_subnormal_and_special_values() -> None:
    x = np.array([[1e-30, 1e-20, -1e-45], [np.inf, 1, 2], [3e38, 3e38, -3e38]], np.float32)
    weight = np.array([[1e-10, 1e-25, 1], [0.5, -np.inf, 1], [1, 1, 1]], np.float32)
    text = """func.func @main(%x: tensor<3x3xf32>, %w: tensor<3x3xf32>) -> tensor<3x3xf32> {
      %y = nn.linear %x, %w : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
      func.return %y : tensor<3x3xf32> }"""
    check_floats(text, [x, weight])
    (y,) = qfin.interpret(qfin.parse(text), [x, weight]).values()
    assert 0 < abs(y[0, 0]) < np.finfo(np.float32).tiny
    assert np.isnan(y[1, 1])


WEIGHT = "!quant.uniform<i8:f32:0, {0.5, 0.25:3, 0.125:-128}>"


def test_weights_of_several_scales() -> None:
    """Of layers that do not fuse: they are floats in the program."""
    check_floats(
        f"""func.func @main(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {{
          %i = arith.constant dense<[[1, -128], [127, 3], [-1, 64]]> : tensor<3x2xi8>
          %q = quant.scast %i : tensor<3x2xi8> to tensor<3x2x{WEIGHT}>
          %w = quant.dcast %q : tensor<3x2x{WEIGHT}> to tensor<3x2xf32>
          %y = nn.linear %x, %w : (tensor<4x2xf32>, tensor<3x2xf32>) -> tensor<4x3xf32>
          func.return %y : tensor<4x3xf32> }}""",
        floats(1, (4, 2)),
    )


@pytest.mark.parametrize("bias", ["i32:f32, 0.03125", "i32:f32:0, {0.5, 0.25, 0.03125}"])
def test_bias_of_i32(bias: str) -> None:
    """As ONNX has it, where the result stays float: it is floats in the program."""
    element = f"!quant.uniform<{bias}>"
    check_floats(
        f"""func.func @main(%x: tensor<4x2xf32>, %w: tensor<3x2xf32>) -> tensor<4x3xf32> {{
          %i = arith.constant dense<[1, -1000000, 2147483647]> : tensor<3xi32>
          %q = quant.scast %i : tensor<3xi32> to tensor<3x{element}>
          %b = quant.dcast %q : tensor<3x{element}> to tensor<3xf32>
          %y = nn.linear %x, %w, %b
            : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<4x3xf32>
          func.return %y : tensor<4x3xf32> }}""",
        floats(1, (4, 2), (3, 2)),
    )
