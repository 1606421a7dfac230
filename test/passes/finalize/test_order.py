"""All rows of both tables at once: the order of patterns and repetition change nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination

import qfin
from qfin.passes.finalize.fusion import Fusion
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.pipeline import QuantFinalizePass
from qfin.passes.finalize.quant_fusion import FuseGroup, QuantFusionPass, patterns_of, table_of
from qfin.passes.finalize.table import Table
from qfin.passes.rewriting import rewrite

from .random_dynamic_groups import ROWS as DYNAMIC_ROWS
from .random_dynamic_groups import DynamicGroup
from .random_graphs import EXACT, ROUNDING, graph
from .random_groups import ROWS, Group
from .random_moved_weights import layer

HERE = Path(__file__).parent
FILES = [
    HERE.parents[2] / "examples" / "digits" / "digits.mlir",
    *(
        HERE / f"{name}.mlir"
        for name in (
            "quant-finalize",
            "quant-fusion",
            "fusion-activation",
            "fusion-residual",
            "lift-quantize",
            "split-quantizes",
            "propagate-quantization",
        )
    ),
]
STATIC_STEP = QuantFinalizePass()
DYNAMIC_STEP = QuantFinalizePass("dynamic", on_device=True)


def functions(texts: list[str]) -> str:
    """Texts with a function @main each, as those of one module."""
    return "\n".join(text.replace("@main(", f"@f{i}(") for i, text in enumerate(texts))


def static_text(seed: int) -> str:
    """One group of each row."""
    return functions([Group(row, seed).text(quantized=True) for row in ROWS])


def dynamic_text(seed: int) -> str:
    """As `static_text`; those on a device and of fp16 do not quantize their input."""
    plain = ("linear_dynamic_on_device", "linear_dynamic_fp16")
    groups = [(row, DynamicGroup(row, seed)) for row in DYNAMIC_ROWS]
    return functions([group.text(quantized=row not in plain) for row, group in groups])


CASES = [
    *(pytest.param(path, STATIC_STEP, id=path.stem) for path in FILES),
    *(pytest.param(static_text(n), STATIC_STEP, id=f"static-{n}") for n in range(1)),
    *(pytest.param(graph(n, (*EXACT, *ROUNDING)), STATIC_STEP, id=f"graph-{n}") for n in range(6)),
    *(pytest.param(layer(n), STATIC_STEP, id=f"moved-{n}") for n in range(4)),
    *(pytest.param(layer(n), DYNAMIC_STEP, id=f"moved-dynamic-{n}") for n in range(2)),
    *(pytest.param(dynamic_text(n), DYNAMIC_STEP, id=f"dynamic-{n}") for n in range(3)),
]


@dataclass
class OneRow(RewritePattern):
    """The fusion of one row only."""

    table: Table
    row: Fusion

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if self.table.row_of(op) is self.row:
            FuseGroup(self.table).match_and_rewrite(op, rewriter)


@pytest.mark.parametrize(("source", "step"), CASES)
def test_order_of_patterns_does_not_matter(source: str | Path, step: QuantFinalizePass):
    """Together or one by one, forwards or backwards: the same module."""
    module = qfin.parse(source)
    CommonSubexpressionElimination().apply(qfin.make_context(), module)
    InsertPrepackUnpackPass().apply(qfin.make_context(), module)
    fused = module.clone()
    QuantFusionPass(step.quant_type, step.on_device).apply(qfin.make_context(), fused)
    expected = str(fused)
    table = table_of(step.quant_type, step.on_device)
    patterns = [pattern for pattern in patterns_of(table) if not isinstance(pattern, FuseGroup)]
    patterns += [OneRow(table, row) for row in table.rows]
    rng = random.Random(1)
    for _ in range(2):
        rng.shuffle(patterns)
        copy = module.clone()
        rewrite(copy, patterns, reverse=rng.random() < 0.5)
        assert str(copy) == expected
    while any([rewrite(module, pattern, reverse=rng.random() < 0.5) for pattern in patterns]):
        rng.shuffle(patterns)
    assert str(module) == expected


@pytest.mark.parametrize(("source", "step"), CASES)
def test_twice_is_once(source: str | Path, step: QuantFinalizePass):
    module = qfin.parse(source)
    step.apply(qfin.make_context(), module)
    once = str(module)
    reread = qfin.parse(once)
    for again in (module, reread):
        step.apply(qfin.make_context(), again)
        assert str(again) == once
