"""Compiled products of matrices give the interpreter's bits on every target, alone, on views, and
as attention."""

from __future__ import annotations

import numpy as np
import pytest

import qfin

from .case_targets import MODULE_CALLS, case_targets, module_seeds, seeds_of
from .compiled import check_fusion, check_random_module, compiled, names_of, run, same_bits
from .random_modules import Quant, RandomModule, Shape, Value, tensor


class MatmulModule(RandomModule):
    """Products of values that lie in any order, a few after each other."""

    def chain(self) -> None:
        rng = self.rng
        sizes = [1, 2, 3, 5, 8, 15, 16, 17, 31, 33, rng.randint(1, 70)]
        batch = tuple(rng.choice([1, 2, 3]) for _ in range(rng.choice([0, 0, 1, 2])))
        x = self.view((*batch, rng.choice(sizes), rng.choice(sizes)))
        for _ in range(rng.randint(1, 2)):
            depth = x.shape[-1]
            other = self.view((*self.narrowed(batch), depth, rng.choice(sizes)))
            rows, columns = x.shape[-2], other.shape[-1]
            x = self.matmul(x, other, (*batch, rows, columns))
        if rng.random() < 0.4:
            vector = self.view((x.shape[-1],))
            x = self.matmul(x, vector, x.shape[:-1])
        if rng.random() < 0.4 and len(x.shape) > 1:
            vector = self.view((x.shape[-2],))
            x = self.matmul(vector, x, (*x.shape[:-2], x.shape[-1]))
        self.results.append((x.name, x.type))

    def narrowed(self, batch: Shape) -> Shape:
        """A shape that broadcasts to it."""
        sizes = tuple(self.rng.choice([1, size]) for size in batch)
        return sizes[self.rng.randint(0, len(sizes)) :]

    def view(self, shape: Shape) -> Value:
        """A source, as it comes or behind a movement that makes no copy; sometimes a constant."""
        rng, rank = self.rng, len(shape)
        if rng.random() < 0.15:
            quant = self.quant()
            values = self.stored(shape, quant).view(np.int8)
            return self.scast(self.constant(values, "i8"), shape, quant)
        if rng.random() < 0.3 or not rank:
            return self.source(shape)
        if rank > 1 and rng.random() < 0.6:
            x = self.source((*shape[:-2], shape[-1], shape[-2]))
            dims = "{dim0 = -1 : i64, dim1 = -2 : i64}"
            return self.moved(x, "nn.transpose", dims, shape)
        *outer, last = shape
        part = f"{{dim = -1 : i64, start = 1 : i64, end = {2 * last} : i64, step = 2 : i64}}"
        return self.moved(self.source((*outer, 2 * last)), "nn.slice", part, shape)

    def matmul(self, lhs: Value, rhs: Value, shape: Shape) -> Value:
        rng = self.rng
        spread = 74.0 * max(lhs.shape[-1], 1) ** 0.5 * 2 ** rng.uniform(-2, 2)
        spread *= rng.choice([1.0] * 9 + [1e-5, 1e5])
        y = self.quant(lhs.quant.scale * rhs.quant.scale * spread)
        activation = self.activation(y)
        if rng.random() < 0.4:
            types = f"({lhs.type}, {rhs.type}) -> {tensor(shape, y)}"
            text = f"quant.matmul {lhs.name}, {rhs.name} {activation.fused} : {types}"
            return Value(self.emit(text), shape, y)
        types = f"({tensor(lhs.shape, 'f32')}, {tensor(rhs.shape, 'f32')})"
        result = self.emit(
            f"nn.matmul {self.dcast(lhs)}, {self.dcast(rhs)} : {types} -> {tensor(shape, 'f32')}"
        )
        return self.qcast(self.activated(result, shape, activation), shape, y)


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(MatmulModule(seed, chains=1), ["nn.matmul"])


SHAPES: list[tuple[Shape, Shape, Shape]] = [
    ((4,), (4,), ()),
    ((4,), (4, 5), (5,)),
    ((3, 4), (4,), (3,)),
    ((5, 1, 30, 64), (3, 64, 30), (5, 3, 30, 30)),
    ((2, 5, 7), (7, 40), (2, 5, 40)),
    ((7,), (2, 7, 3), (2, 3)),
    ((2, 3, 5, 7), (7,), (2, 3, 5)),
    ((0, 3), (3, 2), (0, 2)),
    ((2, 0), (0, 3), (2, 3)),
    ((2, 3), (3, 0), (2, 0)),
    ((0, 2, 3), (3, 4), (0, 2, 4)),
    ((1, 300), (300, 31), (1, 31)),
    ((29, 8), (8, 16), (29, 16)),
]


@pytest.mark.parametrize(("lhs", "rhs", "result"), SHAPES)
def test_shapes(lhs: Shape, rhs: Shape, result: Shape) -> None:
    a = tensor(lhs, "!quant.uniform<i8:f32, 0.04:3>")
    b = tensor(rhs, "!quant.uniform<u8:f32, 0.02:100>")
    y = tensor(result, "!quant.uniform<i8:f32, 0.5:-5>")
    module = qfin.parse(f"""func.func @main(%a: {a}, %b: {b}) -> {y} {{
      %y = quant.matmul %a, %b : ({a}, {b}) -> {y}
      func.return %y : {y} }}""")
    data = np.random.default_rng(0)
    arrays = [
        data.integers(-128, 128, lhs).astype(np.int8),
        data.integers(0, 256, rhs).astype(np.uint8),
    ]
    want = qfin.interpret(module, arrays)
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), arrays), want), target


def test_largest_sums() -> None:
    """As many products of the largest magnitude as the op admits: the sum is nearly 2**31."""
    depth = (2**31 - 1) // 255**2
    a, b = f"tensor<2x{depth}x!q>", f"tensor<{depth}x17x!q>"
    module = qfin.parse(f"""
      !q = !quant.uniform<u8:f32, 1.0:255>
      !y = !quant.uniform<u8:f32, 9.0e+06:10>
      func.func @main(%a: {a}, %b: {b}) -> tensor<2x17x!y> {{
        %y = quant.matmul %a, %b : ({a}, {b}) -> tensor<2x17x!y>
        func.return %y : tensor<2x17x!y> }}""")
    arrays = [np.zeros((2, depth), np.uint8), np.zeros((depth, 17), np.uint8)]
    want = qfin.interpret(module, arrays)
    assert (next(iter(want.values())) == 10 + round(255**2 * depth / 9e6)).all()
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), arrays), want), target


class AttentionModule(RandomModule):
    """softmax(q k^T) v of some heads, which are parts of the last dimension."""

    def chain(self) -> None:
        rng = self.rng
        batch, length, heads, size = (
            rng.randint(1, 2),
            rng.choice([1, 5, 16, 19]),
            rng.randint(1, 3),
            rng.choice([3, 8, 17]),
        )
        whole, split = (batch, length, heads * size), (batch, length, heads, size)
        q, k, v = (self.heads(whole, split) for _ in range(3))
        turned = (batch, heads, size, length)
        k = self.floats_of("nn.transpose", k, turned, "{dim0 = 2 : i64, dim1 = 3 : i64}")
        scores = (batch, heads, length, length)
        unit = q.quant.scale * k.quant.scale * 74 * size**0.5
        x = self.product(q, k, scores, self.quant(unit))
        softmax = f"nn.softmax {self.dcast(x)} {{dim = -1 : i64}} : {tensor(scores, 'f32')}"
        p = self.qcast(self.emit(softmax), scores, Quant("u8", 0, 255, 1 / 256, 0))
        each = (batch, heads, length, size)
        o = self.product(p, v, each, self.quant(v.quant.scale))
        o = self.floats_of("nn.permute", o, split, "{dims = array<i64: 0, 2, 1, 3>}")
        o = self.floats_of("nn.reshape", o, whole, "")
        self.results.append((o.name, o.type))

    def heads(self, whole: Shape, split: Shape) -> Value:
        x = self.floats_of("nn.reshape", self.source(whole), split, "")
        each = (split[0], split[2], split[1], split[3])
        return self.floats_of("nn.permute", x, each, "{dims = array<i64: 0, 2, 1, 3>}")

    def floats_of(self, op: str, x: Value, shape: Shape, attributes: str) -> Value:
        types = f"({tensor(x.shape, 'f32')}) -> {tensor(shape, 'f32')}"
        y = self.emit(f"{op} {self.dcast(x)} {attributes} : {types}")
        return self.qcast(y, shape, x.quant)

    def product(self, lhs: Value, rhs: Value, shape: Shape, y: Quant) -> Value:
        types = f"({tensor(lhs.shape, 'f32')}, {tensor(rhs.shape, 'f32')})"
        operands = f"{self.dcast(lhs)}, {self.dcast(rhs)}"
        result = self.emit(f"nn.matmul {operands} : {types} -> {tensor(shape, 'f32')}")
        return self.qcast(result, shape, y)


@seeds_of(4 * MODULE_CALLS * len(case_targets()))
def test_attention(seed: int) -> None:
    """All of it is quantized: nothing is dequantized between arguments and results."""
    module = check_random_module(AttentionModule(seed, chains=1), ["nn.matmul", "nn.softmax"])
    assert {"quant.matmul", "quant.softmax"} <= names_of(module)
    assert "quant.dcast" not in names_of(module)


class OneMatmul(MatmulModule):
    """A single product between casts."""

    def chain(self) -> None:
        rng = self.rng
        lhs, rhs = (rng.randint(1, 9), rng.randint(1, 99)), rng.randint(1, 99)
        quants = [Quant("u8", 0, 255, 2.0 ** rng.uniform(-8, 2), rng.randint(0, 255)) for _ in "ab"]
        values = [
            Value(self.argument(tensor(shape, q), lambda s=shape, q=q: self.stored(s, q)), shape, q)
            for shape, q in zip((lhs, (lhs[1], rhs)), quants, strict=True)
        ]
        y = self.quant(quants[0].scale * quants[1].scale * 74**2 * lhs[1] ** 0.5 / 60)
        a, b = (self.dcast(value) for value in values)
        shape = (lhs[0], rhs)
        types = ", ".join(tensor(value.shape, "f32") for value in values)
        result = self.emit(f"nn.matmul {a}, {b} : ({types}) -> {tensor(shape, 'f32')}")
        value = self.qcast(result, shape, y)
        self.results.append((value.name, value.type))


@seeds_of(10)
def test_fusing_changes_one_step_at_most(seed: int) -> None:
    check_fusion(OneMatmul(seed, chains=1))
