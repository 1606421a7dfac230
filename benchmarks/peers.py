"""The peers: the same op in other libraries, as functions to time. One that is not installed is
left out."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

Runners = dict[str, Callable[[], Any]]


def absent() -> dict[str, str]:
    """The peers that are left out, and why."""
    wanted = {"torch": "oracle-torch", "onnxruntime": "oracle-onnx", "onnx": "oracle-onnx"}
    return {
        name: f"not installed; pip install -e '.[{extra}]'"
        for name, extra in wanted.items()
        if find_spec(name) is None
    }


def linear(
    x: NDArray[np.uint8], weight: NDArray[np.int8], scales: tuple[float, float, float]
) -> Runners:
    """The linear of `benchmarks.__main__`, per-channel weights, zero points of 128, a bias."""
    runners: Runners = {}
    if find_spec("torch"):
        runners |= {
            f"torch {engine}": _torch_linear(x, weight, scales, engine)
            for engine in ("fbgemm", "onednn")
        }
    if find_spec("onnxruntime") and find_spec("onnx"):
        runners["onnxruntime"] = _onnxruntime_linear(x, weight, scales)
    return runners


def _torch_linear(
    x: NDArray[np.uint8], weight: NDArray[np.int8], scales: tuple[float, float, float], engine: str
) -> Callable[[], Any]:
    torch: Any = import_module("torch")

    torch.set_num_threads(1)
    sx, sw, sy = scales
    out = weight.shape[0]
    torch.backends.quantized.engine = engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the quantized dtypes are deprecated
        xq = torch._make_per_tensor_quantized_tensor(torch.from_numpy(x), sx, 128)
        wq = torch._make_per_channel_quantized_tensor(
            torch.from_numpy(weight),
            torch.full((out,), sw, dtype=torch.float64),
            torch.zeros(out, dtype=torch.int64),
            0,
        )
        packed = torch.ops.quantized.linear_prepack(wq, torch.full((out,), 0.5))

    def run() -> Any:
        return torch.ops.quantized.linear(xq, packed, sy, 128)

    return run


def _onnxruntime_linear(
    x: NDArray[np.uint8], weight: NDArray[np.int8], scales: tuple[float, float, float]
) -> Callable[[], Any]:
    onnx: Any = import_module("onnx")
    onnxruntime: Any = import_module("onnxruntime")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    uint8 = onnx.TensorProto.UINT8

    (m, k), n = x.shape, weight.shape[0]
    sx, sw, sy = (np.float32(scale) for scale in scales)
    constants = {
        "xs": np.array(sx),
        "xz": np.array(128, np.uint8),
        "w": np.ascontiguousarray(weight.T),
        "ws": np.full(n, sw),
        "wz": np.zeros(n, np.int8),
        "ys": np.array(sy),
        "yz": np.array(128, np.uint8),
        "b": np.full(n, round(0.5 / (float(sx) * float(sw))), np.int32),
    }
    node = helper.make_node(
        "QGemm",
        ["x", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz"],
        ["y"],
        domain="com.microsoft",
    )
    graph = helper.make_graph(
        [node],
        "linear",
        [helper.make_tensor_value_info("x", uint8, [m, k])],
        [helper.make_tensor_value_info("y", uint8, [m, n])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"x": x})
