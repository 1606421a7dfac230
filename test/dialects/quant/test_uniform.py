"""`!quant.uniform` from Python: properties, equality, and the way through text."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import (
    AnyFloat,
    Builtin,
    IntegerType,
    Signedness,
    bf16,
    f8E4M3FN,
    f16,
    f32,
    f64,
    i8,
    i32,
    tf32,
)
from xdsl.ir import Attribute
from xdsl.parser import Parser
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.quant import Quant, UniformType
from qfin.dialects.uniform.floats import positive_range

u8 = IntegerType(8, Signedness.UNSIGNED)
FLOATS: list[AnyFloat] = [f16, bf16, f32, f64, tf32, f8E4M3FN]


def reparse(attribute: Attribute) -> Attribute:
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(Quant)
    return Parser(context, str(attribute)).parse_type()


def test_per_layer():
    made = UniformType.per_layer(u8, f32, 0.1, 3, storage_max=254)
    assert made.is_per_layer
    assert not made.is_per_axis
    assert not made.is_sub_channel
    assert (made.scale, made.zero_point) == (0.1, 3)
    assert (made.storage_min, made.storage_max) == (0, 254)
    assert made.storage == u8
    assert made.expressed == f32
    assert not made.is_signed
    assert made.signless_storage == i8
    assert made.scales.shape == made.zero_points.shape == ()
    with pytest.raises(ValueError, match="not quantized per axis"):
        _ = made.axis
    with pytest.raises(ValueError, match="no sub-channel"):
        _ = made.block_sizes


def test_per_axis():
    made = UniformType.per_axis(i8, f32, 1, [0.5, 0.25], [0, -7])
    assert made.is_per_axis
    assert made.axis == 1
    assert made.is_signed
    assert (made.storage_min, made.storage_max) == (-128, 127)
    np.testing.assert_array_equal(made.scales, [0.5, 0.25])
    np.testing.assert_array_equal(made.zero_points, [0, -7])
    assert made.scales.dtype == np.float64
    assert made.zero_points.dtype == np.int64
    assert not made.scales.flags.writeable
    with pytest.raises(ValueError, match="more than one scale"):
        _ = made.scale
    with pytest.raises(ValueError, match="more than one zero point"):
        _ = made.zero_point


def test_sub_channel():
    made = UniformType.sub_channel(i8, f32, {1: 16, 0: 1}, [[0.1, 2.0], [3.0, 4.0]])
    assert made.is_sub_channel
    assert made.block_sizes == {1: 16, 0: 1}
    assert list(made.block_sizes) == [1, 0]
    assert made.scales.shape == made.zero_points.shape == (2, 2)
    assert made.scales[0, 0] == np.float32(0.1)
    assert not made.zero_points.any()


@pytest.mark.parametrize(
    ("storage", "dtype"),
    [
        (IntegerType(1), "int8"),
        (IntegerType(4, Signedness.UNSIGNED), "uint8"),
        (i8, "int8"),
        (u8, "uint8"),
        (IntegerType(9), "int16"),
        (IntegerType(16, Signedness.UNSIGNED), "uint16"),
        (IntegerType(17), "int32"),
        (i32, "int32"),
    ],
)
def test_storage_dtype(storage: IntegerType, dtype: str):
    assert UniformType.per_layer(storage, f32, 1.0).storage_dtype == np.dtype(dtype)


def test_equality_and_hash():
    scales = np.linspace(0.1, 0.2, 5)
    made = UniformType.per_axis(i8, f32, 0, scales, np.arange(5))
    same = UniformType.per_axis(i8, f32, 0, scales.tolist(), list(range(5)), -128, 127)
    assert made == same
    assert hash(made) == hash(same)
    assert UniformType.per_layer(IntegerType(8, Signedness.SIGNED), f32, 1.0) == (
        UniformType.per_layer(i8, f32, 1.0)
    )
    others = [
        UniformType.per_axis(u8, f32, 0, scales, np.arange(5)),
        UniformType.per_axis(i8, f64, 0, scales, np.arange(5)),
        UniformType.per_axis(i8, f32, 1, scales, np.arange(5)),
        UniformType.per_axis(i8, f32, 0, np.nextafter(scales, 1), np.arange(5)),
        UniformType.per_axis(i8, f32, 0, scales),
        UniformType.per_axis(i8, f32, 0, scales, np.arange(5), storage_min=-127),
        UniformType.sub_channel(i8, f64, {0: 1}, scales, np.arange(5)),
    ]
    assert made not in others
    assert len({made, *others}) == 1 + len(others)


def test_scales_in_other_memory_orders():
    """Strided and big-endian arrays are stored as what they mean."""
    grid = np.arange(1.0, 7.0).reshape(2, 3)
    made = UniformType.sub_channel(i8, f32, {0: 1, 1: 1}, grid.T, grid.T.astype(">i4"))
    np.testing.assert_array_equal(made.scales, grid.T)
    np.testing.assert_array_equal(made.zero_points, grid.T)
    strided = UniformType.per_axis(i8, f32, 0, grid.astype(">f8")[0, ::2])
    np.testing.assert_array_equal(strided.scales, [1.0, 3.0])


def test_refused():
    with pytest.raises(VerifyException, match="out of expressed type range"):
        UniformType.per_layer(i8, f32, float("nan"))
    with pytest.raises(VerifyException, match="out of expressed type range"):
        UniformType.sub_channel(i8, f16, {0: 1}, [1e6])
    with pytest.raises(VerifyException, match="there must be at least one scale"):
        UniformType.per_axis(i8, f32, 0, [])
    with pytest.raises(VerifyException, match="of the same shape as the scales"):
        UniformType.per_axis(i8, f32, 0, [1.0, 2.0], [0])
    with pytest.raises(VerifyException, match="zero points must be integers"):
        UniformType.per_axis(i8, f32, 0, [1.0], [0.5])
    with pytest.raises(VerifyException, match=r"scales of shape \[1, 1\] do not fit"):
        UniformType.per_axis(i8, f32, 0, [[1.0]])
    with pytest.raises(VerifyException, match=r"scales of shape \[\] do not fit"):
        UniformType.sub_channel(i8, f32, {}, 1.0)
    with pytest.raises(VerifyException, match="illegal storage type size: 64"):
        UniformType.per_layer(IntegerType(64), f32, 1.0)
    with pytest.raises(VerifyException, match="illegal storage type minimum: -200"):
        UniformType.per_layer(i8, f32, 1.0, storage_min=-200)


def test_many_channels_through_text():
    random = np.random.default_rng(0)
    scales = random.random(2048) * 0.1 + 1e-4
    scales[::100] = 123456789.0  # printed as bits
    zero_points = random.integers(-128, 128, 2048)
    made = UniformType.per_axis(i8, f32, 0, scales, zero_points)
    again = reparse(made)
    assert again == made
    assert isinstance(again, UniformType)
    np.testing.assert_array_equal(again.scales, scales)
    np.testing.assert_array_equal(again.zero_points, zero_points)


def random_type(random: np.random.Generator) -> UniformType:
    """Any legal type, the extremes of its scales' range among them."""
    width = int(random.integers(1, 33))
    signedness = Signedness.SIGNLESS if random.random() < 0.5 else Signedness.UNSIGNED
    storage = IntegerType(width, signedness)
    low = -(1 << (width - 1)) if signedness is Signedness.SIGNLESS else 0
    limits = (None, None)
    if random.random() < 0.5 and width > 2:
        limits = (low + int(random.integers(0, 2)), low + int(random.integers(2, 1 << (width - 1))))
    expressed = FLOATS[random.integers(0, len(FLOATS))]
    smallest, largest = positive_range(expressed)

    def parameters(shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        exponents = random.uniform(np.log2(smallest) + 1, np.log2(largest) - 1, shape)
        scales = np.exp2(np.where(random.random(shape) < 0.3, exponents.round(), exponents))
        edges = random.choice([smallest, largest], shape)
        scales = np.where(random.random(shape) < 0.1, edges, scales)
        wide = random.integers(-(1 << 63), 1 << 63, shape, np.int64)
        near = random.integers(-128, 256, shape)
        zero_points = np.where(random.random(shape) < 0.1, wide, near)
        return scales, np.where(random.random(shape) < 0.4, 0, zero_points)

    match int(random.integers(0, 3)):
        case 0:
            scale, zero_point = parameters(())
            return UniformType.per_layer(storage, expressed, float(scale), int(zero_point), *limits)
        case 1:
            arrays = parameters((int(random.integers(1, 20)),))
            return UniformType.per_axis(
                storage, expressed, int(random.integers(0, 5)), *arrays, *limits
            )
        case _:
            shape = tuple(random.integers(1, 5, random.integers(1, 5)).tolist())
            axes = random.permutation(len(shape))[: random.integers(0, len(shape) + 1)].tolist()
            sizes = {axis: int(random.integers(1, 128)) for axis in axes}
            return UniformType.sub_channel(storage, expressed, sizes, *parameters(shape), *limits)


@pytest.mark.parametrize("seed", range(200))
def test_random_types_through_text(seed: int):
    made = random_type(np.random.default_rng(seed))
    again = reparse(made)
    assert again == made
    assert hash(again) == hash(made)
    assert str(again) == str(made)
