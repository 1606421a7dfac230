"""qfin-translate: three ways out of MLIR, from several levels, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qfin import target
from qfin.ir import parse, print_module
from qfin.pipeline import LEVELS, to_level

Run = Callable[..., Any]

LLVM = """\
llvm.func @double(%a: i32) -> i32 {
  %b = llvm.add %a, %a : i32
  llvm.return %b : i32
}
"""
MODEL = """\
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %q = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!quant.uniform<u8:f32, 0.5>>
  %y = quant.dcast %q : tensor<1x4x!quant.uniform<u8:f32, 0.5>> to tensor<1x4xf32>
  func.return %y : tensor<1x4xf32>
}
"""


def test_llvm_dialect_to_llvm_ir_and_assembly(tool: Run):
    done = tool("qfin-translate", "--to-llvmir", "--target=avx2", stdin=LLVM)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'define i32 @"double"' in done.stdout
    same = tool("qfin-translate", "--mlir-to-llvmir", "--target=avx2", "-", stdin=LLVM)
    assert same.stdout == done.stdout
    done = tool("qfin-translate", "--to-asm", "--target=avx2", stdin=LLVM)
    assert "double:" in done.stdout


def test_object_file(tool: Run, tmp_path: Path):
    done = tool("qfin-translate", "--to-obj", "--target=avx2", "-o", "m.o", stdin=LLVM)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "m.o").read_bytes().startswith(b"\x7fELF")


def test_a_model_is_lowered_on_the_way(tool: Run):
    done = tool("qfin-translate", "--to-llvmir", "--target=avx2", stdin=MODEL)
    assert (done.returncode, done.stderr) == (0, "")
    assert '@"main"(' in done.stdout


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("isa", ["avx2", "avx512-vnni"])
def test_a_lowered_module_keeps_its_target(
    tool: Run, monkeypatch: pytest.MonkeyPatch, level: str, isa: str
):
    """Without --target, from any level, on a host of which avx-vnni is the best."""
    monkeypatch.setattr(target, "host_is_x86", lambda: True)
    vnni = target.TARGETS["avx-vnni"]
    monkeypatch.setattr(target, "_host_features", lambda: frozenset(vnni.required))
    text = print_module(to_level(parse(MODEL), level, isa))
    done = tool("qfin-translate", "--to-llvmir", stdin=text)
    used = "avx-vnni" if level in ("qdq", "fused") else isa
    direct = tool("qfin-translate", "--to-llvmir", f"--target={used}", stdin=MODEL)
    assert (done.returncode, done.stdout) == (0, direct.stdout)
    assert tool("qfin-translate", "--to-llvmir", f"--target={used}", stdin=text) == done
    if used == isa:
        done = tool("qfin-translate", "--to-asm", "--target=avx-vnni", stdin=text)
        message = f"the module is lowered for {isa} already, not for avx-vnni"
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"qfin-translate: error: {message}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "one of the arguments --to-llvmir"),
        (["--to-asm", "--to-obj"], 2, "not allowed with argument"),
        (["--to-asmm"], 2, "--to-asm"),
        (["--to-asm", "absent.mlir"], 1, "absent.mlir: No such file or directory"),
        (["--to-asm", "--target=avx3"], 2, "--target: unknown target 'avx3'"),
        (["--to-asm", "bad.mlir"], 1, "bad.mlir:1:1: error: Operation foo.bar is not registered"),
    ],
)
def test_refusals(
    tool: Run, write: Callable[[str, str], str], arguments: list[str], code: int, message: str
):
    write("bad.mlir", "foo.bar")
    write("out", "precious")
    done = tool("qfin-translate", *arguments, "-o", "out", stdin=LLVM)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert Path("out").read_text() == "precious"
