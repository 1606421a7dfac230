"""Compiled layer_norm, group_norm and instance_norm give the interpreter's bits, alone and inside
networks, on every target; what they fuse from is one step away at most."""

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
NORMS = ["layer_norm", "group_norm", "instance_norm"]


class NormModule(RandomModule):
    """Random modules in which every other op is a normalisation."""

    @override
    def op(self, x: Value) -> Value:
        if not x.shape or self.rng.random() < 0.5:
            return super().op(x)
        norms = NORMS if len(x.shape) > 1 else NORMS[:1]
        return self.norm(x, self.rng.choice(norms))

    def norm(self, x: Value, name: str) -> Value:
        rng = self.rng
        shape, attributes = x.shape[1:2], f"eps = {rng.choice([1e-5, 0.1, 3.0]):.17e} : f64"
        if name == "layer_norm":
            shape = x.shape[rng.randint(0, len(x.shape) - 1) :]
            attributes += f", normalized_shape = array<i64: {', '.join(map(str, shape))}>"
        elif name == "group_norm":
            groups = rng.choice([n for n in range(1, x.shape[1] + 1) if x.shape[1] % n == 0])
            attributes += f", num_groups = {groups} : i64"
        there = rng.choice([[], ["weight"], ["bias"], ["weight", "bias"]])
        operands = ""
        for parameter in there:
            values = self.arrays_rng.normal(0.5, 1, shape).astype(np.float32)
            kind = tensor(shape, "f32")
            operands += f"{parameter}({self.constant(values, 'f32')} : {kind}) "
        y = self.quant(2.0 ** rng.uniform(-7, -4))
        activation = rng.choice(["none", "none", "relu", "clamp, min = -1.0, max = 0.5"])
        if rng.random() < 0.5:
            attributes += f", activation = #quant<activation {activation}>"
            text = f"quant.{name} {x.name} {operands}{{{attributes}}} : {x.type}"
            return Value(self.emit(f"{text} -> {tensor(x.shape, y)}"), x.shape, y)
        floats = tensor(x.shape, "f32")
        result = self.emit(f"nn.{name} {self.dcast(x)} {operands}{{{attributes}}} : {floats}")
        if activation == "relu":
            result = self.emit(f"nn.relu {result} : {floats}")
        elif activation.startswith("clamp"):
            bounds = "{min = -1.0 : f64, max = 0.5 : f64}"
            result = self.emit(f"nn.clamp {result} {bounds} : {floats}")
        return self.qcast(result, x.shape, y)


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(NormModule(seed, chains=2), {f"nn.{name}" for name in NORMS})


def test_random_modules_have_every_op() -> None:
    names: set[str] = set()
    for seed in range(SEEDS):
        names |= names_of(qfin.parse(NormModule(seed, chains=2).text))
    assert names >= {f"{dialect}.{name}" for name in NORMS for dialect in ("nn", "quant")}


Q = "!quant.uniform<u8:f32, 0.5:3>"
ATTRIBUTES = {
    "layer_norm": "{normalized_shape = array<i64: 6, 6>}",
    "group_norm": "{num_groups = 2 : i64}",
    "instance_norm": "{eps = 0.1 : f64}",
}


@pytest.mark.parametrize(("name", "conversions"), [("group_norm", 1), ("instance_norm", 1)])
def test_no_conversion_inside_a_network(name: str, conversions: int) -> None:
    """Between convolutions they take over channels innermost."""
    x = f"tensor<1x8x6x6x{Q}>"
    packed = "!quant.packed<conv2d, tensor<8x8x3x3xi8>, padding = [1, 1, 1, 1]>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %w = arith.constant dense<[0.1, 0.9, 0.5, 1.5, 0.3, 2.0, 0.7, 0.2]> : tensor<8xf32>
      %p = quant.packed_constant <dense<1> : tensor<8x8x3x3xi8>,
        scales = dense<0.01> : tensor<1xf32>> : {packed}
      %0 = quant.conv2d %x, %p : ({x}, {packed}) -> {x}
      %1 = quant.{name} %0 weight(%w : tensor<8xf32>) {ATTRIBUTES[name]} : {x} -> {x}
      %2 = quant.conv2d %1, %p : ({x}, {packed}) -> {x}
      func.return %2 : {x} }}""")
    laid_out = to_level(module.clone(), "laid-out", "avx2")
    names = [op.name for op in laid_out.walk()]
    assert names.count("layout.to_nhwc") == names.count("layout.to_nchw") == conversions
    q = np.random.default_rng(0).integers(0, 256, (1, 8, 6, 6)).astype(np.uint8)
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), [q]), qfin.interpret(module, [q]))


@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("shape", ["0x4x6x6", "3x4x6x0"])
def test_nothing_to_do(name: str, shape: str) -> None:
    x = f"tensor<{shape}x{Q}>"
    attributes = ATTRIBUTES[name].replace("6, 6", ", ".join(shape.split("x")[2:]))
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %y = quant.{name} %x {attributes} : {x} -> {x}
      func.return %y : {x} }}""")
    for target in case_targets():
        program = compiled(module, target)
        (spec,) = program.inputs
        assert run(program, [np.zeros(spec.shape, spec.dtype)])["out0"].shape == spec.shape


@pytest.mark.parametrize("name", NORMS)
def test_parameters_that_are_not_constant_are_refused(name: str) -> None:
    x, w = f"tensor<1x4x6x6x{Q}>", "tensor<6x6xf32>" if name == "layer_norm" else "tensor<4xf32>"
    module = qfin.parse(f"""func.func @main(%x: {x}, %w: {w}) -> {x} {{
      %y = quant.{name} %x bias(%w : {w}) {ATTRIBUTES[name]} : {x} -> {x}
      func.return %y : {x} }}""")
    with pytest.raises(qfin.Error, match="only constant parameters are compiled"):
        qfin.compile(module)
