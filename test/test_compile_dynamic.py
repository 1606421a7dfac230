"""Networks that quantize at run time: compiled programs give the interpreter's bits on every
target, with weights that are constants and with weights that are quantized and packed in the same
program."""

from __future__ import annotations

import random
from math import prod
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qfin

from .case_targets import MODULE_CALLS, case_targets, module_seeds
from .compiled import compiled, names_of, run, same_bits
from .random_modules import Shape, dense, tensor
from .random_windows import Window, random_window

SEEDS = 10
Array = NDArray[Any]
SPECIAL = np.array([np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-42, 0.0, -0.0], np.float32)


class DynamicModule:
    """A chain of dynamic layers, f32 in and out, with elementwise ops on f32 between them."""

    def __init__(self, seed: int):
        self.rng, self.data = random.Random(seed), np.random.default_rng(seed)
        self.lines: list[str] = []
        self.arguments: list[tuple[str, Shape]] = []
        rng = self.rng
        if rng.random() < 0.6:
            size = [1, 2, 3, 5, 8, rng.randint(1, 14)]
            channels = rng.choice([1, 2, 3, 4, 8, 16, 17, rng.randint(1, 40)])
            spatial = [rng.choice(size) for _ in range(rng.choice([2, 2, 3]))]
            shape: Shape = (rng.choice([1, 1, 2]), channels, *spatial)
        else:
            shape = tuple(rng.choice([1, 2, 3, 7]) for _ in range(rng.randint(0, 3)))
            shape = (*shape, rng.choice([1, 2, 3, 4, 16, 33, rng.randint(1, 200)]))
        value = self.argument(shape)
        results: list[tuple[str, Shape]] = []
        for _ in range(rng.randint(1, 4)):
            value, shape = self.layer(value, shape)
            value, shape = self.elementwise(value, shape)
            results.append((value, shape))
        returned = dict((results[-1], rng.choice(results)))
        taken = ", ".join(f"{name}: {tensor(s, 'f32')}" for name, s in self.arguments)
        types = ", ".join(tensor(s, "f32") for s in returned.values())
        body = "\n  ".join(self.lines)
        self.text = (
            f"func.func @main({taken}) -> ({types}) {{\n  {body}\n"
            f"  func.return {', '.join(returned)} : {types}\n}}\n"
        )

    def arrays(self) -> list[Array]:
        """Other arguments at each call: of any magnitude and sign, some with no numbers."""
        return [self.floats(shape) for _, shape in self.arguments]

    def floats(self, shape: Shape) -> Array:
        data = self.data
        low, high = data.choice([(-1.0, 1.0), (-1.0, 1.0), (0.0, 1.0), (-1.0, 0.0), (0.5, 1.0)])
        magnitude = np.float32(10.0 ** data.choice([0, 0, 0, -3, 2, -30, 20, -44]))
        values = data.uniform(low, high, shape).astype(np.float32) * magnitude
        if data.random() < 0.2:
            values = np.where(data.random(shape) < 0.1, data.choice(SPECIAL, shape), values)
        return np.asarray(values, np.float32)

    def emit(self, text: str) -> str:
        self.lines.append(f"%v{len(self.lines)} = {text}")
        return f"%v{len(self.lines) - 1}"

    def argument(self, shape: Shape) -> str:
        self.arguments.append((f"%a{len(self.arguments)}", shape))
        return self.arguments[-1][0]

    def elementwise(self, x: str, shape: Shape) -> tuple[str, Shape]:
        f = tensor(shape, "f32")
        match self.rng.choice(["", "relu", "clamp", "add", "mul", "sub", "reshape"]):
            case "":
                return x, shape
            case "relu":
                return self.emit(f"nn.relu {x} : {f}"), shape
            case "clamp":
                bounds = self.rng.choice(["min = -1.5", "max = 0.0", "min = 0.0 : f64, max = 6.0"])
                return self.emit(f"nn.clamp {x} {{{bounds} : f64}} : {f}"), shape
            case "reshape":
                flat = (prod(shape),) if self.rng.random() < 0.5 else (shape[0], prod(shape[1:]))
                g = tensor(flat, "f32")
                return self.emit(f"nn.reshape {x} : ({f}) -> {g}"), flat
            case name:
                other = tuple(self.rng.choice([size, size, 1]) for size in shape)
                if self.rng.random() < 0.5:
                    other = other[self.rng.randint(0, len(other)) :]
                y = self.argument(other)
                operands = rng_order(self.rng, (x, f), (y, tensor(other, "f32")))
                names, types = (", ".join(part) for part in zip(*operands, strict=True))
                return self.emit(f"nn.{name} {names} : ({types}) -> {f}"), shape

    def layer(self, x: str, shape: Shape) -> tuple[str, Shape]:
        rng = self.rng
        outputs = rng.choice([1, 2, 10, 16, 17, 33, rng.randint(1, 100)])
        rank = len(shape)
        if rank not in (3, 4, 5) or rng.random() < 0.2:
            weight = outputs, shape[-1]
            if rng.random() < 0.3:
                return self.linear_fp16(x, shape, weight)
            return self.contraction(x, shape, "linear", weight, (*shape[:-1], outputs), None, 1)
        channels = shape[1]
        groups = rng.choice([1, 1, 1, channels, *(g for g in (2, 3) if not channels % g)])
        outputs = groups * rng.choice([1, 2, 5, 16, 17, rng.randint(1, 30)])
        outputs = groups if outputs > 150 else outputs
        if rank > 3:
            window = random_window(rng, shape[2:], pool=False, dilated=True)
            weight = outputs, channels // groups, *window.kernel
            result = shape[0], outputs, *window.outputs(shape[2:])
            return self.contraction(x, shape, f"conv{rank - 2}d", weight, result, window, groups)
        weight = outputs, channels // groups, min(3, shape[2])
        result = shape[0], outputs, shape[2] - weight[2] + 1
        return self.contraction(x, shape, "conv1d", weight, result, None, groups)

    def linear_fp16(self, x: str, shape: Shape, weight: Shape) -> tuple[str, Shape]:
        values = self.data.normal(0, 1, weight).astype(np.float16)
        type = f"linear_fp16, {tensor(weight, 'f16')}"
        content = f"{dense(values, 'f16')}, scales = dense<1.0> : tensor<1xf32>"
        if self.rng.random() < 0.5:
            bias = self.data.normal(0, 1, weight[0]).astype(np.float32)
            type, content = f"{type}, bias = f32", f"{content}, bias = {dense(bias, 'f32')}"
        type = f"!quant.packed<{type}>"
        p = self.emit(f"quant.packed_constant <{content}> : {type}")
        activation = self.rng.choice(["none", "relu", "clamp, min = -1.0, max = 6.0"])
        attributes = f"{{activation = #quant<activation {activation}>}}"
        result = (*shape[:-1], weight[0])
        f, g = tensor(shape, "f32"), tensor(result, "f32")
        text = f"quant.linear_dynamic_fp16 {x}, {p} {attributes} : ({f}, {type}) -> {g}"
        return self.emit(text), result

    def contraction(
        self,
        x: str,
        shape: Shape,
        kind: str,
        weight: Shape,
        result: Shape,
        window: Window | None,
        groups: int,
    ) -> tuple[str, Shape]:
        rng = self.rng
        type = f"{kind}, {tensor(weight, 'i8')}"
        bias = rng.random() < 0.6
        if bias:
            type += ", bias = f32"
        if window is not None:
            type += f", {window.parameters()}"
        if kind != "linear":
            type += f", groups = {groups}"
        type = f"!quant.packed<{type}>"
        values = self.data.normal(0, 1, weight[0]).astype(np.float32)
        if kind != "conv1d" and rng.random() < 0.5:
            p = self.packed_here(type, weight, values if bias else None)
        else:
            w = self.data.integers(-128, 128, weight).astype(np.int8)
            scales = 2.0 ** self.data.uniform(-10, 0, rng.choice([1, weight[0]]))
            content = f"{dense(w, 'i8')}, scales = {dense(scales.astype(np.float32), 'f32')}"
            if bias:
                content += f", bias = {dense(values, 'f32')}"
            p = self.emit(f"quant.packed_constant <{content}> : {type}")
        activation = rng.choice(["none", "relu", "clamp, min = -1.0, max = 6.0"])
        reduced = rng.choice(["", "reduce_range, "])
        attributes = f"{{{reduced}activation = #quant<activation {activation}>}}"
        f, g = tensor(shape, "f32"), tensor(result, "f32")
        return self.emit(
            f"quant.{kind}_dynamic {x}, {p} {attributes} : ({f}, {type}) -> {g}"
        ), result

    def packed_here(self, type: str, weight: Shape, bias: Array | None) -> str:
        """Weights that are an argument, quantized and packed in the program."""
        per_axis = self.rng.random() < 0.6
        w, f = self.argument(weight), tensor(weight, "f32")
        parameters = (weight[0],) if per_axis else ()
        s, z = tensor(parameters, "f32"), tensor(parameters, "i32")
        axis = "axis = 0 : i64" if per_axis else ""
        low = self.rng.choice(["", ", quant_min = -127 : i64"])
        options = ", ".join(filter(None, ["symmetric", "storage = i8", axis])) + low
        n = len(self.lines)
        self.lines.append(
            f"%v{n}, %z{n} = quant.choose_qparams {w} {{{options}}} : ({f}) -> ({s}, {z})"
        )
        q = tensor(weight, "i8")
        stored = self.emit(f"quant.quantize {w}, %v{n}, %z{n} {{{axis}}} : ({f}, {s}, {z}) -> {q}")
        operands, types = [stored, f"%v{n}"], [q, s]
        if bias is not None:
            operands.append(self.emit(f"arith.constant {dense(bias, 'f32')}"))
            types.append(tensor(bias.shape, "f32"))
        return self.emit(
            f"quant.prepack_dynamic {', '.join(operands)} : ({', '.join(types)}) -> {type}"
        )


def rng_order(rng: random.Random, *items: tuple[str, str]) -> list[tuple[str, str]]:
    """The items in any order."""
    return rng.sample(items, len(items))


def test_random_modules_have_every_layer() -> None:
    names: set[str] = set()
    for seed in range(SEEDS):
        names |= names_of(qfin.parse(DynamicModule(seed).text))
    layers = [f"{kind}_dynamic" for kind in ("conv1d", "conv2d", "conv3d", "linear")]
    assert names >= {
        f"quant.{name}" for name in (*layers, "linear_dynamic_fp16", "prepack_dynamic")
    }
    assert names >= {f"nn.{name}" for name in ("relu", "clamp", "add", "sub", "mul")}


@module_seeds
def test_random_module(seed: int) -> None:
    case = DynamicModule(seed)
    module = qfin.parse(case.text)
    programs = {target: compiled(module, target) for target in case_targets()}
    for _ in range(MODULE_CALLS):
        arrays = case.arrays()
        want = qfin.interpret(module, arrays)
        for target, program in programs.items():
            wrong = same_bits(run(program, arrays), want)
            assert not wrong, f"seed {seed}, {target}, results {wrong} of:\n{case.text}"


@pytest.mark.parametrize("storage", ["ui8", "i8"])
@pytest.mark.parametrize("options", ["", "reduce_range", "axis 0", "axis 1", "axis 2"])
def test_casts(storage: str, options: str) -> None:
    """There and back with parameters of the same program; those along any axis are symmetric."""
    axis = f"axis = {options[-1]} : i64" if options.startswith("axis") else ""
    shape = (5, 3, 17)
    parameters = (shape[int(options[-1])],) if axis else ()
    chosen = f"symmetric, storage = i8, {axis}" if axis else f"storage = {storage}"
    chosen += ", reduce_range" if options == "reduce_range" else ""
    f, q = tensor(shape, "f32"), tensor(shape, storage)
    s, z = tensor(parameters, "f32"), tensor(parameters, "i32")
    module = qfin.parse(f"""func.func @main(%x: {f}) -> ({q}, {f}, {s}, {z}) {{
      %s, %z = quant.choose_qparams %x {{{chosen}}} : ({f}) -> ({s}, {z})
      %q = quant.quantize %x, %s, %z {{{axis}}} : ({f}, {s}, {z}) -> {q}
      %y = quant.dequantize %q, %s, %z {{{axis}}} : ({q}, {s}, {z}) -> {f}
      func.return %q, %y, %s, %z : {q}, {f}, {s}, {z} }}""")
    data = np.random.default_rng(0)
    for target in case_targets():
        program = compiled(module, target)
        for bias in (-3.0, 0.0, 3.0):
            x = (data.normal(bias, 2, shape) * data.choice([1e-6, 1, 1e6])).astype(np.float32)
            x[0, 0, :2] = np.nan, np.inf
            assert not same_bits(run(program, [x]), qfin.interpret(module, [x])), target
