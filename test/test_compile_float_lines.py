"""Compiled activations, softmax and normalisations of f32 give the interpreter's bits on every
target."""

from __future__ import annotations

import random

import numpy as np
import pytest

from .case_targets import case_targets, seeds_of
from .compiled_floats import check_floats, floats
from .random_modules import Shape, tensor

ACTIVATIONS = (
    *("sigmoid", "silu", "tanh", "hardsigmoid", "hardswish", "gelu"),
    *('gelu {approximate = "tanh"}', "elu {alpha = 0.7 : f64}", "celu {alpha = 1.3 : f64}"),
    *("celu {alpha = -0.3 : f64}", "leaky_relu {negative_slope = 0.1 : f64}"),
)
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -88.5, 88.8, -87.3, 88.7, -14.6, 200, -200]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activation(activation: str) -> None:
    data = np.random.default_rng(0)
    x = np.concatenate([data.normal(0, 4, 990), data.normal(0, 60, 100), SPECIAL])
    name, *parameters = activation.split(" ", 1)
    type = tensor(x.shape, "f32")
    check_floats(
        f"""func.func @main(%x: {type}) -> {type} {{
          %y = nn.{name} %x {" ".join(parameters)} : {type}
          func.return %y : {type} }}""",
        [x.astype(np.float32)],
    )


def test_activation_of_a_view() -> None:
    check_floats(
        """func.func @main(%x: tensor<5x7xf32>) -> tensor<7x5xf32> {
          %0 = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64}
            : (tensor<5x7xf32>) -> tensor<7x5xf32>
          %y = nn.tanh %0 : tensor<7x5xf32>
          func.return %y : tensor<7x5xf32> }""",
        floats(3, (5, 7)),
    )


@pytest.mark.parametrize(
    ("shape", "dim"),
    [((), 0), ((1,), 0), ((3, 200), 1), ((2, 5, 64), -1), ((2, 17, 3), 1), ((0, 3), 1)],
)
def test_softmax(shape: Shape, dim: int) -> None:
    (x,) = floats(4, shape)
    type = tensor(shape, "f32")
    text = f"""func.func @main(%x: {type}) -> {type} {{
      %y = nn.softmax %x {{dim = {dim} : i64}} : {type}
      func.return %y : {type} }}"""
    check_floats(text, [np.asarray(np.clip(x, -50, 50))])
    if x.size > 100:
        x[0, ..., 0], x[1, ..., 1] = -np.inf, np.nan
        check_floats(text, [x])


NORMS = [
    ("layer_norm", (3, 5, 70), (70,), "normalized_shape = array<i64: 70>, eps = 0.001 : f64"),
    ("layer_norm", (2, 3, 4), (3, 4), "normalized_shape = array<i64: 3, 4>"),
    ("group_norm", (2, 6, 5, 3), (6,), "num_groups = 2 : i64"),
    ("instance_norm", (2, 3, 9), (3,), "eps = 0.1 : f64"),
]


@pytest.mark.parametrize(("name", "shape", "parameters", "attributes"), NORMS)
def test_norm(name: str, shape: Shape, parameters: Shape, attributes: str) -> None:
    type, each = tensor(shape, "f32"), tensor(parameters, "f32")
    for weight, bias in ((False, False), (True, False), (False, True), (True, True)):
        given = f" weight(%w : {each})" * weight + f" bias(%b : {each})" * bias
        check_floats(
            f"""func.func @main(%x: {type}, %w: {each}, %b: {each}) -> {type} {{
              %y = nn.{name} %x{given} {{{attributes}}} : {type}
              func.return %y : {type} }}""",
            floats(5, shape, parameters, parameters),
        )


CALLS = 4


def _drawn(rng: random.Random) -> tuple[str, Shape, Shape]:
    """An op on %x, perhaps with %w and %b, its shape and theirs."""
    kind = rng.choice(["activation", "softmax", *(name for name, *_ in NORMS)])
    least = {"group_norm": 2, "instance_norm": 3}.get(kind, 1)
    sizes = [1, 2, 3, 5, 16, 17, rng.randint(1, 70)]
    shape = tuple(rng.choice(sizes) for _ in range(rng.randint(least, 4)))
    if kind == "activation":
        name, *parameters = rng.choice(ACTIVATIONS).split(" ", 1)
        return f"{name} %x {' '.join(parameters)}", shape, (1,)
    if kind == "softmax":
        return f"softmax %x {{dim = {rng.randrange(-len(shape), len(shape))} : i64}}", shape, (1,)
    parameters, attributes = shape[1:2], f"eps = {rng.choice(['1.0e-05', '0.1'])} : f64"
    if kind == "layer_norm":
        parameters = shape[rng.randrange(len(shape)) :]
        attributes += f", normalized_shape = array<i64: {', '.join(map(str, parameters))}>"
    elif kind == "group_norm":
        groups = rng.choice([n for n in range(1, shape[1] + 1) if shape[1] % n == 0])
        attributes += f", num_groups = {groups} : i64"
    each = tensor(parameters, "f32")
    given = "".join(
        f" {name}(%{name[0]} : {each})" for name in ("weight", "bias") if rng.random() < 0.5
    )
    return f"{kind} %x{given} {{{attributes}}}", shape, parameters


@seeds_of(CALLS * len(case_targets()))
def test_random(seed: int) -> None:
    op, shape, parameters = _drawn(random.Random(seed))
    type, each = tensor(shape, "f32"), tensor(parameters, "f32")
    calls = [floats(CALLS * seed + i, shape, parameters, parameters) for i in range(CALLS)]
    check_floats(
        f"""func.func @main(%x: {type}, %w: {each}, %b: {each}) -> {type} {{
          %y = nn.{op} : {type}
          func.return %y : {type} }}""",
        *([np.clip(x, -50, 50), *others] for x, *others in calls),
    )


def test_batch_norm() -> None:
    x, *parameters = floats(6, (2, 3, 4, 5), *[(3,)] * 4)
    parameters[-1] = np.abs(parameters[-1])
    constants = "\n".join(
        f'%{name} = arith.constant dense<"0x{array.tobytes().hex()}"> : tensor<3xf32>'
        for name, array in zip("wbmv", parameters, strict=True)
    )
    for op, more in (("batch_norm", ""), ("instance_norm", "{use_input_stats = false}")):
        check_floats(
            f"""func.func @main(%x: tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32> {{
              {constants}
              %y = nn.{op} %x weight(%w : tensor<3xf32>) bias(%b : tensor<3xf32>)
                running_mean(%m : tensor<3xf32>) running_var(%v : tensor<3xf32>) {more}
                : tensor<2x3x4x5xf32>
              func.return %y : tensor<2x3x4x5xf32> }}""",
            [x],
        )
