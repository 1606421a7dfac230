"""The static table against PyTorch's own finalize: which groups fuse, and the numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp, TensorType

import qfin
from qfin import remarks
from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.table import STATIC as OURS

from .cases import CARRIED, PLAIN, Case, kinds
from .table import ALWAYS, I32_OUTPUT, REFUSED, RELU, STATIC
from .torch_graph import Finalized, Script, is_moved
from .torch_ops import Unsayable

Array = NDArray[Any]

pytestmark = pytest.mark.usefixtures("fbgemm")

ROWS = {row.name: row for row in OURS.rows}


def test_every_row_is_in_the_table():
    assert set(STATIC) == set(ROWS)


def cases(row: str) -> Iterator[tuple[str, Case, Script]]:
    """What TorchScript can say: of each kind as many as there should be, and then what shows the
    differences of the table that were not met before."""
    entry, wanted, seen = STATIC[row], kinds(row), set[str]()
    unmet = {*entry.floats, *entry.unlike, *entry.raises} - {ALWAYS}
    for seed in range(400):
        case = Case(row, seed, wanted[0] if wanted else PLAIN)
        if not wanted and not case.traits & (unmet - seen):
            continue
        try:
            script = Script(case.module, carried=row in CARRIED and bool(entry.op))
        except Unsayable:
            continue
        yield f"{row} {seed} {case.kind}", case, script
        seen |= case.traits
        wanted = wanted[1:]
        if not wanted and unmet <= seen:
            return
    raise AssertionError(f"{row}: cannot be said {wanted}, or not met {unmet - seen}")


def on_quantized_values(module: ModuleOp) -> set[str]:
    """The names of the ops with a quantized result, but for casts."""
    casts = {"quant.qcast", "quant.scast"}
    return {
        op.name
        for op in module.walk()
        for result in op.results
        if op.name not in casts
        and isinstance(result.type, TensorType)
        and isinstance(result.type.element_type, UniformType)
    }


@pytest.mark.parametrize("row", STATIC)
def test_row(row: str):
    entry, differ, count = STATIC[row], 0, 0
    for name, case, script in cases(row):
        with remarks.collect() as said:
            ours = qfin.finalize(case.module)
        refused = case.traits & set(REFUSED)
        wanted = set() if refused else set(re.findall(r"\b(?:quant|nn)\.\w+", ROWS[row].becomes))
        assert on_quantized_values(ours) == wanted, name
        for trait in refused:
            assert any(REFUSED[trait] in remark.message for remark in said), name

        theirs = Finalized(script)
        relu = "_relu" if entry.relu and RELU in case.traits else ""
        wanted = {f"{entry.op}{relu}"} if entry.fuses(case.traits) else set()
        assert theirs.ops() == wanted, f"{name}\n{script.graph}"

        result = next(iter(qfin.interpret(ours, [case.input]).values()))
        if entry.deviates(case.traits):
            assert not asked_for(theirs, case, result), f"{name}: PyTorch does what was asked for"
            continue
        if I32_OUTPUT in case.traits:
            continue  # neither fused, and steps that f32 does not resolve
        stored = theirs.run(case.input)
        stored = stored[0] if isinstance(stored, tuple) else stored
        differ += compare(name, case, result, stored.int_repr().numpy())
        count += result.size
    assert differ <= entry.share * count, f"{differ} of {count} elements"


def asked_for(theirs: Finalized, case: Case, ours: Array) -> bool:
    """Whether PyTorch's result comes to be, has the type that the text has, and our numbers."""
    try:
        result = theirs.run(case.input)
    except RuntimeError:
        return False
    stored, y = result.int_repr().numpy(), case.y
    if (stored.dtype, result.q_scale(), result.q_zero_point()) != (
        ours.dtype,
        y.scale,
        y.zero_point,
    ):
        return False
    return bool((np.abs(stored.astype(int) - ours.astype(int)) <= 1).all())


def compare(name: str, case: Case, ours: Array, theirs: Array) -> int:
    """How many elements differ; they do by one step at most, and next to a tie only."""
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), name
    apart = np.abs(ours.astype(int) - theirs.astype(int))
    assert apart.max(initial=0) <= 1, name
    if not apart.any():
        return 0
    floats = qfin.interpret(case.text(quantized=False), [case.input])
    steps = next(iter(floats.values())).astype(np.float64) / case.y.scale
    from_tie = np.abs(steps - np.floor(steps) - 0.5)
    assert (from_tie[apart > 0] < 1e-3).all(), f"{name}: {from_tie[apart > 0]}"
    return int(apart.sum())


@pytest.mark.parametrize("row", sorted(CARRIED))
def test_move(row: str):
    """The table knows which dequantizes PyTorch moves before finalize."""
    _, case, _ = next(cases(row))
    (op,) = (op for op in case.module.walk() if op.name == f"nn.{row}")
    assert is_moved(op) == bool(STATIC[row].op)
