"""A network as an ONNX model, for ONNX Runtime and OpenVINO."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.net import (
    BIAS,
    IDENTITY,
    WEIGHT_SCALE,
    Net,
    Quantization,
    Step,
    Value,
    Weight,
    bias_steps,
    bias_unit,
)

Constants = dict[str, NDArray[Any] | np.generic]

_OPS = {
    "conv": "Conv",
    "conv_transpose": "ConvTranspose",
    "linear": "Gemm",
    "matmul": "MatMul",
    "add": "Add",
    "mul": "Mul",
    "relu": "Relu",
    "clamp": "Clip",
    "hardswish": "HardSwish",
    "sigmoid": "Sigmoid",
    "gelu": "Gelu",
    "softmax": "Softmax",
    "layer_norm": "LayerNormalization",
    "cat": "Concat",
    "permute": "Transpose",
    "max_pool": "MaxPool",
    "avg_pool": "AveragePool",
    "adaptive_avg_pool": "GlobalAveragePool",
    IDENTITY: "Identity",
}


def pairs(net: Net, *, innermost: bool = False) -> bytes:
    """Quantize/dequantize pairs around float ops, channels second: the form that OpenVINO takes,
    and that ONNX Runtime fuses by itself. Linears of dynamic inputs are its integer ops.

    With `innermost`, arguments and results come and go as `net` says, some with channels innermost.
    They are transposed as floats, behind the first and before the last pair: so OpenVINO, which
    works with channels innermost, takes these transposes for nothing, and keeps to integers.
    """
    made = _Model(net)
    for number, value in enumerate(net.arguments):
        turned = innermost and value.innermost
        name = f"v{number}_last" if turned else f"v{number}"
        if value.quantization:
            made.dequantize(f"v{number}_q", name, value.quantization)
        if turned:
            made.node("Transpose", [name], f"v{number}", perm=_to_second(len(value.shape)))
    for number, step in enumerate(net.steps, len(net.arguments)):
        made.step(step, number, turned=innermost and step.result.innermost)
    if not innermost:
        return made.finish()
    return made.finish(
        *(_innermost(v.shape) if v.innermost else v.shape for v in (*net.arguments, net.result))
    )


def integer_op(net: Net) -> bytes:
    """ONNX Runtime's own quantized op for one convolution or linear; of images with channels
    innermost."""
    step, x = net.steps[0], net.arguments[0]
    weight, y = step.weight, step.result
    assert weight is not None
    assert x.quantization is not None
    assert y.quantization is not None
    made, node = _Model(net), _helper().make_node
    first = ["v0_q", *made.parameters("x", x.quantization), "w_q", "w_s", "w_z"]
    last = made.parameters("y", y.quantization)
    values = weight.values()
    if step.op == "linear":
        op = node("QGemm", [*first, "b_q", *last], ["v1_q"], domain="com.microsoft")
        values = np.ascontiguousarray(values.T)
    else:
        op = node(
            "QLinearConv",
            [*first, *last, "b_q"],
            ["v1_q"],
            domain="com.microsoft",
            channels_last=1,
            **_windows(step),
        )
    made.nodes.append(op)
    made.constants |= _stored(weight, "", values, x.quantization)
    shapes = (x.shape, y.shape)
    if step.op != "linear":
        shapes = tuple(_innermost(shape) for shape in shapes)
    return made.finish(*shapes)


class _Model:
    """Nodes and constants, growing."""

    def __init__(self, net: Net):
        self.net = net
        self.nodes: list[Any] = []
        self.constants: Constants = {}

    def parameters(self, name: str, q: Quantization) -> list[str]:
        """The names of a scale and a zero point."""
        self.constants[f"{name}_s"] = np.float32(q.scale)
        self.constants[f"{name}_z"] = q.dtype(q.zero_point)
        return [f"{name}_s", f"{name}_z"]

    def node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(_helper().make_node(op, inputs, [output], **attributes))

    def dequantize(self, name: str, to: str, q: Quantization) -> None:
        self.node("DequantizeLinear", [name, *self.parameters(name, q)], to)

    def step(self, step: Step, number: int, *, turned: bool = False) -> None:
        """The op, and what is around it. If it is the last, its result may be `turned`."""
        if step.dynamic:
            self.dynamic_linear(step, number)
            return
        inputs = [f"v{operand}" for operand in step.operands]
        if step.weight:
            inputs += self.weight(step.weight, number, self.net.values[step.operands[0]])
        q = step.result.quantization
        saturates = q is not None and _saturates(step, q)
        if step.op == "clamp" and not saturates:
            for bound in ("min", "max"):
                limit = step.attributes[bound]
                assert isinstance(limit, float)
                self.constants[f"{bound}{number}"] = np.float32(limit)
                inputs.append(f"{bound}{number}")
        source = f"f{number}" if q else f"v{number}"
        if saturates:
            source = inputs[0]
        else:
            self.node(_OPS[step.base], inputs, source, **_attributes(step))
        if q is None:
            return
        last = step is self.net.steps[-1]
        if last and turned:
            self.node(
                "Transpose", [source], f"{source}_last", perm=_to_last(len(step.result.shape))
            )
            source = f"{source}_last"
        names = self.parameters(f"v{number}_q", q)
        self.node("QuantizeLinear", [source, *names], f"v{number}_q")
        if not last:
            self.dequantize(f"v{number}_q", f"v{number}", q)

    def weight(self, weight: Weight, number: int, x: Value) -> list[str]:
        """The names of weight and bias as floats."""
        names = [f"w{number}", f"b{number}"]
        if weight.floats:
            self.constants[names[0]] = weight.values()
            self.constants[names[1]] = np.full(weight.channels, BIAS, np.float32)
            return names
        assert x.quantization is not None
        suffix = str(number)
        self.constants |= _stored(weight, suffix, weight.values(), x.quantization)
        unit = bias_unit(x.quantization)
        self.constants[f"b_s{suffix}"] = np.full(weight.channels, unit)
        self.constants[f"b_z{suffix}"] = np.zeros(weight.channels, np.int32)
        for name, axis in (("w", weight.axis), ("b", 0)):
            parts = [f"{name}_{part}{suffix}" for part in "qsz"]
            self.node("DequantizeLinear", parts, f"{name}{number}", axis=axis)
        return names

    def dynamic_linear(self, step: Step, number: int) -> None:
        """As ONNX Runtime's quantizer writes it, which it fuses to one op."""
        weight = step.weight
        assert weight is not None
        self.constants |= {
            "w_q": np.ascontiguousarray(weight.values().T),
            "w_s": np.full(weight.channels, WEIGHT_SCALE, np.float32),
            "w_z": np.zeros(weight.channels, np.int8),
            "bias": np.full(weight.channels, BIAS, np.float32),
        }
        quantized = ["x_q", "x_s", "x_z"]
        self.nodes.append(
            _helper().make_node("DynamicQuantizeLinear", [f"v{step.operands[0]}"], quantized)
        )
        self.node("MatMulInteger", ["x_q", "w_q", "x_z", "w_z"], "sums")
        self.node("Cast", ["sums"], "sums_f", to=1)
        self.node("Mul", ["x_s", "w_s"], "unit")
        self.node("Mul", ["sums_f", "unit"], "product")
        self.node("Add", ["product", "bias"], f"v{number}")

    def finish(self, *shapes: tuple[int, ...]) -> bytes:
        """The model; `shapes` are those of arguments and result where they differ."""
        onnx: Any = import_module("onnx")
        helper = onnx.helper

        def value(number: int, value: Value, shape: tuple[int, ...]) -> Any:
            q = value.quantization
            name, kind = f"v{number}", onnx.TensorProto.FLOAT
            if q is not None:
                name, kind = f"{name}_q", getattr(onnx.TensorProto, q.dtype.__name__.upper())
            return helper.make_tensor_value_info(name, kind, shape)

        values = (*self.net.arguments, self.net.result)
        *given, last = shapes or [v.shape for v in values]
        arguments = [
            value(n, *v) for n, v in enumerate(zip(self.net.arguments, given, strict=True))
        ]
        results = [value(len(self.net.values) - 1, self.net.result, last)]
        constants = [
            onnx.numpy_helper.from_array(np.asarray(v), name) for name, v in self.constants.items()
        ]
        graph = helper.make_graph(self.nodes, "net", arguments, results, constants)
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        onnx.checker.check_model(made)
        return made.SerializeToString()


def _saturates(step: Step, q: Quantization) -> bool:
    """Whether quantizing clamps as an activation would: quantizers leave such a one out; with it
    ONNX Runtime computes the convolution before it in f32."""
    high = q.scale * (255 - q.unsigned_zero_point)
    most = step.attributes.get("max", high)
    assert isinstance(most, float)
    is_clamp = step.op == "relu" or (step.op == "clamp" and step.attributes["min"] == 0.0)
    return is_clamp and q.unsigned_zero_point == 0 and most >= high


def _to_second(rank: int) -> list[int]:
    """The permutation of dimensions that moves the last one to place 1."""
    return [0, rank - 1, *range(1, rank - 1)]


def _to_last(rank: int) -> list[int]:
    """Its inverse."""
    return [0, *range(2, rank), 1]


def _innermost(shape: tuple[int, ...]) -> tuple[int, ...]:
    n, channels, *rest = shape
    return (n, *rest, channels)


def _helper() -> Any:
    onnx: Any = import_module("onnx")
    return onnx.helper


def _stored(weight: Weight, suffix: str, values: NDArray[Any], x: Quantization) -> Constants:
    out = weight.channels
    return {
        f"w_q{suffix}": values,
        f"w_s{suffix}": np.full(out, WEIGHT_SCALE, np.float32),
        f"w_z{suffix}": np.full(out, weight.zero_point, weight.dtype),
        f"b_q{suffix}": np.full(out, bias_steps(x), np.int32),
    }


def _attributes(step: Step) -> dict[str, Any]:
    if step.base in ("conv", "conv_transpose", "max_pool", "avg_pool"):
        return _windows(step)
    match step.op:
        case "linear":
            return {"transB": 1}
        case "softmax" | "cat":
            return {"axis": step.number("dim")}
        case "layer_norm":
            return {"axis": -len(step.ints("normalized_shape"))}
        case "permute":
            return {"perm": step.ints("dims")}
        case _:
            return {}


def _windows(step: Step) -> dict[str, Any]:
    names = {"stride": "strides", "dilation": "dilations", "groups": "group"}
    names |= {"kernel": "kernel_shape", "output_padding": "output_padding"}
    found: dict[str, Any] = {names[k]: v for k, v in step.attributes.items() if k in names}
    padding = step.ints("padding")
    return found | {"pads": [*padding[::2], *padding[1::2]]}
