"""Compiled ops that move, repeat, pad and choose values give the interpreter's bits on every target
of this host, alone and inside networks; and carrying them on quantized values changes none."""

from __future__ import annotations

import random
from math import prod

import numpy as np
import pytest
from typing_extensions import override

import qfin
from qfin.errors import UnsupportedError
from qfin.pipeline import to_level

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import RandomModule, Value, tensor
from .random_moves import MOVES, Move, random_move

SEEDS = 14
LARGEST = 5_000


class MovementModule(RandomModule):
    """Random modules in which most ops move values."""

    @override
    def op(self, x: Value) -> Value:
        if self.rng.random() < 0.2 or not x.shape or 0 in x.shape:
            return super().op(x) if x.shape and 0 not in x.shape else self.requantize(x)
        move = random_move(self.rng, self.rng.choice(list(MOVES)), x.shape)
        if max(prod(shape) for shape in move.shapes) > LARGEST:
            return self.requantize(x)
        return self.rng.choice(self.parts(x, move))

    def parts(self, x: Value, move: Move) -> list[Value]:
        """The results, on quantized values or between casts; some may stay unused."""
        quantized = self.rng.random() < 0.5
        attributes = move.attributes
        if quantized and "value" in attributes:
            # The zero point is what stands for 0.
            assert "value = 0.0" in attributes
        element = x.quant if quantized else "f32"
        source = x.name if quantized else self.dcast(x)
        types = ", ".join(tensor(shape, element) for shape in move.shapes)
        names = self.emit_many(
            len(move.shapes),
            f"nn.{move.name} {source} {attributes} : ({tensor(x.shape, element)}) -> ({types})",
        )
        if quantized:
            return [Value(n, s, x.quant) for n, s in zip(names, move.shapes, strict=True)]
        other = x.quant if self.rng.random() < 0.7 else self.quant(x.quant.scale)
        return [self.qcast(n, s, other) for n, s in zip(names, move.shapes, strict=True)]

    def emit_many(self, count: int, text: str) -> list[str]:
        """Writes `a, b = text`; the names."""
        names = [f"%v{self.names + i + 1}" for i in range(count)]
        self.names += count
        self.lines.append(f"{', '.join(names)} = {text}")
        return names


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(MovementModule(seed, chains=2), ())


def test_random_modules_have_every_op() -> None:
    names: set[str] = set()
    for seed in range(SEEDS):
        names |= names_of(qfin.parse(MovementModule(seed, chains=2).text))
    assert names >= {f"nn.{name}" for name in MOVES}


TYPES = {
    "!quant.uniform<u8:f32, 0.5:3>": np.uint8,
    "!quant.uniform<i8:f32, 0.5:-3>": np.int8,
    "f32": np.float32,
    "i32": np.int32,
    "i8": np.int8,
}


@pytest.mark.parametrize("element", TYPES)
@pytest.mark.parametrize("name", MOVES)
def test_alone(name: str, element: str) -> None:
    """The only op of a function, on any elements that are compiled: the result is the caller's."""
    if name in ("amax", "amin") and "quant" not in element and element != "f32":
        return  # of which there is no kernel
    rng = random.Random(f"{name} {element}")
    for _ in range(2):
        shape = tuple(rng.choice([1, 2, 3, 5, 17]) for _ in range(rng.randint(1, 4)))
        move = random_move(rng, name, shape)
        results = ", ".join(tensor(s, element) for s in move.shapes)
        names = ", ".join(f"%y{i}" for i in range(len(move.shapes)))
        x = tensor(shape, element)
        text = f"""func.func @main(%x: {x}) -> ({results}) {{
          {names} = nn.{name} %x {move.attributes} : ({x}) -> ({results})
          func.return {names} : {results} }}"""
        module = qfin.parse(text)
        arrays = np.random.default_rng(rng.randrange(9**9))
        array = arrays.integers(0, 100, shape).astype(TYPES[element])
        want = qfin.interpret(module, [array])
        for target in case_targets():
            assert not same_bits(run(compiled(module, target), [array]), want), (target, text)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", MOVES)
def test_carrying_changes_no_bit(name: str, seed: int) -> None:
    rng = random.Random(f"{name} {seed}")
    shape = tuple(rng.choice([2, 3, 5]) for _ in range(rng.randint(1, 4)))
    move = random_move(rng, name, shape)
    x, f = (tensor(shape, e) for e in ("!quant.uniform<i8:f32, 0.3:7>", "f32"))
    results = ", ".join(tensor(s, "f32") for s in move.shapes)
    names = ", ".join(f"%y{i}" for i in range(len(move.shapes)))
    module = qfin.parse(f"""func.func @main(%x: {x}) -> ({results}) {{
      %f = quant.dcast %x : {x} to {f}
      {names} = nn.{name} %f {move.attributes} : ({f}) -> ({results})
      func.return {names} : {results} }}""")
    finalized = qfin.finalize(module)
    assert [op.name for op in finalized.walk()][2:4] == [f"nn.{name}", "quant.dcast"]
    array = np.random.default_rng(seed).integers(-128, 128, shape).astype(np.int8)
    want = qfin.interpret(module, [array])
    assert not same_bits(qfin.interpret(finalized, [array]), want)


Q = "!quant.uniform<u8:f32, 0.5:3>"


def test_no_conversion_inside_a_network() -> None:
    """Between convolutions a pad, a slice and a flip take over channels innermost."""
    x, y, z = (f"tensor<1x8x{size}x6x{Q}>" for size in (6, 8, 4))
    packed = "!quant.packed<conv2d, tensor<8x8x3x3xi8>, padding = [1, 1, 1, 1]>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {z} {{
      %p = quant.packed_constant <dense<1> : tensor<8x8x3x3xi8>,
        scales = dense<0.01> : tensor<1xf32>> : {packed}
      %0 = quant.conv2d %x, %p : ({x}, {packed}) -> {x}
      %1 = nn.pad %0 {{pad = array<i64: 0, 0, 1, 1>, mode = "reflect"}} : ({x}) -> {y}
      %2 = quant.conv2d %1, %p : ({y}, {packed}) -> {y}
      %3 = nn.slice %2 {{dim = 2 : i64, step = 2 : i64}} : ({y}) -> {z}
      %4 = nn.flip %3 {{dims = array<i64: 1>}} : ({z}) -> {z}
      %5 = quant.conv2d %4, %p : ({z}, {packed}) -> {z}
      func.return %5 : {z} }}""")
    laid_out = to_level(module.clone(), "laid-out", "avx2")
    names = [op.name for op in laid_out.walk()]
    assert (names.count("layout.to_nhwc"), names.count("layout.to_nchw")) == (1, 1)
    array = np.random.default_rng(0).integers(0, 256, (1, 8, 6, 6)).astype(np.uint8)
    want = qfin.interpret(module, [array])
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), [array]), want), target


def copies(text: str) -> int:
    """The number of copies in the program of a finalized module."""
    planned = to_level(qfin.parse(text), "buffers", "avx2")
    return sum(op.name == "kernel.copy" for op in planned.walk())


def test_views_cost_nothing() -> None:
    """A slice and a transpose in front of a lookup are its strides; parts of rows that lie behind
    each other are read where they are."""
    x, y = f"tensor<4x6x{Q}>", f"tensor<6x2x{Q}>"
    assert (
        copies(f"""func.func @main(%x: {x}) -> {y} {{
      %0 = nn.slice %x {{start = 1 : i64, end = 3 : i64}} : ({x}) -> tensor<2x6x{Q}>
      %1 = nn.transpose %0 {{dim0 = 0 : i64, dim1 = 1 : i64}} : (tensor<2x6x{Q}>) -> {y}
      %2 = quant.silu %1 : ({y}) -> {y}
      func.return %2 : {y} }}""")
        == 0
    )


def test_result_is_copied() -> None:
    """What is returned is the caller's, even if it is another view of an argument."""
    x, y = "tensor<4x6xf32>", "tensor<6xf32>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> ({y}, {y}, {x}) {{
      %0 = nn.select %x {{dim = 0 : i64, index = 1 : i64}} : ({x}) -> {y}
      %1 = nn.flip %0 {{dims = array<i64: 0>}} : ({y}) -> {y}
      func.return %0, %1, %x : {y}, {y}, {x} }}""")
    array = np.arange(24, dtype=np.float32).reshape(4, 6)
    for target in case_targets():
        first, second, third = run(compiled(module, target), [array]).values()
        array[...] += 100
        assert first.tolist() == [6, 7, 8, 9, 10, 11]
        assert second.tolist() == [11, 10, 9, 8, 7, 6]
        assert third.tolist() == np.arange(24).reshape(4, 6).tolist()
        array[...] -= 100


def test_views_keep_their_source() -> None:
    """What lies between the last use of a value and that of a view of it does not overwrite it."""
    x, half = f"tensor<64x64x{Q}>", f"tensor<32x64x{Q}>"
    busy = "\n".join(f"%b{i + 1} = quant.silu %b{i} : ({x}) -> {x}" for i in range(4))
    module = qfin.parse(f"""func.func @main(%x: {x}) -> ({half}, {half}, {x}) {{
      %0 = quant.tanh %x : ({x}) -> {x}
      %a, %b = nn.split %0 {{split_sizes = array<i64: 32, 32>}} : ({x}) -> ({half}, {half})
      %c = nn.flip %b {{dims = array<i64: 1>}} : ({half}) -> {half}
      %b0 = quant.sigmoid %x : ({x}) -> {x}
      {busy}
      %d = quant.silu %a : ({half}) -> {half}
      %e = quant.silu %c : ({half}) -> {half}
      func.return %d, %e, %b4 : {half}, {half}, {x} }}""")
    array = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    want = qfin.interpret(module, [array])
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), [array]), want), target


def test_what_does_nothing_costs_nothing() -> None:
    """Without finalize, too, which takes these ops away."""
    x = f"tensor<4x6x{Q}>"
    text = f"""func.func @main(%x: {x}) -> {x} {{
      %0 = nn.dropout %x {{p = 0.1 : f64}} : ({x}) -> {x}
      %1 = nn.contiguous %0 : ({x}) -> {x}
      %2 = nn.detach %1 : ({x}) -> {x}
      %3 = quant.silu %2 : ({x}) -> {x}
      func.return %3 : {x} }}"""
    assert copies(text) == 0
    module = qfin.parse(text)
    array = np.random.default_rng(0).integers(0, 256, (4, 6)).astype(np.uint8)
    want = qfin.interpret(module, [array])
    for target in case_targets():
        assert not same_bits(run(compiled(module, target), [array]), want), target


def test_extrema_of_other_integers_are_refused() -> None:
    x = "tensor<4x6xi32>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> tensor<i32> {{
      %0 = nn.amax %x : ({x}) -> tensor<i32>
      func.return %0 : tensor<i32> }}""")
    with pytest.raises(UnsupportedError, match=r"nn.amax.*no native lowering for this op"):
        compiled(module, "avx2")
