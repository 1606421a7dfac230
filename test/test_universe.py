"""Stock xdsl-opt with qfin installed; and the table of passes, which the tools believe unread."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from xdsl.universe import XDSL_UNIVERSE, Universe

from qfin import passes
from qfin.dialects import get_all_dialects
from qfin.passes import ALIASES, PASSES
from qfin.universe import QFIN_UNIVERSE

MODULE = """\
func.func @main(%x: tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5>> {
  %q = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 0.5>>
  func.return %q : tensor<4x!quant.uniform<i8:f32, 0.5>>
}
"""


@pytest.mark.parametrize("arguments", [[], ["-p", "quant-finalize"]])
def test_stock_xdsl_opt_reads_quant_and_runs_our_passes(arguments: list[str]):
    xdsl_opt = Path(sys.executable).parent / "xdsl-opt"
    done = subprocess.run(
        [xdsl_opt, *arguments], input=MODULE, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "quant.qcast" in done.stdout


def test_nothing_clashes():
    Universe.get_multiverse()  # raises for a name in two universes
    assert set(QFIN_UNIVERSE.all_dialects) == {"nn", "quant"}
    assert not QFIN_UNIVERSE.all_dialects.keys() & XDSL_UNIVERSE.all_dialects.keys()
    assert not QFIN_UNIVERSE.all_passes.keys() & XDSL_UNIVERSE.all_passes.keys()
    for name in QFIN_UNIVERSE.all_passes:
        assert name.startswith("quant-") or name in {
            "fold-quantized-prepacking-ops",
            "insert-prepack-unpack",
        }
    assert not ALIASES.keys() & (QFIN_UNIVERSE.all_passes.keys() | XDSL_UNIVERSE.all_passes.keys())


def test_importing_the_universe_loads_no_dialect_and_no_pass():
    code = """
import sys
import qfin.universe
sys.exit(",".join(n for n in sys.modules if n.startswith(("qfin.passes.", "qfin.dialects."))) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", PASSES)
def test_the_table_tells_the_truth_about(name: str):
    entry = PASSES[name]
    loaded = entry.load()
    assert loaded.name == name
    assert " ".join((loaded.__doc__ or "").split()).startswith(entry.summary)


@pytest.mark.parametrize("name", get_all_dialects())
def test_our_dialects_load_alone(name: str):
    code = (
        f"from qfin.dialects import get_all_dialects as d; assert d()['{name}']().name == '{name}'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_aliases_stand_for_passes():
    assert set(ALIASES.values()) <= PASSES.keys()


def test_passes_are_listed_and_typed():
    """For people who complete names, and for type checkers, which `__getattr__` tells nothing."""
    classes = {entry.cls for entry in PASSES.values()}
    assert classes <= set(dir(passes))
    assert {"PASSES", "ALIASES"} <= set(dir(passes))
    tree = ast.parse(Path(passes.__file__).read_text())
    [checked] = (node for node in tree.body if isinstance(node, ast.If))
    imported = {
        (node.module, alias.name, alias.asname)
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {(entry.module, entry.cls, entry.cls) for entry in PASSES.values()}
