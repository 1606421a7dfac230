"""Compiled batch_norm and prelu give the interpreter's bits, alone and inside networks, on every
target; and fusing them changes none."""

from __future__ import annotations

import numpy as np
import pytest
from typing_extensions import override

import qfin
from qfin.pipeline import to_level

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import RandomModule, Value, tensor

SEEDS = 16
NAMES = ("batch_norm", "prelu")


class ChannelwiseModule(RandomModule):
    """Random modules in which every other op is a batch_norm or a prelu."""

    @override
    def op(self, x: Value) -> Value:
        if self.rng.random() < 0.5:
            return super().op(x)
        if len(x.shape) > 1 and self.rng.random() < 0.6:
            return self.batch_norm(x)
        return self.prelu(x)

    def floats_of(self, low: float, high: float, count: int) -> str:
        array = self.arrays_rng.uniform(low, high, count).astype(np.float32)
        return f"(%{self.constant(array, 'f32')[1:]} : {tensor((count,), 'f32')})"

    def batch_norm(self, x: Value) -> Value:
        rng, channels, unit = self.rng, x.shape[1], x.quant.scale
        parts = [f"{rng.choice(['weight', 'bias'])}{self.floats_of(-1, 1, channels)}"]
        parts = rng.choice(
            [
                [],
                parts,
                [
                    f"weight{self.floats_of(-2, 2, channels)}",
                    f"bias{self.floats_of(-50 * unit, 50 * unit, channels)}",
                ],
            ]
        )
        parts.append(f"running_mean{self.floats_of(-50 * unit, 50 * unit, channels)}")
        parts.append(f"running_var{self.floats_of(0, 2, channels)}")
        return self.fuses(x, "batch_norm", " ".join(parts), "eps = 0.1 : f64")

    def prelu(self, x: Value) -> Value:
        slopes = x.shape[1] if len(x.shape) > 1 and self.rng.random() < 0.8 else 1
        return self.fuses(x, "prelu", f"weight{self.floats_of(-1, 1, slopes)}", "")

    def fuses(self, x: Value, name: str, operands: str, attributes: str) -> Value:
        y = self.quant(x.quant.scale * self.rng.choice([0.5, 1.0, 2.0]))
        choices = ["none", "relu", "clamp, min = -1.0, max = 0.5"] if name == "batch_norm" else [""]
        activation = self.rng.choice(choices)
        if self.rng.random() < 0.5:
            if activation:
                attributes += f", activation = #quant<activation {activation}>"
            text = f"quant.{name} {x.name} {operands} {{{attributes}}} : {x.type}"
            return Value(self.emit(f"{text} -> {tensor(x.shape, y)}"), x.shape, y)
        floats = tensor(x.shape, "f32")
        result = self.emit(f"nn.{name} {self.dcast(x)} {operands} {{{attributes}}} : {floats}")
        if activation == "relu":
            result = self.emit(f"nn.relu {result} : {floats}")
        elif activation.startswith("clamp"):
            bounds = "{min = -1.0 : f64, max = 0.5 : f64}"
            result = self.emit(f"nn.clamp {result} {bounds} : {floats}")
        return self.qcast(result, x.shape, y)


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(ChannelwiseModule(seed, chains=2), {f"nn.{name}" for name in NAMES})


def test_random_modules_have_every_op() -> None:
    names: set[str] = set()
    for seed in range(SEEDS):
        names |= names_of(qfin.parse(ChannelwiseModule(seed, chains=2).text))
    assert names >= {f"{dialect}.{name}" for name in NAMES for dialect in ("nn", "quant")}


OPS = {
    "batch_norm": "weight(%p : tensor<2xf32>) bias(%r : tensor<2xf32>)"
    " running_mean(%r : tensor<2xf32>) running_var(%p : tensor<2xf32>)",
    "prelu": "weight(%r : tensor<2xf32>)",
}


@pytest.mark.parametrize("middle", ["", "%h = nn.relu %g : tensor<1x2x256xf32>"])
@pytest.mark.parametrize("name", NAMES)
def test_fusing_changes_no_bit(name: str, middle: str) -> None:
    """QDQ in the interpreter and the compiled program, for all 256 values, i8 to u8 and back."""
    kinds = {"u8": np.uint8, "i8": np.int8}
    for source, target in (("u8", "i8"), ("i8", "u8"), ("u8", "u8")):
        low = 0 if target == "u8" else -128
        zero = {"u8": 120, "i8": -8}[source]
        x = f"tensor<1x2x256x!quant.uniform<{source}:f32, 0.05:{zero}>>"
        y = f"tensor<1x2x256x!quant.uniform<{target}:f32, 0.02:{low + 60}>>"
        f = "tensor<1x2x256xf32>"
        behind = middle if name == "batch_norm" else ""
        text = f"""func.func @main(%x: {x}) -> {y} {{
          %p = arith.constant dense<[0.6, 1.3]> : tensor<2xf32>
          %r = arith.constant dense<[0.7, -0.4]> : tensor<2xf32>
          %f = quant.dcast %x : {x} to {f}
          %g = nn.{name} %f {OPS[name]} : {f}
          {behind}
          %y = quant.qcast {"%h" if behind else "%g"} : {f} to {y}
          func.return %y : {y} }}"""
        module = qfin.parse(text)
        q = np.tile(np.arange(256, dtype=np.uint8).view(kinds[source]), 2).reshape(1, 2, 256)
        want = qfin.interpret(module, [q])
        assert len(np.unique(want["out0"])) > 5
        finalized = qfin.finalize(module)
        assert f"quant.{name}" in names_of(finalized)
        assert not same_bits(qfin.interpret(finalized, [q]), want)
        for isa in case_targets():
            assert not same_bits(run(compiled(finalized, isa), [q]), want), (isa, text)


Q = "!quant.uniform<u8:f32, 0.5:3>"


def test_no_conversion_inside_a_network() -> None:
    """Between convolutions they take over channels innermost."""
    x = f"tensor<1x8x6x6x{Q}>"
    packed = "!quant.packed<conv2d, tensor<8x8x3x3xi8>, padding = [1, 1, 1, 1]>"
    p = "(%w : tensor<8xf32>)"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %w = arith.constant dense<[0.1, 0.9, 0.5, 1.5, 0.3, 2.0, 0.7, 0.2]> : tensor<8xf32>
      %p = quant.packed_constant <dense<1> : tensor<8x8x3x3xi8>,
        scales = dense<0.01> : tensor<1xf32>> : {packed}
      %0 = quant.conv2d %x, %p : ({x}, {packed}) -> {x}
      %1 = quant.batch_norm %0 running_mean{p} running_var{p} : {x} -> {x}
      %2 = quant.prelu %1 weight{p} : {x} -> {x}
      %3 = quant.conv2d %2, %p : ({x}, {packed}) -> {x}
      func.return %3 : {x} }}""")
    laid_out = to_level(module.clone(), "laid-out", "avx2")
    names = [op.name for op in laid_out.walk()]
    assert (names.count("layout.to_nhwc"), names.count("layout.to_nchw")) == (1, 1)
    q = np.random.default_rng(0).integers(0, 256, (1, 8, 6, 6)).astype(np.uint8)
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), [q]), qfin.interpret(module, [q]))


@pytest.mark.parametrize("shape", ["0x4", "3x4x0x5"])
def test_nothing_to_do(shape: str) -> None:
    x, p = f"tensor<{shape}x{Q}>", "(%w : tensor<4xf32>)"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %w = arith.constant dense<[0.1, 0.9, 0.5, 1.5]> : tensor<4xf32>
      %y = quant.batch_norm %x running_mean{p} running_var{p} : {x} -> {x}
      %z = quant.prelu %y weight{p} : {x} -> {x}
      func.return %z : {x} }}""")
    for target in case_targets():
        program = compiled(module, target)
        (spec,) = program.inputs
        assert run(program, [np.zeros(spec.shape, spec.dtype)])["out0"].shape == spec.shape


def test_slopes_that_are_not_finite_are_refused() -> None:
    x = f"tensor<1x2x{Q}>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %w = arith.constant dense<[0x7F800000, 1.0]> : tensor<2xf32>
      %y = quant.prelu %x weight(%w : tensor<2xf32>) : {x} -> {x}
      func.return %y : {x} }}""")
    with pytest.raises(qfin.Error, match="only finite slopes are compiled"):
        qfin.compile(module)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_that_are_not_constant_are_refused(name: str) -> None:
    x = f"tensor<1x2x{Q}>"
    module = qfin.parse(f"""func.func @main(%x: {x}, %p: tensor<2xf32>, %r: tensor<2xf32>) -> {x} {{
      %y = quant.{name} %x {OPS[name]} : {x} -> {x}
      func.return %y : {x} }}""")
    with pytest.raises(qfin.Error, match="only constant parameters are compiled"):
        qfin.compile(module)
