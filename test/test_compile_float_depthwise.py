"""Compiled depthwise convolutions of f32 give the interpreter's bits on every target: with constant
weights, of which vectors of channels are taken, and with others."""

from __future__ import annotations

import random

from .case_targets import MODULE_CALLS, module_seeds
from .compiled_floats import check_floats, floats
from .random_modules import tensor

CHANNELS = [8, 16, 24, 33, 50, 80]


@module_seeds
def test_random(seed: int) -> None:
    rng, rank, constant = random.Random(seed), 1 + seed % 3, seed % 7 != 4
    channels, images = rng.choice(CHANNELS), rng.choice([1, 2])
    spatial = [rng.randint(5, 18 if rank < 3 else 6) for _ in range(rank)]
    taps = [rng.choice([1, 2, 3]) for _ in range(rank)]
    stride = [rng.choice([1, 1, 2]) for _ in range(rank)]
    dilation = [rng.choice([1, 1, 2]) for _ in range(rank)]
    padding = [rng.choice([0, 1, 2]) if seed % 4 else 0 for _ in range(2 * rank)]
    result = [images, channels]
    for axis, size in enumerate(spatial):
        around = padding[2 * axis] + padding[2 * axis + 1]
        result.append((size + around - dilation[axis] * (taps[axis] - 1) - 1) // stride[axis] + 1)
    shapes = (images, channels, *spatial), (channels, 1, *taps), (channels,)
    calls = [floats(MODULE_CALLS * seed + i, *shapes) for i in range(MODULE_CALLS)]
    types = [tensor(shape, "f32") for shape in shapes]
    lists = {"stride": stride, "dilation": dilation, "padding": padding}
    text = ", ".join(f"{name} = array<i64: {str(v)[1:-1]}>" for name, v in lists.items())
    data = f'"0x{calls[0][1].tobytes().hex()}"'
    given = f"%w = arith.constant dense<{data}> : {types[1]}" if constant else ""
    has_bias = seed % 5 > 0
    y = tensor(result, "f32")
    check_floats(
        f"""func.func @main(%x: {types[0]}, %b: {types[2]}{"" if constant else f", %w: {types[1]}"})
            -> {y} {{
          {given}
          %y = nn.conv{rank}d %x, %w{", %b" * has_bias} {{{text}, groups = {channels} : i64}}
            : ({", ".join(types[: 2 + has_bias])}) -> {y}
          func.return %y : {y} }}""",
        *([x, bias] if constant else [x, bias, weight] for x, weight, bias in calls),
    )
