"""Each family of the benchmark at tiny sizes: it compiles, computes what the interpreter says, and
gives a row."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import qfin
from benchmarks.as_mlir import module_text
from benchmarks.families import FAMILIES
from benchmarks.measure import Held, Row, Settings, measure
from benchmarks.net import Net
from benchmarks.peers import absent
from benchmarks.picture import draw
from benchmarks.problems import Mark
from benchmarks.table import marks

# Sums of f32 have a bound, which the tests of their kernels hold; not the interpreter's bits.
_WITHIN_A_BOUND = ("floats",)
_QUICK = Settings(rounds=1, wanted=(), seconds=0)


def _finalized(net: Net) -> Any:
    dynamic = any(step.dynamic for step in net.steps)
    return qfin.finalize(module_text(net), quant_type="dynamic" if dynamic else "static")


@pytest.mark.parametrize("family", FAMILIES)
def test_small_problems_run(family: str) -> None:
    for problem in FAMILIES[family].small:
        row = measure(family, problem, _QUICK)
        assert not row.skipped
        assert row.microseconds > 0
        assert row.rate > 0
        assert [held.mark for held in row.marks] == [str(mark) for mark in problem.marks]
        # Without peers, only what needs them was not measured.
        for mark, held in zip(problem.marks, row.marks, strict=True):
            assert (held.met is None) == (mark.kind in ("x peer", "of openvino"))
        assert json.loads(json.dumps(asdict(row)))["family"] == family


@pytest.mark.parametrize("family", [name for name in FAMILIES if name not in _WITHIN_A_BOUND])
def test_every_network_fuses_and_is_right(family: str) -> None:
    net = FAMILIES[family].small[0].net
    finalized = _finalized(net)
    arrays = net.inputs()
    program = qfin.compile(finalized)
    got = program.run(dict(zip((spec.name for spec in program.inputs), arrays, strict=True)))
    for name, want in qfin.interpret(finalized, arrays).items():
        np.testing.assert_array_equal(got[name], want)


def test_random_shapes_repeat() -> None:
    for family in FAMILIES.values():
        first, again, other = (family.draw(Random(seed)) for seed in (1, 1, 2))
        assert first == again
        assert first.label != other.label or first.net != other.net


def test_marks_are_upper_or_lower_bounds() -> None:
    assert Mark("x peer", 1.0).met(1.0)
    assert not Mark("x peer", 1.0).met(0.99)
    assert Mark("of ours", 1.25, most=True).met(1.25)
    assert not Mark("of ours", 1.25, most=True).met(1.26)


def test_what_does_not_compile_is_skipped_with_the_reason() -> None:
    problem = FAMILIES["linear"].small[0]
    row = measure("linear", problem, Settings(rounds=1, wanted=(), target="no-such-target"))
    assert "no-such-target" in row.skipped


@pytest.mark.skipif(bool(absent()), reason="peers are not installed")
@pytest.mark.parametrize("family", ["conv3x3", "transposed", "dynamic", "blocks"])
def test_peers_run(family: str) -> None:
    row = measure(family, FAMILIES[family].small[0], Settings(rounds=1, seconds=0))
    assert row.ratio > 0
    assert {name.split()[0] for name in row.peers_microseconds} >= {"onnxruntime"}


def test_the_command_lists_families(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks"]
    listed = subprocess.run([*command, "--list"], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(FAMILIES)
    path, tables = tmp_path / "rows.json", tmp_path / "rows.md"
    small = ["linear", "--families", "signed", "--small", "--rounds", "1", "--peers"]
    table = subprocess.run(
        [*command, *small, "--json", str(path), "--markdown", str(tables)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "<= 1.05 of ours" in table.stdout
    titles = [line for line in tables.read_text().splitlines() if line.startswith("### ")]
    assert [title.split(",")[0] for title in titles] == ["### linear", "### signed"]
    assert all(title.endswith("of 1 marks met") for title in titles)
    assert [row["family"] for row in json.loads(path.read_text())] == ["linear", "signed"]


def test_a_picture_has_a_panel_for_each_family(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    held = (Held(">= 1 x peer", 1.5, True),)
    rows = [
        Row("linear", "a", 1, 10.0, peers_microseconds={"torch": 15.0}, marks=held),
        Row("signed", "b", 1, 10.0, ours_microseconds={"qfin reference": 9.0}),
        Row("floats", "c", 1, skipped="skipped: not supported"),
    ]
    draw(rows, tmp_path / "rows.svg")
    text = (tmp_path / "rows.svg").read_text()
    assert text.count('id="axes_') == 2


def test_a_missed_mark_says_what_the_peak_would_give() -> None:
    held = (Held(">= 1.15 x peer", 1.05, False, 1.09), Held("<= 1.15 of ours", 1.2, False))
    assert marks(Row("conv1x1", "a", 1, marks=held)) == [
        ">= 1.15 x peer: 1.05 NOT met (1.09 at the peak)",
        "<= 1.15 of ours: 1.20 NOT met",
    ]
