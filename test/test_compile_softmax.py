"""Compiled softmax gives the interpreter's bits, alone and inside networks, on every target."""

from __future__ import annotations

import numpy as np
import pytest
from typing_extensions import override

import qfin

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import RandomModule, Value, tensor

SEEDS = 15


class SoftmaxModule(RandomModule):
    """Random modules in which every other op is a softmax."""

    @override
    def op(self, x: Value) -> Value:
        if self.rng.random() < 0.5:
            return super().op(x)
        rank = max(len(x.shape), 1)
        attributes = f"{{dim = {self.rng.randrange(-rank, rank)} : i64}}"
        y = self.quant(2.0 ** self.rng.uniform(-12, -6))
        if self.rng.random() < 0.5:
            text = f"quant.softmax {x.name} {attributes} : ({x.type}) -> {tensor(x.shape, y)}"
            return Value(self.emit(text), x.shape, y)
        floats = tensor(x.shape, "f32")
        result = self.emit(f"nn.softmax {self.dcast(x)} {attributes} : {floats}")
        return self.qcast(result, x.shape, y)


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(SoftmaxModule(seed, chains=2), ["nn.softmax"])


def test_random_modules_have_both() -> None:
    names: set[str] = set()
    for seed in range(SEEDS):
        names |= names_of(qfin.parse(SoftmaxModule(seed, chains=2).text))
    assert names >= {"nn.softmax", "quant.softmax"}


@pytest.mark.parametrize("shape", ["", "1x", "0x4x", "4x0x", "1000x", "3x5x7x2x"])
@pytest.mark.parametrize("dim", [0, -1])
def test_shapes(shape: str, dim: int) -> None:
    x, y = (f"tensor<{shape}!quant.uniform<{q}>>" for q in ("i8:f32, 0.04:3", "u8:f32, 0.004"))
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {y} {{
      %y = quant.softmax %x {{dim = {dim} : i64}} : ({x}) -> {y}
      func.return %y : {y} }}""")
    for target in case_targets():
        program = compiled(module, target)
        (spec,) = program.inputs
        q = np.random.default_rng(0).integers(-128, 128, spec.shape)
        arrays = [np.asarray(q, np.int8)]
        assert not same_bits(run(program, arrays), qfin.interpret(module, arrays))
