"""The finalize passes against the interpreter, on random groups of each row of the table."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import PassPipeline
from xdsl.transforms.canonicalize import CanonicalizePass
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination

import qfin
from qfin import remarks
from qfin.locations import is_unknown
from qfin.passes.finalize.fold_prepack import FoldQuantizedPrepackingOpsPass
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.quant_fusion import QuantFusionPass

from ...case_targets import seeds_of
from .random_groups import PACKING, RESIDUAL, ROUNDING, ROWS, Group

Array = NDArray[Any]

CASES = list(itertools.product(ROWS, range(13)))
DIGITS = Path(__file__).parents[3] / "examples" / "digits" / "digits.mlir"


def value(module: ModuleOp | str, *inputs: Array) -> Array:
    (result,) = qfin.interpret(module, inputs).values()
    return result


def same_bits(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("row", ROWS)
@seeds_of(16)
def test_group(row: str, seed: int):
    """Fused, with the same result: bit for bit, or to one step if the fused op rounds otherwise."""
    group = Group(row, seed)
    module = qfin.parse(group.text(quantized=True))
    text = qfin.print_module(module, debuginfo=True)
    with remarks.collect() as said:
        finalized = qfin.finalize(module)
    assert [(r.kind, r.op_name) for r in said] == [("fused", ROWS[row].float_op.name)]
    assert qfin.print_module(module, debuginfo=True) == text, "the input was changed"
    finalized.verify()
    before, after = value(module, group.input), value(finalized, group.input)
    if row not in ROUNDING:
        assert same_bits(before, after)
        return
    assert not any(op.name.startswith("nn.") for op in finalized.walk())
    assert (before.dtype, before.shape) == (after.dtype, after.shape)
    assert np.abs(before.astype(int) - after.astype(int)).max(initial=0) <= 1
    # Either is a nearest value, to what f32 can tell.
    floats = value(group.text(quantized=False), group.input).astype(np.float64)
    exact = np.clip(floats / group.y.scale + group.y.zero_point, *group.y.range)
    assert np.abs(exact - after).max(initial=0) <= 0.5 + 1e-3


@pytest.mark.parametrize(("row", "seed"), CASES)
def test_prepack_and_unpack_change_no_bit(row: str, seed: int):
    group = Group(row, seed)
    module = qfin.parse(group.text(quantized=True))
    before = value(module, group.input)
    InsertPrepackUnpackPass().apply(qfin.make_context(), module)
    module.verify()
    packs = sum(op.name == "quant.prepack" for op in module.walk())
    assert packs == (row in PACKING | RESIDUAL)
    assert same_bits(before, value(module, group.input))
    once = str(module)
    InsertPrepackUnpackPass().apply(qfin.make_context(), module)
    assert str(module) == once


@pytest.mark.parametrize(("row", "seed"), CASES)
def test_locations(row: str, seed: int):
    finalized = qfin.finalize(qfin.parse(Group(row, seed).text(quantized=True)))
    assert [op.name for op in finalized.walk() if is_unknown(op.location)] == []


FOLDABLE = """
func.func @main() -> i32 {
  %a = arith.constant 1 : i32
  %b = arith.constant 2 : i32
  %c = arith.addi %a, %b : i32
  func.return %c : i32
}"""


@pytest.mark.parametrize("source", [DIGITS, FOLDABLE], ids=["digits", "foldable"])
def test_locations_of_modules(source: str | Path):
    finalized = qfin.finalize(qfin.parse(source))
    assert [op.name for op in finalized.walk() if is_unknown(op.location)] == []


def test_digits():
    """All groups fuse, and doing it again changes nothing."""
    with remarks.collect() as said:
        finalized = qfin.finalize(qfin.parse(DIGITS))
    assert {remark.kind for remark in said} == {"fused"}
    floats = [op for op in finalized.walk() if op.name in ("quant.qcast", "quant.dcast")]
    assert [op.name for op in floats] == ["quant.qcast", "quant.dcast"]
    assert str(qfin.finalize(finalized)) == str(finalized)
    assert qfin.print_module(qfin.parse(str(finalized))) == qfin.print_module(finalized)


def test_stock_pipeline():
    """The passes are passes like any other, and mix with xDSL's own."""
    module = qfin.parse(DIGITS)
    expected = str(qfin.finalize(module))
    stock = PassPipeline(
        (
            CommonSubexpressionElimination(),
            InsertPrepackUnpackPass(),
            QuantFusionPass(),
            CanonicalizePass(),
            FoldQuantizedPrepackingOpsPass(),
        )
    )
    stock.apply(qfin.make_context(), module)
    assert str(module) == expected


def extreme(bias: int, storage: str) -> tuple[str, list[Array]]:
    """A linear that sums 300 * -x and 200 * x, with the inputs that take it furthest."""
    x = f"!quant.uniform<{storage}:f32, 0.5>"
    text = f"""func.func @main(%x: tensor<1x6x{x}>) -> tensor<1x1x{x}> {{
  %d = quant.dcast %x : tensor<1x6x{x}> to tensor<1x6xf32>
  %i = arith.constant dense<[[2, -100, 100, -100, 98, -100]]> : tensor<1x6xi8>
  %s = quant.scast %i : tensor<1x6xi8> to tensor<1x6x!quant.uniform<i8:f32, 0.25>>
  %w = quant.dcast %s : tensor<1x6x!quant.uniform<i8:f32, 0.25>> to tensor<1x6xf32>
  %j = arith.constant dense<{bias}> : tensor<1xi32>
  %t = quant.scast %j : tensor<1xi32> to tensor<1x!quant.uniform<i32:f32, 0.125>>
  %b = quant.dcast %t : tensor<1x!quant.uniform<i32:f32, 0.125>> to tensor<1xf32>
  %y = nn.linear %d, %w, %b : (tensor<1x6xf32>, tensor<1x6xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %q = quant.qcast %y : tensor<1x1xf32> to tensor<1x1x{x}>
  func.return %q : tensor<1x1x{x}>
}}"""
    dtype, low, high = (np.uint8, 0, 255) if storage == "u8" else (np.int8, -128, 127)
    signs = np.array([[1, 0, 1, 0, 1, 0]])
    return text, [np.where(signs == side, high, low).astype(dtype) for side in (0, 1)]


@pytest.mark.parametrize(
    ("storage", "bias", "step"),
    [
        ("u8", -(2**31) + 300 * 255, -1),
        ("u8", 2**31 - 1 - 200 * 255, 1),
        ("i8", -(2**31) + 300 * 127 + 200 * 128, -1),
        ("i8", 2**31 - 1 - 200 * 127 - 300 * 128, 1),
    ],
)
def test_bound_of_the_sum_is_tight(storage: str, bias: int, step: int):
    """The largest bias that fits is fused and runs; one more is not fused."""
    text, inputs = extreme(bias, storage)
    finalized = qfin.finalize(qfin.parse(text))
    assert "quant.linear" in str(finalized)
    for x in inputs:
        assert same_bits(value(text, x), value(finalized, x))
    text, inputs = extreme(bias + step, storage)
    assert "quant.linear" not in str(qfin.finalize(qfin.parse(text)))
