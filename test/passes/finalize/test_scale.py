"""Finalize of a network of 25 MB: its weights are never copied."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp

import qfin
from qfin.dialects.quant.packed import PackedConstantOp
from qfin.passes.finalize.fold_prepack import FoldQuantizedPrepackingOpsPass

LAYERS = 25
CHANNELS = 333
BYTES = LAYERS * CHANNELS * CHANNELS * 9


def network(*, integer_bias: bool) -> str:
    """Residual layers of a 3x3 convolution with scales for each channel: 11 ops each."""
    rng = np.random.default_rng(0)
    c = CHANNELS
    image, weight = f"tensor<1x{c}x8x8x", f"tensor<{c}x{c}x3x3x"
    x, floats = f"{image}!quant.uniform<u8:f32, 0.5:3>>", f"{image}f32>"
    scales = rng.uniform(1e-3, 2e-3, c).astype(np.float32)
    units = scales * np.float32(0.5)
    w = f"!quant.uniform<i8:f32:0, {{{','.join(f'{scale:.9e}' for scale in scales)}}}>"
    b = f"!quant.uniform<i32:f32:0, {{{','.join(f'{unit:.9e}' for unit in units)}}}>"
    lines = [f"func.func @main(%v0: {x}) -> {x} {{"]
    for i in range(LAYERS):
        values = rng.integers(-128, 127, (c, c, 3, 3), dtype=np.int8, endpoint=True)
        bias = rng.integers(-999, 999, c, dtype=np.int32)
        lines += [
            f"%d{i} = quant.dcast %v{i} : {x} to {floats}",
            f'%i{i} = arith.constant dense<"0x{values.tobytes().hex()}"> : {weight}i8>',
            f"%s{i} = quant.scast %i{i} : {weight}i8> to {weight}{w}>",
            f"%w{i} = quant.dcast %s{i} : {weight}{w}> to {weight}f32>",
        ]
        if integer_bias:
            lines += [
                f'%j{i} = arith.constant dense<"0x{bias.tobytes().hex()}"> : tensor<{c}xi32>',
                f"%t{i} = quant.scast %j{i} : tensor<{c}xi32> to tensor<{c}x{b}>",
                f"%b{i} = quant.dcast %t{i} : tensor<{c}x{b}> to tensor<{c}xf32>",
            ]
        else:
            stored = (bias * units).astype(np.float32).tobytes().hex()
            lines.append(f'%b{i} = arith.constant dense<"0x{stored}"> : tensor<{c}xf32>')
        lines += [
            f"%c{i} = nn.conv2d %d{i}, %w{i}, %b{i} {{padding = array<i64: 1, 1, 1, 1>}}"
            f" : ({floats}, {weight}f32>, tensor<{c}xf32>) -> {floats}",
            f"%r{i} = nn.relu %c{i} : {floats}",
            f"%q{i} = quant.qcast %r{i} : {floats} to {x}",
            f"%e{i} = quant.dcast %q{i} : {x} to {floats}",
            f"%a{i} = nn.add %e{i}, %d{i} : ({floats}, {floats}) -> {floats}",
            f"%v{i + 1} = quant.qcast %a{i} : {floats} to {x}",
        ]
    return "\n".join([*lines, f"func.return %v{LAYERS} : {x}", "}"])


@pytest.fixture(scope="module", params=[False, True], ids=["f32_bias", "i32_bias"])
def module(request: pytest.FixtureRequest) -> ModuleOp:
    return qfin.parse(network(integer_bias=request.param))


def weights_of(module: ModuleOp) -> list[bytes]:
    """The bytes of the large constants."""
    values = [
        op.value.weight if isinstance(op, PackedConstantOp) else op.value
        for op in module.walk()
        if isinstance(op, ConstantOp | PackedConstantOp)
    ]
    dense = [value for value in values if isinstance(value, DenseIntOrFPElementsAttr)]
    return [value.data.data for value in dense if len(value.data.data) > 100_000]


def peak(step: Callable[[], ModuleOp]) -> tuple[int, ModuleOp]:
    """How many bytes `step` took at most, beyond what was there; and what it gave."""
    tracemalloc.start()
    try:
        result = step()
        return tracemalloc.get_traced_memory()[1], result
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("clear_shapes", [False, True])
def test_weights_are_not_copied(module: ModuleOp, clear_shapes: bool):
    taken, finalized = peak(lambda: qfin.finalize(module, clear_shapes=clear_shapes))
    assert sum(op.name == "quant.conv2d" for op in finalized.walk()) == LAYERS
    before, after = weights_of(module), weights_of(finalized)
    assert sum(map(len, before)) == BYTES
    assert [id(data) for data in before] == [id(data) for data in after]
    assert taken < BYTES / 4


def test_weights_as_globals_are_not_copied(module: ModuleOp):
    finalized = qfin.finalize(module)

    def there_and_back() -> ModuleOp:
        FoldQuantizedPrepackingOpsPass(globals=True).apply(qfin.make_context(), finalized)
        assert weights_of(finalized) == []
        return qfin.finalize(finalized)

    taken, again = peak(there_and_back)
    assert [id(data) for data in weights_of(module)] == [id(data) for data in weights_of(again)]
    assert taken < BYTES / 4


def test_reading_takes_the_text_and_the_weights_once():
    """The bytes of the weights, and a part of the text for one constant at a time."""
    text = network(integer_bias=False)
    taken, module = peak(lambda: qfin.parse(text))
    assert sum(map(len, weights_of(module))) == BYTES
    assert taken < 1.5 * BYTES
