"""Weights with zero points, signed or not: machine code against the interpreter, on random modules
of every contraction."""

from __future__ import annotations

import re

import numpy as np
import pytest
from typing_extensions import override

import qfin
from qfin.dialects import quant
from qfin.pipeline import to_level
from qfin.target import host_target_names

from .case_targets import MODULE_CALLS, case_targets, seeds_of
from .compiled import check_fusion, check_random_module, compiled, names_of, run, same_bits
from .random_modules import Array, RandomModule, Value
from .test_compile_conv3d import RandomConvs3d
from .test_compile_convs import RandomConvs, SingleConvs
from .test_compile_depthwise import DepthwiseModule
from .test_compile_residual import ResidualModule

_SCALE = re.compile(r"\d\.\d+e[+-]\d+")
_PACKED = re.compile(r"scales = dense<[^>]*> : tensor<(\d+)xf32>")


class ZeroPoints(RandomModule):
    """Gives most weights zero points, which often keep results within their range."""

    def zero_points(self, low: int, high: int, count: int) -> list[int]:
        rng = self.rng
        near = [(low + high) // 2 + rng.randint(-5, 5) for _ in range(count)]
        anywhere = [rng.choice([low, high, rng.randint(low, high)]) for _ in range(count)]
        return rng.choice([near, near, anywhere])

    @override
    def parameter(self, values: Array, storage: str, element: str) -> str:
        if storage != "i8" or self.rng.random() < 0.1:
            return super().parameter(values, storage, element)
        kind, low, high = self.rng.choice([("i8", -128, 127), ("u8", 0, 255)])
        found = iter(self.zero_points(low, high, len(_SCALE.findall(element))))
        element = re.sub(r"i8<-12[78]:127>", kind, element)
        element = _SCALE.sub(lambda scale: f"{scale[0]}:{next(found)}", element)
        return super().parameter(values, storage, element)

    @override
    def emit(self, text: str) -> str:
        """Text of packed constants has zero points, too."""

        def more(scales: re.Match[str]) -> str:
            values = self.zero_points(-128, 127, count := int(scales[1]))
            return f"{scales[0]}, zero_points = dense<{values}> : tensor<{count}xi32>"

        return super().emit(_PACKED.sub(more, text) if "packed_constant" in text else text)


class Contractions(ZeroPoints):
    """Linears and 2-D convolutions."""

    @override
    def op(self, x: Value) -> Value:
        return self.conv2d(x) if len(x.shape) == 4 else self.linear(x)


class Convs(ZeroPoints, RandomConvs):
    pass


class Convs3d(ZeroPoints, RandomConvs3d):
    pass


class Depthwise(ZeroPoints, DepthwiseModule):
    pass


class Residuals(ZeroPoints, ResidualModule):
    pass


class Single(ZeroPoints, SingleConvs):
    pass


KINDS = (Contractions, Convs, Convs3d, Depthwise, Residuals)


@pytest.mark.parametrize("kind", KINDS)
@seeds_of(len(KINDS) * MODULE_CALLS * len(case_targets()))
def test_random_module(kind: type[RandomModule], seed: int) -> None:
    check_random_module(kind(seed, chains=1), [])


@seeds_of(20)
def test_fusion_changes_one_step_at_most(seed: int) -> None:
    check_fusion(Single(seed))


def test_random_modules_have_both_kinds() -> None:
    """Zero points that stay, and such as vanish; results that are not all clamped."""
    kept, free = 0, 0
    for seed in range(8):
        case = Contractions(seed, chains=2)
        module = qfin.finalize(qfin.parse(case.text))
        constants = [op.value for op in module.walk() if isinstance(op, quant.PackedConstantOp)]
        kept += any("zero_points" in str(value) for value in constants)
        results = qfin.interpret(module, case.arrays()).values()
        free += any(len(np.unique(array)) > 16 for array in results)
    assert min(kept, free) > 2


def linear(weight: list[list[int]], element: str) -> str:
    """Of a weight [2, 3], given as signed bytes."""
    return f"""
    !x = !quant.uniform<u8:f32, 0.5:100>
    !w = !quant.uniform<{element}>
    !y = !quant.uniform<u8:f32, 64.0:100>
    func.func @main(%x: tensor<4x3x!x>) -> tensor<4x2x!y> {{
      %c = arith.constant dense<{weight}> : tensor<2x3xi8>
      %q = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!w>
      %w = quant.dcast %q : tensor<2x3x!w> to tensor<2x3xf32>
      %f = quant.dcast %x : tensor<4x3x!x> to tensor<4x3xf32>
      %l = nn.linear %f, %w : (tensor<4x3xf32>, tensor<2x3xf32>) -> tensor<4x2xf32>
      %y = quant.qcast %l : tensor<4x2xf32> to tensor<4x2x!y>
      func.return %y : tensor<4x2x!y>
    }}"""


@pytest.mark.parametrize("target", host_target_names())
def test_zero_points_that_cost_nothing(target: str) -> None:
    """Where the weights less theirs fit i8, the program is that of weights without."""
    module = qfin.parse(linear([[1, 2, 3], [-4, -5, -6]], "i8:f32:0, {0.5:100, 0.25:-100}"))
    names = names_of(to_level(module.clone(), "buffers", target))
    assert "kernel.dense" in names
    assert "kernel.channel_sums" not in names
    x = np.arange(12, dtype=np.uint8).reshape(4, 3) * 20
    assert not same_bits(run(compiled(module, target), [x]), qfin.interpret(module, [x]))


@pytest.mark.parametrize("target", host_target_names())
def test_unsigned_weights_less_their_zero_point_are_summed(target: str) -> None:
    module = qfin.parse(linear([[-1, 0, 3], [-128, 127, 1]], "u8:f32:0, {0.5:0, 0.25:255}"))
    x = np.array([[0, 255, 7], [255, 255, 255], [0, 0, 0], [100, 101, 99]], np.uint8)
    weight = np.array([[255, 0, 3], [128 - 255, 127 - 255, 1 - 255]])
    sums = (x.astype(int) - 100) @ weight.T
    expected = np.clip(np.rint(sums * [0.25 / 64, 0.125 / 64]) + 100, 0, 255)
    (y,) = run(compiled(module, target), [x]).values()
    assert y.tolist() == expected.tolist()
    assert "kernel.channel_sums" in names_of(to_level(module, "buffers", target))


DYNAMIC = """
    !w = !quant.uniform<u8:f32:0, {{0.5:0, 0.25:255, 0.125:101}}>
    func.func @main(%x: tensor<{x}xf32>) -> tensor<{y}xf32> {{
      %c = arith.constant dense<{weight}> : tensor<{w}xi8>
      %q = quant.scast %c : tensor<{w}xi8> to tensor<{w}x!w>
      %w = quant.dcast %q : tensor<{w}x!w> to tensor<{w}xf32>
      %s, %z = quant.choose_qparams %x : (tensor<{x}xf32>) -> (tensor<f32>, tensor<i32>)
      %i = quant.quantize %x, %s, %z
        : (tensor<{x}xf32>, tensor<f32>, tensor<i32>) -> tensor<{x}xui8>
      %d = quant.dequantize %i, %s, %z
        : (tensor<{x}xui8>, tensor<f32>, tensor<i32>) -> tensor<{x}xf32>
      %y = nn.{op} %d, %w {attributes} : (tensor<{x}xf32>, tensor<{w}xf32>) -> tensor<{y}xf32>
      func.return %y : tensor<{y}xf32>
    }}"""


@pytest.mark.parametrize("target", host_target_names())
@pytest.mark.parametrize("kind", ["linear", "conv2d"])
def test_inputs_quantized_at_run_time(target: str, kind: str) -> None:
    rng = np.random.default_rng(3)
    x, w, y, more = (7, 37), (3, 37), (7, 3), ""
    if kind == "conv2d":
        x, w, y = (2, 5, 6, 4), (3, 5, 3, 3), (2, 3, 6, 4)
        more = "{padding = array<i64: 1, 1, 1, 1>}"
    sizes = {name: "x".join(map(str, shape)) for name, shape in (("x", x), ("w", w), ("y", y))}
    weight = rng.integers(-128, 128, w).tolist()
    module = qfin.parse(DYNAMIC.format(**sizes, weight=weight, op=kind, attributes=more))
    module = qfin.finalize(module, quant_type="dynamic")
    assert f"quant.{kind}_dynamic" in names_of(module)
    values = rng.normal(size=x).astype(np.float32)
    got = run(compiled(module, target), [values])
    assert not same_bits(got, qfin.interpret(module, [values]))
