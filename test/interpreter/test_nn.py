"""The `nn` ops, on hand-made numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.errors import InputError, UnsupportedError

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]


def f32(*values: object) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def test_conv2d(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<1x2x2x3xf32>, %w: tensor<2x1x2x2xf32>, %b: tensor<2xf32>)
        -> tensor<1x2x2x2xf32> {
      %y = nn.conv2d %x, %w, %b
        {groups = 2, padding = array<i64: 0, 1, 0, 1>, stride = array<i64: 1, 2>}
        : (tensor<1x2x2x3xf32>, tensor<2x1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
      func.return %y : tensor<1x2x2x2xf32>
    }"""
    x = f32([[[1, 2, 3], [4, 5, 6]], [[1, 0, -1], [0, 1, 0]]])
    w = f32([[[1, 2], [3, 4]]], [[[1, 0], [0, -1]]])
    (y,) = interpret(text, x, w, f32(10, 0.5))
    assert y.dtype == np.float32
    assert y.tolist() == [[[[47, 31], [24, 16]], [[0.5, -0.5], [0.5, 0.5]]]]


def test_conv2d_dilation_and_no_bias(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<1x1x3x1xf32>, %w: tensor<1x1x2x1xf32>) -> tensor<1x1x1x1xf32> {
      %y = nn.conv2d %x, %w {dilation = array<i64: 2, 1>}
        : (tensor<1x1x3x1xf32>, tensor<1x1x2x1xf32>) -> tensor<1x1x1x1xf32>
      func.return %y : tensor<1x1x1x1xf32>
    }"""
    x, w = f32(1, 10, 100).reshape(1, 1, 3, 1), f32(1, 2).reshape(1, 1, 2, 1)
    assert interpret(text, x, w)[0].tolist() == [[[[201]]]]


LINEAR = """
func.func @main(%x: tensor<?x2xf32>, %w: tensor<3x2xf32>, %b: tensor<3xf32>) -> tensor<?x3xf32> {
  %y = nn.linear %x, %w, %b
    : (tensor<?x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  func.return %y : tensor<?x3xf32>
}"""


def test_linear(interpret: Interpret):
    w, b = f32([1, 2], [3, 4], [-1, 0]), f32(0.5, 0, 0)
    (y,) = interpret(LINEAR, f32([1, 1], [2, 0]), w, b)
    assert y.dtype == np.float32
    assert y.tolist() == [[3.5, 7, -1], [2.5, 6, -2]]
    assert interpret(LINEAR, np.empty((0, 2), np.float32), w, b)[0].shape == (0, 3)


def test_linear_beyond_f32(interpret: Interpret):
    # Neither infinities nor sums too large may warn.
    w = f32([3e38, 3e38], [np.inf, -np.inf], [-3e38, 3e38])
    (y,) = interpret(LINEAR, f32([3e38, 3e38]), w, f32(0, 0, 1))
    assert y[0, 0] == np.inf
    assert np.isnan(y[0, 1])
    assert y[0, 2] == -np.inf  # the first product is, and stays so


def test_relu_and_add(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<2x3xf32>, %b: tensor<2x1xf32>) -> tensor<2x3xf32> {
      %s = nn.add %x, %b : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
      %y = nn.relu %s : tensor<2x3xf32>
      func.return %y : tensor<2x3xf32>
    }"""
    (y,) = interpret(text, f32([1, -3, np.nan], [np.inf, 3e38, -1]), f32([2], [3e38]))
    assert y[0, :2].tolist() == [3, 0]
    assert np.isnan(y[0, 2])
    assert y[1].tolist() == [np.inf, np.inf, np.float32(3e38)]


@pytest.mark.parametrize(
    ("element", "zero_point", "dtype", "expected"),
    [
        ("i8:f32, 0.5:-3", -3, np.int8, [-3, -3, 0, 127]),
        ("u8:f32, 0.5:200", 200, np.uint8, [200, 253, 200, 200]),
    ],
)
def test_relu_on_quantized(
    interpret: Interpret, element: str, zero_point: int, dtype: type, expected: list[int]
):
    tensor = f"tensor<4x!quant.uniform<{element}>>"
    text = f"""
    func.func @main(%x: {tensor}) -> {tensor} {{
      %y = nn.relu %x : {tensor}
      func.return %y : {tensor}
    }}"""
    x = np.array([-128, -3, 0, 127], np.int8).view(dtype)
    (y,) = interpret(text, x)
    assert y.dtype == dtype
    assert y.tolist() == expected


def test_relu_per_axis(interpret: Interpret):
    text = """
    !q = !quant.uniform<i8:f32:1, {0.5:10, 0.25:-10}>
    func.func @main(%x: tensor<2x2x!q>) -> tensor<2x2x!q> {
      %y = nn.relu %x : tensor<2x2x!q>
      func.return %y : tensor<2x2x!q>
    }"""
    x = np.array([[0, 0], [20, -20]], np.int8)
    assert interpret(text, x)[0].tolist() == [[10, 0], [20, -10]]


def max_pool(element: str) -> str:
    return f"""
    func.func @main(%x: tensor<1x1x3x3x{element}>) -> tensor<1x1x2x2x{element}> {{
      %y = nn.max_pool2d %x {{kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>,
                             padding = array<i64: 1, 0, 1, 0>}}
        : (tensor<1x1x3x3x{element}>) -> tensor<1x1x2x2x{element}>
      func.return %y : tensor<1x1x2x2x{element}>
    }}"""


def test_max_pool2d(interpret: Interpret):
    x = f32([[[-1, -2, -3], [-4, np.nan, -6], [-7, -8, -np.inf]]])
    (y,) = interpret(max_pool("f32"), x)
    assert y.dtype == np.float32
    assert y[0, 0, 0].tolist() == [-1, -2]
    assert y[0, 0, 1, 0] == -4
    assert np.isnan(y[0, 0, 1, 1])


def test_max_pool2d_on_quantized(interpret: Interpret):
    signed = np.array([[[[-1, -2, -3], [-4, -128, -6], [-7, -8, -100]]]], np.int8)
    (y,) = interpret(max_pool("!quant.uniform<i8:f32, 0.5:7>"), signed)
    assert y.dtype == np.int8
    assert y.tolist() == [[[[-1, -2], [-4, -6]]]]
    unsigned = signed.view(np.uint8)
    (y,) = interpret(max_pool("!quant.uniform<u8:f32, 0.5:7>"), unsigned)
    assert y.dtype == np.uint8
    assert y.tolist() == [[[[255, 254], [252, 250]]]]


@pytest.mark.parametrize(
    ("include", "expected"), [("true", [[0.25, 1], [1.5, 5]]), ("false", [[1, 2], [3, 5]])]
)
def test_avg_pool2d(interpret: Interpret, include: str, expected: list[list[float]]):
    text = f"""
    func.func @main(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32> {{
      %y = nn.avg_pool2d %x {{kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>,
                             padding = array<i64: 1, 0, 1, 0>, count_include_pad = {include}}}
        : (tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32>
      func.return %y : tensor<1x1x2x2xf32>
    }}"""
    (y,) = interpret(text, f32([[[1, 1, 3], [2, 4, 4], [4, 6, 6]]]))
    assert y.dtype == np.float32
    assert y.tolist() == [[expected]]


def test_adaptive_avg_pool2d(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<1x1x3x2xf32>) -> tensor<1x1x2x1xf32> {
      %y = nn.adaptive_avg_pool2d %x : (tensor<1x1x3x2xf32>) -> tensor<1x1x2x1xf32>
      func.return %y : tensor<1x1x2x1xf32>
    }"""
    assert interpret(text, f32([[[1, 3], [5, 7], [9, 11]]]))[0].tolist() == [[[[4], [8]]]]


def test_reshape_and_flatten(interpret: Interpret):
    text = """
    !q = !quant.uniform<u8:f32, 0.5>
    func.func @main(%x: tensor<?x2x3x!q>) -> (tensor<3x?x!q>, tensor<?x6x!q>) {
      %a = nn.reshape %x : (tensor<?x2x3x!q>) -> tensor<3x?x!q>
      %b = nn.flatten %x {start_dim = 1} : (tensor<?x2x3x!q>) -> tensor<?x6x!q>
      func.return %a, %b : tensor<3x?x!q>, tensor<?x6x!q>
    }"""
    x = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    a, b = interpret(text, x)
    assert a.tolist() == x.reshape(3, 4).tolist()
    assert b.tolist() == x.reshape(2, 6).tolist()
    a, b = interpret(text, x[:0])
    assert a.shape == (3, 0)
    assert b.shape == (0, 6)


def test_shapes_that_only_the_arguments_decide(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<?xf32>) -> tensor<2x?xf32> {
      %y = nn.reshape %x : (tensor<?xf32>) -> tensor<2x?xf32>
      func.return %y : tensor<2x?xf32>
    }"""
    with pytest.raises(InputError, match=r"'nn.reshape' at test.mlir:3:7: cannot reshape 3 elem"):
        interpret(text, f32(1, 2, 3))
    text = """
    func.func @main(%x: tensor<1x1x?x3xf32>) -> tensor<1x1x?x2xf32> {
      %y = nn.max_pool2d %x {kernel = array<i64: 2, 2>}
        : (tensor<1x1x?x3xf32>) -> tensor<1x1x?x2xf32>
      func.return %y : tensor<1x1x?x2xf32>
    }"""
    with pytest.raises(InputError, match=r"'nn.max_pool2d' at test.mlir:3:7: window of 2 does"):
        interpret(text, np.zeros((1, 1, 1, 3), np.float32))


def test_f16_is_rounded_once(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<1x3xf16>, %w: tensor<1x3xf16>) -> tensor<1x1xf16> {
      %y = nn.linear %x, %w : (tensor<1x3xf16>, tensor<1x3xf16>) -> tensor<1x1xf16>
      func.return %y : tensor<1x1xf16>
    }"""
    x, w = np.array([[2048, 1, 1]], np.float16), np.ones((1, 3), np.float16)
    (y,) = interpret(text, x, w)
    assert y.dtype == np.float16
    assert y.tolist() == [[2050]]


def test_bf16_is_not_supported(interpret: Interpret):
    text = """
    func.func @main() -> tensor<1xbf16> {
      %y = arith.constant dense<1.0> : tensor<1xbf16>
      func.return %y : tensor<1xbf16>
    }"""
    with pytest.raises(UnsupportedError, match=r"'arith.constant' at test.mlir:3:7: .*bf16"):
        interpret(text)
