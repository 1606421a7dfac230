"""What does not multiply by weights in int8: elementwise ops, pools, moves, and f32 ops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from random import Random

from benchmarks.net import IDENTITY, Attributes, Net, Quantization, Step, Value, Weight
from benchmarks.problems import Family, Mark, Problem, Rate, peer

_Q = Quantization()
_OTHER = Quantization(0.03, 100)

# Half of what was attained for each kind by hand: 10**9 bytes of input or outputs a second.
_LUT, _BINARY, _POOL, _MEAN, _MOVE = 51.0, 9.0, 50.0, 30.0, 41.0


def _rate(label: str, net: Net, unit: Rate, bound: float) -> Problem:
    """Counts the bytes of the input, of conversions those of the f32 side."""
    work = net.result.size
    if unit == "GB/s":
        work = max(sum(argument.bytes for argument in net.arguments), net.result.bytes)
    return Problem(label, net, (Mark(unit, bound),), work, unit)


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _unary(op: str, shape: tuple[int, ...]) -> Problem:
    net = Net((Value(shape, _Q),), (Step(op, (0,), Value(shape, _OTHER)),))
    return _rate(f"{op} {_size(shape)}", net, "GB/s", _LUT)


def _binary(op: str, shape: tuple[int, ...]) -> Problem:
    operands = (Value(shape, _Q), Value(shape, _OTHER))
    result = Value(shape, Quantization(0.04 if op == "add" else 0.1, 120))
    return _rate(
        f"{op} {_size(shape)}", Net(operands, (Step(op, (0, 1), result),)), "Gout/s", _BINARY
    )


def _images(channels: int, size: int) -> Value:
    return Value((1, channels, size, size), _Q, innermost=True)


def _cat(channels: tuple[int, ...], size: int, *, requantize: bool = False) -> Problem:
    operands = tuple(_images(n, size) for n in channels)
    if requantize:
        operands = (*operands[:-1], replace(operands[-1], quantization=_OTHER))
    step = Step("cat", tuple(range(len(channels))), _images(sum(channels), size), {"dim": 1})
    label = f"concat {'+'.join(map(str, channels))} @{size}{' requantized' * requantize}"
    return _rate(label, Net(operands, (step,)), "GB/s", _LUT)


def _pool(op: str, channels: int, size: int, kernel: int, stride: int, padding: int) -> Problem:
    out = (size + 2 * padding - kernel) // stride + 1
    x = replace(_images(channels, size), halo=padding)
    y = _images(channels, out)
    if op == "avg_pool2d":
        y = replace(y, quantization=_OTHER)
    attributes: Attributes = {
        "kernel": (kernel,) * 2,
        "stride": (stride,) * 2,
        "padding": (padding,) * 4,
    }
    label = f"{op} {kernel}x{kernel} s{stride} {channels} @{size}"
    return _rate(label, Net((x,), (Step(op, (0,), y, attributes),)), "GB/s", _POOL)


def _global_pool(channels: int, size: int) -> Problem:
    step = Step("adaptive_avg_pool2d", (0,), replace(_images(channels, 1), quantization=_OTHER), {})
    net = Net((_images(channels, size),), (step,))
    return _rate(f"global pool {channels} @{size}", net, "GB/s", _MEAN)


def _permute(shape: tuple[int, ...], dims: tuple[int, ...]) -> Problem:
    y = Value(tuple(shape[n] for n in dims), _Q)
    step = Step("permute", (0,), y, {"dims": dims})
    label = f"permute {_size(shape)} to {dims}".replace(" ", "").replace("permute", "permute ")
    return _rate(label, Net((Value(shape, _Q),), (step,)), "GB/s", _MOVE)


def _to_bytes(channels: int, size: int) -> Problem:
    """f32 planes to quantized images with channels innermost."""
    x = replace(_images(channels, size), quantization=None, innermost=False)
    net = Net((x,), (Step(IDENTITY, (0,), _images(channels, size)),))
    return _rate(f"NCHW f32 > NHWC u8 {channels} @{size}", net, "GB/s", _MOVE)


def _to_floats(channels: int, size: int) -> Problem:
    y = replace(_images(channels, size), quantization=None, innermost=False)
    net = Net((_images(channels, size),), (Step(IDENTITY, (0,), y),))
    return _rate(f"NHWC u8 > NCHW f32 {channels} @{size}", net, "GB/s", _MOVE)


def _float(op: str, shapes: tuple[tuple[int, ...], ...], y: tuple[int, ...]) -> Problem:
    """f32 ops; matrices are multiplied with the last two dimensions."""
    attributes: Attributes = {}
    weight: Weight | None = None
    work, unit = prod(y), "Gout/s"
    match op:
        case "softmax":
            attributes = {"dim": len(y) - 1}
        case "layer_norm":
            attributes = {"normalized_shape": (y[-1],)}
            weight = Weight((y[-1],), y[-1], floats=True)
        case "matmul":
            work, unit = prod(y) * shapes[0][-1], "GFMA/s"
        case "conv2d":
            channels, out = shapes[0][1], y[1]
            attributes = {"stride": (1, 1), "padding": (1,) * 4, "dilation": (1, 1), "groups": 1}
            weight = Weight((out, channels, 3, 3), out, floats=True)
            work, unit = prod(y) * channels * 9, "GFMA/s"
        case _:
            pass
    net = Net(
        tuple(Value(shape) for shape in shapes),
        (Step(op, tuple(range(len(shapes))), Value(y), attributes, weight),),
    )
    label = f"{op} {' '.join(map(_size, shapes))}"
    return Problem(label, net, peer(0.8), work, unit)


def _matmul(m: int, k: int, n: int, batch: tuple[int, ...] = ()) -> Problem:
    return _float("matmul", ((*batch, m, k), (*batch, k, n)), (*batch, m, n))


def _rows(op: str, rows: int, columns: int) -> Problem:
    return _float(op, ((rows, columns),), (rows, columns))


def _conv(channels: int, size: int) -> Problem:
    shape = (1, channels, size, size)
    return _float("conv2d", (shape,), shape)


def _draw_elementwise(random: Random) -> Problem:
    rows, columns = random.randrange(100, 1000), random.randrange(100, 1000)
    channels, size = random.randrange(16, 513, 8), random.randrange(7, 57)
    draws: tuple[Callable[[], Problem], ...] = (
        lambda: _unary("sigmoid", (rows, columns)),
        lambda: _binary("add", (rows, columns)),
        lambda: _binary("mul", (rows, columns)),
        lambda: _cat((channels, random.randrange(16, 257, 8)), size),
        lambda: _pool("max_pool2d", channels, size, 3, 2, 1),
        lambda: _pool("avg_pool2d", channels, size, 2, 2, 0),
        lambda: _global_pool(channels, size),
        lambda: _permute((rows, columns), (1, 0)),
        lambda: _to_bytes(3, random.randrange(64, 300)),
        lambda: _to_floats(channels, size),
    )
    return random.choice(draws)()


def _draw_float(random: Random) -> Problem:
    rows, columns = random.randrange(32, 513), random.randrange(32, 1025)
    if (op := random.choice(("matmul", "softmax", "layer_norm", "gelu", "conv2d"))) == "matmul":
        return _matmul(rows, columns, random.randrange(32, 1025))
    if op == "conv2d":
        return _conv(random.randrange(16, 129), random.randrange(7, 57))
    return _rows(op, rows, columns)


FAMILIES: dict[str, Family] = {
    "elementwise": Family(
        (
            _unary("sigmoid", (392, 1024)),
            _binary("add", (784, 1024)),
            _binary("mul", (784, 1024)),
            _cat((256, 256), 28),
            _cat((96, 32), 56, requantize=True),
            _pool("max_pool2d", 64, 112, 3, 2, 1),
            _pool("max_pool2d", 256, 56, 2, 2, 0),
            _pool("avg_pool2d", 256, 56, 2, 2, 0),
            _global_pool(2048, 7),
            _global_pool(1280, 7),
            _to_bytes(3, 224),
            _to_bytes(64, 56),
            _to_floats(3, 224),
            _to_floats(64, 56),
            _permute((1024, 1024), (1, 0)),
            _permute((1, 256, 56, 56), (0, 2, 3, 1)),
            _permute((1, 128, 12, 64), (0, 2, 1, 3)),
        ),
        _draw_elementwise,
        (
            _unary("sigmoid", (3, 50)),
            _binary("add", (3, 50)),
            _binary("mul", (3, 50)),
            _cat((8, 16), 5, requantize=True),
            _pool("max_pool2d", 8, 8, 3, 2, 1),
            _pool("avg_pool2d", 8, 8, 2, 2, 0),
            _global_pool(8, 5),
            _to_bytes(3, 6),
            _to_floats(3, 6),
            _permute((20, 30), (1, 0)),
        ),
    ),
    "floats": Family(
        (
            _matmul(128, 768, 768),
            _matmul(128, 64, 128, (12,)),
            _rows("softmax", 1536, 128),
            _rows("layer_norm", 128, 768),
            _rows("gelu", 128, 3072),
            _conv(64, 56),
            _conv(256, 14),
        ),
        _draw_float,
        (
            _matmul(5, 7, 9),
            _rows("softmax", 3, 10),
            _rows("layer_norm", 3, 10),
            _rows("gelu", 3, 10),
            _conv(4, 5),
        ),
    ),
}
