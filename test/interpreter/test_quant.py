"""The `quant` and `layout` ops, on hand-made numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.errors import UnsupportedError
from qfin.interpreter.blocked import block

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]


def cast(op: str, before: str, after: str) -> str:
    return f"""
    func.func @main(%x: {before}) -> {after} {{
      %y = quant.{op} %x : {before} to {after}
      func.return %y : {after}
    }}"""


@pytest.mark.parametrize(
    ("element", "dtype", "expected"),
    [
        ("i8:f32, 0.5", np.int8, [0, 2, -2, -128, 127, -128]),
        ("i8<-127:127>:f32, 0.5:1", np.int8, [1, 3, -1, -127, 127, -127]),
        ("u8:f32, 0.5:128", np.uint8, [128, 130, 126, 0, 255, 0]),
        ("i4:f32, 0.5", np.int8, [0, 2, -2, -8, 7, -8]),
        ("i32:f32, 0.5", np.int32, [0, 2, -2, -(2**31), 2**31 - 1, -(2**31)]),
    ],
)
def test_qcast(interpret: Interpret, element: str, dtype: type, expected: list[int]):
    x = np.array([0.25, 0.75, -0.75, np.nan, np.inf, -np.inf], np.float32)
    (q,) = interpret(cast("qcast", "tensor<6xf32>", f"tensor<6x!quant.uniform<{element}>>"), x)
    assert q.dtype == dtype
    assert q.tolist() == expected


def test_dcast(interpret: Interpret):
    text = cast("dcast", "tensor<2x!quant.uniform<u8:f32, 0.5:200>>", "tensor<2xf32>")
    (x,) = interpret(text, np.array([0, 255], np.uint8))
    assert x.dtype == np.float32
    assert x.tolist() == [-100.0, 27.5]


def test_casts_of_scalars(interpret: Interpret):
    (q,) = interpret(
        cast("qcast", "f32", "!quant.uniform<i8:f32, 0.5>"), np.array([3], np.float32).reshape(())
    )
    assert (q.shape, q.dtype, q.item()) == ((), np.int8, 6)


def test_casts_per_axis(interpret: Interpret):
    quantized = "tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 0.25:10}>>"
    (q,) = interpret(
        cast("qcast", "tensor<2x2xf32>", quantized), np.array([[1, 1], [-1, 2]], np.float32)
    )
    assert q.tolist() == [[2, 14], [-2, 18]]
    (x,) = interpret(cast("dcast", quantized, "tensor<2x2xf32>"), q)
    assert x.tolist() == [[1, 1], [-1, 2]]


def test_casts_of_blocks(interpret: Interpret):
    quantized = "tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{1.0, 0.5:1}, {0.25, 2.0}}>>"
    values = [[1, 2, 3, 4], [5, 6, 8, 10]]
    (q,) = interpret(cast("qcast", "tensor<2x4xf32>", quantized), np.array(values, np.float32))
    assert q.tolist() == [[1, 2, 7, 9], [20, 24, 4, 5]]
    assert interpret(cast("dcast", quantized, "tensor<2x4xf32>"), q)[0].tolist() == values


@pytest.mark.parametrize(
    ("plain", "quantized", "before", "after"),
    [
        ("i8", "i8:f32, 0.5:3", np.array([-128, 5], np.int8), np.array([-128, 5], np.int8)),
        ("i8", "u8:f32, 0.5:3", np.array([-128, 5], np.int8), np.array([128, 5], np.uint8)),
        ("i4", "u4:f32, 0.5:3", np.array([-1, 5], np.int8), np.array([15, 5], np.uint8)),
    ],
)
def test_scast_keeps_the_bits(
    interpret: Interpret,
    plain: str,
    quantized: str,
    before: NDArray[Any],
    after: NDArray[Any],
):
    plain, quantized = f"tensor<2x{plain}>", f"tensor<2x!quant.uniform<{quantized}>>"
    (q,) = interpret(cast("scast", plain, quantized), before)
    assert q.dtype == after.dtype
    assert q.tolist() == after.tolist()
    (back,) = interpret(cast("scast", quantized, plain), q)
    assert back.dtype == before.dtype
    assert back.tolist() == before.tolist()


def test_a_type_without_scales_has_no_meaning(interpret: Interpret):
    text = cast("qcast", "tensor<2xf32>", "tensor<2x!quant.any<i8:f32>>")
    with pytest.raises(UnsupportedError, match=r"'quant.qcast' at test.mlir:3:7: !quant.any"):
        interpret(text, np.zeros(2, np.float32))


def linear(x: str, y: str, bias: str, activation: str) -> str:
    return f"""
    !qw = !quant.uniform<i8:f32:0, {{0.5, 0.25}}>
    !qx = !quant.uniform<{x}>
    !qy = !quant.uniform<{y}>
    !p = !quant.packed<linear, tensor<2x3xi8>, bias = {bias}>
    func.func @main(%x: tensor<?x3x!qx>, %w: tensor<2x3x!qw>, %b: tensor<2x{bias}>)
        -> tensor<?x2x!qy> {{
      %c = quant.scast %b : tensor<2x{bias}> to tensor<2x!quant.uniform<i32:f32, 1.0>>
      %p = quant.prepack %w, %c : (tensor<2x3x!qw>, tensor<2x!quant.uniform<i32:f32, 1.0>>) -> !p
      %y = quant.linear %x, %p {{activation = #quant<activation {activation}>}}
        : (tensor<?x3x!qx>, !p) -> tensor<?x2x!qy>
      func.return %y : tensor<?x2x!qy>
    }}"""


WEIGHT = np.array([[1, 2, 3], [-4, 0, 4]], np.int8)


def test_linear_with_an_integer_bias(interpret: Interpret):
    x = np.array([[10, 11, 12], [9, 9, 9]], np.uint8)
    bias = np.array([2, -3], np.int32)
    text = linear("u8:f32, 0.5:10", "i8:f32, 0.25:-5", "i32", "none")
    # Sums: 1 * 2 + 2 * 3 + 2 = 10 and 2 * 4 - 3 = 5; -6 + 2 and 0 - 3. Factors 1 and 0.5.
    (y,) = interpret(text, x, WEIGHT, bias)
    assert y.dtype == np.int8
    assert y.tolist() == [[5, -3], [-9, -7]]  # 2.5 -> 2, -1.5 -> -2
    (y,) = interpret(text.replace("none", "relu"), x, WEIGHT, bias)
    assert y.tolist() == [[5, -3], [-5, -5]]
    assert interpret(text, x[:0], WEIGHT, bias)[0].shape == (0, 2)


def test_linear_with_a_float_bias(interpret: Interpret):
    text = """
    !qw = !quant.uniform<i8:f32, 0.5>
    !qx = !quant.uniform<i8:f32, 0.5>
    !qy = !quant.uniform<u8:f32, 0.25:100>
    !p = !quant.packed<linear, tensor<2x3xi8>, bias = f32>
    func.func @main(%x: tensor<3x!qx>, %w: tensor<2x3x!qw>, %b: tensor<2xf32>)
        -> (tensor<2x!qy>, tensor<2x3x!qw>, tensor<2xf32>) {
      %p = quant.prepack %w, %b : (tensor<2x3x!qw>, tensor<2xf32>) -> !p
      %y = quant.linear %x, %p : (tensor<3x!qx>, !p) -> tensor<2x!qy>
      %v, %c = quant.unpack %p : (!p) -> (tensor<2x3x!qw>, tensor<2xf32>)
      func.return %y, %v, %c : tensor<2x!qy>, tensor<2x3x!qw>, tensor<2xf32>
    }"""
    bias = np.array([0.625, np.nan], np.float32)
    y, weight, unpacked = interpret(text, np.array([1, 1, 1], np.int8), WEIGHT, bias)
    assert y.tolist() == [108, 0]  # 6 + 2.5 = 8.5 -> 8; NaN -> the lowest
    assert weight.tolist() == WEIGHT.tolist()
    assert np.array_equal(unpacked, bias, equal_nan=True)


def test_a_sum_beyond_32_bits_is_an_error(interpret: Interpret):
    text = linear("u8:f32, 0.5", "u8:f32, 0.5", "i32", "none")
    x, bias = np.array([[255, 255, 255]], np.uint8), np.array([2**31 - 1, 0], np.int32)
    with pytest.raises(UnsupportedError, match=r"'quant.linear' at test.mlir:10:7: .* 32 bits"):
        interpret(text, x, WEIGHT, bias)


def test_long_sums_are_exact(interpret: Interpret):
    text = """
    !q = !quant.uniform<u8:f32, 1.0>
    !qw = !quant.uniform<i8:f32, 1.0>
    !qy = !quant.uniform<u8:f32, 1048576.0:255>
    !p = !quant.packed<linear, tensor<1x4096xi8>>
    func.func @main(%x: tensor<1x4096x!q>, %w: tensor<1x4096x!qw>) -> tensor<1x1x!qy> {
      %p = quant.prepack %w : (tensor<1x4096x!qw>) -> !p
      %y = quant.linear %x, %p : (tensor<1x4096x!q>, !p) -> tensor<1x1x!qy>
      func.return %y : tensor<1x1x!qy>
    }"""
    x, w = np.full((1, 4096), 255, np.uint8), np.full((1, 4096), -128, np.int8)
    (y,) = interpret(text, x, w)
    assert y.tolist() == [[255 - 128]]  # 255 * 128 * 4096 / 2**20 = 127.5, a tie


def packed_conv2d(weight: NDArray[np.int8], layout: str) -> str:
    """A grouped, padded conv2d whose packed constant holds `weight` as it is given."""
    shape = "x".join(str(d) for d in weight.shape)
    return f"""
    !qx = !quant.uniform<u8:f32, 0.5:3>
    !qy = !quant.uniform<i8:f32, 0.25:1>
    !p = !quant.packed<conv2d, tensor<4x1x1x2xi8>, bias = i32, stride = [1, 2],
                       padding = [0, 0, 1, 1], groups = 2{layout}>
    func.func @main(%x: tensor<1x2x1x4x!qx>) -> tensor<1x4x1x3x!qy> {{
      %p = "quant.packed_constant"() <{{value = #quant.weights<
        dense<"0x{weight.tobytes().hex()}"> : tensor<{shape}xi8>,
        scales = dense<[0.5, 0.25, 0.5, 0.5]> : tensor<4xf32>,
        bias = dense<[0, 0, 0, 100]> : tensor<4xi32>>}}> : () -> !p
      %y = quant.conv2d %x, %p : (tensor<1x2x1x4x!qx>, !p) -> tensor<1x4x1x3x!qy>
      func.return %y : tensor<1x4x1x3x!qy>
    }}"""


CONV_WEIGHT = np.array([1, 2, 3, 4, -1, 1, 0, 2], np.int8).reshape(4, 1, 1, 2)
CONV_X = np.array([4, 5, 6, 7, 3, 2, 1, 0], np.uint8).reshape(1, 2, 1, 4)
# Less the zero point, padded: [0 1 2 3 4 0] and [0 0 -1 -2 -3 0]; windows at 0, 2, 4.
# Sums [2 8 4], [4 18 12]; [0 -1 3], [0 -4 0] + 100; factors 1, 0.5, 1, 1.
CONV_Y = [[[[3, 9, 5]], [[3, 10, 7]], [[1, 0, 4]], [[101, 97, 101]]]]


def test_packed_conv2d(interpret: Interpret):
    (y,) = interpret(packed_conv2d(CONV_WEIGHT, ""), CONV_X)
    assert y.dtype == np.int8
    assert y.tolist() == CONV_Y


@pytest.mark.parametrize(("lanes", "depth"), [(2, 4), (16, 4), (3, 2)])
def test_blocked_weights_mean_the_same(interpret: Interpret, lanes: int, depth: int):
    flat = block(CONV_WEIGHT, 2, lanes, depth)
    layout = f", layout = #layout.blocked<lanes = {lanes}, depth = {depth}>"
    assert interpret(packed_conv2d(flat, layout), CONV_X)[0].tolist() == CONV_Y


@pytest.mark.parametrize(
    ("include", "expected"), [("true", [[1, 1], [3, 10]]), ("false", [[-1, 2], [4, 10]])]
)
def test_avg_pool2d(interpret: Interpret, include: str, expected: list[list[int]]):
    text = f"""
    !qx = !quant.uniform<u8:f32, 0.5:2>
    !qy = !quant.uniform<i8:f32, 0.25:1>
    func.func @main(%x: tensor<1x1x3x3x!qx>) -> tensor<1x1x2x2x!qy> {{
      %y = quant.avg_pool2d %x
        {{kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 1, 0, 1, 0>,
         count_include_pad = {include}}} : (tensor<1x1x3x3x!qx>) -> tensor<1x1x2x2x!qy>
      func.return %y : tensor<1x1x2x2x!qy>
    }}"""
    # Less the zero point [-1 0 1; 1 3 5; 2 5 5]. Sums -1, 1; 3, 18; factor 2 / area.
    x = np.array([1, 2, 3, 3, 5, 7, 4, 7, 7], np.uint8).reshape(1, 1, 3, 3)
    (y,) = interpret(text, x)
    assert y.dtype == np.int8
    assert y.tolist() == [[expected]]


def test_adaptive_avg_pool2d(interpret: Interpret):
    text = """
    !qx = !quant.uniform<i8:f32, 0.5:-2>
    !qy = !quant.uniform<u8:f32, 0.5:7>
    func.func @main(%x: tensor<1x1x3x2x!qx>) -> tensor<1x1x2x1x!qy> {
      %y = quant.adaptive_avg_pool2d %x : (tensor<1x1x3x2x!qx>) -> tensor<1x1x2x1x!qy>
      func.return %y : tensor<1x1x2x1x!qy>
    }"""
    # Less the zero point 1 2; 3 4; -9 -126: averages 2.5 and -32.
    x = np.array([-1, 0, 1, 2, -11, -128], np.int8).reshape(1, 1, 3, 2)
    assert interpret(text, x)[0].tolist() == [[[[9], [0]]]]


def test_layouts_change_no_value(interpret: Interpret):
    text = """
    !q = !quant.uniform<u8:f32, 0.5>
    func.func @main(%x: tensor<1x2x2x3x!q>) -> (tensor<1x12x!q>, tensor<1x2x2x3x!q>) {
      %a = layout.to_nhwc %x : tensor<1x2x2x3x!q> to tensor<1x2x2x3x!q, #layout.nhwc>
      %b = nn.flatten %a {start_dim = 1}
        : (tensor<1x2x2x3x!q, #layout.nhwc>) -> tensor<1x12x!q>
      %c = layout.to_nchw %a : tensor<1x2x2x3x!q, #layout.nhwc> to tensor<1x2x2x3x!q>
      func.return %b, %c : tensor<1x12x!q>, tensor<1x2x2x3x!q>
    }"""
    x = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    flat, same = interpret(text, x)
    assert flat.tolist() == [list(range(12))]
    assert same.tolist() == x.tolist()
