"""Contractions with a residual: machine code and fusion against the interpreter, on random
modules; and the bound of the difference from the float form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from typing_extensions import override

import qfin
from qfin.dialects.layout import ToNchwOp, ToNhwcOp
from qfin.pipeline import to_level

from .case_targets import module_seeds, seeds_of
from .compiled import check_fusion, check_random_module, names_of
from .random_modules import Quant, RandomModule, Shape, Value, quantized, tensor

SEEDS = 14
FUSION_SEEDS = 40
KINDS = ("linear", *(f"conv{how}{n}d" for how in ("", "_transpose") for n in (1, 2, 3)))


class ResidualModule(RandomModule):
    """Blocks of a contraction and the addition of something of its result's shape, as level 1."""

    blocks = (1, 1, 2)

    @override
    def quant(self, scale: float | None = None) -> Quant:
        """Often one whose zero point is 0, as behind a relu."""
        drawn = super().quant(scale)
        from_zero = drawn.low <= 0 <= drawn.high and self.rng.random() < 0.4
        return replace(drawn, zero_point=0) if from_zero else drawn

    @override
    def chain(self) -> None:
        rng = self.rng
        kind = rng.choice(KINDS)
        batch, channels, *spatial = self.image()
        if kind == "linear":
            shape = (*rng.choice([(), (3,), (2, 5)]), channels)
        else:
            shape = (batch, channels, *[rng.randint(1, 4), *spatial][3 - int(kind[-2]) :])
        value = self.source(shape)
        for _ in range(rng.choice(self.blocks)):
            value = self.block(value, kind)
        self.results.append((value.name, value.type))

    def block(self, x: Value, kind: str) -> Value:
        """Mostly of the same shape, so that the input may be what is added."""
        rng, arrays = self.rng, self.arrays_rng
        spatial = 0 if kind == "linear" else len(x.shape) - 2
        channels = x.shape[1] if spatial else x.shape[-1]
        groups = rng.choice([1, 1, channels]) if spatial else 1
        outputs = channels if rng.random() < 0.6 else groups * rng.choice([1, 2, 17, 40])
        outputs = channels if outputs > 150 else outputs
        taps = tuple(rng.choice([1, 3]) for _ in range(spatial))
        weight = (outputs, channels // groups, *taps)
        if "transpose" in kind:
            weight = (channels, outputs // groups, *taps)
        shape: Shape = (x.shape[0], outputs, *x.shape[2:]) if spatial else (*x.shape[:-1], outputs)
        scale = 2.0 ** arrays.uniform(-10, 0)
        unit = x.quant.scale * scale
        y = self.quant(unit * 80 * 74 * max(1, np.prod(weight[1:])) ** 0.5 / 60)
        values = arrays.integers(-127, 128, weight).astype(np.int8)
        weights = self.parameter(
            values, "i8", quantized("i8<-127:127>", np.array([scale]), None, 0)
        )
        operands, types = [self.dcast(x), weights], [tensor(x.shape, "f32"), tensor(weight, "f32")]
        if (bias := rng.choice([None, "f32", "i32"])) is not None:
            drawn = arrays.normal(0, 1000, outputs)
            if bias == "f32":
                operands.append(self.constant((drawn * unit).astype(np.float32), "f32"))
            else:
                element = quantized("i32", np.array([unit]), None, outputs)
                operands.append(self.parameter(drawn.astype(np.int32), "i32", element))
            types.append(tensor([outputs], "f32"))
        padding = ", ".join(str(tap // 2) for tap in taps for _ in range(2))
        attributes = ""
        if spatial:
            attributes = f"{{padding = array<i64: {padding}>, groups = {groups} : i64}}"
        floats = tensor(shape, "f32")
        signature = f"({', '.join(types)}) -> {floats}"
        product = self.emit(f"nn.{kind} {', '.join(operands)} {attributes} : {signature}")
        residual = x if shape == x.shape and rng.random() < 0.6 else self.residual(shape, y.scale)
        terms = [product, self.dcast(residual)]
        rng.shuffle(terms)
        result = self.emit(f"nn.add {', '.join(terms)} : ({floats}, {floats}) -> {floats}")
        return self.qcast(self.activated(result, shape, self.activation(y)), shape, y)

    def residual(self, shape: Shape, scale: float) -> Value:
        """An argument, as it is or after an op that leaves it in the arena."""
        quant = self.quant(scale * 2.0 ** self.rng.uniform(-3, 3))
        name = self.argument(tensor(shape, quant), lambda: self.stored(shape, quant))
        value = Value(name, shape, quant)
        return self.relu(value) if self.rng.random() < 0.5 else value


@module_seeds
def test_random_module(seed: int) -> None:
    """All fuse, and machine code gives the interpreter's bits."""
    fused = ["nn.add", *(f"nn.{kind}" for kind in KINDS)]
    check_random_module(ResidualModule(seed), fused)


class SingleBlocks(ResidualModule):
    """One block in each chain."""

    blocks = (1,)


@seeds_of(5)
def test_fusion_changes_one_step_at_most(seed: int) -> None:
    check_fusion(SingleBlocks(1000 + seed))


def test_random_modules_have_every_kind() -> None:
    packed: set[str] = set()
    free = 0
    for seed in range(SEEDS):
        case = ResidualModule(seed)
        module = qfin.finalize(qfin.parse(case.text))
        packed |= {op.name for op in module.walk() if len(op.operands) == 3}
        free += any(len(np.unique(a)) > 16 for a in qfin.interpret(module, case.arrays()).values())
    assert packed == {f"quant.{kind}" for kind in KINDS}
    assert free > SEEDS // 2


CANCEL = """
!x = !quant.uniform<u8:f32, 0.125>
!y = !quant.uniform<u8:f32, 0.0078125:128>
!r = !quant.uniform<u8:f32, 1.0>
func.func @main(%x: tensor<65536x2x!x>, %r: tensor<65536x1x!r>) -> tensor<65536x1x!y> {{
  %xf = quant.dcast %x : tensor<65536x2x!x> to tensor<65536x2xf32>
  %i = arith.constant dense<[[-127, {}]]> : tensor<1x2xi8>
  %s = quant.scast %i : tensor<1x2xi8> to tensor<1x2x!quant.uniform<i8:f32, {:.17e}>>
  %w = quant.dcast %s : tensor<1x2x!quant.uniform<i8:f32, {:.17e}>> to tensor<1x2xf32>
  %rf = quant.dcast %r : tensor<65536x1x!r> to tensor<65536x1xf32>
  %y = nn.linear %xf, %w : (tensor<65536x2xf32>, tensor<1x2xf32>) -> tensor<65536x1xf32>
  %z = nn.add %rf, %y : (tensor<65536x1xf32>, tensor<65536x1xf32>) -> tensor<65536x1xf32>
  %q = quant.qcast %z : tensor<65536x1xf32> to tensor<65536x1x!y>
  func.return %q : tensor<65536x1x!y>
}}"""


@pytest.mark.parametrize("seed", range(4))
def test_what_cancels_keeps_its_steps(seed: int) -> None:
    """The coarsest residual that fuses, on all pairs of bytes that nearly cancel it."""
    rng = np.random.default_rng(seed)
    scale = 8 / 127 * (1 + rng.normal() * 1e-3)
    module = qfin.parse(CANCEL.format(rng.integers(1, 9), scale, scale))
    fused = qfin.finalize(module)
    assert "nn.add" not in names_of(fused)
    r, x = np.divmod(np.arange(65536), 256)
    arrays = [np.stack([r, x], 1).astype(np.uint8), r[:, None].astype(np.uint8)]
    (before,), (after,) = (qfin.interpret(m, arrays).values() for m in (module, fused))
    assert len(np.unique(after)) > 128
    steps = np.abs(before.astype(int) - after.astype(int))
    assert steps.max() <= 1
    assert (steps != 0).mean() < 0.01


NETWORK = """
!q = !quant.uniform<u8:f32, 0.5:128>
!p = !quant.packed<conv2d, tensor<8x8x3x3xi8>, padding = [1, 1, 1, 1]>
func.func @main(%x: tensor<1x8x5x6x!q>) -> tensor<1x8x5x6x!q> {
  %w = arith.constant dense<1> : tensor<8x8x3x3xi8>
  %p = quant.packed_constant <dense<1> : tensor<8x8x3x3xi8>, scales = dense<0.1> : tensor<1xf32>>
    : !p
  %a = quant.conv2d %x, %p : (tensor<1x8x5x6x!q>, !p) -> tensor<1x8x5x6x!q>
  %b = quant.conv2d %a, %p, %x : (tensor<1x8x5x6x!q>, !p, tensor<1x8x5x6x!q>)
    -> tensor<1x8x5x6x!q>
  %c = quant.conv2d %b, %p, %a : (tensor<1x8x5x6x!q>, !p, tensor<1x8x5x6x!q>)
    -> tensor<1x8x5x6x!q>
  func.return %c : tensor<1x8x5x6x!q>
}"""


def test_no_conversions_inside_of_a_network() -> None:
    """Only the argument and the result change their layout, each once."""
    module = to_level(qfin.parse(NETWORK), "laid-out", "avx2")
    conversions = [type(op) for op in module.walk() if isinstance(op, ToNhwcOp | ToNchwOp)]
    assert conversions == [ToNhwcOp, ToNchwOp]
