"""Families of one convolution or linear, u8 by s8."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from benchmarks.contractions import Contraction, Conv, Linear, bare
from benchmarks.problems import Family, Mark, Problem, peer

LINEAR = (
    Linear(128, 768, 768),
    Linear(128, 768, 3072),
    Linear(128, 3072, 768),
    Linear(512, 1024, 1024),
)
FEW_ROWS = tuple(Linear(m, k, n) for k, n in ((4096, 4096), (768, 3072)) for m in (1, 4, 16))
CONV3X3 = (
    Conv(64, 64, 56, 3),
    Conv(128, 128, 28, 3),
    Conv(256, 256, 14, 3),
    Conv(512, 512, 7, 3),
    Conv(128, 128, 56, 3, stride=2),
    Conv(256, 256, 14, 3, dilation=2),
)
CONV1X1 = (
    Conv(64, 64, 56),
    Conv(64, 256, 56),
    Conv(256, 64, 56),
    Conv(128, 512, 28),
    Conv(1024, 256, 14),
    Conv(512, 2048, 7),
    Conv(2048, 512, 7),
    Conv(32, 32, 112),
    Conv(96, 32, 56),
    Conv(192, 32, 28),
    Conv(384, 64, 14),
    Conv(576, 96, 14),
    Conv(960, 160, 7),
)
FIRST = (Conv(3, 64, 224, 7, 2), Conv(3, 32, 224, 3, 2))
DEPTHWISE = tuple(
    Conv(channels, channels, size, kernel, stride, groups=channels)
    for kernel in (3, 5)
    for stride in (1, 2)
    for channels, size in ((32, 112), (144, 56), (576, 14), (960, 7))
)
GROUPED = (Conv(256, 256, 14, 3, groups=32), Conv(128, 128, 28, 3, groups=4))
CONV1D = (Conv(64, 128, 1024, 9, rank=1), Conv(256, 256, 256, 3, rank=1))
CONV3D = (Conv(32, 32, 16, 3, rank=3), Conv(16, 64, 28, 3, 2, rank=3))
TRANSPOSED = (
    Conv(128, 64, 28, 4, 2, transposed=True),
    Conv(64, 32, 56, 2, 2, transposed=True),
)


def _marks(shape: Contraction, family: str) -> tuple[Mark, ...]:
    match family:
        case "linear":
            return (Mark("of peak", 0.92),)
        case "few-rows" if isinstance(shape, Linear):
            if shape.rows == 1:
                return (Mark("of read", 0.9),)
            return peer(1.25 if shape.rows == 16 else 1.0)
        case "conv3x3" if isinstance(shape, Conv):
            return ((Mark("of peak", 0.92),) if shape.stride == 1 else ()) + peer(1.0)
        case "depthwise" if isinstance(shape, Conv):
            return peer(3.0 if (shape.kernel, shape.stride) == (3, 1) else 2.5)
        case _:
            return peer({"conv1x1": 1.15, "first": 1.4}.get(family, 1.0))


def contraction(shape: Contraction, family: str) -> Problem:
    """The op alone, held to its family's marks."""
    return Problem(shape.label, bare(shape), _marks(shape, family), shape.macs)


def _family(
    name: str,
    shapes: Iterable[Contraction],
    draw: Callable[[Random], Contraction],
    small: Contraction,
) -> Family:
    return Family(
        tuple(contraction(shape, name) for shape in shapes),
        lambda random: contraction(draw(random), name),
        (contraction(small, name),),
    )


def draw_linear(random: Random) -> Linear:
    return Linear(
        random.randrange(64, 513), random.randrange(256, 2049, 4), random.randrange(128, 2049)
    )


def _few_rows(random: Random) -> Linear:
    rows = random.choice((1, 16, random.randrange(2, 16)))
    return Linear(rows, random.randrange(512, 4097), random.randrange(512, 4097))


def draw_conv(kernel: int, strides: tuple[int, ...]) -> Callable[[Random], Conv]:
    def draw(random: Random) -> Conv:
        size = random.randrange(7, 57)
        channels, out = (random.randrange(16, 20000 // size) // 8 * 8 for _ in range(2))
        return Conv(channels, out, size, kernel, random.choice(strides))

    return draw


def draw_depthwise(random: Random) -> Conv:
    size = random.randrange(7, 113)
    channels = random.randrange(16, 7000 // size) // 8 * 8
    stride = random.choice((1, 2))
    return Conv(channels, channels, size, random.choice((3, 5)), stride, groups=channels)


def _first(random: Random) -> Conv:
    kernel = random.choice((3, 5, 7))
    return Conv(3, random.randrange(16, 97, 8), random.randrange(96, 257), kernel, 2)


def _grouped(random: Random) -> Conv:
    groups = random.choice((2, 4, 8, 32))
    channels, out = (groups * random.randrange(1, 17) for _ in range(2))
    return Conv(channels, out, random.randrange(7, 57), 3, groups=groups)


def _rank(rank: int, sizes: tuple[int, int]) -> Callable[[Random], Conv]:
    def draw(random: Random) -> Conv:
        channels, out = (random.randrange(8, 129, 8) for _ in range(2))
        kernel, stride = random.choice((3, 5)), random.choice((1, 2))
        return Conv(channels, out, random.randrange(*sizes), kernel, stride, rank=rank)

    return draw


def _transposed(random: Random) -> Conv:
    channels, out = (random.randrange(8, 129, 8) for _ in range(2))
    kernel, size = random.choice((2, 3, 4)), random.randrange(7, 57)
    return Conv(channels, out, size, kernel, 2, transposed=True)


FAMILIES: dict[str, Family] = {
    "linear": _family("linear", LINEAR, draw_linear, Linear(5, 20, 9)),
    "few-rows": _family("few-rows", FEW_ROWS, _few_rows, Linear(1, 20, 9)),
    "conv3x3": _family("conv3x3", CONV3X3, draw_conv(3, (1, 2)), Conv(8, 12, 5, 3)),
    "conv1x1": _family("conv1x1", CONV1X1, draw_conv(1, (1,)), Conv(12, 8, 5)),
    "first": _family("first", FIRST, _first, Conv(3, 8, 9, 3, 2)),
    "depthwise": _family("depthwise", DEPTHWISE, draw_depthwise, Conv(8, 8, 5, 3, groups=8)),
    "grouped": _family("grouped", GROUPED, _grouped, Conv(8, 8, 5, 3, groups=2)),
    "conv1d": _family("conv1d", CONV1D, _rank(1, (64, 1025)), Conv(8, 8, 9, 3, rank=1)),
    "conv3d": _family("conv3d", CONV3D, _rank(3, (7, 17)), Conv(8, 8, 4, 3, rank=3)),
    "transposed": _family(
        "transposed", TRANSPOSED, _transposed, Conv(8, 8, 4, 4, 2, transposed=True)
    ),
}
