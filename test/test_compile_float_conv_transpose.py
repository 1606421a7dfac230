"""Transposed convolutions of f32 with constant weights, compiled for every target, give the
interpreter's bits, though they leave out the zeros between the input's pixels."""

from __future__ import annotations

import random

import numpy as np
import pytest

from .case_targets import MODULE_CALLS, module_seeds
from .compiled_floats import check_floats, floats
from .random_modules import tensor


def _check(
    rng: random.Random,
    seed: int,
    rank: int,
    *,
    calls: int = 1,
    infinite: bool = False,
    tiny: bool = False,
) -> None:
    groups, each = rng.choice([1, 2]), rng.choice([12, 16, 17, 33])
    inputs = groups * rng.choice([1, 3])
    taps = [rng.choice([1, 2, 3, 4]) for _ in range(rank)]
    spatial = [rng.randint(3, 8 if rank < 3 else 4) for _ in range(rank)]
    stride = [rng.choice([1, 2, 2, 3]) for _ in range(rank)]
    dilation = [rng.choice([1, 1, 2]) for _ in range(rank)]
    padding = [rng.choice([0, 1]) for _ in range(2 * rank)]
    more = [rng.randrange(max(step, apart)) for step, apart in zip(stride, dilation, strict=True)]
    x_shape, w_shape = (2, inputs, *spatial), (inputs, each, *taps)
    result = [2, groups * each]
    for axis, size in enumerate(spatial):
        around = padding[2 * axis] + padding[2 * axis + 1]
        reach = dilation[axis] * (taps[axis] - 1)
        result.append((size - 1) * stride[axis] + 1 + reach - around + more[axis])
    x, weight, *others = floats(seed, x_shape, w_shape, *[x_shape] * (calls - 1))
    if infinite:
        weight.flat[0] = np.inf
    if tiny:  # products are zeros of either sign
        x, weight = x * np.float32(1e-30), weight * np.float32(1e-30)
    lists = {"stride": stride, "dilation": dilation, "padding": padding, "output_padding": more}
    text = ", ".join(f"{name} = array<i64: {str(v)[1:-1]}>" for name, v in lists.items())
    x_type, w_type, y_type = (tensor(shape, "f32") for shape in (x_shape, w_shape, result))
    check_floats(
        f"""func.func @main(%x: {x_type}) -> {y_type} {{
          %w = arith.constant dense<"0x{weight.tobytes().hex()}"> : {w_type}
          %y = nn.conv_transpose{rank}d %x, %w {{{text}, groups = {groups} : i64}}
            : ({x_type}, {w_type}) -> {y_type}
          func.return %y : {y_type} }}""",
        *([array] for array in (x, *others)),
    )


@module_seeds
def test_random(seed: int) -> None:
    _check(random.Random(seed), seed, 1 + seed % 3, calls=MODULE_CALLS)


def test_what_is_not_finite_meets_the_zeros() -> None:
    _check(random.Random(9), 9, 2, infinite=True)


@pytest.mark.parametrize("seed", range(3))
def test_no_sum_is_a_negative_zero(seed: int) -> None:
    _check(random.Random(seed), seed, 1 + seed % 3, tiny=True)


@pytest.mark.parametrize("constant", [True, False])
def test_a_bias_of_negative_zeros(constant: bool) -> None:
    """It counts as 0.0, whether it is known or comes as an argument."""
    x, weight = (array * np.float32(1e-30) for array in floats(0, (1, 2, 4), (2, 16, 3)))
    bias = np.full(16, -0.0, np.float32)
    given = "%b = arith.constant dense<-0.0> : tensor<16xf32>" if constant else ""
    argument = "" if constant else ", %b: tensor<16xf32>"
    check_floats(
        f"""func.func @main(%x: tensor<1x2x4xf32>{argument}) -> tensor<1x16x9xf32> {{
          %w = arith.constant dense<"0x{weight.tobytes().hex()}"> : tensor<2x16x3xf32>
          {given}
          %y = nn.conv_transpose1d %x, %w, %b {{stride = array<i64: 2>}}
            : (tensor<1x2x4xf32>, tensor<2x16x3xf32>, tensor<16xf32>) -> tensor<1x16x9xf32>
          func.return %y : tensor<1x16x9xf32> }}""",
        [x] if constant else [x, bias],
    )
