"""`qfin tune` measures tiles, keeps them, and they are used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import qfin
from qfin import target
from qfin.kernels import tuned
from qfin.kernels.dense import Tile
from qfin.passes.lower.calls_dense import AnyDense
from qfin.pipeline import to_level
from qfin.runtime import tuning
from qfin.tools.qfin import main

pytestmark = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

TEXT = """\
!x = !quant.uniform<u8:f32, 0.5:3>
!p = !quant.packed<conv2d, tensor<16x16x1x1xi8>>
func.func @main(%x: tensor<1x16x9x9x!x>) -> tensor<1x16x9x9x!x> {
  %p = quant.packed_constant <dense<1> : tensor<16x16x1x1xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !p
  %y = quant.conv2d %x, %p : (tensor<1x16x9x9x!x>, !p) -> tensor<1x16x9x9x!x>
  %z = quant.conv2d %y, %p : (tensor<1x16x9x9x!x>, !p) -> tensor<1x16x9x9x!x>
  func.return %z : tensor<1x16x9x9x!x>
}
"""


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(tuning, "CANDIDATES", 3)
    monkeypatch.setenv("QFIN_CACHE_DIR", str(tmp_path))


def tiles_of(module: str = TEXT) -> list[tuple[int, ...]]:
    """The tiles that stand in the text at level buffers."""
    lowered = to_level(qfin.parse(module), "buffers")
    return [op.tile.get_values() for op in lowered.walk() if isinstance(op, AnyDense) and op.tile]


def test_measures_each_kernel_once():
    """Both convolutions are one kernel; nothing is chosen that is not faster."""
    isa = target.resolve("native")
    (found,) = tuning.tune(to_level(qfin.parse(TEXT), "buffers"), isa)
    assert 0 < found.best_time <= found.chosen_time
    assert (found.best == found.chosen) == (found.best_time == found.chosen_time)
    assert tiles_of() == [(found.chosen.pixels, found.chosen.rows)] * 2


def test_what_is_kept_is_used(tmp_path: Path):
    """By `choose-tiles`, for this CPU only; the results stay the same."""
    isa = target.resolve("native")
    (found,) = tuning.tune(to_level(qfin.parse(TEXT), "buffers"), isa)
    file = tuned.keep_tiles({found.key: Tile(3, found.chosen.vectors, 2)})
    assert tiles_of() == [(3, 2), (3, 2)]
    tuned.keep_tiles({"another": found.chosen})
    assert set(json.loads(file.read_text())) == {found.key, "another"}
    assert tiles_of() == [(3, 2), (3, 2)]
    file.rename(file.with_name("another-cpu.json"))
    assert tiles_of() == [(found.chosen.pixels, found.chosen.rows)] * 2


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"KEY": 3}',
        '{"KEY": {"pixels": 3}}',
        '{"KEY": {"pixels": 0, "vectors": VECTORS}}',
        '{"KEY": {"pixels": "3", "vectors": VECTORS}}',
        '{"KEY": {"pixels": 3, "vectors": 17}}',
        '{"KEY": {"pixels": 3, "vectors": VECTORS, "rows": 2, "pipelined": true}}',
        '{"KEY": {"pixels": 3, "vectors": VECTORS, "matrix": true}}',
        '{"KEY": {"pixels": 3, "vectors": VECTORS, "wide": true}}',
    ],
)
def test_damaged(content: str):
    """As if nothing was kept."""
    (found,) = tuning.tune(to_level(qfin.parse(TEXT), "buffers"), target.resolve("native"))
    chosen = found.chosen
    file = tuned.keep_tiles({})
    file.write_text(content.replace("KEY", found.key).replace("VECTORS", str(chosen.vectors)))
    assert tiles_of() == [(chosen.pixels, chosen.rows)] * 2


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Progress on stderr, the result on stdout; what it cannot tune or keep it says."""
    model = tmp_path / "m.mlir"
    model.write_text(TEXT)
    assert main(["tune", str(model)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("kernels: 1; ")
    assert str(next((tmp_path / "tiles").iterdir())) in out
    assert "m.mlir:6:3: " in err
    assert "of the model's choice" in err
    module = to_level(qfin.parse(TEXT), "llvm")
    model.write_text(qfin.print_module(module))
    assert main(["tune", str(model)]) == 1
    assert "kernels are generated already" in capsys.readouterr().err


def test_nowhere_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """A message, no traceback."""
    model = tmp_path / "m.mlir"
    model.write_text(TEXT)
    monkeypatch.setenv("QFIN_CACHE_DIR", str(model))
    assert main(["tune", str(model)]) == 1
    assert "set QFIN_CACHE_DIR to a directory that can be written" in capsys.readouterr().err
