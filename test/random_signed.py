"""Functions of one contraction that reads and writes the caller's bytes, signed or not, where they
lie: of a case that is given, or of a random one."""

from __future__ import annotations

import random
from typing import NamedTuple

import numpy as np
from xdsl.dialects.builtin import ModuleOp

import qfin

from .random_modules import Array, Shape, dense, tensor


class Case(NamedTuple):
    """One op. `padding` is on every side, `residual` another argument."""

    op: str
    weight: Shape
    image: Shape
    result: Shape
    parameters: str = ""
    padding: int = 0
    residual: bool = False
    zero_points: bool = False
    storages: tuple[str, str, str] = ("i8", "i8", "i8")
    """Of input, residual and result."""
    halos: tuple[int | None, int | None, int | None] = (0, 0, 1)
    """Pixels around input (beyond the padding), residual and result where these are images with
    channels innermost; None for one that has them outermost."""
    attributes: str = ""


def random_case(rng: random.Random) -> Case:
    """Of some products and channels, and of more than fill vectors."""
    kind = rng.choice(["linear", "conv", "conv", "depthwise", "depthwise", "transposed"])
    if kind == "linear":
        products, outputs = rng.choice([1, 4, 5, 16, 64, 100]), rng.choice([1, 3, 16, 33, 70])
        rows = rng.choice([1, 2, 7, 16])
        case = Case("linear", (outputs, products), (rows, products), (rows, outputs))
        return _varied(rng, case)
    images, stride = rng.choice([1, 1, 2]), rng.choice([1, 1, 2])
    taps = rng.choice([(1, 1), (3, 3), (5, 5), (2, 3)])
    padding = rng.randrange(min(taps))
    sizes = [rng.randint(tap, most) for tap, most in zip(taps, (8, 13), strict=True)]
    steps = f"stride = [{stride}, {stride}]"
    if kind == "transposed":
        inputs, outputs = rng.choice([1, 3, 8, 17]), rng.choice([1, 2, 16, 33])
        spatial = [
            (size - 1) * stride + tap - 2 * padding for size, tap in zip(sizes, taps, strict=True)
        ]
        weight, image = (inputs, outputs, *taps), (images, inputs, *sizes)
        case = Case("conv_transpose2d", weight, image, (images, outputs, *spatial), steps, padding)
        return _varied(rng, case)
    if kind == "depthwise":
        groups = inputs = outputs = rng.choice([1, 3, 16, 24, 33, 64, 65, 130])
    else:
        groups = rng.choice([1, 1, 2, 4])
        inputs, outputs = (
            groups * rng.choice([1, 3, 4, 16, 17]),
            groups * rng.choice([1, 2, 16, 33]),
        )
    spatial = [
        (size + 2 * padding - tap) // stride + 1 for size, tap in zip(sizes, taps, strict=True)
    ]
    weight, image = (outputs, inputs // groups, *taps), (images, inputs, *sizes)
    parameters = f"{steps}, groups = {groups}"
    case = Case("conv2d", weight, image, (images, outputs, *spatial), parameters, padding)
    return _varied(rng, case)


def _varied(rng: random.Random, case: Case) -> Case:
    """Of any bytes that lie anyhow; what is not transposed perhaps with all that it can have."""
    storages = ("i8", "i8", "i8", "u8")
    around = (0, 0, 0, 1, 2, None)
    if "transpose" not in case.op:
        case = case._replace(residual=rng.random() < 0.4, zero_points=rng.random() < 0.3)
    return case._replace(
        storages=(rng.choice(storages), rng.choice(storages), rng.choice(storages)),
        halos=(rng.choice(around), rng.choice(around), rng.choice(around)),
        attributes=rng.choice(["", "", "{activation = #quant<activation relu>}"]),
    )


def _type(shape: Shape, element: str, halo: int | None) -> str:
    if len(shape) < 4 or halo is None:
        return tensor(shape, element)
    around = ", ".join([str(halo)] * (2 * len(shape) - 4))
    encoding = f"#layout.nhwc<halo = [{around}]>" if halo else "#layout.nhwc"
    return tensor(shape, f"{element}, {encoding}")


def module_of(case: Case, rng: np.random.Generator, zero_points: tuple[int, int, int]) -> ModuleOp:
    """A function of the op alone, with these zero points of input, residual and result: of unsigned
    bytes 128 more."""
    x, r, y = (
        f"!quant.uniform<{storage}:f32, 0.03125:{point + 128 * (storage == 'u8')}>"
        for storage, point in zip(case.storages, zero_points, strict=True)
    )
    outputs = case.result[-1 if case.op == "linear" else 1]
    axes = len(case.weight) - 2
    weight = rng.integers(-127, 128, case.weight).astype(np.int8)
    depth = np.prod(case.weight) / outputs
    scales = (0.4 / depth**0.5 / 74 * rng.uniform(0.5, 1.5, outputs)).astype(np.float32)
    content = f"{dense(weight, 'i8')}, scales = {dense(scales, 'f32')}"
    if case.zero_points:
        points = rng.integers(-100, 100, outputs).astype(np.int32)
        content += f", zero_points = {dense(points, 'i32')}"
    packed = f"{case.op}, {tensor(case.weight, 'i8')}"
    if case.padding:
        packed += f", padding = [{', '.join([str(case.padding)] * (2 * axes))}]"
    packed += f", {case.parameters}" if case.parameters else ""
    of_input, of_residual, of_result = case.halos
    types = [_type(case.image, x, None if of_input is None else case.padding + of_input)]
    names = ["%x"]
    if case.residual:
        types.append(_type(case.result, r, of_residual))
        names.append("%r")
    result = _type(case.result, y, of_result)
    arguments = ", ".join(f"{name}: {type}" for name, type in zip(names, types, strict=True))
    kinds = ", ".join([types[0], f"!quant.packed<{packed}>", *types[1:]])
    operands = ", ".join(["%x", "%p", *names[1:]])
    return qfin.parse(f"""func.func @main({arguments}) -> {result} {{
      %p = quant.packed_constant <{content}> : !quant.packed<{packed}>
      %y = quant.{case.op} {operands} {case.attributes} : ({kinds}) -> {result}
      func.return %y : {result}
    }}""")


def arrays_of(case: Case, rng: np.random.Generator) -> list[Array]:
    """Any bytes, as numpy has them."""
    shapes = (case.image, case.result)[: 1 + case.residual]
    return [
        rng.integers(0, 256, shape, np.uint8).view(np.int8 if storage == "i8" else np.uint8)
        for shape, storage in zip(shapes, case.storages, strict=False)
    ]


def placed(spec: qfin.TensorSpec, values: Array) -> Array:
    """The values where a program reads them as they are, the halo of zeros."""
    array = spec.zeros()
    array[...] = values
    return array
