"""Compiled convolutions of f32 give the interpreter's bits on every target."""

from __future__ import annotations

import random

from .case_targets import case_targets, seeds_of
from .compiled import Array
from .compiled_floats import check_floats, floats
from .random_modules import tensor

CALLS = 4


def _constants(weight: Array, bias: Array) -> str:
    return " ".join(
        f'%{name} = arith.constant dense<"0x{array.tobytes().hex()}"> : '
        + tensor(array.shape, "f32")
        for name, array in (("w", weight), ("b", bias))
    )


def _conv(rng: random.Random, seed: int, rank: int, *, transposed: bool, constant: bool) -> None:
    groups = rng.choice([1, 1, 2, 3])
    inputs, outputs = groups * rng.choice([1, 2, 5]), groups * rng.choice([1, 3, 17])
    taps = [rng.choice([1, 2, 3]) for _ in range(rank)]
    spatial = [rng.randint(5, 9) for _ in range(rank)]
    stride = [rng.choice([1, 1, 2]) for _ in range(rank)]
    dilation = [rng.choice([1, 1, 2]) for _ in range(rank)]
    padding = [rng.choice([0, 1]) for _ in range(2 * rank)]
    x = (rng.choice([1, 2]), inputs, *spatial)
    weight = (
        (inputs, outputs // groups, *taps) if transposed else (outputs, inputs // groups, *taps)
    )
    lists = {"stride": stride, "dilation": dilation, "padding": padding}
    result = list(x)
    for axis in range(rank):
        around = padding[2 * axis] + padding[2 * axis + 1]
        reach = dilation[axis] * (taps[axis] - 1)
        if transposed:
            result[2 + axis] = (spatial[axis] - 1) * stride[axis] + 1 + reach - around
        else:
            result[2 + axis] = (spatial[axis] + around - reach - 1) // stride[axis] + 1
    result[1] = outputs
    text = ", ".join(f"{name} = array<i64: {str(v)[1:-1]}>" for name, v in lists.items())
    arrays, *others = (floats(CALLS * seed + i, x, weight, (outputs,)) for i in range(CALLS))
    types = [tensor(array.shape, "f32") for array in arrays]
    name = f"conv_transpose{rank}d" if transposed else f"conv{rank}d"
    parameters = "" if constant else f", %w: {types[1]}, %b: {types[2]}"
    y = tensor(result, "f32")
    check_floats(
        f"""func.func @main(%x: {types[0]}{parameters}) -> {y} {{
          {_constants(*arrays[1:]) if constant else ""}
          %y = nn.{name} %x, %w, %b {{{text}, groups = {groups} : i64}}
            : ({", ".join(types)}) -> {y}
          func.return %y : {y} }}""",
        *(given[:1] if constant else given for given in (arrays, *others)),
    )


@seeds_of(CALLS * len(case_targets()))
def test_random(seed: int) -> None:
    """Of any rank, transposed or not, of weights that are constants, or come as arguments. Those
    depthwise, and those transposed by constant weights of many channels, have their own families.
    """
    rank, transposed, constant = 1 + seed % 3, seed // 3 % 2 == 1, seed // 6 % 2 == 1
    _conv(random.Random(seed), seed, rank, transposed=transposed, constant=constant)


def test_constant_weights_of_many_channels() -> None:
    """Vectors of channels, of stride 1, in two groups and with a last block that is not whole."""
    x, weight, bias = floats(11, (2, 6, 5, 7), (80, 3, 3, 3), (80,))
    text = f"""
    func.func @main(%x: tensor<2x6x5x7xf32>) -> tensor<2x80x5x7xf32> {{
      {_constants(weight, bias)}
      %y = nn.conv2d %x, %w, %b {{padding = array<i64: 1, 1, 1, 1>, groups = 2 : i64}}
        : (tensor<2x6x5x7xf32>, tensor<80x3x3x3xf32>, tensor<80xf32>) -> tensor<2x80x5x7xf32>
      func.return %y : tensor<2x80x5x7xf32> }}"""
    check_floats(text, [x])


def test_what_padding_cuts_off() -> None:
    text = """
    func.func @main(%x: tensor<1x2x5x4xf32>, %w: tensor<2x3x1x2xf32>) -> tensor<1x3x3x3xf32> {
      %y = nn.conv_transpose2d %x, %w {padding = array<i64: 1, 1, 1, 1>}
        : (tensor<1x2x5x4xf32>, tensor<2x3x1x2xf32>) -> tensor<1x3x3x3xf32>
      func.return %y : tensor<1x3x3x3xf32> }"""
    check_floats(text, floats(9, (1, 2, 5, 4), (2, 3, 1, 2)))


def test_a_large_weight_on_a_small_image() -> None:
    """Of a weight that leaves the cache some outputs are computed for all of the image, then more:
    31 outputs, on any target the last ones fewer than those before."""
    text = """
    func.func @main(%x: tensor<1x500x6x7xf32>, %w: tensor<31x500x3x3xf32>, %b: tensor<31xf32>)
        -> tensor<1x31x4x5xf32> {
      %y = nn.conv2d %x, %w, %b
        : (tensor<1x500x6x7xf32>, tensor<31x500x3x3xf32>, tensor<31xf32>) -> tensor<1x31x4x5xf32>
      func.return %y : tensor<1x31x4x5xf32> }"""
    check_floats(text, floats(10, (1, 500, 6, 7), (31, 500, 3, 3), (31,)))
