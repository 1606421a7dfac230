"""A product with a number behind what fuses: one rounding, and stored numbers that stay."""

from __future__ import annotations

import random

import numpy as np
import pytest

import qfin
from qfin import remarks

from ...case_targets import case_targets

SHAPE = "1x16x16"
FLOATS = f"tensor<{SHAPE}xf32>"
X = f"tensor<{SHAPE}x!quant.uniform<u8:f32, 0.04:120>>"
FACTORS = {
    "matmul": f"nn.matmul %d, %e : ({FLOATS}, {FLOATS}) -> {FLOATS}",
    "sub": f"nn.sub %d, %e : ({FLOATS}, {FLOATS}) -> {FLOATS}",
    "hardswish": f"nn.hardswish %d : {FLOATS}",
    "avg_pool1d": f"nn.avg_pool1d %d {{kernel = array<i64: 1>}} : ({FLOATS}) -> {FLOATS}",
}


def quantized(storage: str, scale: float, zero_point: int) -> str:
    return f"tensor<{SHAPE}x!quant.uniform<{storage}:f32, {scale:.17e}:{zero_point}>>"


def times(rng: random.Random, name: str) -> str:
    """What an op gives, by one or two numbers, relus and clamps between."""
    numbers = [rng.choice([-1, 1]) * 2.0 ** rng.uniform(-8, 8) for _ in range(rng.randint(1, 2))]
    storage = rng.choice(["u8", "i8"])
    zero_point = rng.randint(70, 180) - (128 if storage == "i8" else 0)
    step = (0.3 if name == "matmul" else 0.04) * 2.0 ** rng.uniform(-1, 1)
    scale = abs(float(np.prod(numbers))) * step
    y = quantized(storage, scale, zero_point)
    lines, last = [f"%y = {FACTORS[name]}"], "%y"
    for n, number in enumerate(numbers):
        lines += [
            f"%c{n} = arith.constant dense<{number:.8e}> : tensor<f32>",
            f"%m{n} = nn.mul {last}, %c{n} : ({FLOATS}, tensor<f32>) -> {FLOATS}",
        ]
        last = f"%m{n}"
        if rng.random() < 0.3:
            lines.append(f"%r{n} = nn.relu {last} : {FLOATS}")
            last = f"%r{n}"
    body = "\n  ".join(lines)
    return f"""func.func @main(%x: {X}, %z: {X}) -> {y} {{
  %d = quant.dcast %x : {X} to {FLOATS}
  %e = quant.dcast %z : {X} to {FLOATS}
  {body}
  %q = quant.qcast {last} : {FLOATS} to {y}
  func.return %q : {y}
}}"""


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", FACTORS)
def test_one_rounding(name: str, seed: int) -> None:
    """Nothing stays float, and few results are one step off; compiled, there are the same bits."""
    module = qfin.parse(times(random.Random(f"{name} {seed}"), name))
    with remarks.collect() as said:
        finalized = qfin.finalize(module)
    assert not any(remark.kind == "missed" for remark in said)
    assert f"quant.{name}" in [op.name for op in finalized.walk()]
    rng = np.random.default_rng(seed)
    arrays = [rng.integers(0, 256, (1, 16, 16)).astype(np.uint8) for _ in range(2)]
    (want,), (got,) = (qfin.interpret(each, arrays).values() for each in (module, finalized))
    apart = np.abs(want.astype(int) - got)
    assert len(np.unique(want)) > 8
    assert apart.max() <= 1
    assert np.mean(apart) < 0.02
    if seed:
        return
    for target in case_targets():
        program = qfin.compile(finalized, target=target)
        (compiled,) = program.run(dict(zip("xz", arrays, strict=True))).values()
        np.testing.assert_array_equal(compiled, got, target)


@pytest.mark.parametrize("seed", range(20))
def test_stored_numbers_stay(seed: int) -> None:
    """`quant.mul_scalar` of the chosen type changes no number, or reflects all."""
    rng = random.Random(seed)
    c = rng.choice([-1, 1]) * 2.0 ** rng.uniform(-20, 20)
    scale, zero_point = 2.0 ** rng.uniform(-20, 20), rng.randint(0, 255)
    y = f"tensor<256x!quant.uniform<u8:f32, {scale:.17e}:{zero_point}>>"
    x, floats = "tensor<256x!quant.uniform<u8:f32, 1.0>>", "tensor<256xf32>"
    module = qfin.parse(f"""func.func @main(%x: {x}) -> {y} {{
      %c = arith.constant dense<{c:.8e}> : tensor<f32>
      %d = quant.dcast %x : {x} to {floats}
      %y = nn.gelu %d : {floats}
      %m = nn.mul %y, %c : ({floats}, tensor<f32>) -> {floats}
      %q = quant.qcast %m : {floats} to {y}
      func.return %q : {y}
    }}""")
    (scalar,) = (op for op in qfin.finalize(module).walk() if op.name == "quant.mul_scalar")
    alone = qfin.parse(f"""func.func @main(%x: {scalar.operands[0].type}) -> {y} {{
      %q = quant.mul_scalar %x {{other = {c:.8e} : f64}} : ({scalar.operands[0].type}) -> {y}
      func.return %q : {y}
    }}""")
    q = np.arange(256, dtype=np.uint8)
    (got,) = qfin.interpret(alone, [q]).values()
    np.testing.assert_array_equal(got, q if c > 0 else q[::-1])
