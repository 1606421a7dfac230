"""What surrounds the sums of a convolution or linear, held against the op alone in the same run:
activations, residuals, zero points of weights, signed activations, parameters chosen at run time.
And whole blocks of networks, held against the sum of their kernels and against OpenVINO.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from benchmarks.contractions import (
    Contraction,
    Conv,
    activated,
    asymmetric,
    bare,
    float_biased,
    looked_up,
    signed,
    with_residual,
)
from benchmarks.families_contractions import (
    CONV1X1,
    CONV3X3,
    DEPTHWISE,
    LINEAR,
    draw_conv,
    draw_depthwise,
    draw_linear,
)
from benchmarks.net import Net, Quantization, Step, output_scale
from benchmarks.problems import Family, Mark, Problem, ours, peer

_EPILOGUES: dict[str, Callable[[Contraction], Net]] = {
    "float bias": float_biased,
    "relu": lambda shape: activated(shape, "relu"),
    "clip": lambda shape: activated(shape, "clamp", min=0.0, max=6.0),
    "residual": with_residual,
    "hardswish": lambda shape: looked_up(shape, "hardswish"),
    "sigmoid": lambda shape: looked_up(shape, "sigmoid"),
}
_AGAIN: tuple[Contraction, ...] = (*CONV3X3, *CONV1X1, *DEPTHWISE, *LINEAR)
_SMALL = Conv(8, 12, 5, 3)


def _draw(random: Random) -> Contraction:
    draws = (draw_linear, draw_conv(3, (1, 2)), draw_conv(1, (1,)), draw_depthwise)
    return random.choice(draws)(random)


def _beside(shape: Contraction, name: str, net: Net, most: float) -> Problem:
    """Held against the op alone."""
    label = f"{shape.label} {name}"
    return Problem(label, net, ours(most), shape.macs, beside=bare(shape), peers=False)


def _epilogue(shape: Contraction, name: str) -> Problem:
    return replace(_beside(shape, name, _EPILOGUES[name](shape), 1.25), peers=name == "relu")


def _draw_epilogue(random: Random) -> Problem:
    channels, size = random.randrange(256, 1025, 8), random.randrange(7, 57)
    shape = Conv(channels, random.randrange(16, 257, 8), size)
    return _epilogue(shape, random.choice(list(_EPILOGUES)))


def _asymmetric(shape: Contraction, *, unsigned: bool) -> Problem:
    zero_point = 131 if unsigned else 3
    name = f"{'u8' if unsigned else 's8'} zero point {zero_point}"
    return _beside(shape, name, asymmetric(shape, zero_point, unsigned=unsigned), 1.15)


def _signed(shape: Contraction) -> Problem:
    return _beside(shape, "s8", signed(shape), 1.05)


def _dynamic(shape: Contraction) -> Problem:
    assert not isinstance(shape, Conv)
    return Problem(shape.label, shape.dynamic(), peer(1.25), shape.macs)


def _block(label: str, convs: tuple[Conv, ...], clip: bool, of_openvino: float) -> Problem:
    """Convolutions one behind the other, each but the last with its activation, and the argument
    added to the last; `clip` is MobileNet's: no activation behind that. Zero points are 0, without
    which OpenVINO takes several times as long."""
    steps: list[Step] = []
    parts: list[Net] = []
    value = 0
    q = Quantization(unsigned_zero_point=0)
    x = replace(convs[0].argument, quantization=q)
    for conv in convs[:-1]:
        op, bounds = ("clamp", {"min": 0.0, "max": 6.0}) if clip else ("relu", {})
        step = conv.step(value)
        steps.append(replace(step, result=replace(step.result, quantization=None)))
        behind = Step(op, (value + 1,), replace(step.result, quantization=q), {**bounds})
        steps.append(behind)
        part = activated(conv, op, **bounds)
        last = replace(part.steps[-1], result=behind.result)
        given = replace(conv.argument, quantization=q)
        parts.append(Net((given,), (part.steps[0], last)))
        value += 2
    y = Quantization(output_scale(convs[-1].terms), 0)
    step = convs[-1].step(value)
    result = replace(step.result, quantization=y)
    steps.append(replace(step, result=replace(step.result, quantization=None)))
    final = [Step("add", (0, value + 1), result)]
    alone = with_residual(convs[-1])
    tail = [replace(alone.steps[-1], result=result)]
    if not clip:
        unquantized = replace(result, quantization=None)
        final = [replace(final[0], result=unquantized), Step("relu", (value + 2,), result)]
        tail = [replace(tail[0], result=unquantized), Step("relu", (3,), result)]
    given = tuple(replace(argument, quantization=q) for argument in alone.arguments)
    parts.append(Net(given, (alone.steps[0], *tail)))
    marks = (Mark("of parts", 1.1, most=True), Mark("of openvino", of_openvino, most=True))
    net = Net((x,), (*steps, *final))
    macs = sum(conv.macs for conv in convs)
    return Problem(label, net, marks, macs, parts=tuple(parts))


def _bottleneck(inner: int, outer: int, size: int) -> Problem:
    convs = (Conv(outer, inner, size), Conv(inner, inner, size, 3), Conv(inner, outer, size))
    return _block(f"ResNet bottleneck {inner}/{outer} @{size}", convs, False, 0.92)


def _inverted(channels: int, inner: int, size: int) -> Problem:
    convs = (
        Conv(channels, inner, size),
        Conv(inner, inner, size, 3, groups=inner),
        Conv(inner, channels, size),
    )
    label = f"MobileNetV2 {channels}>{inner}>{channels} @{size}"
    return _block(label, convs, True, 0.65)


def _draw_block(random: Random) -> Problem:
    size = random.randrange(7, 57)
    if random.random() < 0.5:
        inner = random.randrange(32, max(40, 3600 // size), 8)
        return _bottleneck(inner, 4 * inner, size)
    channels = random.randrange(16, max(24, 1400 // size), 8)
    return _inverted(channels, 6 * channels, size)


FAMILIES: dict[str, Family] = {
    "epilogue": Family(
        tuple(
            _epilogue(shape, name)
            for shape in (Conv(64, 64, 56, 3), Conv(256, 64, 56), Conv(1024, 256, 14))
            for name in _EPILOGUES
        ),
        _draw_epilogue,
        tuple(_epilogue(_SMALL, name) for name in _EPILOGUES),
    ),
    "asymmetric": Family(
        tuple(_asymmetric(shape, unsigned=False) for shape in _AGAIN)
        + tuple(_asymmetric(shape, unsigned=True) for shape in (LINEAR[0], CONV3X3[0], CONV1X1[0])),
        lambda random: _asymmetric(_draw(random), unsigned=random.random() < 0.5),
        tuple(_asymmetric(_SMALL, unsigned=unsigned) for unsigned in (False, True)),
    ),
    "signed": Family(
        tuple(_signed(shape) for shape in _AGAIN),
        lambda random: _signed(_draw(random)),
        (_signed(_SMALL),),
    ),
    "dynamic": Family(
        tuple(_dynamic(shape) for shape in LINEAR),
        lambda random: _dynamic(draw_linear(random)),
        (_dynamic(replace(LINEAR[0], rows=3, depth=20, out=9)),),
    ),
    "blocks": Family(
        (
            _bottleneck(64, 256, 56),
            _bottleneck(512, 2048, 7),
            _inverted(24, 144, 56),
            _inverted(96, 576, 14),
        ),
        _draw_block,
        (_bottleneck(8, 32, 5), _inverted(8, 16, 5)),
    ),
}
