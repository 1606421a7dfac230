"""Random layers whose weights are moved behind their dequantize, as text."""

from __future__ import annotations

import random
from itertools import pairwise
from math import prod

X = "!quant.uniform<u8:f32, 0.05:128>"


def _tensor(shape: list[int], element: str = "f32") -> str:
    return f"tensor<{'x'.join(map(str, shape))}x{element}>"


def moved_weight(rng: random.Random, wanted: list[int]) -> list[str]:
    """Lines that compute %t of shape `wanted`, from a constant that is quantized per layer or
    along what is axis 0 of %t."""
    shape, axis, lines = list(wanted), 0, list[str]()
    names = ["%w", *(f"%t{n}" for n in range(rng.randint(0, 2))), "%t"]
    for source, result in reversed(list(pairwise(names))):
        after, dims = _tensor(shape), range(len(shape))
        kind = rng.choice(["transpose", "flip", "chunk", "reshape"])
        results, types, attributes = result, after, ""
        if kind == "transpose":
            i, j = rng.sample(dims, 2)
            shape[i], shape[j] = shape[j], shape[i]
            axis = {i: j, j: i}.get(axis, axis)
            attributes = f"{{dim0 = {i} : i64, dim1 = {j} : i64}} "
        elif kind == "flip":
            attributes = f"{{dims = array<i64: {rng.choice(dims)}>}} "
        elif kind == "chunk":
            dim = rng.choice(dims)
            shape[dim] *= 2
            parts = rng.sample([result, f"{result}_other"], 2)
            results, types = ", ".join(parts), f"{after}, {after}"
            attributes = f"{{chunks = 2 : i64, dim = {dim} : i64}} "
        else:
            place = rng.choice(range(len(shape) + 1))
            shape.insert(place, 1)
            axis += place <= axis
        lines.append(
            f"{results} = nn.{kind} {source} {attributes}: ({_tensor(shape)}) -> ({types})"
        )
    element = "!quant.uniform<i8:f32, 0.02>"
    if rng.random() < 0.7:
        scales = ", ".join(f"{0.01 * (n + 1):.2f}:{n % 3}" for n in range(shape[axis]))
        element = f"!quant.uniform<i8:f32:{axis}, {{{scales}}}>"
    values = bytes(rng.randrange(256) for _ in range(prod(shape))).hex().upper()
    quantized = _tensor(shape, element)
    return [
        f'%i = arith.constant dense<"0x{values}"> : {_tensor(shape, "i8")}',
        f"%s = quant.scast %i : {_tensor(shape, 'i8')} to {quantized}",
        f"%w = quant.dcast %s : {quantized} to {_tensor(shape)}",
        *reversed(lines),
    ]


def layer(seed: int) -> str:
    """A linear or a convolution."""
    rng = random.Random(seed)
    name, x, w, y = rng.choice(
        [
            ("linear", [3, 8], [6, 8], [3, 6]),
            ("conv2d", [1, 4, 5, 5], [3, 4, 2, 3], [1, 3, 4, 3]),
            ("conv_transpose1d", [1, 1, 4], [1, 1, 3], [1, 1, 6]),
        ]
    )
    lines = [
        f"%d = quant.dcast %x : {_tensor(x, X)} to {_tensor(x)}",
        *moved_weight(rng, w),
        f"%y = nn.{name} %d, %t : ({_tensor(x)}, {_tensor(w)}) -> {_tensor(y)}",
        f"%q = quant.qcast %y : {_tensor(y)} to {_tensor(y, X)}",
        f"func.return %q : {_tensor(y, X)}",
    ]
    body = "\n  ".join(lines)
    return f"func.func @main(%x: {_tensor(x, X)}) -> {_tensor(y, X)} {{\n  {body}\n}}"
