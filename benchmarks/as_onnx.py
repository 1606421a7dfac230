"""A problem as an ONNX model, for ONNX Runtime and OpenVINO: u8 in, u8 out."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.problems import (
    INPUT_SCALE,
    WEIGHT_SCALE,
    ZERO_POINT,
    Conv,
    Problem,
    output_scale,
)

Constants = dict[str, NDArray[Any] | np.generic]


def pairs(problem: Problem) -> bytes:
    """Quantize/dequantize pairs around one op, NCHW: the form that OpenVINO takes."""
    node = _helper().make_node
    if isinstance(problem, Conv):
        op = node("Conv", ["x", "w", "b"], ["y"], **_windows(problem))
    else:
        op = node("Gemm", ["x", "w", "b"], ["y"], transB=1)
    out = problem.weight_shape[0]
    biases: Constants = {"b_s": np.full(out, _unit()), "b_z": np.zeros(out, np.int32)}
    nodes = [
        node("DequantizeLinear", ["x_q", "x_s", "x_z"], ["x"]),
        node("DequantizeLinear", ["w_q", "w_s", "w_z"], ["w"], axis=0),
        node("DequantizeLinear", ["b_q", "b_s", "b_z"], ["b"], axis=0),
        op,
        node("QuantizeLinear", ["y", "y_s", "y_z"], ["y_q"]),
    ]
    constants = _constants(problem, problem.weight) | biases
    return _model(nodes, problem.input_shape, problem.output_shape, constants)


def integer_op(problem: Problem) -> bytes:
    """ONNX Runtime's own quantized op; of images with channels innermost."""
    node = _helper().make_node
    first, last = ["x_q", "x_s", "x_z", "w_q", "w_s", "w_z"], ["y_s", "y_z"]
    weight = problem.weight
    x, y = problem.input_shape, problem.output_shape
    if isinstance(problem, Conv):
        op = node(
            "QLinearConv",
            [*first, *last, "b_q"],
            ["y_q"],
            domain="com.microsoft",
            channels_last=1,
            **_windows(problem),
        )
        x, y = ((n, h, w, c) for n, c, h, w in (problem.input_shape, problem.output_shape))
    else:
        op = node("QGemm", [*first, "b_q", *last], ["y_q"], domain="com.microsoft")
        weight = np.ascontiguousarray(weight.T)
    return _model([op], x, y, _constants(problem, weight))


def _helper() -> Any:
    onnx: Any = import_module("onnx")
    return onnx.helper


def _unit() -> np.float32:
    """What one step of the sum stands for."""
    return np.float32(INPUT_SCALE) * np.float32(WEIGHT_SCALE)


def _constants(problem: Problem, weight: NDArray[np.int8]) -> Constants:
    out = problem.weight_shape[0]
    return {
        "x_s": np.float32(INPUT_SCALE),
        "x_z": np.uint8(ZERO_POINT),
        "w_q": weight,
        "w_s": np.full(out, WEIGHT_SCALE, np.float32),
        "w_z": np.zeros(out, np.int8),
        "b_q": np.full(out, round(0.5 / float(_unit())), np.int32),
        "y_s": np.float32(output_scale(problem.terms)),
        "y_z": np.uint8(ZERO_POINT),
    }


def _windows(problem: Conv) -> dict[str, Any]:
    return {
        "strides": [problem.stride] * 2,
        "pads": [problem.padding] * 4,
        "dilations": [problem.dilation] * 2,
        "group": problem.groups,
    }


def _model(
    nodes: list[Any], input: tuple[int, ...], output: tuple[int, ...], constants: Constants
) -> bytes:
    onnx: Any = import_module("onnx")
    helper, uint8 = onnx.helper, onnx.TensorProto.UINT8
    graph = helper.make_graph(
        nodes,
        "one_op",
        [helper.make_tensor_value_info("x_q", uint8, input)],
        [helper.make_tensor_value_info("y_q", uint8, output)],
        [onnx.numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()
