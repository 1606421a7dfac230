"""Quantization spreads through random chains, and rounds no more than it says."""

from __future__ import annotations

import random

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin import remarks
from qfin.passes.finalize.propagate_quantization import PropagateQuantizationPass

from ...case_targets import case_targets

SEEDS = 16
_SHAPE = "tensor<1x4x6x6xf32>"


def chain(seed: int) -> str:
    """Ops that quantization spreads through, of one shape, then an addition that is quantized."""
    rng = random.Random(seed)
    storage = rng.choice(["u8", "i8"])
    x = f"tensor<1x4x6x6x!quant.uniform<{storage}:f32, 0.05:{rng.choice([0, 30, 120])}>>"
    y = "tensor<1x4x6x6x!quant.uniform<u8:f32, 0.04:90>>"
    lines = [
        f"%c = arith.constant dense<{rng.uniform(-2, 2):.8e}> : tensor<f32>",
        f"%d = quant.dcast %x : {x} to {_SHAPE}",
    ]
    window = "{kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>}"
    ops = [
        *(f"nn.{name} %v : {_SHAPE}" for name in ("sigmoid", "tanh", "hardsigmoid", "relu")),
        *(
            f"nn.{name} %v, %c : ({_SHAPE}, tensor<f32>) -> {_SHAPE}"
            for name in ("add", "sub", "mul")
        ),
        f"nn.sub %c, %v : (tensor<f32>, {_SHAPE}) -> {_SHAPE}",
        f"nn.leaky_relu %v : {_SHAPE}",
        f"nn.clamp %v {{min = -1.0 : f64, max = 1.5 : f64}} : {_SHAPE}",
        f"nn.softmax %v {{dim = 1 : i64}} : {_SHAPE}",
        f"nn.avg_pool2d %v {window} : ({_SHAPE}) -> {_SHAPE}",
        f"nn.max_pool2d %v {window} : ({_SHAPE}) -> {_SHAPE}",
        f"nn.upsample_bilinear2d %v : ({_SHAPE}) -> {_SHAPE}",
        f"nn.transpose %v {{dim0 = 2 : i64, dim1 = 3 : i64}} : ({_SHAPE}) -> {_SHAPE}",
    ]
    last = "%d"
    for n in range(rng.randint(1, 6)):
        lines.append(f"%v{n} = {rng.choice(ops).replace('%v', last)}")
        last = f"%v{n}"
    lines += [
        f"%s = nn.add {last}, %d : ({_SHAPE}, {_SHAPE}) -> {_SHAPE}",
        f"%q = quant.qcast %s : {_SHAPE} to {y}",
    ]
    body = "\n  ".join(lines)
    return f"func.func @main(%x: {x}) -> {y} {{\n  {body}\n  func.return %q : {y}\n}}"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_stays_float(seed: int) -> None:
    """Each added pair is a note; the fused module differs from the module with these pairs by steps
    next to ties alone; compiled, it has the interpreter's bits."""
    text = chain(seed)
    module = qfin.parse(text)
    with remarks.collect() as said:
        finalized = qfin.finalize(module)
    finalized.verify()
    assert "f32>" not in str(finalized).replace("uniform<u8:f32", "").replace("uniform<i8:f32", "")
    assert not any(remark.kind == "missed" for remark in said)
    pairs = with_pairs(module)
    assert sum(remark.kind == "note" for remark in said) == str(pairs).count("quant.qcast") - 1
    rng = np.random.default_rng(seed)
    low, dtype = (
        (0, np.uint8) if "%x: tensor<1x4x6x6x!quant.uniform<u8" in text else (-128, np.int8)
    )
    q = rng.integers(low, low + 256, (1, 4, 6, 6)).astype(dtype)
    (want,) = qfin.interpret(finalized, [q]).values()
    (casts,) = qfin.interpret(pairs, [q]).values()
    assert np.mean(want != casts) < 0.02
    for target in case_targets():
        (got,) = qfin.compile(finalized, target=target).run({"x": q}).values()
        np.testing.assert_array_equal(got, want, f"{target}\n{text}")


def with_pairs(module: ModuleOp) -> ModuleOp:
    """The module with the pairs, before anything fuses."""
    copy = module.clone()
    PropagateQuantizationPass().apply(qfin.make_context(), copy)
    copy.verify()
    return copy


def test_off() -> None:
    module = qfin.parse(chain(0))
    with remarks.collect() as said:
        off = qfin.finalize(module, propagate=False)
    assert not any(remark.kind == "note" for remark in said)
    assert str(off).count("quant.qcast") == 1


def test_results_that_leave_are_exact() -> None:
    """A chain that ends in floats is not rounded at all."""
    x = "tensor<4x!quant.uniform<u8:f32, 0.05:9>>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> tensor<4xf32> {{
      %d = quant.dcast %x : {x} to tensor<4xf32>
      %0 = nn.tanh %d : tensor<4xf32>
      %1 = nn.sigmoid %0 : tensor<4xf32>
      func.return %1 : tensor<4xf32> }}""")
    q = np.array([0, 7, 80, 255], np.uint8)
    (before,), (after,) = (
        qfin.interpret(each, [q]).values() for each in (module, qfin.finalize(module))
    )
    assert before.tobytes() == after.tobytes()
