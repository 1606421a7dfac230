"""Random modules of int8 ops, as level 1 or level 2 text, and random arrays for them.

A module has one function, in which several short chains of ops run on inputs of their own. A
seed says everything about it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .random_windows import Window, random_window

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Quant:
    """A per-layer activation type."""

    storage: str
    low: int
    high: int
    scale: float
    zero_point: int

    def __str__(self) -> str:
        bits = f"{self.storage}<{self.low}:{self.high}>"
        return f"!quant.uniform<{bits}:f32, {self.scale:.17e}:{self.zero_point}>"


@dataclass(frozen=True)
class Value:
    """A quantized tensor of the text."""

    name: str
    shape: Shape
    quant: Quant

    @property
    def type(self) -> str:
        return tensor(self.shape, self.quant)


@dataclass(frozen=True)
class Activation:
    """What may follow an op: float ops (name and attributes), and the same as one attribute."""

    ops: tuple[tuple[str, str], ...] = ()
    fused: str = ""


def tensor(shape: Sequence[int], element: object) -> str:
    """`tensor<2x3xf32>`"""
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


def dense(array: Array, element: str) -> str:
    """`dense<"0x..."> : tensor<...>`; exact."""
    body = f'"0x{array.tobytes().hex().upper()}"' if array.size else ""
    return f"dense<{body}> : {tensor(array.shape, element)}"


class RandomModule:
    """The module of one seed."""

    def __init__(self, seed: int, chains: int = 4):
        self.chains = chains
        self.rng = random.Random(seed)
        self.arrays_rng = np.random.default_rng(seed)
        self.lines: list[str] = []
        self.arguments: list[tuple[str, str, Callable[[], Array]]] = []
        self.results: list[tuple[str, str]] = []
        self.names = 0
        for number in range(chains):
            self.lines.append(f"// chain {number}")
            self.chain()
        arguments = ", ".join(f"{name}: {type}" for name, type, _ in self.arguments)
        names, types = (", ".join(part) for part in zip(*self.results, strict=True))
        body = "\n  ".join(self.lines)
        self.text = (
            f"func.func @main({arguments}) -> ({types}) {{\n"
            f"  {body}\n  func.return {names} : {types}\n}}\n"
        )

    def arrays(self) -> list[Array]:
        """Other arguments at each call."""
        return [make() for _, _, make in self.arguments]

    # Writing text.

    def emit(self, text: str) -> str:
        """Writes `name = text`; the name."""
        self.names += 1
        self.lines.append(f"%v{self.names} = {text}")
        return f"%v{self.names}"

    def constant(self, array: Array, element: str) -> str:
        return self.emit(f"arith.constant {dense(array, element)}")

    def argument(self, type: str, make: Callable[[], Array]) -> str:
        name = f"%a{len(self.arguments)}"
        self.arguments.append((name, type, make))
        return name

    def dcast(self, value: Value) -> str:
        return self.emit(f"quant.dcast {value.name} : {value.type} to {tensor(value.shape, 'f32')}")

    def qcast(self, name: str, shape: Shape, quant: Quant) -> Value:
        text = f"quant.qcast {name} : {tensor(shape, 'f32')} to {tensor(shape, quant)}"
        return Value(self.emit(text), shape, quant)

    # Choosing.

    def quant(self, scale: float | None = None) -> Quant:
        """A random type, of `scale` if given."""
        rng = self.rng
        storage = rng.choice(["u8", "i8"])
        low, high = (0, 255) if storage == "u8" else (-128, 127)
        if rng.random() < 0.3:
            low, high = sorted(rng.sample(range(low, high + 1), 2))
        exact = 2.0 ** rng.uniform(-10, 3) if scale is None else scale
        if rng.random() < 0.7:
            exact = float(np.float32(exact))
        zero_point = rng.choice([low, high, (low + high) // 2, rng.randint(low, high)])
        return Quant(storage, low, high, exact, zero_point)

    def activation(self, quant: Quant) -> Activation:
        """Often none; else a relu, or a clamp that cuts anywhere into the range or misses it."""
        rng = self.rng
        kind = rng.choice(["none", "none", "none", "relu", "relu", "clamp"])
        if kind == "none":
            return Activation()
        if kind == "relu":
            return Activation((("nn.relu", ""),), "{activation = #quant<activation relu>}")
        ends = [rng.uniform(quant.low - 9, quant.high + 9) - quant.zero_point for _ in range(2)]
        low, high = (f"{end * quant.scale:.17e}" for end in sorted(ends))
        bounds = {"min": low, "max": high}
        if rng.random() < 0.4:
            del bounds[rng.choice(["min", "max"])]
        floats = ", ".join(f"{key} = {bound} : f64" for key, bound in bounds.items())
        fused = "".join(f", {key} = {bound}" for key, bound in bounds.items())
        attribute = f"{{activation = #quant<activation clamp{fused}>}}"
        return Activation((("nn.clamp", f"{{{floats}}}"),), attribute)

    def activated(self, name: str, shape: Shape, activation: Activation) -> str:
        """Writes the float ops that follow the floats `name`; the name of what they give."""
        for op, attributes in activation.ops:
            name = self.emit(f"{op} {name} {attributes} : {tensor(shape, 'f32')}")
        return name

    def stored(self, shape: Shape, quant: Quant) -> Array:
        """Any values of the type, or its ends alone."""
        dtype = np.uint8 if quant.storage == "u8" else np.int8
        ends = np.array([quant.low, quant.high], dtype)
        if self.arrays_rng.random() < 0.2:
            return self.arrays_rng.choice(ends, shape)
        return self.arrays_rng.integers(quant.low, quant.high + 1, shape).astype(dtype)

    def floats(self, shape: Shape, scale: float) -> Array:
        """Values that reach beyond the range, ties, and what is no number."""
        rng = self.arrays_rng
        values = rng.normal(0, 100, shape)
        ties = np.floor(values) + 0.5
        special = [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-42, 0.0, -0.0, 2.0**31, -(2.0**31)]
        values = np.where(rng.random(shape) < 0.2, ties, values).astype(np.float32)
        with np.errstate(all="ignore"):
            values *= np.float32(scale)
        odd = rng.choice(np.array(special, np.float32), shape)
        return np.where(rng.random(shape) < 0.1, odd, values).astype(np.float32)

    def image(self) -> Shape:
        rng = self.rng
        size = [1, 2, 3, 5, 8, 11, rng.randint(1, 20)]
        channels = rng.choice([1, 2, 3, 4, 5, 8, 13, 16, 17, 32, rng.randint(1, 70)])
        return rng.choice([1, 1, 2, 3]), channels, rng.choice(size), rng.choice(size)

    # Chains.

    def chain(self) -> None:
        rng = self.rng
        if rng.random() < 0.7:
            shape = self.image()
        else:
            shape = tuple(rng.choice([1, 2, 3, 7]) for _ in range(rng.randint(0, 2)))
            shape = (*shape, rng.choice([1, 2, 3, 4, 7, 16, 33, rng.randint(1, 300)]))
        values = [self.source(shape)]
        for _ in range(rng.randint(1, 4)):
            values.append(self.op(rng.choice([values[-1], values[-1], rng.choice(values)])))
        for value in {value.name: value for value in (values[-1], rng.choice(values))}.values():
            if rng.random() < 0.3:
                self.results.append((self.dcast(value), tensor(value.shape, "f32")))
            else:
                self.results.append((value.name, value.type))

    def source(self, shape: Shape) -> Value:
        """An input: floats that are quantized, quantized values, or their bytes."""
        quant = self.quant()
        match self.rng.choice(["floats", "quantized", "quantized", "bytes"]):
            case "floats":
                make = lambda: self.floats(shape, quant.scale)  # noqa: E731
                return self.qcast(self.argument(tensor(shape, "f32"), make), shape, quant)
            case "quantized":
                name = self.argument(tensor(shape, quant), lambda: self.stored(shape, quant))
                return Value(name, shape, quant)
            case _:
                make = lambda: self.stored(shape, quant).view(np.int8)  # noqa: E731
                bytes_ = self.argument(tensor(shape, "i8"), make)
                return self.scast(bytes_, shape, quant)

    def scast(self, name: str, shape: Shape, quant: Quant) -> Value:
        text = f"quant.scast {name} : {tensor(shape, 'i8')} to {tensor(shape, quant)}"
        return Value(self.emit(text), shape, quant)

    def op(self, x: Value) -> Value:
        choices = [self.linear, self.relu, self.reshape, self.requantize, self.reinterpret]
        if len(x.shape) == 4:
            choices += [self.conv2d] * 6 + [self.max_pool2d, self.avg_pool2d] * 2
            choices += [self.adaptive_avg_pool2d, self.flatten]
        elif len(x.shape) <= 2:
            choices += [self.linear] * 4
        return self.rng.choice(choices)(x)

    def reinterpret(self, x: Value) -> Value:
        """The same bytes as values of another type."""
        full = (0, 255) if (other := self.rng.choice(["u8", "i8"])) == "u8" else (-128, 127)
        text = f"quant.scast {x.name} : {x.type} to {tensor(x.shape, 'i8')}"
        quant = Quant(other, *full, x.quant.scale, self.rng.randint(*full))
        return self.scast(self.emit(text), x.shape, quant)

    def requantize(self, x: Value) -> Value:
        return self.qcast(self.dcast(x), x.shape, self.quant(x.quant.scale))

    def moved(self, x: Value, name: str, attributes: str, shape: Shape) -> Value:
        """An op that selects or moves values: on quantized values, or between casts."""
        if self.rng.random() < 0.5:
            text = f"{name} {x.name} {attributes} : ({x.type}) -> {tensor(shape, x.quant)}"
            return Value(self.emit(text), shape, x.quant)
        floats = f"({tensor(x.shape, 'f32')}) -> {tensor(shape, 'f32')}"
        quant = x.quant if self.rng.random() < 0.7 else self.quant(x.quant.scale)
        return self.qcast(
            self.emit(f"{name} {self.dcast(x)} {attributes} : {floats}"), shape, quant
        )

    def relu(self, x: Value) -> Value:
        return Value(self.emit(f"nn.relu {x.name} : {x.type}"), x.shape, x.quant)

    def reshape(self, x: Value) -> Value:
        size = prod(x.shape)
        factor = self.rng.choice([f for f in (1, 2, 3, 4, 5) if size % f == 0])
        shape = self.rng.choice([(factor, size // factor), (size // factor, 1, factor), (size,)])
        return self.moved(x, "nn.reshape", "", shape)

    def flatten(self, x: Value) -> Value:
        start = self.rng.randint(0, len(x.shape) - 1)
        end = self.rng.randint(start, len(x.shape) - 1)
        shape = (*x.shape[:start], prod(x.shape[start : end + 1]), *x.shape[end + 1 :])
        attributes = f"{{start_dim = {start} : i64, end_dim = {end} : i64}}"
        return self.moved(x, "nn.flatten", attributes, shape)

    def max_pool2d(self, x: Value) -> Value:
        window = random_window(self.rng, x.shape[2:], pool=True, dilated=True)
        shape = (*x.shape[:2], *window.outputs(x.shape[2:]))
        return self.moved(x, "nn.max_pool2d", window.attributes("kernel", "dilation"), shape)

    def averaged(self, x: Value, name: str, attributes: str, shape: Shape) -> Value:
        quant = self.quant(x.quant.scale * self.rng.choice([0.5, 1.0, 1.0]))
        if self.rng.random() < 0.5:
            text = f"quant.{name} {x.name} {attributes} : ({x.type}) -> {tensor(shape, quant)}"
            return Value(self.emit(text), shape, quant)
        floats = f"({tensor(x.shape, 'f32')}) -> {tensor(shape, 'f32')}"
        result = self.emit(f"nn.{name} {self.dcast(x)} {attributes} : {floats}")
        return self.qcast(result, shape, quant)

    def avg_pool2d(self, x: Value) -> Value:
        window = random_window(self.rng, x.shape[2:], pool=True, dilated=False)
        counts = f"count_include_pad = {self.rng.choice(['true', 'false'])}"
        attributes = window.attributes("kernel", extra=counts)
        return self.averaged(
            x, "avg_pool2d", attributes, (*x.shape[:2], *window.outputs(x.shape[2:]))
        )

    def adaptive_avg_pool2d(self, x: Value) -> Value:
        size = (self.rng.choice([1, 1, 2, 3, 7]), self.rng.choice([1, 1, 2, 3, 7]))
        return self.averaged(x, "adaptive_avg_pool2d", "", (*x.shape[:2], *size))

    def linear(self, x: Value) -> Value:
        outputs = self.rng.choice([1, 2, 10, 16, 17, 33, self.rng.randint(1, 150)])
        shape = (*x.shape[:-1], outputs)
        return self.contraction(x, "linear", (outputs, x.shape[-1]), shape, None, 1)

    def conv2d(self, x: Value) -> Value:
        channels = x.shape[1]
        groups = self.rng.choice([1, 1, 1, channels, *(g for g in (2, 3, 4) if not channels % g)])
        outputs = groups * self.rng.choice([1, 1, 2, 5, 16, 17, self.rng.randint(1, 40)])
        if outputs > 200:
            outputs = groups
        window = random_window(self.rng, x.shape[2:], pool=False, dilated=True)
        weight = (outputs, channels // groups, *window.kernel)
        shape = (x.shape[0], outputs, *window.outputs(x.shape[2:]))
        return self.contraction(x, "conv2d", weight, shape, window, groups)

    def contraction(
        self, x: Value, name: str, weight: Shape, shape: Shape, window: Window | None, groups: int
    ) -> Value:
        rng, arrays = self.rng, self.arrays_rng
        low = rng.choice([-128, -127])
        w = arrays.integers(low, 128, weight).astype(np.int8)
        if rng.random() < 0.1:
            w[...] = low
        outputs = weight[0]
        scales = 2.0 ** arrays.uniform(-10, 0, outputs if rng.random() < 0.6 else 1)
        # Such that the results fill the range, most times.
        spread = 80.0 * 74 * max(1, prod(weight[1:])) ** 0.5 / 60 * 2 ** rng.uniform(-2, 2)
        spread *= rng.choice([1.0] * 18 + [1e-5, 1e5])
        y = self.quant(x.quant.scale * float(np.median(scales)) * spread)
        unit = x.quant.scale * scales
        bias = arrays.normal(0, 1000 * spread, outputs)
        kind = rng.choice([None, "f32", "i32"])
        values: Array | None = None
        if kind == "f32":
            values = (bias * unit).astype(np.float32)
        elif kind == "i32":
            values = np.clip(bias, -(2**28), 2**28).astype(np.int32)
        activation = self.activation(y)
        if rng.random() < 0.5:
            return self.fused(
                x, name, w, scales, values, kind, window, groups, activation, shape, y
            )
        per_axis = len(scales) > 1 or rng.random() < 0.5
        many = len(scales) if per_axis else None
        weight_type = quantized(f"i8<{low}:127>", np.broadcast_to(scales, outputs), many, outputs)
        operands = [self.dcast(x), self.parameter(w, "i8", weight_type)]
        types = [tensor(x.shape, "f32"), tensor(weight, "f32")]
        if values is not None:
            types.append(tensor([outputs], "f32"))
            if kind == "i32":
                bias_type = quantized("i32", np.broadcast_to(unit, outputs), many, outputs)
                operands.append(self.parameter(values, "i32", bias_type))
            else:
                operands.append(self.constant(values, "f32"))
        attributes = ""
        if window is not None:
            attributes = window.attributes("dilation", extra=f"groups = {groups} : i64")
        floats = tensor(shape, "f32")
        signature = f"({', '.join(types)}) -> {floats}"
        result = self.emit(f"nn.{name} {', '.join(operands)} {attributes} : {signature}")
        return self.qcast(self.activated(result, shape, activation), shape, y)

    def parameter(self, values: Array, storage: str, element: str) -> str:
        """Constant integers, as the floats that they stand for."""
        kinds = [tensor(values.shape, e) for e in (storage, element, "f32")]
        stored = self.emit(
            f"quant.scast {self.constant(values, storage)} : {kinds[0]} to {kinds[1]}"
        )
        return self.emit(f"quant.dcast {stored} : {kinds[1]} to {kinds[2]}")

    def fused(
        self,
        x: Value,
        name: str,
        weight: Array,
        scales: Array,
        bias: Array | None,
        kind: str | None,
        window: Window | None,
        groups: int,
        activation: Activation,
        shape: Shape,
        y: Quant,
    ) -> Value:
        """Level 2: a packed constant and the op on it."""
        packed = f"{name}, {tensor(weight.shape, 'i8')}"
        content = f"{dense(weight, 'i8')}, scales = {dense(scales.astype(np.float32), 'f32')}"
        if bias is not None and kind is not None:
            packed += f", bias = {kind}"
            content += f", bias = {dense(bias, kind)}"
        if window is not None:
            packed += f", {window.parameters()}, groups = {groups}"
        packed = f"!quant.packed<{packed}>"
        p = self.emit(f"quant.packed_constant <{content}> : {packed}")
        signature = f"({x.type}, {packed}) -> {tensor(shape, y)}"
        result = self.emit(f"quant.{name} {x.name}, {p} {activation.fused} : {signature}")
        return Value(result, shape, y)


def quantized(storage: str, scales: Array, many: int | None, outputs: int) -> str:
    """A type for weights or a bias: per axis 0, or per layer where `many` is None."""
    if many is None:
        return f"!quant.uniform<{storage}:f32, {scales[0]:.17e}>"
    entries = ",".join(f"{scale:.17e}" for scale in scales[:outputs])
    return f"!quant.uniform<{storage}:f32:0, {{{entries}}}>"
