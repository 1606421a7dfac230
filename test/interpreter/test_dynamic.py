"""Quantization at run time: its rules against PyTorch, and the ops on packed weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.errors import Error
from qfin.interpreter import numerics_dynamic
from qfin.interpreter.dynamic import saturate_to_fp16

Array: TypeAlias = NDArray[Any]
Interpret: TypeAlias = Callable[..., tuple[Array, ...]]

SEEDS = range(12)


@pytest.fixture
def torch() -> Iterator[Any]:
    """PyTorch with fbgemm, without word of the deprecation of its quantized types."""
    torch = pytest.importorskip("torch")
    if "fbgemm" not in torch.backends.quantized.supported_engines:
        pytest.skip("this PyTorch has no engine fbgemm")
    before = torch.backends.quantized.engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.backends.quantized.engine = "fbgemm"
        yield torch
        torch.backends.quantized.engine = before


def tensor(array: Array, element: str = "f32") -> str:
    return f"tensor<{''.join(f'{n}x' for n in array.shape)}{element}>"


def same_bits(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def away_from_ties(x: Array, reduce_range: bool) -> Array:
    """`x` with 0 for what lies next to a tie: PyTorch multiplies by the reciprocal of the scale and
    adds the zero point before it rounds, so that it may go the other way there."""
    scale, zero_point = numerics_dynamic.choose_affine(x, 0, 127 if reduce_range else 255)
    steps = x.astype(np.float64) / scale + zero_point
    near = np.abs(steps - np.floor(steps) - 0.5) < 1e-3
    # The ends decide on the scale, and stay.
    return np.where(near & (x != x.min()) & (x != x.max()), np.float32(0), x)


CHOOSE = """func.func @main(%x: {t}) -> (tensor<f32>, tensor<i32>) {{
  %s, %z = quant.choose_qparams %x {attributes} : ({t}) -> (tensor<f32>, tensor<i32>)
  func.return %s, %z : tensor<f32>, tensor<i32>
}}"""

EDGES = {
    "zeros": [0.0, 0.0],
    "empty": [],
    "positive": [3.0, 5.0],
    "negative": [-3.0, -5.0],
    "tiny scale": [1e-6, 3e-3],
    "tiny negative": [-2e-4, -1e-9],
    "tiny both": [-1e-4, 3e-4],
    "denormal": [1e-42, 0.0],
    "denormal both": [-1e-40, 1e-41],
    "huge": [-3e38, 3e38],
    "lopsided": [-1e-3, 100.0],
    "one": [1.0],
}


@pytest.mark.parametrize("reduce_range", [False, True])
@pytest.mark.parametrize("values", EDGES.values(), ids=EDGES.keys())
def test_qparams_at_the_edges(
    torch: Any, interpret: Interpret, values: list[float], reduce_range: bool
):
    x = np.array(values, np.float32)
    attributes = "{reduce_range}" if reduce_range else ""
    scale, zero_point = interpret(CHOOSE.format(t=tensor(x), attributes=attributes), x)
    assert (scale.dtype, zero_point.dtype) == (np.float32, np.int32)
    if not values:
        assert (scale, zero_point) == (np.float32(0.1), 0)
        return
    wanted, zero = torch._choose_qparams_per_tensor(torch.from_numpy(x), reduce_range)
    assert (scale, zero_point) == (np.float32(wanted), zero)


@pytest.mark.parametrize("seed", range(60))
def test_qparams(torch: Any, interpret: Interpret, seed: int):
    rng = np.random.default_rng(seed)
    x = (rng.normal(rng.normal(), 1, (3, 5)) * 10.0 ** rng.uniform(-6, 6)).astype(np.float32)
    attributes = "{reduce_range}" if seed % 2 else ""
    scale, zero_point = interpret(CHOOSE.format(t=tensor(x), attributes=attributes), x)
    wanted, zero = torch._choose_qparams_per_tensor(torch.from_numpy(x), bool(seed % 2))
    assert (scale, zero_point) == (np.float32(wanted), zero)


def test_nan_does_not_count_and_infinities_are_finite(interpret: Interpret):
    largest = np.finfo(np.float32).max
    for given, meant in (
        ([np.nan, 1.0, -2.0], [1.0, -2.0]),
        ([np.nan], [0.0]),
        ([np.inf, -1.0], [largest, -1.0]),
        ([-np.inf, np.inf], [-largest, largest]),
    ):
        x, y = np.array(given, np.float32), np.array(meant, np.float32)
        one = interpret(CHOOSE.format(t=tensor(x), attributes=""), x)
        assert one == interpret(CHOOSE.format(t=tensor(y), attributes=""), y)
        assert np.isfinite(one[0])


@pytest.mark.parametrize("low", [-128, -127])
@pytest.mark.parametrize("seed", SEEDS)
def test_qparams_of_weights_per_tensor(torch: Any, interpret: Interpret, seed: int, low: int):
    x = np.random.default_rng(seed).normal(0, 10.0 ** -(seed % 9), (4, 3)).astype(np.float32)
    observer = torch.ao.quantization.MinMaxObserver(
        dtype=torch.qint8, qscheme=torch.per_tensor_symmetric, quant_min=low, quant_max=127
    )
    observer(torch.from_numpy(x))
    wanted, zero = observer.calculate_qparams()
    attributes = f"{{symmetric, storage = i8, quant_min = {low} : i64}}"
    scale, zero_point = interpret(CHOOSE.format(t=tensor(x), attributes=attributes), x)
    assert same_bits(scale.reshape(1), wanted.numpy())
    assert zero_point == zero.item() == 0


@pytest.mark.parametrize("axis", [0, 1])
def test_qparams_of_weights_per_channel(torch: Any, interpret: Interpret, axis: int):
    rng = np.random.default_rng(axis)
    x = (rng.normal(size=(4, 3, 2)) * 10.0 ** rng.uniform(-9, 2, (4, 3, 1))).astype(np.float32)
    observer = torch.ao.quantization.PerChannelMinMaxObserver(
        ch_axis=axis, dtype=torch.qint8, qscheme=torch.per_channel_symmetric
    )
    observer(torch.from_numpy(x))
    wanted = observer.calculate_qparams()[0].numpy()
    scale, zero_point = interpret(
        f"""func.func @main(%x: {tensor(x)}) -> ({tensor(wanted)}, {tensor(wanted, "i32")}) {{
          %s, %z = quant.choose_qparams %x {{symmetric, storage = i8, axis = {axis} : i64}}
            : ({tensor(x)}) -> ({tensor(wanted)}, {tensor(wanted, "i32")})
          func.return %s, %z : {tensor(wanted)}, {tensor(wanted, "i32")}
        }}""",
        x,
    )
    assert same_bits(scale, wanted)
    assert not zero_point.any()


@pytest.mark.parametrize("storage", ["ui8", "i8"])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_casts(torch: Any, interpret: Interpret, storage: str, axis: int | None):
    rng = np.random.default_rng(7)
    x = rng.normal(0, 3, (4, 6)).astype(np.float32)
    shape = () if axis is None else x.shape[axis : axis + 1]
    scale = np.asarray(rng.uniform(0.01, 0.05, shape), np.float32)
    low, high = (0, 256) if storage == "ui8" else (-128, 128)
    zero = np.asarray(rng.integers(low, high, shape), np.int32)
    where = "" if axis is None else f"{{axis = {axis} : i64}}"
    s, z, t, q = tensor(scale), tensor(zero, "i32"), tensor(x), tensor(x, storage)
    stored, floats = interpret(
        f"""func.func @main(%x: {t}, %s: {s}, %z: {z}) -> ({q}, {t}) {{
          %q = quant.quantize %x, %s, %z {where} : ({t}, {s}, {z}) -> {q}
          %y = quant.dequantize %q, %s, %z {where} : ({q}, {s}, {z}) -> {t}
          func.return %q, %y : {q}, {t}
        }}""",
        x,
        scale,
        zero,
    )
    assert stored.dtype == (np.uint8 if storage == "ui8" else np.int8)
    dtype = torch.quint8 if storage == "ui8" else torch.qint8
    args = torch.from_numpy(scale), torch.from_numpy(zero)
    if axis is None:
        wanted = torch.quantize_per_tensor(torch.from_numpy(x), *args, dtype)
    else:
        wanted = torch.quantize_per_channel(torch.from_numpy(x), *args, axis, dtype)
    assert same_bits(stored, wanted.int_repr().numpy())
    if axis is None:  # per channel, PyTorch multiplies in another order
        assert same_bits(floats, wanted.dequantize().numpy())
    np.testing.assert_allclose(floats, wanted.dequantize().numpy(), rtol=1e-6)


def test_fma_is_rounded_once():
    rng = np.random.default_rng(3)
    a = rng.integers(-(2**24), 2**24, 2000).astype(np.float32)
    b = rng.uniform(1e-6, 1e-2, 2000).astype(np.float32)
    c = np.where(rng.random(2000) < 0.5, -a * b, rng.normal(size=2000)).astype(np.float32)
    # A sum that in f64 is a tie of f32 and exactly is not: twice rounded, it would go down.
    a[0], b[0], c[0] = 1 + 2.0**-12, 1 + 2.0**-12, 2.0**-60
    a[1], b[1], c[1] = 2.0**-60, 1.0, 1 + 2.0**-23
    twice = a.astype(np.float64) * b + c
    got = numerics_dynamic.fma(a, b, c)
    for x, y, z, one, near in zip(a, b, c, got, twice.astype(np.float32), strict=True):
        exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
        around = (np.nextafter(near, -np.inf, dtype=np.float32), near, np.nextafter(near, np.inf))
        distances = [abs(Fraction(float(v)) - exact) for v in around]
        assert abs(Fraction(float(one)) - exact) == min(distances)


def linear_text(op: str, x: Array, weight: Array, attributes: str, bias: bool) -> str:
    """A function of the input, the weight, its scales, and the bias."""
    rows = "x".join(map(str, x.shape[:-1]))
    n, k = weight.shape
    packed = f"!quant.packed<linear, tensor<{n}x{k}xi8>{', bias = f32' if bias else ''}>"
    t, w, s, y = tensor(x), tensor(weight, "i8"), f"tensor<{n}xf32>", f"tensor<{rows}x{n}xf32>"
    b = f", %b: {s}" if bias else ""
    operands, types = (f"%w, %s{', %b' if bias else ''}", f"{w}, {s}{f', {s}' if bias else ''}")
    return f"""func.func @main(%x: {t}, %w: {w}, %s: {s}{b}) -> {y} {{
      %p = quant.prepack_dynamic {operands} : ({types}) -> {packed}
      %y = {op} %x, %p {attributes} : ({t}, {packed}) -> {y}
      func.return %y : {y}
    }}"""


@pytest.mark.parametrize("reduce_range", [False, True])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_linear_dynamic(
    torch: Any, interpret: Interpret, seed: int, relu: bool, reduce_range: bool
):
    """The same bits as fbgemm, which at full range is exact only where nothing saturates."""
    rng = np.random.default_rng(seed)
    rows, k, n = rng.integers(1, 6), rng.integers(1, 70), rng.integers(1, 40)
    shape = (rows, k) if seed % 2 else (2, rows, k)
    x = rng.normal(rng.normal(), 1, shape) * 10.0 ** rng.uniform(-2, 2)
    x = away_from_ties(x.astype(np.float32), reduce_range)
    weight = rng.integers(-64, 64, (n, k)).astype(np.int8)
    scales = rng.uniform(1e-3, 1e-1, n).astype(np.float32)
    bias = rng.normal(size=n).astype(np.float32) if seed % 3 else None
    quantized = torch._make_per_channel_quantized_tensor(
        torch.from_numpy(weight),
        torch.from_numpy(scales).double(),
        torch.zeros(int(n), dtype=torch.int64),
        0,
    )
    packed = torch.ops.quantized.linear_prepack(
        quantized, None if bias is None else torch.from_numpy(bias)
    )
    run = torch.ops.quantized.linear_relu_dynamic if relu else torch.ops.quantized.linear_dynamic
    wanted = run(torch.from_numpy(x), packed, reduce_range).numpy()
    attributes = [
        *["reduce_range"] * reduce_range,
        *["activation = #quant<activation relu>"] * relu,
    ]
    text = linear_text(
        "quant.linear_dynamic", x, weight, f"{{{', '.join(attributes)}}}", bias is not None
    )
    (got,) = interpret(text, x, weight, scales, *([] if bias is None else [bias]))
    assert same_bits(got + np.float32(0), wanted + np.float32(0))


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_conv_dynamic(torch: Any, interpret: Interpret, seed: int, relu: bool, rank: int):
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(1, 3))
    inputs, outputs = groups * int(rng.integers(1, 4)), groups * int(rng.integers(1, 5))
    spatial = tuple(rng.integers(5, 9, rank))
    x = rng.normal(rng.normal(), 1, (2, inputs, *spatial)).astype(np.float32)
    x = away_from_ties(x, reduce_range=True)
    weight = rng.integers(-64, 64, (outputs, inputs // groups, *[3] * rank)).astype(np.int8)
    scales = rng.uniform(1e-3, 1e-1, outputs).astype(np.float32)
    bias = rng.normal(size=outputs).astype(np.float32)
    stride, padding, dilation = (rng.integers(low, 3, rank).tolist() for low in (1, 0, 1))
    quantized = torch._make_per_channel_quantized_tensor(
        torch.from_numpy(weight),
        torch.from_numpy(scales).double(),
        torch.zeros(outputs, dtype=torch.int64),
        0,
    )
    prepack = getattr(torch.ops.quantized, f"conv{rank}d_prepack")
    packed = prepack(quantized, torch.from_numpy(bias), stride, padding, dilation, groups)
    run = getattr(torch.ops.quantized, f"conv{rank}d_dynamic")
    coarse = run(torch.from_numpy(x), packed, True).contiguous().numpy()
    sides = [side for pad in padding for side in (pad, pad)]
    w, s, t, y = tensor(weight, "i8"), tensor(scales), tensor(x), tensor(coarse)
    p = (
        f"!quant.packed<conv{rank}d, {w}, bias = f32, stride = {stride}, padding = {sides},"
        f" dilation = {dilation}, groups = {groups}>"
    )
    attributes = "reduce_range" + ", activation = #quant<activation relu>" * relu
    (got,) = interpret(
        f"""func.func @main(%x: {t}, %w: {w}, %s: {s}, %b: {s}) -> {y} {{
          %p = quant.prepack_dynamic %w, %s, %b : ({w}, {s}, {s}) -> {p}
          %y = quant.conv{rank}d_dynamic %x, %p {{{attributes}}} : ({t}, {p}) -> {y}
          func.return %y : {y}
        }}""",
        x,
        weight,
        scales,
        bias,
    )
    # The float convolution of what was quantized, to the rounding of f32.
    scale, zero_point = numerics_dynamic.choose_affine(x, 0, 127)
    floats = scale * (np.clip(np.rint(x / scale) + zero_point, 0, 255) - zero_point)
    arguments = (floats.astype(np.float64), weight * scales.reshape(-1, *[1] * (rank + 1)), bias)
    exact = getattr(torch.nn.functional, f"conv{rank}d")(
        *(torch.from_numpy(a.astype(np.float64)) for a in arguments),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
    ).numpy()
    exact = np.maximum(exact, 0) if relu else exact
    np.testing.assert_allclose(got, exact, rtol=1e-5, atol=1e-5)
    # PyTorch's own op rounds the result to the parameters of the input, and clamps it there.
    low, high = scale * (0 - zero_point), scale * (255 - zero_point)
    bounded = np.clip(got, max(low, 0) if relu else low, high)
    coarse = np.maximum(coarse, 0) if relu else coarse
    assert np.abs(bounded - coarse).max() <= 0.5 * scale * (1 + 1e-4)


def fp16_text(x: Array, weight: Array, bias: bool, attributes: str = "") -> str:
    n = weight.shape[0]
    t, w, h, s = tensor(x), tensor(weight), tensor(weight, "f16"), f"tensor<{n}xf32>"
    p = f"!quant.packed<linear_fp16, {h}{', bias = f32' if bias else ''}>"
    y = f"tensor<{x.shape[0]}x{n}xf32>"
    operands, types = ("%h, %b", f"{h}, {s}") if bias else ("%h", h)
    return f"""func.func @main(%x: {t}, %w: {w}, %b: {s}) -> {y} {{
      %h = nn.saturate_to_fp16 %w : {w} to {h}
      %p = quant.prepack {operands} : ({types}) -> {p}
      %y = quant.linear_dynamic_fp16 %x, %p {attributes} : ({t}, {p}) -> {y}
      func.return %y : {y}
    }}"""


@pytest.mark.parametrize("seed", range(6))
def test_linear_dynamic_fp16(torch: Any, interpret: Interpret, seed: int):
    rng = np.random.default_rng(seed)
    m, n, k = (int(v) for v in rng.integers(1, 30, 3))
    x = rng.normal(size=(m, k)).astype(np.float32)
    weight = rng.normal(size=(n, k)).astype(np.float32)
    bias = rng.normal(size=n).astype(np.float32)
    packed = torch.ops.quantized.linear_prepack_fp16(
        torch.from_numpy(weight), torch.from_numpy(bias)
    )
    wanted = torch.ops.quantized.linear_dynamic_fp16(torch.from_numpy(x), packed).numpy()
    (got,) = interpret(fp16_text(x, weight, bias=True), x, weight, bias)
    # PyTorch sums in f32 in an order of its own.
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-6 * k * np.abs(x).max() * 4)
    (positive,) = interpret(
        fp16_text(x, weight, True, "{activation = #quant<activation relu>}"), x, weight, bias
    )
    assert same_bits(positive, np.maximum(got, np.float32(0)))
    (without,) = interpret(fp16_text(x, weight, bias=False), x, weight, bias)
    exact = x.astype(np.float64) @ weight.astype(np.float16).astype(np.float64).T
    reach = np.abs(x).astype(np.float64) @ np.abs(weight.astype(np.float64)).T
    assert (np.abs(without - exact) <= k * 2.0**-23 * reach).all()


def test_saturate_to_fp16():
    x = np.array([1e6, -1e6, 65519.0, 65521.0, 1e-9, 1.00048828125, np.inf, np.nan], np.float32)
    y = saturate_to_fp16(x).astype(np.float64)
    np.testing.assert_array_equal(y, [65504, -65504, 65504, 65504, 0, 1, 65504, np.nan])


def test_unpack_gives_back_what_was_packed(interpret: Interpret):
    """With groups, those of a transposed convolution share the scales."""
    rng = np.random.default_rng(0)
    w = rng.integers(-128, 128, (4, 3, 2)).astype(np.int8)
    s, b = rng.random(3).astype(np.float32), rng.normal(size=6).astype(np.float32)
    types = "tensor<4x3x2xi8>, tensor<3xf32>, tensor<6xf32>"
    arguments = "%w: tensor<4x3x2xi8>, %s: tensor<3xf32>, %b: tensor<6xf32>"
    packed = "!quant.packed<conv_transpose1d, tensor<4x3x2xi8>, bias = f32, groups = 2>"
    results = interpret(
        f"""func.func @main({arguments}) -> ({types}) {{
          %p = quant.prepack_dynamic %w, %s, %b : ({types}) -> {packed}
          %v, %t, %c = quant.unpack_dynamic %p : ({packed}) -> ({types})
          func.return %v, %t, %c : {types}
        }}""",
        w,
        s,
        b,
    )
    assert all(map(same_bits, results, (w, s, b)))


def test_one_scale_of_many_is_an_error(interpret: Interpret):
    with pytest.raises(Error, match="packed with a scale for each channel"):
        interpret(
            """func.func @main(%w: tensor<2x3xi8>, %s: tensor<2xf32>) -> tensor<f32> {
              %p = quant.prepack_dynamic %w, %s : (tensor<2x3xi8>, tensor<2xf32>)
                -> !quant.packed<linear, tensor<2x3xi8>>
              %v, %t = quant.unpack_dynamic %p : (!quant.packed<linear, tensor<2x3xi8>>)
                -> (tensor<2x3xi8>, tensor<f32>)
              func.return %t : tensor<f32>
            }""",
            np.zeros((2, 3), np.int8),
            np.ones(2, np.float32),
        )
