"""The peers: the same problem in other libraries, as functions to time, on `threads` threads.

One that is not installed is left out, with a word. Images are given with channels innermost, so
that no conversion at the edges is timed; OpenVINO does not take them so, and of it only the op's
own time counts, by its own profile (which leaves out the call, too).
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks import as_onnx
from benchmarks.problems import (
    INPUT_SCALE,
    WEIGHT_SCALE,
    ZERO_POINT,
    Conv,
    Linear,
    Problem,
    output_scale,
)

Runner = Callable[[], float]
"""Runs once; seconds."""

_NEEDED = {
    "torch": ("torch",),
    "onnxruntime": ("onnx", "onnxruntime"),
    "openvino": ("onnx", "openvino"),
}


def absent() -> dict[str, str]:
    """The peers that are left out, and why."""
    return {
        peer: f"{module} is not installed; pip install -e '.[bench]'"
        for peer, modules in _NEEDED.items()
        for module in modules
        if find_spec(module) is None
    }


def runners(problem: Problem, threads: int) -> dict[str, Runner]:
    """What to time, by the name of the peer; results are thrown away."""
    missing = absent()
    found: dict[str, Runner] = {}
    if "torch" not in missing:
        for engine in ("fbgemm", "onednn"):
            found[f"torch {engine}"] = timed(_torch(problem, threads, engine))
    if "onnxruntime" not in missing:
        found["onnxruntime"] = timed(_onnxruntime(problem, threads))
    if "openvino" not in missing:
        found["openvino"] = _openvino(problem, threads)
    return found


def timed(run: Callable[[], Any]) -> Runner:
    """The wall-clock time of a call."""

    def seconds() -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return seconds


def _torch(problem: Problem, threads: int, engine: str) -> Callable[[], Any]:
    torch: Any = import_module("torch")

    torch.set_num_threads(threads)
    torch.backends.quantized.engine = engine
    ops, channels = torch.ops.quantized, problem.weight_shape[0]
    y_scale, bias = output_scale(problem.terms), torch.full((channels,), 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the quantized dtypes are deprecated
        x = torch._make_per_tensor_quantized_tensor(
            torch.from_numpy(problem.input), INPUT_SCALE, ZERO_POINT
        )
        w = torch._make_per_channel_quantized_tensor(
            torch.from_numpy(problem.weight),
            torch.full((channels,), WEIGHT_SCALE, dtype=torch.float64),
            torch.zeros(channels, dtype=torch.int64),
            0,
        )
        if isinstance(problem, Linear):
            packed, op = ops.linear_prepack(w, bias), ops.linear
        else:
            x = x.contiguous(memory_format=torch.channels_last)
            windows = [[n, n] for n in (problem.stride, problem.padding, problem.dilation)]
            packed, op = ops.conv2d_prepack(w, bias, *windows, problem.groups), ops.conv2d
    return lambda: op(x, packed, y_scale, ZERO_POINT)


def _onnxruntime(problem: Problem, threads: int) -> Callable[[], Any]:
    onnxruntime: Any = import_module("onnxruntime")

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        as_onnx.integer_op(problem), options, providers=["CPUExecutionProvider"]
    )
    x = problem.input
    if isinstance(problem, Conv):
        x = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    return lambda: session.run(None, {"x_q": x})


def _openvino(problem: Problem, threads: int) -> Runner:
    openvino: Any = import_module("openvino")

    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
        "PERF_COUNT": True,
    }
    compiled = core.compile_model(core.read_model(as_onnx.pairs(problem)), "CPU", settings)
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(problem.input, shared_memory=True))
    edges = {"Parameter", "Reorder", "Result", "Transpose"}

    def seconds() -> float:
        request.infer()
        profile = request.get_profiling_info()
        if isinstance(problem, Linear):
            return sum(node.real_time.total_seconds() for node in profile)
        return sum(n.real_time.total_seconds() for n in profile if n.node_type not in edges)

    return seconds
