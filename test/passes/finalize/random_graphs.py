"""Random graphs in one function: ops of several rows that share operands, as text."""

from __future__ import annotations

import random

SHAPE = "1x4x6x6"
FLOATS = f"tensor<{SHAPE}xf32>"
_BOTH = f"({FLOATS}, {FLOATS}) -> {FLOATS}"
_ONE = f"({FLOATS}) -> {FLOATS}"
_WINDOW = "kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>"
_WEIGHT = "tensor<4x4x1x1x!quant.uniform<i8:f32, 0.01>>"

EXACT = (
    *(f"nn.{name} %a, %b : {_BOTH}" for name in ("add", "add", "sub", "mul")),
    *(f"nn.{name} %a, %c : ({FLOATS}, tensor<f32>) -> {FLOATS}" for name in ("add", "mul", "mul")),
    *(f"nn.{name} %a : {FLOATS}" for name in ("relu", "relu", "relu", "sigmoid", "hardswish")),
    f"nn.clamp %a {{min = -1.0 : f64, max = 6.0 : f64}} : {FLOATS}",
    f"nn.transpose %a {{dim0 = 2 : i64, dim1 = 3 : i64}} : {_ONE}",
    f"nn.flip %a {{dims = array<i64: 1>}} : {_ONE}",
    f"nn.max_pool2d %a {{{_WINDOW}}} : {_ONE}",
)
"""Ops on the values %a and %b, whose fusion changes no bit."""

ROUNDING = (
    f"nn.matmul %a, %b : {_BOTH}",
    f"nn.avg_pool2d %a {{{_WINDOW}}} : {_ONE}",
    f"nn.softmax %a {{dim = 1 : i64}} : {FLOATS}",
    *[f"nn.conv2d %a, %w : ({FLOATS}, tensor<4x4x1x1xf32>) -> {FLOATS}"] * 2,
)
"""Ops whose fusion may be one step off."""


def quantized(rng: random.Random) -> str:
    """One of a few types, so that two are sometimes the same."""
    element = rng.choice(["u8:f32, 0.05:128", "u8:f32, 0.03", "i8:f32, 0.1:-3", "i8:f32, 0.0625"])
    return f"tensor<{SHAPE}x!quant.uniform<{element}>>"


def graph(seed: int, ops: tuple[str, ...], counts: tuple[int, ...] = (0, 1, 1, 1, 2)) -> str:
    """A function of %x and %z, two quantized tensors: each op reads what is before it, its own
    result is quantized as many times as one of `counts`, and what nothing reads leaves."""
    rng = random.Random(seed)
    x, z = quantized(rng), quantized(rng)
    lines = [
        f"%c = arith.constant dense<{rng.choice([-0.5, 0.125, 3.0])}> : tensor<f32>",
        f"%wi = arith.constant dense<{[[[[rng.randint(-9, 9)]]] * 4] * 4}> : tensor<4x4x1x1xi8>",
        f"%wq = quant.scast %wi : tensor<4x4x1x1xi8> to {_WEIGHT}",
        f"%w = quant.dcast %wq : {_WEIGHT} to tensor<4x4x1x1xf32>",
        f"%dx = quant.dcast %x : {x} to {FLOATS}",
        f"%dz = quant.dcast %z : {z} to {FLOATS}",
    ]
    values, unread = ["%dx", "%dz"], dict[str, str]()
    for n in range(14):
        a, b = (rng.choice(values[-3:]) for _ in range(2))
        op = rng.choice(ops).replace("%a", a).replace("%b", b)
        lines.append(f"%v{n} = {op}")
        for read in (a, b):
            if read in op:
                unread.pop(read, None)
        unread[f"%v{n}"] = FLOATS
        values.append(f"%v{n}")
        for copy in range(rng.choice(counts)):
            kind, name = quantized(rng), f"{n}_{copy}"
            lines += [
                f"%q{name} = quant.qcast %v{n} : {FLOATS} to {kind}",
                f"%d{name} = quant.dcast %q{name} : {kind} to {FLOATS}",
            ]
            unread.pop(f"%v{n}", None)
            unread[f"%q{name}"] = kind
            values[-1:] = [f"%d{name}"]
    body, types = "\n  ".join(lines), ", ".join(unread.values())
    return f"""func.func @main(%x: {x}, %z: {z}) -> ({types}) {{
  {body}
  func.return {", ".join(unread)} : {types}
}}"""
