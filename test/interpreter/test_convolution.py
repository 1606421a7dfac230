"""Convolutions of 1 to 3 spatial dimensions, transposed and not, against PyTorch: its quantized
kernels bit for bit, its float ops closely, and exactly where sums are exact; and the weights of the
equivalent convolution."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter import contractions
from qfin.interpreter.transposed import conv_transpose, from_convolution, to_convolution

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]

SX, ZX, SY, ZY = 0.0173, 61, 0.0417, 37


@dataclass(frozen=True)
class Case:
    """An op with its shapes; padding is the same before and after."""

    op: str
    x: tuple[int, ...]
    weight: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int = 1
    output_padding: tuple[int, ...] = ()

    @property
    def transposed(self) -> bool:
        return "transpose" in self.op

    @property
    def outputs(self) -> int:
        return self.weight[1] * self.groups if self.transposed else self.weight[0]

    def lists(self) -> dict[str, list[int]]:
        lists = {
            "stride": list(self.stride),
            "padding": [p for p in self.padding for _ in range(2)],
            "dilation": list(self.dilation),
        }
        return lists | ({"output_padding": list(self.output_padding)} if self.transposed else {})

    def arguments(self) -> list[Any]:
        """Of PyTorch's prepack ops, behind weight and bias."""
        middle = [self.output_padding] if self.transposed else []
        return [self.stride, self.padding, *middle, self.dilation, self.groups]


T1, T2, T3 = "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"
CASES = [
    Case("conv1d", (2, 5, 11), (7, 5, 3), (1,), (1,), (1,)),
    Case("conv1d", (1, 6, 13), (9, 2, 4), (2,), (3,), (2,), 3),
    Case("conv1d", (2, 4, 29), (4, 1, 3), (3,), (0,), (1,), 4),
    Case(T1, (2, 5, 7), (5, 6, 3), (2,), (1,), (1,), 1, (1,)),
    Case(T1, (1, 4, 6), (4, 3, 2), (3,), (2,), (2,), 2, (0,)),
    Case(T2, (2, 5, 6, 7), (5, 9, 3, 3), (2, 2), (1, 1), (1, 1), 1, (1, 1)),
    Case(T2, (1, 3, 5, 4), (3, 4, 2, 2), (2, 2), (0, 0), (1, 1), 1, (0, 0)),
    Case(T2, (1, 6, 5, 6), (6, 3, 3, 4), (3, 1), (4, 2), (2, 1), 2, (1, 0)),
    Case(T2, (1, 4, 5, 5), (4, 3, 1, 3), (1, 3), (1, 0), (1, 2), 1, (0, 2)),
    # As many channels as before.
    Case(T1, (1, 4, 9), (4, 4, 3), (2,), (1,), (1,), 1, (0,)),
    Case(T2, (1, 4, 5, 6), (4, 4, 3, 2), (2, 1), (1, 0), (1, 2), 1, (0, 0)),
    Case(T2, (1, 6, 5, 6), (6, 3, 2, 3), (1, 3), (0, 2), (2, 1), 2, (0, 0)),
    # Stride 1; padding that cuts into the input.
    Case(T2, (1, 3, 6, 5), (3, 2, 2, 3), (1, 1), (2, 0), (1, 2), 1, (0, 1)),
    # Over a depth.
    Case("conv3d", (2, 5, 4, 6, 7), (7, 5, 3, 3, 3), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    Case("conv3d", (1, 3, 6, 7, 5), (4, 3, 1, 3, 2), (1, 2, 1), (0, 1, 2), (1, 1, 1)),
    Case("conv3d", (1, 6, 7, 5, 6), (9, 2, 3, 2, 1), (2, 1, 3), (2, 0, 1), (2, 1, 1), 3),
    Case("conv3d", (2, 4, 3, 5, 4), (4, 1, 2, 3, 3), (1, 1, 1), (1, 0, 2), (1, 2, 1), 4),
    Case(T3, (2, 5, 2, 3, 4), (5, 4, 2, 3, 2), (2, 2, 2), (0, 1, 0), (1, 1, 1), 1, (1, 0, 1)),
    Case(T3, (1, 4, 3, 3, 2), (4, 3, 2, 1, 3), (1, 3, 2), (1, 0, 2), (2, 1, 1), 2, (0, 1, 0)),
    Case(T3, (1, 3, 3, 4, 3), (3, 3, 2, 2, 3), (1, 1, 1), (0, 1, 2), (1, 2, 1), 1, (0, 0, 0)),
]
ids = [f"{case.op}-{n}" for n, case in enumerate(CASES)]


@pytest.fixture(params=["fbgemm", "onednn"])
def torch_engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    """PyTorch with one of its quantized engines, without word of their deprecation."""
    torch = pytest.importorskip("torch")
    if request.param not in torch.backends.quantized.supported_engines:
        pytest.skip(f"this PyTorch has no engine {request.param}")
    before = torch.backends.quantized.engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.backends.quantized.engine = request.param
        yield torch
        torch.backends.quantized.engine = before


def tensor(shape: Sequence[int], element: str) -> str:
    return f"tensor<{'x'.join(map(str, shape))}x{element}>"


def fused(
    case: Case, scales: NDArray[np.float64], result: Sequence[int], relu: bool, axis: int
) -> str:
    """A function that prepacks a weight and an f32 bias and runs the fused op."""
    many = ",".join(f"{scale:.17e}" for scale in scales)
    parameters = f":{axis}, {{{many}}}" if len(scales) > 1 else f", {many}"
    geometry = "".join(f", {key} = {values}" for key, values in case.lists().items())
    tx, tw = tensor(case.x, f"!quant.uniform<u8:f32, {SX}:{ZX}>"), tensor(case.weight, "!w")
    ty, tb = tensor(result, f"!quant.uniform<u8:f32, {SY}:{ZY}>"), tensor([case.outputs], "f32")
    return f"""
    !w = !quant.uniform<i8:f32{parameters}>
    !p = !quant.packed<{case.op}, {tensor(case.weight, "i8")}, bias = f32{geometry},
                       groups = {case.groups}>
    func.func @main(%x: {tx}, %w: {tw}, %b: {tb}) -> {ty} {{
      %p = quant.prepack %w, %b : ({tw}, {tb}) -> !p
      %y = quant.{case.op} %x, %p {{activation = #quant<activation {"relu" if relu else "none"}>}}
        : ({tx}, !p) -> {ty}
      func.return %y : {ty}
    }}"""


def constants(case: Case) -> tuple[NDArray[np.uint8], NDArray[np.int8], NDArray[np.float32]]:
    """(input, weight, bias). Inputs up to 127 only: without VNNI PyTorch's sums saturate."""
    rng = np.random.default_rng(len(case.x) + case.groups)
    x = rng.integers(0, 128, case.x).astype(np.uint8)
    weight = rng.integers(-128, 128, case.weight).astype(np.int8)
    return x, weight, rng.normal(size=case.outputs).astype(np.float32)


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("case", CASES, ids=ids)
def test_quantized(interpret: Interpret, torch_engine: Any, case: Case, per_channel: bool):
    torch = torch_engine
    if per_channel and case.transposed:
        pytest.skip("PyTorch has no transposed convolution with weights per channel")
    if case.transposed and torch.backends.quantized.engine == "onednn":
        if any(case.output_padding):
            pytest.skip("oneDNN has no output_padding")
        if case.weight[0] != case.outputs:
            pytest.skip("oneDNN's result is not that of fbgemm, nor of PyTorch's float op")
    x, weight, bias = constants(case)
    scales = np.random.default_rng(5).uniform(0.004, 0.016, case.weight[0] if per_channel else 1)
    values = torch.from_numpy(weight)
    if per_channel:
        zeros = torch.zeros(len(scales), dtype=torch.int64)
        wq = torch._make_per_channel_quantized_tensor(values, torch.from_numpy(scales), zeros, 0)
    else:
        wq = torch._make_per_tensor_quantized_tensor(values, float(scales[0]), 0)
    ops = torch.ops.quantized
    xq = torch._make_per_tensor_quantized_tensor(torch.from_numpy(x), SX, ZX)
    for relu in [False] if case.transposed else [False, True]:
        # Packed anew: oneDNN's keep the activation of their first run.
        packed = getattr(ops, f"{case.op}_prepack")(wq, torch.from_numpy(bias), *case.arguments())
        run = getattr(ops, f"{case.op}{'_relu' if relu else ''}")
        expected = run(xq, packed, SY, ZY).int_repr().numpy()
        text = fused(case, scales, expected.shape, relu, axis=0)
        (y,) = interpret(text, x, weight, bias)
        assert np.array_equal(y, expected)
        assert len(np.unique(y)) > 10, "results are not all clamped"


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("case", [c for c in CASES if c.transposed])
def test_per_channel_is_each_channel_alone(interpret: Interpret, case: Case, relu: bool):
    """Scales along axis 1 are those of the output channels of every group."""
    x, weight, bias = constants(case)
    per_group = case.weight[1]
    scales = np.random.default_rng(5).uniform(0.004, 0.016, per_group)
    sums = conv_transpose(
        x.astype(np.float64) - ZX,
        weight.astype(np.float64),
        case.stride,
        case.lists()["padding"],
        case.output_padding,
        case.dilation,
        case.groups,
    )
    (y,) = interpret(fused(case, scales, sums.shape, relu, axis=1), x, weight, bias)
    for channel in range(case.outputs):
        one = scales[[channel % per_group]]
        (alone,) = interpret(fused(case, one, sums.shape, relu, axis=1), x, weight, bias)
        assert np.array_equal(y[:, channel], alone[:, channel])
    assert not relu or y.min() >= ZY


@pytest.mark.parametrize("integers", [False, True])
@pytest.mark.parametrize("case", CASES, ids=ids)
def test_float(interpret: Interpret, case: Case, integers: bool):
    """On small integers every sum is exact, in whatever order."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    x, weight, bias = (
        np.rint(values) if integers else values
        for values in (
            rng.normal(0, 9 if integers else 1, shape).astype(np.float32)
            for shape in (case.x, case.weight, (case.outputs,))
        )
    )
    more = {"output_padding": case.output_padding} if case.transposed else {}
    expected = getattr(torch.nn.functional, case.op)(
        *(torch.from_numpy(a) for a in (x, weight, bias)),
        stride=case.stride,
        padding=case.padding,
        dilation=case.dilation,
        groups=case.groups,
        **more,
    ).numpy()
    types = [tensor(a.shape, "f32") for a in (x, weight, bias, expected)]
    attributes = ", ".join(
        f"{key} = array<i64: {', '.join(map(str, values))}>" for key, values in case.lists().items()
    )
    text = f"""
    func.func @main(%x: {types[0]}, %w: {types[1]}, %b: {types[2]}) -> {types[3]} {{
      %y = nn.{case.op} %x, %w, %b {{{attributes}, groups = {case.groups} : i64}}
        : ({", ".join(types[:3])}) -> {types[3]}
      func.return %y : {types[3]}
    }}"""
    (y,) = interpret(text, x, weight, bias)
    if integers:
        assert np.array_equal(y, expected)
    else:
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", [c for c in CASES if c.transposed])
def test_equivalent_convolution(case: Case):
    """What the native lowering does: a convolution of stride 1 over the input spread by the
    stride."""
    x, weight, _ = constants(case)
    floats = x.astype(np.float64) - ZX
    padding = case.lists()["padding"]
    expected = conv_transpose(
        floats,
        weight.astype(np.float64),
        case.stride,
        padding,
        case.output_padding,
        case.dilation,
        case.groups,
    )
    images, spatial = x.shape[:2], x.shape[2:]
    sizes = ((size - 1) * step + 1 for size, step in zip(spatial, case.stride, strict=True))
    spread = np.zeros((*images, *sizes))
    spread[:, :, *(slice(None, None, step) for step in case.stride)] = floats
    whole: list[int] = []
    for apart, taps, more in zip(case.dilation, weight.shape[2:], case.output_padding, strict=True):
        reach = apart * (taps - 1)
        whole += [reach, reach + more]
    dense = to_convolution(weight, case.groups)
    assert np.array_equal(from_convolution(dense, case.groups), weight)
    ones = (1,) * len(spatial)
    sums = contractions.conv(
        spread, dense.astype(np.float64), ones, whole, case.dilation, case.groups
    )
    kept = (
        slice(before, before + size)
        for before, size in zip(case.padding, expected.shape[2:], strict=True)
    )
    assert np.array_equal(sums[:, :, *kept], expected)
