"""Compiled cat and stack give the interpreter's bits, on every target of this host; and fusing them
changes none."""

from __future__ import annotations

import random

import numpy as np
import pytest

import qfin
from qfin.pipeline import to_level

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import Quant, RandomModule, Shape, Value, tensor

SEEDS = 10
JOINS = ("nn.cat", "nn.stack", "quant.cat")


class JoinModule(RandomModule):
    """Chains in which values of any layout and scale are joined."""

    def chain(self) -> None:
        rng = self.rng
        shape = self.image()
        if rng.random() < 0.4:
            shape = tuple(rng.choice([1, 2, 3, 7, 33]) for _ in range(rng.randint(1, 5)))
        values = [self.source(shape)]
        for _ in range(rng.randint(1, 4)):
            x = rng.choice([values[-1], rng.choice(values)])
            if len(x.shape) == 4 and rng.random() < 0.5:
                values.append(self.rng.choice([self.conv2d, self.max_pool2d])(x))
            else:
                values.append(self.join(x, values))
        for value in {value.name: value for value in (values[-1], rng.choice(values))}.values():
            self.results.append((value.name, value.type))

    def join(self, x: Value, values: list[Value]) -> Value:
        rng = self.rng
        kind = rng.choice(JOINS)
        rank = len(x.shape) + (kind == "nn.stack")
        at = rng.randrange(rank)
        operands = [self.operand(x, at, values, kind) for _ in range(rng.randint(0, 3))]
        operands.insert(rng.randint(0, len(operands)), x)
        if kind == "nn.stack":
            shape = (*x.shape[:at], len(operands), *x.shape[at:])
        else:
            shape = (*x.shape[:at], sum(o.shape[at] for o in operands), *x.shape[at + 1 :])
        y = rng.choice(operands).quant if rng.random() < 0.6 else self.quant(x.quant.scale)
        attributes = f"{{dim = {at if rng.random() < 0.7 else at - rank} : i64}}"
        if kind == "quant.cat":
            names = ", ".join(operand.name for operand in operands)
            types = ", ".join(operand.type for operand in operands)
            result = self.emit(f"{kind} {names} {attributes} : ({types}) -> {tensor(shape, y)}")
            return Value(result, shape, y)
        names = ", ".join([self.dcast(operand) for operand in operands])
        types = ", ".join(tensor(operand.shape, "f32") for operand in operands)
        floats = self.emit(f"{kind} {names} {attributes} : ({types}) -> {tensor(shape, 'f32')}")
        return self.qcast(floats, shape, y)

    def operand(self, x: Value, at: int, values: list[Value], kind: str) -> Value:
        """A value that fits `x`: one that is there, a constant, or an argument."""
        rng = self.rng
        fits = [v for v in values if self.fits(v.shape, x.shape, None if "stack" in kind else at)]
        if rng.random() < 0.6:
            return rng.choice(fits)
        shape = x.shape
        if "stack" not in kind:
            shape = (*x.shape[:at], rng.choice([0, 1, 2, 5, 16]), *x.shape[at + 1 :])
        if rng.random() < 0.5:
            return self.source(shape)
        quant = self.quant(x.quant.scale)
        return self.scast(
            self.constant(self.stored(shape, quant).view(np.int8), "i8"), shape, quant
        )

    @staticmethod
    def fits(shape: Shape, other: Shape, but: int | None) -> bool:
        return len(shape) == len(other) and all(
            a == b for dim, (a, b) in enumerate(zip(shape, other, strict=True)) if dim != but
        )


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(JoinModule(seed, chains=2), {"nn.cat", "nn.stack"})


def test_random_modules_have_every_op() -> None:
    names: set[str] = set()
    for seed in range(SEEDS):
        names |= names_of(qfin.parse(JoinModule(seed, chains=2).text))
    assert names >= set(JOINS)


@pytest.mark.parametrize("seed", range(8))
def test_fusing_changes_no_bit(seed: int) -> None:
    """All 256 values of random types, in their order and in that of the result."""
    rng = random.Random(seed)
    kinds = {"u8": np.uint8, "i8": np.int8}
    types = [
        Quant(
            storage,
            *((0, 255) if storage == "u8" else (-128, 127)),
            rng.choice([0.5, 0.25, 2.0 ** rng.uniform(-8, 2), 3e37, 1e-44]),
            rng.randint(0, 127),
        )
        for storage in (rng.choice(list(kinds)) for _ in range(3))
    ]
    a, b = (tensor((16, 16), element) for element in types[:2])
    z, f, g = tensor((16, 32), types[2]), tensor((16, 16), "f32"), tensor((16, 32), "f32")
    module = qfin.parse(f"""func.func @main(%a: {a}, %b: {b}) -> {z} {{
      %0 = quant.dcast %a : {a} to {f}
      %1 = quant.dcast %b : {b} to {f}
      %2 = nn.cat %0, %1 {{dim = 1 : i64}} : ({f}, {f}) -> {g}
      %3 = quant.qcast %2 : {g} to {z}
      func.return %3 : {z} }}""")
    bytes_ = np.arange(256, dtype=np.uint8).reshape(16, 16)
    arrays = [bytes_.view(kinds[element.storage]) for element in types[:2]]
    finalized = qfin.finalize(module)
    assert "quant.cat" in names_of(finalized)
    want = qfin.interpret(module, arrays)
    assert not same_bits(qfin.interpret(finalized, arrays), want)
    for target in case_targets():
        assert not same_bits(run(compiled(finalized, target), arrays), want), target


@pytest.mark.parametrize("element", ["f32", "i32", "i8", "!quant.uniform<i8:f32, 0.5:3>"])
@pytest.mark.parametrize("op", ["cat", "stack"])
def test_plain(op: str, element: str) -> None:
    """Of equal elements there is nothing to fuse."""
    x, y = tensor((2, 3, 4), element), tensor((2, 6, 4) if op == "cat" else (2, 2, 3, 4), element)
    module = qfin.parse(f"""func.func @main(%a: {x}, %b: {x}) -> {y} {{
      %0 = nn.{op} %a, %b {{dim = 1 : i64}} : ({x}, {x}) -> {y}
      func.return %0 : {y} }}""")
    dtype = {"f32": np.float32, "i32": np.int32}.get(element, np.int8)
    arrays = [np.random.default_rng(i).integers(-99, 99, (2, 3, 4)).astype(dtype) for i in (0, 1)]
    want = qfin.interpret(module, arrays)
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), arrays), want), target


Q, R = "!quant.uniform<u8:f32, 0.5:3>", "!quant.uniform<i8:f32, 0.5:-125>"


def test_copies_and_lookups() -> None:
    """Copied: an operand of the result's own numbers, and one whose unsigned form is the same."""
    a, b, c = (f"tensor<2x{e}>" for e in (Q, R, "!quant.uniform<u8:f32, 0.25:3>"))
    module = qfin.parse(f"""func.func @main(%a: {a}, %b: {b}, %c: {c}) -> tensor<6x{Q}> {{
      %0 = quant.cat %a, %b, %c : ({a}, {b}, {c}) -> tensor<6x{Q}>
      func.return %0 : tensor<6x{Q}> }}""")
    names = [op.name for op in to_level(module, "buffers", "avx2").walk()]
    # The i8 argument is made unsigned as it is copied.
    assert (names.count("kernel.copy"), names.count("kernel.lut")) == (2, 1)


def test_no_conversion_inside_a_network() -> None:
    """Between convolutions a cat takes over channels innermost, whatever else it joins."""
    x, y = f"tensor<1x8x6x6x{Q}>", f"tensor<1x16x6x6x{Q}>"
    packed = "!quant.packed<conv2d, tensor<8x{}x3x3xi8>, padding = [1, 1, 1, 1]>"
    first, second = packed.format(8), packed.format(16)
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {x} {{
      %p = quant.packed_constant <dense<1> : tensor<8x8x3x3xi8>,
        scales = dense<0.01> : tensor<1xf32>> : {first}
      %q = quant.packed_constant <dense<1> : tensor<8x16x3x3xi8>,
        scales = dense<0.01> : tensor<1xf32>> : {second}
      %0 = quant.conv2d %x, %p : ({x}, {first}) -> {x}
      %1 = quant.cat %x, %0 {{dim = 1 : i64}} : ({x}, {x}) -> {y}
      %2 = quant.conv2d %1, %q : ({y}, {second}) -> {x}
      func.return %2 : {x} }}""")
    laid_out = to_level(module.clone(), "laid-out", "avx2")
    names = [op.name for op in laid_out.walk()]
    assert (names.count("layout.to_nhwc"), names.count("layout.to_nchw")) == (1, 1)
    array = np.random.default_rng(0).integers(0, 256, (1, 8, 6, 6)).astype(np.uint8)
    want = qfin.interpret(module, [array])
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), [array]), want), target
