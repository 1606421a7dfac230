"""The interpreter against ONNX Runtime, bit for bit, ties included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter import numerics

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]

# Powers of two make every other result a tie.
TIES = (0.5, 0.25, 1.0)
ODD = (0.0173, 0.031, 0.0417)
ZX, ZY = 61, 37


def run_node(
    op: str,
    inputs: list[tuple[str, NDArray[Any]]],
    result: type[np.generic],
    attributes: Mapping[str, object],
) -> NDArray[Any]:
    """One node of opset 13 on its inputs, as it is: no graph optimization."""
    value = onnx.helper.make_tensor_value_info
    dtype = onnx.helper.np_dtype_to_tensor_dtype
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(op, [name for name, _ in inputs], ["y"], **attributes)],
        op,
        [value(name, dtype(array.dtype), array.shape) for name, array in inputs],
        [value("y", dtype(np.dtype(result)), None)],
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8
    )
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, dict(inputs))[0]


def scalar(value: float, dtype: type[np.generic] = np.float32) -> NDArray[Any]:
    return np.array(value, dtype)


def activations(*shape: int) -> NDArray[np.uint8]:
    """Up to 127 only: without VNNI the runtime's sums saturate."""
    return np.random.default_rng(1).integers(0, 128, shape).astype(np.uint8)


@pytest.mark.parametrize("scale", [0.5, 0.0173, 0.3])
def test_quantize(scale: float):
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [
            (np.arange(-300, 300) + 0.5) * np.float32(scale),
            rng.normal(scale=40 * scale, size=5000),
            [np.inf, -np.inf, 3e38, -3e38, 0.0, -0.0],
        ]
    ).astype(np.float32)
    inputs = [("x", x), ("scale", scalar(scale)), ("zero_point", scalar(ZX, np.uint8))]
    expected = run_node("QuantizeLinear", inputs, np.uint8, {})
    assert np.array_equal(numerics.quantize(x, scale, ZX, 0, 255, np.uint8), expected)


def test_dequantize():
    q = np.arange(256, dtype=np.uint8)
    inputs = [("q", q), ("scale", scalar(0.0173)), ("zero_point", scalar(ZX, np.uint8))]
    expected = run_node("DequantizeLinear", inputs, np.float32, {})
    assert np.array_equal(numerics.dequantize(q, 0.0173, ZX), expected)


@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize(("sx", "sw", "sy"), [TIES, ODD])
@pytest.mark.parametrize("groups", [1, 3])
def test_conv2d(
    interpret: Interpret,
    groups: int,
    sx: float,
    sw: float,
    sy: float,
    per_channel: bool,
    with_bias: bool,
):
    rng = np.random.default_rng(2)
    x = activations(2, 6, 9, 7)
    weight = rng.integers(-128, 128, (9, 6 // groups, 3, 2)).astype(np.int8)
    scales = sw * 2.0 ** rng.integers(-5, 1, 9) if per_channel else np.array([sw / 8])
    bias = rng.integers(-5000, 5000, 9).astype(np.int32)
    w_scale = scales.astype(np.float32) if per_channel else scalar(scales[0])
    w_zero = np.zeros(w_scale.shape, np.int8)
    inputs = [
        ("x", x),
        ("x_scale", scalar(sx)),
        ("x_zero_point", scalar(ZX, np.uint8)),
        ("w", weight),
        ("w_scale", w_scale),
        ("w_zero_point", w_zero),
        ("y_scale", scalar(sy)),
        ("y_zero_point", scalar(ZY, np.uint8)),
    ]
    expected = run_node(
        "QLinearConv",
        [*inputs, ("bias", bias)] if with_bias else inputs,
        np.uint8,
        {"strides": [2, 1], "pads": [1, 0, 2, 1], "dilations": [1, 2], "group": groups},
    )
    quantized = (
        f"i8:f32:0, {{{', '.join(str(scale) for scale in scales)}}}"
        if per_channel
        else f"i8:f32, {scales[0]}"
    )
    n, o, h, w = expected.shape
    shape = "x".join(str(d) for d in weight.shape)
    text = f"""
    !qx = !quant.uniform<u8:f32, {sx}:{ZX}>
    !qy = !quant.uniform<u8:f32, {sy}:{ZY}>
    !qw = !quant.uniform<{quantized}>
    !qb = !quant.uniform<i32:f32, 1.0>
    !p = !quant.packed<conv2d, tensor<{shape}xi8>{", bias = i32" * with_bias}, stride = [2, 1],
                       padding = [1, 2, 0, 1], dilation = [1, 2], groups = {groups}>
    func.func @main(%x: tensor<2x6x9x7x!qx>, %w: tensor<{shape}x!qw>
                    {", %b: tensor<9x!qb>" * with_bias}) -> tensor<{n}x{o}x{h}x{w}x!qy> {{
      %p = quant.prepack %w{", %b" * with_bias}
        : (tensor<{shape}x!qw>{", tensor<9x!qb>" * with_bias}) -> !p
      %y = quant.conv2d %x, %p : (tensor<2x6x9x7x!qx>, !p) -> tensor<{n}x{o}x{h}x{w}x!qy>
      func.return %y : tensor<{n}x{o}x{h}x{w}x!qy>
    }}"""
    (y,) = interpret(text, x, weight, *([bias] if with_bias else []))
    assert np.array_equal(y, expected)
    assert len(np.unique(y)) > 10, "results are not all clamped"


@pytest.mark.parametrize(("sx", "sw", "sy"), [TIES, ODD])
def test_linear(interpret: Interpret, sx: float, sw: float, sy: float):
    sw /= 8
    x = activations(67, 133)
    weight = np.random.default_rng(3).integers(-128, 128, (29, 133)).astype(np.int8)
    inputs = [
        ("x", x),
        ("x_scale", scalar(sx)),
        ("x_zero_point", scalar(ZX, np.uint8)),
        ("w", np.ascontiguousarray(weight.T)),
        ("w_scale", scalar(sw)),
        ("w_zero_point", scalar(0, np.int8)),
        ("y_scale", scalar(sy)),
        ("y_zero_point", scalar(ZY, np.uint8)),
    ]
    expected = run_node("QLinearMatMul", inputs, np.uint8, {})
    text = f"""
    !qx = !quant.uniform<u8:f32, {sx}:{ZX}>
    !qy = !quant.uniform<u8:f32, {sy}:{ZY}>
    !qw = !quant.uniform<i8:f32, {sw}>
    !p = !quant.packed<linear, tensor<29x133xi8>>
    func.func @main(%x: tensor<67x133x!qx>, %w: tensor<29x133x!qw>) -> tensor<67x29x!qy> {{
      %p = quant.prepack %w : (tensor<29x133x!qw>) -> !p
      %y = quant.linear %x, %p : (tensor<67x133x!qx>, !p) -> tensor<67x29x!qy>
      func.return %y : tensor<67x29x!qy>
    }}"""
    (y,) = interpret(text, x, weight)
    assert np.array_equal(y, expected)
    assert len(np.unique(y)) > 10, "results are not all clamped"
