"""Weights with zero points: what is packed, what it means, and what PyTorch makes of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects.builtin import IntegerType, Signedness, TensorType, f32, i8

from qfin.dialects.quant import ConvGeometry, PackedType
from qfin.dialects.uniform import UniformType
from qfin.interpreter.packed import Packed, packed_scales, packed_weight, unpacked_weight

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]
u8 = IntegerType(8, Signedness.UNSIGNED)


@pytest.mark.parametrize("storage", [i8, u8], ids=str)
@pytest.mark.parametrize("kind", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("per_axis", [False, True])
def test_unpacked_is_what_was_packed(storage: IntegerType, kind: str, per_axis: bool):
    """Less its zero points the packed weight is that of the text, and i8 holds it."""
    rng = np.random.default_rng(1)
    low, high = (-128, 127) if storage == i8 else (0, 255)
    weight = rng.integers(low, high + 1, (6, 4, 3, 3)).astype(np.int8 if storage == i8 else "u1")
    axis = int("transpose" in kind)
    count = weight.shape[axis] if per_axis else 1
    zero_points = rng.integers(low, high + 1, count)
    element = UniformType.per_layer(storage, f32, 0.5, int(zero_points[0]))
    if per_axis:
        element = UniformType.per_axis(storage, f32, axis, [0.5] * count, zero_points)
    type = PackedType(kind, TensorType(i8, weight.shape), None, ConvGeometry.get(groups=2))
    packed, kept = packed_weight(type, element, weight)
    assert packed.dtype == np.int8
    value = Packed(packed, packed_scales(type, element), None, kept)
    along = zero_points.reshape([-1 if d == axis else 1 for d in range(4)])
    assert value.centred(type).tolist() == (weight.astype(int) - along).tolist()
    assert unpacked_weight(type, element, value).tobytes() == weight.tobytes()


def test_zero_points_stay_only_where_they_must():
    type = PackedType("linear", TensorType(i8, [3, 2]))
    element = UniformType.per_axis(u8, f32, 0, [0.5, 0.5, 0.5], [0, 200, 128])
    weight = np.array([[255, 0], [210, 90], [0, 255]], np.uint8)
    packed, kept = packed_weight(type, element, weight)
    assert packed.tolist() == [[127, -128], [10, -110], [-128, 127]]
    assert kept is not None
    assert kept.tolist() == [-128, 0, 0]


def linear(element: str) -> str:
    return f"""
    !x = !quant.uniform<u8:f32, 0.0173:61>
    !y = !quant.uniform<u8:f32, 0.0417:37>
    !w = !quant.uniform<{element}>
    !p = !quant.packed<linear, tensor<29x133xi8>, bias = f32>
    func.func @main(%x: tensor<7x133x!x>, %w: tensor<29x133x!w>, %b: tensor<29xf32>)
        -> tensor<7x29x!y> {{
      %p = quant.prepack %w, %b : (tensor<29x133x!w>, tensor<29xf32>) -> !p
      %y = quant.linear %x, %p : (tensor<7x133x!x>, !p) -> tensor<7x29x!y>
      func.return %y : tensor<7x29x!y>
    }}"""


@pytest.mark.filterwarnings("ignore::UserWarning")  # of the engine's deprecation
@pytest.mark.parametrize("per_channel", [False, True])
def test_linear_is_that_of_fbgemm(interpret: Interpret, per_channel: bool):
    """Bit for bit, for i8, which is all that it packs."""
    pytest.importorskip("torch")
    torch: Any = importlib.import_module("torch")
    if "fbgemm" not in torch.backends.quantized.supported_engines:
        pytest.skip("this PyTorch has no engine fbgemm")
    rng = np.random.default_rng(2)
    x = rng.integers(0, 128, (7, 133)).astype(np.uint8)
    weight = rng.integers(-128, 128, (29, 133)).astype(np.int8)
    count = 29 if per_channel else 1
    scales, zero_points = rng.uniform(0.001, 0.004, count), rng.integers(-9, 10, count)
    bias = rng.normal(size=29).astype(np.float32)
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = "fbgemm"
    try:
        values = torch.from_numpy(weight)
        if per_channel:
            pair = torch.from_numpy(scales), torch.from_numpy(zero_points)
            quantized = torch._make_per_channel_quantized_tensor(values, *pair, 0)
        else:
            pair = float(scales[0]), int(zero_points[0])
            quantized = torch._make_per_tensor_quantized_tensor(values, *pair)
        packed = torch.ops.quantized.linear_prepack(quantized, torch.from_numpy(bias))
        input = torch._make_per_tensor_quantized_tensor(torch.from_numpy(x), 0.0173, 61)
        expected = torch.ops.quantized.linear(input, packed, 0.0417, 37).int_repr().numpy()
    finally:
        torch.backends.quantized.engine = before
    entries = ", ".join(f"{s}:{z}" for s, z in zip(scales, zero_points, strict=True))
    element = f"i8:f32:0, {{{entries}}}" if per_channel else f"i8:f32, {entries}"
    (y,) = interpret(linear(element), x, weight, bias)
    assert np.array_equal(y, expected)
    assert len(np.unique(y)) > 10, "results are not all clamped"
