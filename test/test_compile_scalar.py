"""Compiled arithmetic with one number gives the interpreter's bits, on every target."""

from __future__ import annotations

import numpy as np
import pytest
from typing_extensions import override

import qfin
from qfin.pipeline import to_level

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import RandomModule, Value, tensor

FUNCTIONS = ("add", "sub", "mul")
SEEDS = 15


class ScalarModule(RandomModule):
    """Random modules in which every other op is of a tensor and a number."""

    @override
    def op(self, x: Value) -> Value:
        rng = self.rng
        if rng.random() < 0.5:
            return super().op(x)
        function = rng.choice(FUNCTIONS)
        other = rng.choice([-1, 1]) * rng.uniform(0.1, 3)
        unit = abs(other) if function == "mul" else 1.0
        if function != "mul":
            other *= 50 * x.quant.scale
        y = self.quant(x.quant.scale * unit * rng.choice([1.0, 1.0, 0.4, 2.0]))
        activation = self.activation(y)
        if rng.random() < 0.4:
            name = rng.choice(["add", "rsub"]) if function == "sub" else function
            attributes = f"{{other = {other:.17e} : f64"
            if activation.fused:
                attributes += f", {activation.fused[1:-1]}"
            types = f"({x.type}) -> {tensor(x.shape, y)}"
            text = f"quant.{name}_scalar {x.name} {attributes}}} : {types}"
            return Value(self.emit(text), x.shape, y)
        floats, number = tensor(x.shape, "f32"), self.constant(np.array(other, np.float32), "f32")
        operands = [(self.dcast(x), floats), (number, "tensor<f32>")]
        if rng.random() < 0.5:
            operands.reverse()
        names, types = (", ".join(part) for part in zip(*operands, strict=True))
        result = self.emit(f"nn.{function} {names} : ({types}) -> {floats}")
        return self.qcast(self.activated(result, x.shape, activation), x.shape, y)


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(ScalarModule(seed), {f"nn.{name}" for name in FUNCTIONS})


def test_random_modules_have_every_op() -> None:
    names: set[str] = set()
    for seed in range(SEEDS):
        module = qfin.parse(ScalarModule(seed).text)
        names |= names_of(module) | names_of(qfin.finalize(module))
    assert names >= {*(f"nn.{name}" for name in FUNCTIONS)}
    assert names >= {f"quant.{name}_scalar" for name in ("add", "rsub", "mul")}


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_value(function: str, left: bool) -> None:
    """QDQ in the interpreter and the compiled program, for all 256 values, i8 to u8 and back."""
    for source, target in (("u8", "i8"), ("i8", "u8")):
        x = f"tensor<16x16x!quant.uniform<{source}:f32, 0.05:{3 if source == 'u8' else -20}>>"
        y = f"tensor<16x16x!quant.uniform<{target}:f32, 0.062:{120 if target == 'u8' else -8}>>"
        f, one = "tensor<16x16xf32>", "tensor<1xf32>"
        operands, types = ("%c, %f", f"({one}, {f})") if left else ("%f, %c", f"({f}, {one})")
        text = f"""func.func @main(%x: {x}) -> {y} {{
          %c = arith.constant dense<[-1.3]> : {one}
          %f = quant.dcast %x : {x} to {f}
          %g = nn.{function} {operands} : {types} -> {f}
          %y = quant.qcast %g : {f} to {y}
          func.return %y : {y} }}"""
        module = qfin.parse(text)
        q = np.arange(256, dtype=np.uint8).reshape(16, 16)
        q = q.view(np.int8) if source == "i8" else q
        want = qfin.interpret(module, [q])
        assert len(np.unique(want["out0"])) > 100
        finalized = qfin.finalize(module)
        assert any(name.endswith("_scalar") for name in names_of(finalized))
        for isa in case_targets():
            assert not same_bits(run(compiled(finalized, isa), [q]), want), (isa, text)


def test_no_conversion_inside_a_network() -> None:
    """Between poolings it takes over channels innermost."""
    x = "tensor<1x8x6x6x!quant.uniform<u8:f32, 0.5:3>>"
    window = "{kernel = array<i64: 1, 1>}"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %0 = nn.max_pool2d %x {window} : ({x}) -> {x}
      %1 = quant.mul_scalar %0 {{other = 0.5 : f64}} : ({x}) -> {x}
      %2 = nn.max_pool2d %1 {window} : ({x}) -> {x}
      func.return %2 : {x} }}""")
    names = [op.name for op in to_level(module, "laid-out", "avx2").walk()]
    assert (names.count("layout.to_nhwc"), names.count("layout.to_nchw")) == (1, 1)
