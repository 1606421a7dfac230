"""A network as calls of PyTorch: its quantized ops of one engine, or its float ops.

Images lie channels last where ours do. A relu behind a convolution is one op with it; other float
ops between two quantizes PyTorch has not, so such networks are refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from benchmarks.net import IDENTITY, WEIGHT_SCALE, Net, Quantization, Step, Value, Weight

Call = Callable[[Sequence[Any]], Any]
"""The result of a step, from all values before it."""


class RefusedError(Exception):
    """PyTorch has no such op."""


def function(net: Net, threads: int, engine: str) -> Callable[[], Any]:
    """Runs the network once. Raises RefusedError."""
    torch: Any = import_module("torch")

    torch.set_num_threads(threads)
    torch.backends.quantized.engine = engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the quantized dtypes are deprecated
        given = [
            _argument(torch, value, array)
            for value, array in zip(net.arguments, net.inputs(), strict=True)
        ]
    calls: list[Call] = []

    def inference() -> Any:
        values = list(given)
        with torch.inference_mode():
            for call in calls:
                values.append(call(values))
        return values[-1]

    try:
        for number, step in enumerate(net.steps):
            # What behind a step only clamps is a part of it.
            calls.append(_call(torch, net, step, _relu_behind(net, number), number))
        inference()
    except (RuntimeError, NotImplementedError) as error:
        raise RefusedError(str(error).splitlines()[0]) from error
    return inference


def _argument(torch: Any, value: Value, array: Any) -> Any:
    x = torch.from_numpy(array)
    q = value.quantization
    if q is not None:
        x = torch._make_per_tensor_quantized_tensor(x, q.scale, q.zero_point)
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    if value.innermost and len(value.shape) in formats:
        x = x.contiguous(memory_format=formats[len(value.shape)])
    return x


def _relu_behind(net: Net, number: int) -> bool:
    """Whether the only thing between this step and a quantize is a relu."""
    following = net.steps[number + 1 : number + 2]
    return not net.steps[number].result.quantization and any(
        step.op == "relu" and step.operands == (len(net.arguments) + number,) for step in following
    )


def _call(torch: Any, net: Net, step: Step, relu: bool, number: int) -> Call:
    operands, q = step.operands, step.result.quantization
    floats = all(net.values[operand].quantization is None for operand in operands)
    if relu:  # the relu's step passes the result on
        q = net.steps[number + 1].result.quantization
    elif number and _relu_behind(net, number - 1):
        return lambda values: values[operands[0]]
    if step.dynamic:
        return _dynamic(torch, step)
    if floats:
        return _float(torch, step) if q is None else _quantize(torch, operands[0], q)
    if step.weight is not None:
        return _contraction(torch, step, q, relu)
    return _quantized(torch, step, q)


def _contraction(torch: Any, step: Step, q: Quantization | None, relu: bool) -> Call:
    if q is None or step.weight is None:
        raise RefusedError("PyTorch adds no residual inside of a convolution")
    ops, operand = torch.ops.quantized, step.operands[0]
    w, bias = _weight(torch, step.weight)
    name = f"{step.op}{'_relu' if relu else ''}"
    if step.op == "linear":
        packed = ops.linear_prepack(w, bias)
    else:
        padding = step.ints("padding")[::2]
        windows = [step.ints("stride"), padding]
        if step.base == "conv_transpose":
            windows.append(step.ints("output_padding"))
        windows.append(step.ints("dilation"))
        prepack = getattr(ops, f"{step.op}_prepack")
        packed = prepack(w, bias, *map(list, windows), step.number("groups"))
    op, scale, zero_point = getattr(ops, name), q.scale, q.zero_point
    return lambda values: op(values[operand], packed, scale, zero_point)


def _dynamic(torch: Any, step: Step) -> Call:
    assert step.weight is not None
    packed = torch.ops.quantized.linear_prepack(*_weight(torch, step.weight))
    op, operand = torch.ops.quantized.linear_dynamic, step.operands[0]
    return lambda values: op(values[operand], packed, False)


def _weight(torch: Any, weight: Weight) -> tuple[Any, Any]:
    if weight.zero_point or weight.unsigned:
        raise RefusedError("PyTorch's weights are signed, with zero point 0")
    n = weight.channels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the quantized dtypes are deprecated
        w = torch.from_numpy(weight.values())
        if weight.axis:  # PyTorch quantizes transposed weights per tensor
            w = torch._make_per_tensor_quantized_tensor(w, WEIGHT_SCALE, 0)
        else:
            scales = torch.full((n,), WEIGHT_SCALE, dtype=torch.float64)
            zeros = torch.zeros(n, dtype=torch.int64)
            w = torch._make_per_channel_quantized_tensor(w, scales, zeros, 0)
    return w, torch.full((n,), 0.5)


def _quantized(torch: Any, step: Step, q: Quantization | None) -> Call:
    ops, functional = torch.ops.quantized, torch.nn.functional
    a, *rest = step.operands
    if step.op == IDENTITY:
        return lambda values: values[a].dequantize().contiguous()
    if step.base in ("max_pool", "adaptive_avg_pool", "permute"):
        return _moved(torch, step)
    if q is None:
        raise RefusedError(f"PyTorch has no quantized op of {step.op} within a group")
    scale, zero_point = q.scale, q.zero_point
    match step.op:
        case "add" | "mul":
            op = getattr(ops, step.op)
            return lambda values: op(values[a], values[rest[0]], scale, zero_point)
        case "cat":
            dim = step.number("dim")
            return lambda v: ops.cat([v[n] for n in step.operands], dim, scale, zero_point)
        case "hardswish":
            return lambda values: ops.hardswish(values[a], scale, zero_point)
        case "sigmoid":
            return lambda values: ops.sigmoid(values[a], scale, zero_point)
        case "relu":
            return lambda values: functional.relu(values[a])
        case _:
            raise RefusedError(f"no quantized {step.op}")


def _moved(torch: Any, step: Step) -> Call:
    """What keeps its operand's parameters."""
    functional, a = torch.nn.functional, step.operands[0]
    if step.op == "permute":
        dims = step.ints("dims")
        return lambda values: values[a].permute(dims).contiguous()
    if step.base == "adaptive_avg_pool":
        return lambda values: functional.adaptive_avg_pool2d(values[a], 1)
    kernel, stride, padding = (step.ints(name) for name in ("kernel", "stride", "padding"))
    return lambda values: functional.max_pool2d(values[a], kernel, stride, padding[::2])


def _quantize(torch: Any, operand: int, q: Quantization) -> Call:
    """f32 images to bytes, channels last."""
    dtype = torch.qint8 if q.signed else torch.quint8

    def call(values: Sequence[Any]) -> Any:
        quantized = torch.quantize_per_tensor(values[operand], q.scale, q.zero_point, dtype)
        return quantized.contiguous(memory_format=torch.channels_last)

    return call


def _float(torch: Any, step: Step) -> Call:
    functional = torch.nn.functional
    a, *rest = step.operands
    weight: list[Any] = []
    if step.weight is not None:
        channels = step.weight.channels
        weight = [torch.from_numpy(step.weight.values()), torch.full((channels,), 0.5)]
    match step.op:
        case "matmul":
            return lambda values: torch.matmul(values[a], values[rest[0]])
        case "softmax":
            dim = step.number("dim")
            return lambda values: functional.softmax(values[a], dim)
        case "layer_norm":
            shape = step.ints("normalized_shape")
            return lambda values: functional.layer_norm(values[a], shape, *weight)
        case "gelu":
            return lambda values: functional.gelu(values[a])
        case "conv2d":
            windows = (step.ints("stride"), step.ints("padding")[::2], step.ints("dilation"))
            return lambda values: functional.conv2d(values[a], *weight, *windows)
        case "linear":
            return lambda values: functional.linear(values[a], *weight)
        case _:
            raise RefusedError(f"no float {step.op}")
