"""quantize, dequantize, copy, clamp and fill_halo against plain numpy, bit for bit."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter.unary import clamp as formula
from qfin.kernels.elementwise import (
    ClampSpec,
    CopySpec,
    DequantizeSpec,
    FloatClampSpec,
    QuantizeSpec,
    build_clamp,
    build_copy,
    build_dequantize,
    build_float_clamp,
    build_quantize,
)
from qfin.kernels.fill_halo import FillHaloSpec, build_fill_halo
from qfin.target import resolve
from qfin.target.isa import Isa

from .harness import (
    Buffer,
    check_ranges,
    compile_kernel,
    noise,
    random_strides,
    seeds,
    split,
    targets,
)

SPECIAL = [np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 3e38, -3e38, 1e-45, 2.0**31, -(2.0**31)]
SIZES = [0, 1, 1, 2, 3, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 64, 67]


def quantized(x: NDArray[np.float32], spec: QuantizeSpec) -> NDArray[np.uint8]:
    """The definition."""
    with np.errstate(all="ignore"):
        shifted = np.rint(x / np.float32(spec.scale)).astype(np.float64) + spec.zero_point
    clamped = np.clip(np.where(np.isnan(shifted), spec.qmin, shifted), spec.qmin, spec.qmax)
    return clamped.astype(np.uint8)


def floats(rng: random.Random, shape: tuple[int, ...], scale: float) -> NDArray[np.float32]:
    """Values within and around the range, ties, and special values."""
    data = np.random.default_rng(rng.getrandbits(32))
    wide = data.normal(0, 200, shape)
    ties = np.rint(wide) + data.choice([0.5, 0.25, -0.5], shape)
    special = data.choice(SPECIAL, shape)
    kind = data.choice(3, shape, p=[0.6, 0.3, 0.1])
    chosen = np.choose(kind, [wide, ties, special])
    with np.errstate(all="ignore"):
        return chosen.astype(np.float32) * np.float32(scale)


def layouts(
    rng: random.Random,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """A shape, and the strides of x and y: the same order, an image's planes to pixels, matrices
    turned, or any."""
    kind = rng.choice(["same", "packed", "planes", "pixels", "turned", "any", "long"])
    if kind == "turned":
        batch = rng.choice([1, 1, 2])
        rows, columns = (rng.choice([3, 4, 15, 16, 29, 64, 65, 130]) for _ in range(2))
        row, column = columns + rng.choice([0, 0, 3]), rows + rng.choice([0, 0, 5])
        return (batch, rows, columns), (rows * row, row, 1), (columns * column, 1, column)
    if kind == "long":
        shape = (rng.choice([4095, 4096, 4097, 8192, 9000, 12289]),)
        return shape, (1,), (1,)
    rank = 4 if kind in ("planes", "pixels") else rng.choice([0, 1, 2, 3, 4, 5])
    shape = tuple(rng.choice(SIZES[1:] if rng.random() < 0.9 else SIZES) for _ in range(rank))
    while np.prod(shape) > 60000:
        shape = tuple(size // 2 for size in shape)
    order = list(range(rank))
    if kind == "packed":
        rng.shuffle(order)
        packed = [0] * rank
        step = 1
        for d in reversed(order):
            packed[d], step = step, step * max(shape[d], 1)
        return shape, tuple(packed), tuple(packed)
    if kind in ("planes", "pixels"):
        shape = (shape[0], rng.choice([1, 2, 3, 4, 5]), *shape[2:])
        _, c, h, w = shape
        planar = (c * h * w, h * w, w, 1)
        row = (w + rng.choice([0, 0, 1])) * c
        pixels = (h * row, 1, row, c)
        return (shape, planar, pixels) if kind == "planes" else (shape, pixels, planar)
    x_order = order if kind == "same" else rng.sample(order, rank)
    x_strides = random_strides(rng, shape, x_order)
    return shape, tuple(x_strides), tuple(random_strides(rng, shape, order))


def check(
    rng: random.Random,
    isa: Isa,
    kernel: Any,
    spec: Any,
    values: NDArray[Any],
    expected: NDArray[Any],
) -> None:
    """Run whole and in pieces; nothing but y's elements may change, nothing else may be read."""
    run = compile_kernel(kernel, isa)
    size = spec.parallel_size(isa)
    front = rng.random() < 0.3
    x = Buffer(spec.shape, spec.x_strides, values.dtype, front=front)
    x.array[...] = values
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, expected.dtype, (5, 7), front=front)
        check_ranges(run, [x.address], ranges, y, expected)


@targets
@seeds
def test_quantize(target: str, seed: int):
    """f32 to u8 in any layout."""
    isa, rng = resolve(target), random.Random(seed)
    zero_point = rng.choice([0, 1, 128, 255])
    qmin, qmax = rng.choice([(0, 255), (zero_point, 255), (10, 200), (7, 7)])
    scale = rng.choice([1.0, 0.1, 0.007874016, 3.7e-5, 1e-40, 1e30])
    spec = QuantizeSpec(*layouts(rng), scale, zero_point, qmin, qmax)
    x = floats(rng, spec.shape, scale)
    check(rng, isa, build_quantize("kernel", spec, isa), spec, x, quantized(x, spec))


@targets
def test_quantize_special(target: str):
    """What NaN, infinities, huge values and ties give."""
    isa = resolve(target)
    x = np.array([0, np.nan, np.inf, -np.inf, 3e38, -3e38, -1e10, 1.25, 0.75, -0.25], np.float32)
    x.view(np.uint32)[0] = 0x7FA00000  # a signalling NaN
    y = np.array([10, 10, 200, 10, 200, 10, 10, 129, 129, 127], np.uint8)
    spec = QuantizeSpec((10,), (1,), (1,), 0.5, 127, 10, 200)
    assert quantized(x, spec).tolist() == y.tolist()
    check(random.Random(0), isa, build_quantize("kernel", spec, isa), spec, x, y)


@targets
def test_quantize_divides(target: str):
    """By the scale; the product with its reciprocal would be on the other side of a tie."""
    isa, scale = resolve(target), np.float32(0.1)
    half = np.arange(0.5, 255, dtype=np.float32)
    x = np.concatenate([np.nextafter(half * scale, np.float32(d)) for d in (-1, 0, 999)])
    x = x.astype(np.float32)
    spec = QuantizeSpec(x.shape, (1,), (1,), 0.1, 0, 0, 255)
    y = quantized(x, spec)
    reciprocal = np.rint(x * (np.float32(1) / scale)).astype(np.uint8)
    assert (y != reciprocal).any()
    check(random.Random(0), isa, build_quantize("kernel", spec, isa), spec, x, y)


@targets
@seeds
def test_dequantize(target: str, seed: int):
    """u8 to f32 in any layout."""
    isa, rng = resolve(target), random.Random(seed)
    scale = rng.choice([1.0, 0.1, 0.007874016, 1e-40, 3e38])
    spec = DequantizeSpec(*layouts(rng), scale, rng.choice([0, 1, 128, 255]))
    q = np.random.default_rng(seed).integers(0, 256, spec.shape).astype(np.uint8)
    with np.errstate(over="ignore"):
        y = (q.astype(np.int32) - spec.zero_point).astype(np.float32) * np.float32(scale)
    check(rng, isa, build_dequantize("kernel", spec, isa), spec, q, y)


@targets
@seeds
def test_copy(target: str, seed: int):
    """Bytes, bytes with their sign flipped, and words."""
    isa, rng = resolve(target), random.Random(seed)
    spec = CopySpec(*layouts(rng), *rng.choice([(1, False), (1, True), (4, False)]))
    dtype = np.uint8 if spec.element_bytes == 1 else np.uint32
    data = np.random.default_rng(seed)
    x = data.integers(0, np.iinfo(dtype).max, spec.shape, dtype, endpoint=True)
    x = np.asarray(x, dtype)
    y = x ^ dtype(0x80) if spec.flip_sign else x
    check(rng, isa, build_copy("kernel", spec, isa), spec, x, np.asarray(y))


@targets
@pytest.mark.parametrize(
    ("shape", "row", "column"), [((70, 1050), 1088, 128), ((2100, 50), 64, 2112)]
)
def test_many_tiles(target: str, shape: tuple[int, int], row: int, column: int):
    """Matrices turned, of lines that begin in the middle of cache lines, which tiles begin with."""
    isa, spec = resolve(target), CopySpec(shape, (row, 1), (1, column))
    x = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    check(random.Random(0), isa, build_copy("kernel", spec, isa), spec, x, x)


@targets
@seeds
def test_clamp(target: str, seed: int):
    """Unsigned bounds."""
    isa, rng = resolve(target), random.Random(seed)
    spec = ClampSpec(*layouts(rng), *rng.choice([(0, 255), (128, 255), (3, 200), (127, 128)]))
    x = np.random.default_rng(seed).integers(0, 256, spec.shape).astype(np.uint8)
    y = np.clip(x, spec.qmin, spec.qmax)
    check(rng, isa, build_clamp("kernel", spec, isa), spec, x, np.asarray(y))


@targets
@seeds
def test_float_clamp(target: str, seed: int):
    """As the interpreter's clamp; NaN stays, zeros have the bound's sign."""
    isa, rng = resolve(target), random.Random(seed)
    bounds = [None, 0.0, 1.5, -3.0, 6.0, np.inf, -np.inf, rng.uniform(-9, 9)]
    bounds = [None if bound is None else float(np.float32(bound)) for bound in bounds]
    spec = FloatClampSpec(*layouts(rng), rng.choice(bounds), rng.choice(bounds))
    x = floats(rng, spec.shape, 0.1)
    y = formula(x.astype(np.float64), spec.low, spec.high).astype(np.float32)
    check(rng, isa, build_float_clamp("kernel", spec, isa), spec, x, np.asarray(y))


@targets
@seeds
def test_fill_halo(target: str, seed: int):
    """Every byte around each image, and none inside, in gaps, or beyond."""
    isa, rng = resolve(target), random.Random(seed)
    n, c = rng.choice([0, 1, 1, 2, 3]), rng.choice([1, 3, 8, 17, 64, 70])
    spatial = [rng.choice([0, 1, 2, 5, 9]), rng.choice([0, 1, 3, 7, 20])]
    spatial = rng.choice([spatial, spatial, spatial[1:], [rng.choice([0, 1, 3]), *spatial]])
    rank = len(spatial)
    halo = tuple(rng.choice([0, 1, 1, 2, 3]) for _ in range(2 * rank))
    before = halo[::2]
    inner = tuple(range(2, 2 + rank))
    order = rng.choice([(0, *inner, 1), (0, *inner, 1), (0, 1, *inner)])
    sizes = zip(before, spatial, halo[1::2], strict=True)
    whole = n, c, *(sum(around) for around in sizes)
    strides = tuple(random_strides(rng, whole, order))
    spec = FillHaloSpec((n, c, *spatial), strides, halo, rng.randint(0, 255))
    run = compile_kernel(build_fill_halo("kernel", spec, isa), isa)
    for ranges in ([(0, n)], split(rng, n)):
        y = Buffer(whole, strides, np.uint8, front=rng.random() < 0.5)
        y.address += sum(b * s for b, s in zip(before, strides[2:], strict=True))
        y.memory[:] = noise(len(y.memory))
        places = (slice(b, b + s) for b, s in zip(before, spatial, strict=True))
        inside = (slice(None), slice(None), *places)
        expected = np.full(whole, spec.value, np.uint8)
        expected[inside] = y.array[inside]
        check_ranges(run, [], ranges, y, expected)


@pytest.mark.parametrize(
    ("shape", "x_strides", "y_strides", "size"),
    [
        ((1, 64, 56, 56), (200704, 1, 3584, 64), (200704, 1, 3584, 64), 49),  # 4096 at a time
        ((1, 64, 56, 56), (200704, 1, 3584, 64), (215296, 1, 3712, 64), 56),  # rows
        ((2, 3, 7, 7), (147, 49, 7, 1), (147, 1, 21, 3), 2),  # images
        ((3, 0), (0, 1), (0, 1), 0),
        ((), (), (), 1),
    ],
)
def test_parallel_size(
    shape: tuple[int, ...], x_strides: tuple[int, ...], y_strides: tuple[int, ...], size: int
):
    """Which loop the range counts."""
    isa = resolve("native")
    assert CopySpec(shape, x_strides, y_strides).parallel_size(isa) == size
