"""The peers: the same problem in other libraries, as functions to time, on `threads` threads.

One that is not installed is left out, with a word. Calls count, as ours do. Images are given with
channels innermost wherever the peer works with them so, so that no conversion at the edges is
timed; ONNX Runtime takes them so for one convolution alone, by its own op.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks import as_onnx, as_torch
from benchmarks.net import Net

Runner = Callable[[], float]
"""Runs once; seconds."""

_NEEDED = {
    "torch": ("torch",),
    "onnxruntime": ("onnx", "onnxruntime"),
    "openvino": ("onnx", "openvino"),
}
NAMES = tuple(_NEEDED)


def absent() -> dict[str, str]:
    """The peers that are left out, and why."""
    return {
        peer: f"{module} is not installed; pip install -e '.[bench]'"
        for peer, modules in _NEEDED.items()
        for module in modules
        if find_spec(module) is None
    }


def runners(net: Net, threads: int, wanted: tuple[str, ...]) -> dict[str, Runner]:
    """What to time, by the name of the peer; results are thrown away. A peer that has no such op is
    not among them."""
    found: dict[str, Runner] = {}
    wanted = tuple(name for name in wanted if name not in absent())
    if "torch" in wanted:
        for engine in ("fbgemm", "onednn"):
            try:
                found[f"torch {engine}"] = timed(as_torch.function(net, threads, engine))
            except as_torch.RefusedError:
                continue
    if "onnxruntime" in wanted:
        found["onnxruntime"] = timed(_onnxruntime(net, threads))
    if "openvino" in wanted and not any(step.dynamic for step in net.steps):
        found["openvino"] = timed(_openvino(net, threads))
    return found


def timed(run: Callable[[], Any]) -> Runner:
    """The wall-clock time of a call."""

    def seconds() -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return seconds


def _onnxruntime(net: Net, threads: int) -> Callable[[], Any]:
    onnxruntime: Any = import_module("onnxruntime")

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    x, *_ = net.arguments
    step, *more = net.steps
    has_own_op = (
        not more
        and step.base in ("conv", "linear")
        and x.quantization is not None
        and (len(x.shape) in (2, 4))
        and not step.dynamic
        and not (step.weight and step.weight.unsigned)
    )
    model = as_onnx.integer_op(net) if has_own_op else as_onnx.pairs(net)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    inputs = net.inputs()
    if has_own_op and step.op == "conv2d":
        inputs = [np.ascontiguousarray(array.transpose(0, 2, 3, 1)) for array in inputs]
    feeds = {given.name: array for given, array in zip(session.get_inputs(), inputs, strict=True)}
    return lambda: session.run(None, feeds)


def _openvino(net: Net, threads: int) -> Callable[[], Any]:
    openvino: Any = import_module("openvino")

    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    model = core.read_model(as_onnx.pairs(net, innermost=True))
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    tensors: list[Any] = []
    for number, (value, array) in enumerate(zip(net.arguments, net.inputs(), strict=True)):
        if value.innermost:
            array = np.ascontiguousarray(np.moveaxis(array, 1, -1))
        tensors.append(openvino.Tensor(array, shared_memory=True))
        request.set_input_tensor(number, tensors[-1])

    def infer() -> None:
        assert tensors  # they have the memory, and do not keep it
        request.infer()

    return infer
