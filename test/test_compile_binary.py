"""Compiled add, sub and mul give the interpreter's bits, on every target of this host; and fusing
them changes none."""

from __future__ import annotations

import random

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

import qfin

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import RandomModule, Shape, Value, tensor

FUNCTIONS = ("add", "sub", "mul")
KINDS = ("activation relu", "activation clamp", "nn.relu", "nn.clamp")
SEEDS = 20


class BinaryModule(RandomModule):
    """Chains in which values of any layout meet: with others of their shape, with what broadcasts,
    and with themselves."""

    def chain(self) -> None:
        rng = self.rng
        shape = self.image()
        if rng.random() < 0.3:
            shape = tuple(rng.choice([1, 2, 3, 7, 33]) for _ in range(rng.randint(0, 5)))
        values = [self.source(shape)]
        for _ in range(rng.randint(1, 5)):
            x = rng.choice([values[-1], rng.choice(values)])
            same = [value for value in values if value.shape == x.shape]
            if len(x.shape) == 4 and rng.random() < 0.5:
                values.append(self.pooled(x))
            else:
                other = rng.choice([rng.choice(same), same[-1], self.other(x.shape)])
                values.append(self.binary(x, other))
        for value in {value.name: value for value in (values[-1], rng.choice(values))}.values():
            self.results.append((value.name, value.type))

    def pooled(self, x: Value) -> Value:
        """Something on channels innermost, mostly of the same shape, that may read a halo."""
        if self.rng.random() < 0.3:
            return self.rng.choice([self.adaptive_avg_pool2d, self.conv2d])(x)
        window = "{kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>}"
        return self.moved(x, "nn.max_pool2d", window, x.shape)

    def other(self, shape: Shape) -> Value:
        """A value that broadcasts to the shape: some dimensions 1, some of the first ones absent;
        an argument or a constant."""
        rng = self.rng
        sizes = tuple(1 if rng.random() < 0.4 else size for size in shape)
        sizes = sizes[rng.choice([0, 0, 0, rng.randint(0, len(shape))]) :]
        if rng.random() < 0.6:
            return self.source(sizes)
        quant = self.quant()
        values = self.stored(sizes, quant).view(np.int8)
        return self.scast(self.constant(values, "i8"), sizes, quant)

    def binary(self, x: Value, other: Value) -> Value:
        rng = self.rng
        function = rng.choice(FUNCTIONS)
        lhs, rhs = (x, other) if rng.random() < 0.5 else (other, x)
        unit = max(lhs.quant.scale, rhs.quant.scale)
        if function == "mul":
            unit = lhs.quant.scale * rhs.quant.scale * 100
        y = self.quant(unit * rng.choice([1.0, 1.0, 2.0, 0.3]))
        activation = self.activation(y)
        if rng.random() < 0.4:
            types = f"({lhs.type}, {rhs.type}) -> {tensor(x.shape, y)}"
            text = f"quant.{function} {lhs.name}, {rhs.name} {activation.fused} : {types}"
            return Value(self.emit(text), x.shape, y)
        floats = tensor(x.shape, "f32")
        a = self.dcast(lhs)
        b = a if lhs is rhs and rng.random() < 0.5 else self.dcast(rhs)
        types = f"({tensor(lhs.shape, 'f32')}, {tensor(rhs.shape, 'f32')})"
        result = self.emit(f"nn.{function} {a}, {b} : {types} -> {floats}")
        return self.qcast(self.activated(result, x.shape, activation), x.shape, y)


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(BinaryModule(seed), {f"nn.{name}" for name in FUNCTIONS})


def test_random_modules_have_every_op() -> None:
    names: set[str] = set()
    kinds: set[str] = set()
    for seed in range(SEEDS):
        case = BinaryModule(seed)
        module = qfin.parse(case.text)
        names |= names_of(module) | names_of(qfin.finalize(module))
        kinds |= {kind for kind in KINDS if kind in case.text}
    assert names >= {f"{dialect}.{name}" for dialect in ("nn", "quant") for name in FUNCTIONS}
    assert kinds == set(KINDS)


TWO = """
!a = !quant.uniform<u8:f32, {}>
!b = !quant.uniform<i8:f32, {}>
!y = !quant.uniform<u8:f32, {}>
func.func @main(%a: tensor<256x1x!a>, %b: tensor<256x!b>) -> tensor<256x256x!y> {{
  %x = quant.dcast %a : tensor<256x1x!a> to tensor<256x1xf32>
  %z = quant.dcast %b : tensor<256x!b> to tensor<256xf32>
  %f = nn.{} %x, %z : (tensor<256x1xf32>, tensor<256xf32>) -> tensor<256x256xf32>
  {}
  %q = quant.qcast {} : tensor<256x256xf32> to tensor<256x256x!y>
  func.return %q : tensor<256x256x!y>
}}"""


def pairs(function: str, seed: int) -> ModuleOp:
    """A group of random scales, on all pairs of bytes; some with a relu, some with a clamp."""
    rng = random.Random(f"{function} {seed}")
    a, b = 2.0 ** rng.uniform(-8, 2), 2.0 ** rng.uniform(-8, 2)
    if rng.random() < 0.3:  # ties
        a, b = 0.5, 0.25
    y = (a * b * 60 if function == "mul" else a + b) * rng.choice([1.0, 0.5])
    parameters = (
        f"{a:.17e}:{rng.randint(0, 255)}",
        f"{b:.17e}:{rng.randint(-128, 127)}",
        f"{y:.17e}:{rng.randint(0, 255)}",
    )
    low, high = sorted(rng.uniform(-150, 150) * y for _ in range(2))
    clamp = f"nn.clamp %f {{min = {low:.17e} : f64, max = {high:.17e} : f64}}"
    middle, last = ("", "nn.relu %f", clamp)[seed % 3], "%f"
    if middle:
        middle, last = f"%r = {middle} : tensor<256x256xf32>", "%r"
    return qfin.parse(TWO.format(*parameters, function, middle, last))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("function", FUNCTIONS)
def test_fusing_changes_no_bit(function: str, seed: int) -> None:
    module = pairs(function, seed)
    finalized = qfin.finalize(module)
    assert f"quant.{function}" in names_of(finalized)
    arrays = [np.arange(256, dtype=np.uint8)[:, None], np.arange(-128, 128).astype(np.int8)]
    want = qfin.interpret(module, arrays)
    assert not same_bits(qfin.interpret(finalized, arrays), want)
    for target in case_targets():
        assert not same_bits(run(compiled(finalized, target), arrays), want), target
