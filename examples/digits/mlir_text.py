"""The quantised digits network as QDQ MLIR text: float ops between quantize/dequantize pairs."""

import numpy as np
from network import Affine, Conv, Flatten, Layer, MaxPool
from quantize import Integers, QuantizedLayer, QuantizedNetwork, Quantizer

ATTRIBUTES: dict[type[Layer], str] = {
    Conv: " {padding = array<i64: 1, 1, 1, 1>}",
    MaxPool: " {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}",
    Flatten: " {start_dim = 1 : i64}",
}


def to_mlir(network: QuantizedNetwork, comment: str) -> str:
    """The module: `@main`, from one image tensor<1x1x8x8xf32> to its logits tensor<1x10xf32>."""
    function = Function()
    image = np.zeros((1, 1, 8, 8), np.float32)
    x = function.rounded(Value("image", image.shape), "input", network.input)
    for step in network.layers:
        image = step.layer.forward(image)
        x = function.layer(step, x, image.shape)
    lines = [f"// {comment}", ""]
    lines += [f"!{name} = {type_}" for name, type_ in function.aliases.items()]
    lines += ["", 'func.func @main(%image: tensor<1x1x8x8xf32> {nn.name = "image"})']
    lines += [f'    -> ({x.type} {{nn.name = "logits"}}) {{']
    lines += [f"  {line}".rstrip() for line in function.body]
    lines += [f"  return {x} : {x.type}", "}", ""]
    return "\n".join(lines)


class Value:
    """An SSA value: prints as its name, and knows its tensor type."""

    def __init__(self, name: str, shape: tuple[int, ...], element: str = "f32") -> None:
        self.name, self.shape = name, shape
        self.type = f"tensor<{'x'.join(map(str, shape))}x{element}>"

    def __str__(self) -> str:
        return f"%{self.name}"


class Function:
    """The lines of `@main`, and the types that they name."""

    def __init__(self) -> None:
        self.body: list[str] = []
        self.aliases: dict[str, str] = {}

    def op(self, result: Value, text: str) -> Value:
        """Add a line that defines the result."""
        self.body.append(f"{result} = {text}")
        return result

    def cast(self, op: str, given: Value, result: Value) -> Value:
        """`quant.<op>` of one value."""
        return self.op(result, f"quant.{op} {given} : {given.type} to {result.type}")

    def alias(self, name: str, quantizer: Quantizer) -> str:
        """The name of a quantised type, which is written out once above the function."""
        text = uniform(quantizer)
        for known, type_ in self.aliases.items():
            if type_ == text:
                return f"!{known}"
        self.aliases[name] = text
        return f"!{name}"

    def rounded(self, x: Value, name: str, quantizer: Quantizer) -> Value:
        """A quantize/dequantize pair: x rounded to what the quantised type can hold."""
        quantised = Value(f"{name}_q", x.shape, self.alias(name, quantizer))
        self.cast("qcast", x, quantised)
        return self.cast("dcast", quantised, Value(f"{name}_d", x.shape))

    def stored(self, name: str, quantizer: Quantizer, integers: Integers) -> Value:
        """A constant kept as integers, dequantised."""
        storage = quantizer.storage.partition("<")[0]
        raw = Value(f"{name}_i", integers.shape, storage)
        self.op(raw, f"arith.constant dense<{elements(integers, storage)}> : {raw.type}")
        quantised = Value(f"{name}_q", raw.shape, self.alias(name, quantizer))
        self.cast("scast", raw, quantised)
        return self.cast("dcast", quantised, Value(name, raw.shape))

    def layer(self, step: QuantizedLayer, x: Value, shape: tuple[int, ...]) -> Value:
        """The op of one layer, its relu if it has one, and the rounding of what comes out."""
        layer, name = step.layer, step.layer.name
        self.body += ["", f"// {name}"]
        operands = [x]
        if step.weight:
            operands.append(self.stored(f"{name}_w", *step.weight))
        if step.bias:
            operands.append(self.stored(f"{name}_b", *step.bias))
        elif isinstance(layer, Affine):
            bias = Value(f"{name}_b", layer.bias.shape)
            values = ", ".join(decimal(value) for value in layer.bias)
            operands.append(self.op(bias, f"arith.constant dense<[{values}]> : {bias.type}"))
        y = Value(name, shape)
        names = ", ".join(map(str, operands))
        types = ", ".join(operand.type for operand in operands)
        attributes = ATTRIBUTES.get(type(layer), "")
        self.op(y, f"{layer.op} {names}{attributes} : ({types}) -> {y.type}")
        if isinstance(layer, Affine) and layer.relu:
            y = self.op(Value(f"{name}_relu", shape), f"nn.relu {y} : {y.type}")
        return self.rounded(y, name, step.output)


def uniform(quantizer: Quantizer) -> str:
    """The `!quant.uniform` type."""
    if quantizer.scale.ndim:
        scales = ",".join(decimal(float(scale)) for scale in quantizer.scale)
        return f"!quant.uniform<{quantizer.storage}:f32:0, {{{scales}}}>"
    zero_point = f":{quantizer.zero_point}" if quantizer.zero_point else ""
    return f"!quant.uniform<{quantizer.storage}:f32, {decimal(float(quantizer.scale))}{zero_point}>"


def elements(integers: Integers, storage: str) -> str:
    """The inside of `dense<>`: i8 as hex bytes in row-major order, i32 as a list."""
    if storage == "i8":
        return f'"0x{integers.astype(np.int8).tobytes().hex().upper()}"'
    return f"[{', '.join(map(str, integers))}]"


def decimal(value: float | np.float32) -> str:
    """The shortest text that reads back as the same number, of the type given.

    A scale is given as a float: MLIR holds scales as doubles, so its digits are a double's.
    """
    return np.format_float_scientific(value, unique=True, trim="0", exp_digits=2)
