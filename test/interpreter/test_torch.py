"""The interpreter against PyTorch: its quantized kernels bit for bit, its float ops closely."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]

SX, ZX, SY, ZY = 0.0173, 61, 0.0417, 37


@pytest.fixture(params=["fbgemm", "x86"])
def engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """One of PyTorch's quantized engines, without word of their deprecation."""
    if request.param not in torch.backends.quantized.supported_engines:
        pytest.skip(f"this PyTorch has no engine {request.param}")
    before = torch.backends.quantized.engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.backends.quantized.engine = request.param
        yield
        torch.backends.quantized.engine = before


def activations(shape: Sequence[int]) -> NDArray[np.uint8]:
    """Up to 127 only: without VNNI, and in fbgemm's depthwise kernel, PyTorch's sums saturate."""
    return np.random.default_rng(1).integers(0, 128, shape).astype(np.uint8)


def weights(shape: Sequence[int]) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[Any]]:
    """(weight, one scale for each output channel, bias)."""
    rng = np.random.default_rng(2)
    weight = rng.integers(-128, 128, shape).astype(np.int8)
    bias = rng.normal(size=shape[0]).astype(np.float32)
    return weight, rng.uniform(0.001, 0.004, shape[0]), bias


def torch_activation(x: NDArray[np.uint8]) -> Any:
    return torch._make_per_tensor_quantized_tensor(torch.from_numpy(x), SX, ZX)


def torch_weight(weight: NDArray[np.int8], scales: NDArray[np.float64]) -> Any:
    values = torch.from_numpy(weight)
    if len(scales) == 1:
        return torch._make_per_tensor_quantized_tensor(values, float(scales[0]), 0)
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    return torch._make_per_channel_quantized_tensor(values, torch.from_numpy(scales), zeros, 0)


def fused_text(
    op: str,
    x: NDArray[Any],
    weight: NDArray[Any],
    scales: NDArray[Any],
    result: Sequence[int],
    *,
    bias: bool,
    relu: bool,
    geometry: str = "",
) -> str:
    """A function that prepacks its weight and bias and runs one fused op."""

    def tensor(shape: Sequence[int], element: str) -> str:
        return f"tensor<{'x'.join(str(d) for d in shape)}x{element}>"

    quantized = (
        f"i8:f32, {scales[0]}"
        if len(scales) == 1
        else f"i8:f32:0, {{{', '.join(str(scale) for scale in scales)}}}"
    )
    tx, ty, tw = tensor(x.shape, "!qx"), tensor(result, "!qy"), tensor(weight.shape, "!qw")
    tb = f", tensor<{weight.shape[0]}xf32>" if bias else ""
    return f"""
    !qx = !quant.uniform<u8:f32, {SX}:{ZX}>
    !qy = !quant.uniform<u8:f32, {SY}:{ZY}>
    !qw = !quant.uniform<{quantized}>
    !p = !quant.packed<{op}, {tensor(weight.shape, "i8")}{", bias = f32" * bias}{geometry}>
    func.func @main(%x: {tx}, %w: {tw}{tb.replace("tensor", "%b: tensor")}) -> {ty} {{
      %p = quant.prepack %w{", %b" * bias} : ({tw}{tb}) -> !p
      %y = quant.{op} %x, %p {{activation = #quant<activation {"relu" if relu else "none"}>}}
        : ({tx}, !p) -> {ty}
      func.return %y : {ty}
    }}"""


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("rows", [0, 1, 67])
def test_linear(interpret: Interpret, rows: int, per_channel: bool, with_bias: bool, relu: bool):
    x = activations((rows, 133))
    weight, scales, bias = weights((29, 133))
    scales = scales if per_channel else scales[:1]
    packed = torch.ops.quantized.linear_prepack(
        torch_weight(weight, scales), torch.from_numpy(bias) if with_bias else None
    )
    op = torch.ops.quantized.linear_relu if relu else torch.ops.quantized.linear
    expected = op(torch_activation(x), packed, SY, ZY).int_repr().numpy()
    text = fused_text("linear", x, weight, scales, expected.shape, bias=with_bias, relu=relu)
    (y,) = interpret(text, x, weight, *([bias] if with_bias else []))
    assert np.array_equal(y, expected)
    assert rows == 0 or len(np.unique(y)) > 10, "results are not all clamped"


@dataclass(frozen=True)
class Conv:
    """A convolution's shapes."""

    x: tuple[int, int, int, int]
    weight: tuple[int, int, int, int]
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1

    @property
    def geometry(self) -> str:
        (top, left), (sy, sx), (dy, dx) = self.padding, self.stride, self.dilation
        return (
            f", stride = [{sy}, {sx}], padding = [{top}, {top}, {left}, {left}]"
            f", dilation = [{dy}, {dx}], groups = {self.groups}"
        )


CONVS = {
    "pointwise": Conv((2, 7, 5, 6), (11, 7, 1, 1)),
    "padded": Conv((2, 5, 9, 7), (13, 5, 3, 3), padding=(1, 1)),
    "strided": Conv((1, 3, 11, 13), (9, 3, 5, 3), stride=(2, 3), padding=(2, 0)),
    "dilated": Conv((1, 4, 12, 10), (6, 4, 3, 3), padding=(2, 1), dilation=(2, 3)),
    "grouped": Conv((1, 6, 8, 8), (9, 2, 3, 3), padding=(1, 1), groups=3),
    "depthwise": Conv((1, 10, 9, 7), (10, 1, 3, 3), stride=(2, 1), padding=(1, 1), groups=10),
}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("conv", CONVS.values(), ids=CONVS.keys())
def test_conv2d(interpret: Interpret, conv: Conv, per_channel: bool, relu: bool):
    x = activations(conv.x)
    weight, scales, bias = weights(conv.weight)
    scales = (scales if per_channel else scales[:1]) * 4
    packed = torch.ops.quantized.conv2d_prepack(
        torch_weight(weight, scales),
        torch.from_numpy(bias),
        conv.stride,
        conv.padding,
        conv.dilation,
        conv.groups,
    )
    op = torch.ops.quantized.conv2d_relu if relu else torch.ops.quantized.conv2d
    expected = op(torch_activation(x), packed, SY, ZY).int_repr().numpy()
    text = fused_text(
        "conv2d", x, weight, scales, expected.shape, bias=True, relu=relu, geometry=conv.geometry
    )
    (y,) = interpret(text, x, weight, bias)
    assert np.array_equal(y, expected)
    assert len(np.unique(y)) > 10, "results are not all clamped"


@pytest.mark.parametrize("conv", CONVS.values(), ids=CONVS.keys())
def test_float_conv2d(interpret: Interpret, conv: Conv):
    rng = np.random.default_rng(3)
    x, weight, bias = (
        rng.normal(size=shape).astype(np.float32)
        for shape in (conv.x, conv.weight, conv.weight[:1])
    )
    expected = torch.nn.functional.conv2d(
        *(torch.from_numpy(a) for a in (x, weight, bias)),
        conv.stride,
        conv.padding,
        conv.dilation,
        conv.groups,
    ).numpy()
    (top, left) = conv.padding
    types = [f"tensor<{'x'.join(map(str, a.shape))}xf32>" for a in (x, weight, bias, expected)]
    text = f"""
    func.func @main(%x: {types[0]}, %w: {types[1]}, %b: {types[2]}) -> {types[3]} {{
      %y = nn.conv2d %x, %w, %b {{
        stride = array<i64: {conv.stride[0]}, {conv.stride[1]}>,
        padding = array<i64: {top}, {top}, {left}, {left}>,
        dilation = array<i64: {conv.dilation[0]}, {conv.dilation[1]}>,
        groups = {conv.groups} : i64}} : ({", ".join(types[:3])}) -> {types[3]}
      func.return %y : {types[3]}
    }}"""
    (y,) = interpret(text, x, weight, bias)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def unary(interpret: Interpret, op: str, x: NDArray[Any], shape: Sequence[int]) -> NDArray[Any]:
    before, after = (f"tensor<{'x'.join(map(str, s))}xf32>" for s in (x.shape, shape))
    text = f"""
    func.func @main(%x: {before}) -> {after} {{
      %y = {op} : ({before}) -> {after}
      func.return %y : {after}
    }}"""
    return interpret(text, x)[0]


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [
        ((2, 2), (2, 2), (0, 0), (1, 1)),
        ((3, 5), (2, 1), (1, 2), (1, 1)),
        ((3, 2), (1, 3), (1, 1), (2, 3)),
    ],
)
def test_max_pool2d(
    interpret: Interpret,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
):
    x = np.random.default_rng(4).normal(size=(2, 3, 9, 11)).astype(np.float32)
    x[0, 0, 3, 4], x[1, 2, 5, 5] = np.nan, -np.inf
    expected = torch.nn.functional.max_pool2d(
        torch.from_numpy(x), kernel, stride, padding, dilation
    ).numpy()
    op = f"""nn.max_pool2d %x {{
        kernel = array<i64: {kernel[0]}, {kernel[1]}>,
        stride = array<i64: {stride[0]}, {stride[1]}>,
        padding = array<i64: {padding[0]}, {padding[0]}, {padding[1]}, {padding[1]}>,
        dilation = array<i64: {dilation[0]}, {dilation[1]}>}}"""
    assert np.array_equal(unary(interpret, op, x, expected.shape), expected, equal_nan=True)


@pytest.mark.parametrize("include", [True, False])
def test_avg_pool2d(interpret: Interpret, include: bool):
    x = np.random.default_rng(5).normal(size=(2, 3, 9, 11)).astype(np.float32)
    expected = torch.nn.functional.avg_pool2d(
        torch.from_numpy(x), (3, 4), (2, 3), (1, 2), count_include_pad=include
    ).numpy()
    op = f"""nn.avg_pool2d %x {{
        kernel = array<i64: 3, 4>, stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 2, 2>,
        count_include_pad = {str(include).lower()}}}"""
    y = unary(interpret, op, x, expected.shape)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (4, 3), (9, 11), (13, 12)])
def test_adaptive_avg_pool2d(interpret: Interpret, size: tuple[int, int]):
    x = np.random.default_rng(6).normal(size=(2, 3, 9, 11)).astype(np.float32)
    expected = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(x), size).numpy()
    y = unary(interpret, "nn.adaptive_avg_pool2d %x", x, expected.shape)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


def test_quantized_avg_pool2d(interpret: Interpret):
    """PyTorch keeps scale and zero point, and adds the zero point before rounding: one step."""
    x = activations((1, 4, 9, 9))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pooled = torch.nn.functional.avg_pool2d(torch_activation(x), 3, 2, 1)
        expected = pooled.int_repr().numpy()
    text = f"""
    !q = !quant.uniform<u8:f32, {SX}:{ZX}>
    func.func @main(%x: tensor<1x4x9x9x!q>) -> tensor<1x4x5x5x!q> {{
      %y = quant.avg_pool2d %x {{kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>,
                                padding = array<i64: 1, 1, 1, 1>}}
        : (tensor<1x4x9x9x!q>) -> tensor<1x4x5x5x!q>
      func.return %y : tensor<1x4x5x5x!q>
    }}"""
    (y,) = interpret(text, x)
    # Nine divides no sum into a tie, so that even the order of rounding does not show.
    assert np.array_equal(y, expected)
