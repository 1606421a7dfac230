"""`clear-shapes` before each row of the table: what fuses runs, and gives the same."""

from __future__ import annotations

import itertools
import re

import pytest

import qfin
from qfin import remarks
from qfin.passes.finalize.clear_shapes import ClearShapesPass

from .random_groups import RESIDUAL, ROWS, Group

REASONS = (
    "a window may lie on nothing but padding|is broadcast from .*[?]"
    "|operand is not a dequantized value"  # a constant that is a number only where it is no larger
)
"""Why a group that fused does not without knowing sizes."""


@pytest.mark.parametrize(("row", "seed"), [*itertools.product(ROWS, range(3))])
def test_group(row: str, seed: int):
    group = Group(row, seed)
    module = qfin.parse(group.text(quantized=True))
    relaxed = module.clone()
    ClearShapesPass().apply(qfin.make_context(), relaxed)
    relaxed.verify()
    with remarks.collect() as said:
        finalized = qfin.finalize(relaxed)
    finalized.verify()
    missed = [remark.message for remark in said if remark.kind == "missed"]
    if missed:
        assert row in RESIDUAL or "max_pool" in row or "scalar" in row
        assert any(re.search(REASONS, message) for message in missed), missed
    expected = qfin.interpret(module if missed else qfin.finalize(module), [group.input])
    actual = qfin.interpret(finalized, [group.input])
    for name, value in expected.items():
        assert value.tobytes() == actual[name].tobytes()
