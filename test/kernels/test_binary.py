"""add, sub and mul of quantized values against plain numpy, bit for bit."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects.builtin import f32, i32

from qfin.kernels.binary import BinarySpec, PlainBinarySpec, build_binary, build_plain_binary
from qfin.target import resolve

from .harness import Buffer, check_ranges, compile_kernel, random_strides, seeds, split, targets

SIZES = [0, 1, 1, 2, 3, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 64, 67]
OPERATIONS = {"add": np.add, "sub": np.subtract, "mul": np.multiply}


def defined(a: NDArray[Any], b: NDArray[Any], spec: BinarySpec) -> NDArray[np.uint8]:
    """The definition."""
    with np.errstate(all="ignore"):
        left = (a.astype(int) - spec.a_zero_point).astype(np.float32) * np.float32(spec.a_scale)
        right = (b.astype(int) - spec.b_zero_point).astype(np.float32) * np.float32(spec.b_scale)
        t = OPERATIONS[spec.function](left, right) / np.float32(spec.scale)
        shifted = np.rint(t).astype(np.float64) + spec.zero_point
    clamped = np.clip(np.where(np.isnan(shifted), spec.qmin, shifted), spec.qmin, spec.qmax)
    return clamped.astype(np.uint8)


def random_spec(rng: random.Random) -> BinarySpec:
    """Strides of one order (with gaps and broadcasting), images among them, or long rows."""
    kind = rng.choice(["image", "image", "any", "any", "long"])
    rank = {"image": 4, "any": rng.randint(0, 5), "long": 1}[kind]
    shape = tuple(rng.choice(SIZES if rng.random() < 0.1 else SIZES[1:]) for _ in range(rank))
    if kind == "long":
        shape = (rng.choice([4095, 4096, 4097, 9000]),)
    while np.prod(shape) > 60000:
        shape = tuple(size // 2 for size in shape)
    order = [0, 2, 3, 1] if kind == "image" else rng.sample(range(rank), rank)

    def strides(*, operand: bool) -> tuple[int, ...]:
        other = rng.sample(range(rank), rank) if operand and rng.random() < 0.1 else order
        some = random_strides(rng, shape, other)
        if not operand or rng.random() < 0.4:
            return tuple(some)
        return tuple(0 if rng.random() < 0.3 else stride for stride in some)

    def scale() -> float:
        return float(np.float32(2.0 ** rng.uniform(-10, 3) if rng.random() < 0.95 else 3e38))

    function = rng.choice(list(OPERATIONS))
    a_scale, b_scale = scale(), scale()
    unit = a_scale * b_scale * 128 if function == "mul" else max(a_scale, b_scale)
    low, high = sorted(rng.choices([0, 255, rng.randint(0, 255)], k=2))
    return BinarySpec(
        function=function,
        shape=shape,
        a_strides=strides(operand=True),
        b_strides=strides(operand=True),
        y_strides=strides(operand=False),
        a_scale=a_scale,
        a_zero_point=rng.choice([0, 128, 255, rng.randint(0, 255)]),
        b_scale=b_scale,
        b_zero_point=rng.choice([0, 128, 255, rng.randint(0, 255)]),
        scale=float(np.float32(min(unit * rng.uniform(0.3, 3), 3e38))),
        zero_point=rng.randint(0, 255),
        qmin=low,
        qmax=high if high > low else 255,
    )


@targets
@seeds
def test_binary(seed: int, target: str) -> None:
    """Whole and in pieces; nothing but y's elements may change, nothing else may be read."""
    rng = random.Random(f"binary {seed}")
    spec, isa = random_spec(rng), resolve(target)
    run = compile_kernel(build_binary("f", spec, isa), isa)
    size = spec.parallel_size(isa)
    arrays = np.random.default_rng(seed)
    front = rng.random() < 0.3
    inputs = [
        Buffer(spec.shape, strides, np.uint8, front=front)
        for strides in (spec.a_strides, spec.b_strides)
    ]
    for buffer in inputs:
        buffer.memory[:] = arrays.integers(0, 256, len(buffer.memory))
    expected = defined(inputs[0].array, inputs[1].array, spec)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, np.uint8, (5, 7), front=front)
        check_ranges(run, [buffer.address for buffer in inputs], ranges, y, expected)


@targets
@seeds
def test_plain_binary(seed: int, target: str) -> None:
    """The operation alone, on f32 (NaN and infinities among the values) or on i32, which wraps."""
    rng = random.Random(f"float binary {seed}")
    like, isa = random_spec(rng), resolve(target)
    dtype, element = rng.choice([(np.float32, f32), (np.int32, i32)])
    strides = like.a_strides, like.b_strides, like.y_strides
    spec = PlainBinarySpec(like.function, like.shape, *strides, element)
    run = compile_kernel(build_plain_binary("f", spec, isa), isa)
    size = spec.parallel_size(isa)
    arrays = np.random.default_rng(seed)
    inputs = [
        Buffer(spec.shape, strides, dtype, front=rng.random() < 0.3)
        for strides in (spec.a_strides, spec.b_strides)
    ]
    special = np.array([np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-42, 0.0, -0.0], np.float32)
    for buffer in inputs:
        count = len(buffer.memory) // 4
        values = arrays.normal(0, 9, count).astype(np.float32)
        odd = arrays.choice(special, count)
        buffer.memory[:] = np.where(arrays.random(count) < 0.1, odd, values).view(np.uint8)
    with np.errstate(all="ignore"):
        expected = OPERATIONS[spec.function](inputs[0].array, inputs[1].array)
    for ranges in ([(0, size)], split(rng, size)):
        y = Buffer(spec.shape, spec.y_strides, dtype, (5, 7))
        check_ranges(run, [buffer.address for buffer in inputs], ranges, y, expected)


@pytest.mark.parametrize("function", OPERATIONS)
@targets
def test_every_pair(function: str, target: str) -> None:
    """All 65536 pairs of bytes, one operand spread along the rows: no product and sum are fused
    into one rounding, and both operands may be the same memory."""
    isa = resolve(target)
    spec = BinarySpec(
        function, (256, 256), (0, 1), (1, 0), (256, 1), 0.0173, 61, 0.031, 140, 0.0417, 37, 0, 255
    )
    run = compile_kernel(build_binary("f", spec, isa), isa)
    x = np.arange(256, dtype=np.uint8)
    y = np.zeros((256, 256), np.uint8)
    run(x, x, y, 0, spec.parallel_size(isa))
    np.testing.assert_array_equal(y, defined(x[None, :], x[:, None], spec))


def test_vectors_run_along_what_is_spread() -> None:
    """Channels innermost, times one value for each channel, or for each pixel."""
    image = dict(shape=(2, 16, 5, 5), a_strides=(400, 1, 80, 16), y_strides=(400, 1, 80, 16))
    scales: dict[str, Any] = dict(
        a_scale=1.0, a_zero_point=0, b_scale=1.0, b_zero_point=0, scale=1.0, zero_point=0
    )
    scales |= dict(qmin=0, qmax=255)
    for b_strides, loops in (((400, 1, 80, 16), 1), ((16, 1, 0, 0), 3), ((0, 1, 0, 0), 2)):
        nest = BinarySpec("mul", b_strides=b_strides, **image, **scales).nest()
        assert nest.contiguous
        assert len(nest.dims) == loops
    assert BinarySpec("mul", b_strides=(25, 0, 5, 1), **image, **scales).nest().contiguous
    assert not BinarySpec("mul", b_strides=(400, 25, 5, 1), **image, **scales).nest().contiguous
