"""Object code on disk: what hits, what misses, and what happens to damaged entries."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin import target
from qfin.passes.lower import lower_to_kernels
from qfin.pipeline import to_level
from qfin.runtime import cache, code
from qfin.target import codegen
from qfin.target.cache_directory import default_directory

pytestmark = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

TEXT = """\
!x = !quant.uniform<u8:f32, 0.5:3>
func.func @main(%a: tensor<3x37x!x>) -> tensor<3x2x!x> {
  %x = quant.dcast %a : tensor<3x37x!x> to tensor<3x37xf32>
  %i = arith.constant dense<WEIGHT> : tensor<2x37xi8>
  %q = quant.scast %i : tensor<2x37xi8> to tensor<2x37x!quant.uniform<i8:f32, 0.25>>
  %w = quant.dcast %q : tensor<2x37x!quant.uniform<i8:f32, 0.25>> to tensor<2x37xf32>
  %y = nn.linear %x, %w : (tensor<3x37xf32>, tensor<2x37xf32>) -> tensor<3x2xf32>
  %r = quant.qcast %y : tensor<3x2xf32> to tensor<3x2x!x>
  func.return %r : tensor<3x2x!x>
}
"""
MODULE = TEXT.replace("WEIGHT", "1")
X = np.arange(3 * 37, dtype=np.uint8).reshape(3, 37)


def result(program: qfin.Program) -> list[list[int]]:
    return np.asarray(program(X)).tolist()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by the LLVM IR of each module that is really compiled."""
    made: list[str] = []
    to_llvm_ir = codegen.to_llvm_ir

    def spy(module: ModuleOp, isa: target.Isa) -> str:
        made.append(to_llvm_ir(module, isa))
        return made[-1]

    monkeypatch.setattr(codegen, "to_llvm_ir", spy)
    return made


def entries(directory: Path) -> list[Path]:
    return sorted((directory / "objects").iterdir())


def test_found_again(tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bits and the same text, without the IR of any kernel."""
    first = qfin.compile(MODULE, cache=tmp_path)
    monkeypatch.setattr(lower_to_kernels, "call_of", None)
    second = qfin.compile(MODULE, cache=str(tmp_path))
    assert len(compiled) == len(entries(tmp_path)) == 1
    assert result(first) == result(second)
    assert (first.llvm_ir, first.asm) == (second.llvm_ir, second.asm)
    assert first.llvm_ir == compiled[0]


def test_weights_are_in_no_key(tmp_path: Path, compiled: list[str]) -> None:
    programs = [qfin.compile(TEXT.replace("WEIGHT", w), cache=tmp_path) for w in ("1", "-2", "0")]
    assert len(compiled) == 1
    plain = [qfin.compile(TEXT.replace("WEIGHT", w), cache=False) for w in ("1", "-2", "0")]
    assert [result(p) for p in programs] == [result(p) for p in plain]
    assert result(programs[0]) != result(programs[1])


def test_threads_are_kept(tmp_path: Path, compiled: list[str]) -> None:
    for threads in (1, 2, 2):
        assert qfin.compile(MODULE, threads=threads, cache=tmp_path).threads == threads
    assert len(compiled) == 2


@pytest.mark.parametrize("level", ["buffers", "kernels", "llvm"])
def test_any_level(tmp_path: Path, compiled: list[str], level: str) -> None:
    """Lowered before, with two threads: found again under what it is lowered to."""
    module = to_level(qfin.parse(MODULE), level, threads=2)
    want = result(qfin.compile(module, threads=2, cache=False))
    for _ in range(2):
        program = qfin.compile(module, threads=2, cache=tmp_path)
        assert (program.threads, result(program)) == (2, want)
    assert len(compiled) == 2


def test_each_target_has_its_own(tmp_path: Path, compiled: list[str]) -> None:
    names = target.host_target_names()
    assert len({str(result(qfin.compile(MODULE, target=n, cache=tmp_path))) for n in names}) == 1
    assert len(compiled) == len(entries(tmp_path)) == len(names)


def test_what_is_in_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CPU, features, versions, our own sources."""
    isa = target.lookup("avx2")
    versions = code._versions.__wrapped__  # pyright: ignore[reportPrivateUsage]
    seen = {
        versions(isa),
        versions(replace(isa, cpu="x86-64-v4")),
        versions(replace(isa, features="+avxvnni")),
    }
    for name, value in (
        ("qfin.target.codegen._CODEGEN_LEVEL", 3),
        ("llvmlite.__version__", "0"),
        ("llvmlite.binding.llvm_version_info", (1, 2, 3)),
        ("xdsl.__version__", "0"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(name, value)
            seen.add(versions(isa))
    for part in code._GENERATORS:  # pyright: ignore[reportPrivateUsage]
        if not part.endswith(".py"):
            (tmp_path / part).mkdir(parents=True)
    (tmp_path / "passes" / "rewriting.py").touch()
    monkeypatch.setattr(code, "_ROOT", tmp_path)
    for text in ("1", "2"):
        (tmp_path / "kernels" / "new.py").write_text(text)
        seen.add(versions(isa))
    assert len(seen) == 9


@pytest.mark.parametrize("damage", ["empty", "short", "flipped", "foreign", "directory"])
def test_damaged_entries(tmp_path: Path, compiled: list[str], damage: str) -> None:
    """Compiled again, and replaced where that is possible."""
    want = result(qfin.compile(MODULE, cache=tmp_path))
    (entry,) = entries(tmp_path)
    whole = entry.read_bytes()
    match damage:
        case "empty":
            entry.write_bytes(b"")
        case "short":
            entry.write_bytes(whole[:-1])
        case "flipped":
            entry.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
        case "foreign":  # the whole entry of another module
            other = MODULE.replace("0.5:3", "0.5:4")
            qfin.compile(other, cache=tmp_path)
            (another,) = set(entries(tmp_path)) - {entry}
            another.rename(entry)
        case _:
            entry.unlink()
            entry.mkdir()
    compiled.clear()
    assert result(qfin.compile(MODULE, cache=tmp_path)) == want
    assert len(compiled) == 1
    if damage != "directory":
        assert entry.read_bytes() == whole
        qfin.compile(MODULE, cache=tmp_path)
        assert len(compiled) == 1


def test_not_without_wanting(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QFIN_CACHE_DIR", str(tmp_path))
    for _ in range(2):
        qfin.compile(MODULE, cache=False)
    assert len(compiled) == 2
    assert not list(tmp_path.iterdir())
    qfin.compile(MODULE)
    assert len(entries(tmp_path)) == 1
    with pytest.raises(qfin.InputError, match="cache must be True, False or a directory, not 3"):
        qfin.compile(MODULE, cache=3)  # pyright: ignore[reportArgumentType]


def test_default_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QFIN_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/a")
    assert default_directory() == Path("/a/qfin")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/h")
    assert default_directory() == Path("/home/h/.cache/qfin")
    monkeypatch.setenv("QFIN_CACHE_DIR", "/b")
    assert default_directory() == Path("/b")


def test_a_place_that_cannot_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Said once, to people; everything works. A file where the directory should be stops root, too,
    whom permissions do not."""
    place = tmp_path / "file"
    place.touch()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert result(qfin.compile(MODULE, cache=place)) == result(
                qfin.compile(MODULE, cache=False)
            )
    (record,) = caplog.records
    assert f"warning: compiled code cannot be kept in {place}/objects" in record.getMessage()
    assert "--no-cache" in record.getMessage()


def test_nothing_is_left_of_a_failed_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(source: str, to: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.Cache(tmp_path).put("a", b"entry")
    assert entries(tmp_path) == []
    assert "No space left on device" in caplog.text


def test_eviction(tmp_path: Path) -> None:
    """The entry that was used last stays, the one that was not goes."""
    first = cache.Cache(tmp_path)
    for number, name in enumerate("abc"):
        first.put(name, bytes(1000))
        os.utime(first.directory / name, (number, number))
    assert first.get("a") == bytes(1000)
    cache.Cache(tmp_path, limit=3500).put("d", bytes(1000))
    assert [entry.name for entry in entries(tmp_path)] == ["a", "c", "d"]


WRITER = """
import sys
from pathlib import Path
from qfin.runtime.cache import Cache
cache, mine = Cache(Path(sys.argv[1])), sys.argv[2].encode() * 20000
print("ready", flush=True)
sys.stdin.readline()
for _ in range(200):
    cache.put("key", mine)
    read = cache.get("key")
    assert read is not None and len(set(read)) == 1, read
"""


def test_writers_of_one_entry(tmp_path: Path) -> None:
    """Two processes at a time: each reads all of what one of them wrote."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), letter],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for letter in "ab"
    ]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        assert writer.communicate(timeout=60)[1] == ""
        assert writer.returncode == 0
    assert [entry.name for entry in entries(tmp_path)] == ["key"]
