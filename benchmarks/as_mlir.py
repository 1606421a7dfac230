"""A network as level-1 MLIR text: quantize/dequantize pairs around float ops.

Images come and go as the kernels hold them, channels innermost and with a halo as wide as the
padding, so that the ops are timed and not conversions at their edges.
"""

from __future__ import annotations

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


def module_text(net: Net) -> str:
    """One public function `main`."""
    lines: list[str] = []
    names: list[str] = []  # of the values, as floats
    arguments: list[str] = []
    for number, value in enumerate(net.arguments):
        names.append(f"%v{number}")
        given = f"%q{number}" if value.quantization else names[-1]
        arguments.append(f"{given}: {_outer(value)}")
        if value.quantization:
            lines.append(_cast("dcast", names[-1], given, _outer(value), _floats(value)))
    result = ""
    for number, step in enumerate(net.steps, len(net.arguments)):
        result = _op(net, step, number, names, lines)
        if step.result.quantization:
            last = step is net.steps[-1]
            type = _outer(step.result) if last else _inner(step.result)
            source, result = result, f"%q{number}"
            lines.append(_cast("qcast", result, source, _floats(step.result), type))
            if not last:
                names.append(f"%v{number}")
                lines.append(_cast("dcast", names[-1], result, type, _floats(step.result)))
        else:
            names.append(result)
    body = "\n  ".join([*lines, f"return {result} : {_outer(net.result)}"])
    return f"func.func @main({', '.join(arguments)}) -> {_outer(net.result)} {{\n  {body}\n}}\n"


def _op(net: Net, step: Step, number: int, values: list[str], lines: list[str]) -> str:
    """The name of the op's result, before it is quantized."""
    names = [values[i] for i in step.operands]
    if step.op == IDENTITY:
        return names[0]
    types = [_floats(net.values[i]) for i in step.operands]
    if step.dynamic:
        lines += _quantized_at_run_time(names[0], types[0], number)
        names[0] = f"%d{number}"
    if step.weight:
        x = None if step.dynamic else net.values[step.operands[0]].quantization
        lines += _weight(step.weight, number, x)
        if step.op == "layer_norm":
            parts = (f"{name}(%{name[0]}{number} : {_bias(step.weight)})" for name in _AFFINE)
            names[0] += " " + " ".join(parts)
        else:
            names += [f"%w{number}", f"%b{number}"]
            types += [f"tensor<{_x(step.weight.shape)}xf32>", _bias(step.weight)]
    of = f"({', '.join(types)}) -> {_floats(step.result)}"
    if step.op in _SAME_TYPE:
        of = _floats(step.result)
    lines.append(f"%f{number} = nn.{step.op} {', '.join(names)}{_attributes(step)} : {of}")
    return f"%f{number}"


def _cast(op: str, result: str, operand: str, source: str, target: str) -> str:
    return f"{result} = quant.{op} {operand} : {source} to {target}"


_SAME_TYPE = ("relu", "clamp", "hardswish", "sigmoid", "gelu", "silu", "softmax", "layer_norm")
_AFFINE = ("weight", "bias")


def _weight(weight: Weight, number: int, x: Quantization | None) -> list[str]:
    """Constants for a weight and a bias, which is quantized where the input `x` is."""
    values = f'dense<"0x{weight.values().tobytes().hex().upper()}">'
    floats = f"tensor<{_x(weight.shape)}xf32>"
    bias = [f"%b{number} = arith.constant dense<{BIAS}> : {_bias(weight)}"]
    if weight.floats:
        return [f"%w{number} = arith.constant {values} : {floats}", *bias]
    if x is not None and not weight.float_bias:
        scales = ",".join([repr(float(bias_unit(x)))] * weight.channels)
        element = f"!quant.uniform<i32:f32:0, {{{scales}}}>"
        bias = _dequantized(
            f"b{number}", f"dense<{bias_steps(x)}>", (weight.channels,), "i32", element
        )
    scale = f"{WEIGHT_SCALE}:{weight.zero_point}" if weight.zero_point else f"{WEIGHT_SCALE}"
    scales = ",".join([scale] * weight.channels)
    storage = "u8" if weight.unsigned else "i8"
    element = f"!quant.uniform<{storage}:f32:{weight.axis}, {{{scales}}}>"
    return _dequantized(f"w{number}", values, weight.shape, "i8", element) + bias


def _dequantized(
    name: str, values: str, shape: tuple[int, ...], storage: str, element: str
) -> list[str]:
    """A constant of integers, as `%name` in floats."""
    stored, quantized, floats = (f"tensor<{_x(shape)}x{e}>" for e in (storage, element, "f32"))
    return [
        f"%{name}i = arith.constant {values} : {stored}",
        f"%{name}q = quant.scast %{name}i : {stored} to {quantized}",
        f"%{name} = quant.dcast %{name}q : {quantized} to {floats}",
    ]


def _quantized_at_run_time(name: str, type: str, number: int) -> list[str]:
    bytes_, parameters = type.replace("f32", "ui8"), f"%s{number}, %z{number}"
    scalars = "tensor<f32>, tensor<i32>"
    return [
        f"{parameters} = quant.choose_qparams {name} : ({type}) -> ({scalars})",
        f"%x{number} = quant.quantize {name}, {parameters} : ({type}, {scalars}) -> {bytes_}",
        f"%d{number} = quant.dequantize %x{number}, {parameters} : ({bytes_}, {scalars}) -> {type}",
    ]


def _attributes(step: Step) -> str:
    def text(value: float | tuple[int, ...]) -> str:
        if isinstance(value, tuple):
            return f"array<i64: {', '.join(map(str, value))}>"
        return f"{value} : i64" if isinstance(value, int) else f"{value} : f64"

    inside = ", ".join(f"{name} = {text(value)}" for name, value in step.attributes.items())
    return f" {{{inside}}}" if inside else ""


def _floats(value: Value) -> str:
    return f"tensor<{_x(value.shape)}xf32>"


def _bias(weight: Weight) -> str:
    return f"tensor<{weight.channels}xf32>"


def _inner(value: Value, layout: str = "") -> str:
    q = value.quantization
    if q is None:
        return f"tensor<{_x(value.shape)}xf32{layout}>"
    storage = "i8" if q.signed else "u8"
    element = f"!quant.uniform<{storage}:f32, {q.scale!r}:{q.zero_point}>"
    return f"tensor<{_x(value.shape)}x{element}{layout}>"


def _outer(value: Value) -> str:
    """The type that the function takes or gives."""
    if not value.innermost:
        return _inner(value)
    halo = [value.halo] * (2 * (len(value.shape) - 2))
    return _inner(value, f", #layout.nhwc<halo = {halo}>" if value.halo else ", #layout.nhwc")


def _x(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
