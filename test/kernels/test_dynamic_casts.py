"""quantize and dequantize with parameters in memory, against the interpreter's formulas."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from qfin.interpreter import numerics
from qfin.kernels.dynamic_casts import (
    DequantizeDynamicSpec,
    QuantizeDynamicSpec,
    build_dequantize_dynamic,
    build_quantize_dynamic,
)
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, seeds, split, targets
from .test_elementwise import floats, layouts

LARGEST = float(np.finfo(np.float32).max)
SPECIAL = np.array(
    [0.0, -0.0, np.nan, np.inf, -np.inf, LARGEST, -LARGEST, 1e-45, -1e-45, 1e30, -1e30], np.float32
)


def parameters(
    rng: random.Random, shape: tuple[int, ...]
) -> tuple[tuple[int, ...], Buffer, Buffer]:
    """Strides of scales and zero points, for all or along one axis, and both."""
    strides, data = [0] * len(shape), np.random.default_rng(rng.getrandbits(32))
    if shape and rng.random() < 0.6:
        strides[rng.randrange(len(shape))] = 1
    scale = Buffer(shape, strides, np.float32)
    zero_point = Buffer(shape, strides, np.int32)
    many = len(scale.memory) // 4
    values = np.float32(2.0) ** data.uniform(-9, 3, many)
    values[data.random(many) < 0.05] = rng.choice([np.inf, np.nan, 0.0])
    scale.memory[:] = values.astype(np.float32).view(np.uint8)
    zero_point.memory[:] = data.integers(0, 256, many).astype(np.int32).view(np.uint8)
    return tuple(strides), scale, zero_point


@targets
@seeds
def test_quantize(target: str, seed: int) -> None:
    """f32 to bytes in any layout, ties and special values among the operands."""
    isa, rng = resolve(target), random.Random(f"quantize {seed}")
    shape, x_strides, y_strides = layouts(rng)
    strides, scale, zero_point = parameters(rng, shape)
    low, high = rng.choice([(0, 255), (10, 200), (7, 7), (0, 127), (-128, 127)])
    spec = QuantizeDynamicSpec(shape, x_strides, strides, strides, y_strides, low, high)
    run = compile_kernel(build_quantize_dynamic("f", spec, isa), isa)
    x = Buffer(shape, x_strides, np.float32)
    with np.errstate(all="ignore"):
        x.array[...] = floats(rng, shape, 1.0) * scale.array
    expected = numerics.quantize(x.array, scale.array, zero_point.array, low, high, np.uint8)
    for ranges in ([(0, size := spec.parallel_size(isa))], split(rng, size)):
        y = Buffer(shape, y_strides, np.uint8, (5, 7))
        check_ranges(run, [x.address, scale.address, zero_point.address], ranges, y, expected)


@targets
@pytest.mark.parametrize("seed", range(8))
def test_quantize_dense_with_one_scale(target: str, seed: int) -> None:
    """What multiplies with the reciprocal gives the division's bits next to ties, of special values
    and whatever the scale: those that it is not for among them; and so does one value for all."""
    isa, data = resolve(target), np.random.default_rng(seed)
    count = int(data.choice([1, 31, 64, 200, 4096, 4099, 8200]))
    step = int(seed != 5)
    spec = QuantizeDynamicSpec((count,), (step,), (0,), (0,), (1,), 0, 255)
    run = compile_kernel(build_quantize_dynamic("f", spec, isa), isa)
    x = Buffer((count,), (step,), np.float32, front=seed % 2 == 1)
    scale, zero_point = (Buffer((), (), dtype) for dtype in (np.float32, np.int32))
    exponents = [*data.uniform(-12, 3, 5), -70.0, -60.0, 60.0, 61.0, 120.0, -149.0]
    for exponent, zero in itertools.product(exponents, (0, int(data.integers(256)), 255, 256, -3)):
        scale.array[...] = np.float32(2.0**exponent)
        zero_point.array[...] = zero
        with np.errstate(all="ignore"):
            steps = (data.integers(-300, 300, count) + 0.5).astype(np.float32)
            ties = steps * scale.array
            x.array[...] = np.nextafter(
                ties, data.choice([-np.inf, np.inf], count), dtype=np.float32
            )
            x.array[::2] = ties[::2]
        special = data.random(count) < 0.1
        x.array[special] = data.choice(SPECIAL, int(special.sum()))
        expected = numerics.quantize(x.array, scale.array, zero_point.array, 0, 255, np.uint8)
        y = Buffer((count,), (1,), np.uint8, (5, 7))
        ranges = split(random.Random(seed), spec.parallel_size(isa))
        check_ranges(run, [x.address, scale.address, zero_point.address], ranges, y, expected)


@targets
@seeds
def test_dequantize(target: str, seed: int) -> None:
    """Bytes, unsigned or signed, to f32 in any layout."""
    isa, rng = resolve(target), random.Random(f"dequantize {seed}")
    shape, x_strides, y_strides = layouts(rng)
    strides, scale, zero_point = parameters(rng, shape)
    spec = DequantizeDynamicSpec(shape, x_strides, strides, strides, y_strides, seed % 2 == 0)
    run = compile_kernel(build_dequantize_dynamic("f", spec, isa), isa)
    x = Buffer(shape, x_strides, np.int8 if spec.signed else np.uint8)
    x.array[...] = np.random.default_rng(seed).integers(0, 256, shape).astype(x.array.dtype)
    expected = numerics.dequantize(x.array, scale.array, zero_point.array)
    for ranges in ([(0, size := spec.parallel_size(isa))], split(rng, size)):
        y = Buffer(shape, y_strides, np.float32, (5, 7))
        check_ranges(run, [x.address, scale.address, zero_point.address], ranges, y, expected)
