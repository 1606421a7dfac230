"""Compiled activations give the interpreter's bits, alone and inside networks, on every target."""

from __future__ import annotations

import numpy as np
import pytest
from typing_extensions import override

import qfin
from qfin.dialects import quant
from qfin.pipeline import to_level

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import RandomModule, Value, tensor

SEEDS = 25
NAMES = [op.name.removeprefix("quant.") for op in quant.UNARY_OPS]


class UnaryModule(RandomModule):
    """Random modules in which every other op is an activation."""

    @override
    def op(self, x: Value) -> Value:
        if self.rng.random() < 0.5:
            return super().op(x)
        name = self.rng.choice(NAMES)
        attributes = self.parameters(name)
        y = self.quant(self.rng.choice([x.quant.scale, 1 / 256, 2.0 ** self.rng.uniform(-9, 0)]))
        if self.rng.random() < 0.5:
            text = f"quant.{name} {x.name} {attributes} : ({x.type}) -> {tensor(x.shape, y)}"
            return Value(self.emit(text), x.shape, y)
        floats = tensor(x.shape, "f32")
        return self.qcast(
            self.emit(f"nn.{name} {self.dcast(x)} {attributes} : {floats}"), x.shape, y
        )

    def parameters(self, name: str) -> str:
        rng = self.rng
        choices = {
            "elu": ["", f"{{alpha = {rng.uniform(-2, 2):.17e} : f64}}"],
            "celu": ["", f"{{alpha = {rng.uniform(0.1, 2):.17e} : f64}}"],
            "leaky_relu": ["", f"{{negative_slope = {rng.uniform(-1, 1):.17e} : f64}}"],
            "gelu": ["", '{approximate = "tanh"}'],
            "clamp": [
                f"{{min = {rng.uniform(-9, 1):.17e} : f64, max = {rng.uniform(0, 9):.17e} : f64}}",
                f"{{min = {rng.uniform(-9, 9):.17e} : f64}}",
                f"{{max = {rng.uniform(-9, 9):.17e} : f64}}",
            ],
        }
        return rng.choice(choices.get(name, [""]))


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(UnaryModule(seed), {f"nn.{name}" for name in NAMES})


def test_random_modules_have_every_activation() -> None:
    names: set[str] = set()
    for seed in range(2 * SEEDS):
        names |= names_of(qfin.parse(UnaryModule(seed).text))
    assert names >= {f"{dialect}.{name}" for name in NAMES for dialect in ("nn", "quant")}


@pytest.mark.parametrize("name", NAMES)
def test_every_value(name: str) -> None:
    """QDQ in the interpreter and the compiled program, for all 256 values, i8 to u8 and back."""
    parameters = "{min = -2.0 : f64, max = 1.7 : f64}" if name == "clamp" else ""
    kinds = {"u8": np.uint8, "i8": np.int8}
    for source, target in (("u8", "i8"), ("i8", "u8"), ("u8", "u8")):
        low = 0 if target == "u8" else -128
        zero = {"u8": 120, "i8": -8}[source]
        x = f"tensor<16x16x!quant.uniform<{source}:f32, 0.05:{zero}>>"
        y = f"tensor<16x16x!quant.uniform<{target}:f32, 0.02:{low + 60}>>"
        f = "tensor<16x16xf32>"
        text = f"""func.func @main(%x: {x}) -> {y} {{
          %f = quant.dcast %x : {x} to {f}
          %g = nn.{name} %f {parameters} : {f}
          %y = quant.qcast %g : {f} to {y}
          func.return %y : {y} }}"""
        module = qfin.parse(text)
        q = np.arange(256, dtype=np.uint8).reshape(16, 16).view(kinds[source])
        want = qfin.interpret(module, [q])
        assert len(np.unique(want["out0"])) > 5
        finalized = qfin.finalize(module)
        assert f"quant.{name}" in names_of(finalized)
        for isa in case_targets():
            assert not same_bits(run(compiled(finalized, isa), [q]), want), (isa, text)


Q = "!quant.uniform<u8:f32, 0.5:3>"


def test_no_conversion_inside_a_network() -> None:
    """Between convolutions an activation takes over channels innermost; equal tables are one."""
    x = f"tensor<1x8x6x6x{Q}>"
    packed = "!quant.packed<conv2d, tensor<8x8x3x3xi8>, padding = [1, 1, 1, 1]>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %p = quant.packed_constant <dense<1> : tensor<8x8x3x3xi8>,
        scales = dense<0.01> : tensor<1xf32>> : {packed}
      %0 = quant.conv2d %x, %p : ({x}, {packed}) -> {x}
      %1 = quant.hardswish %0 : ({x}) -> {x}
      %2 = quant.conv2d %1, %p : ({x}, {packed}) -> {x}
      %3 = quant.hardswish %2 : ({x}) -> {x}
      %4 = quant.conv2d %3, %p : ({x}, {packed}) -> {x}
      func.return %4 : {x} }}""")
    laid_out = to_level(module.clone(), "laid-out", "avx2")
    names = [op.name for op in laid_out.walk()]
    assert (names.count("layout.to_nhwc"), names.count("layout.to_nchw")) == (1, 1)
    buffers = str(to_level(laid_out, "buffers"))
    (table,) = {line.split(",")[1] for line in buffers.splitlines() if "kernel.lut" in line}
    assert table
    q = np.random.default_rng(0).integers(0, 256, (1, 8, 6, 6)).astype(np.uint8)
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), [q]), qfin.interpret(module, [q]))


@pytest.mark.parametrize("shape", ["0x4", "3x0x5"])
def test_nothing_to_do(shape: str) -> None:
    x = f"tensor<{shape}x{Q}>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %y = quant.silu %x : ({x}) -> {x}
      func.return %y : {x} }}""")
    for target in case_targets():
        program = compiled(module, target)
        (spec,) = program.inputs
        assert run(program, [np.zeros(spec.shape, spec.dtype)])["out0"].shape == spec.shape
