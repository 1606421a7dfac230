"""The registry of targets, and the way to machine code."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from qfin import target
from qfin.errors import Error, UnsupportedError
from qfin.ir import parse
from qfin.target import codegen
from qfin.target.avx2 import AVX2

IR = """
target triple = "x86_64-unknown-linux-gnu"
define i64 @add(i64 %a, i64 %b) {
  %c = add i64 %a, %b
  ret i64 %c
}
"""
needs_avx2 = pytest.mark.skipif("avx2" not in target.host_target_names(), reason="needs avx2")


def fake_host(monkeypatch: pytest.MonkeyPatch, *features: str, machine: str = "x86_64"):
    """A host of that machine name with just these CPU features."""
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(target, "_host_features", lambda: frozenset(features))


def test_native_is_the_best_that_the_host_runs(monkeypatch: pytest.MonkeyPatch):
    """The registry's order decides."""
    fake_host(monkeypatch, *AVX2.required)
    assert target.host_target_names() == ("avx2",)
    assert target.resolve("native") is AVX2
    fake_host(monkeypatch, *AVX2.required, "avxvnni")
    assert target.resolve("native").name == "avx-vnni"
    fake_host(monkeypatch, *(f for isa in target.TARGETS.values() for f in isa.required))
    assert target.resolve("native").name == "avx512-vbmi"


def test_unknown_name():
    """The message lists what there is."""
    with pytest.raises(
        Error, match=r"'avx2x'.*native, avx512-vbmi, .*, avx2, amx-int8; did you mean 'avx2'"
    ):
        target.resolve("avx2x")
    with pytest.raises(Error, match="'native'"):
        target.lookup("native")


def test_host_lacks_the_isa(monkeypatch: pytest.MonkeyPatch):
    """Refused with the features that are missing; never a silent fallback."""
    fake_host(monkeypatch, *AVX2.required)
    with pytest.raises(UnsupportedError, match=r"avx512vnni; it can run: avx2$"):
        target.resolve("avx512-vnni")
    fake_host(monkeypatch, "avx")
    with pytest.raises(UnsupportedError, match=r"none of our targets.*avx2"):
        target.resolve("native")


@pytest.mark.skipif("amx-int8" in target.host_target_names(), reason="for hosts without AMX")
def test_amx(monkeypatch: pytest.MonkeyPatch):
    """Refused by the CPU's features, and else by the operating system when code is loaded."""
    isa = target.lookup("amx-int8")
    if target.host_is_x86():
        with pytest.raises(UnsupportedError, match=r"lacks: .*amx-tile, amx-int8; it can run: "):
            target.resolve("amx-int8")
    fake_host(monkeypatch, *isa.required)
    assert target.resolve("amx-int8") is isa
    assert target.resolve("native") is not isa  # but what ran on hardware
    with pytest.raises(UnsupportedError, match=r"no permission to use AMX .*: take target avx512"):
        codegen.load(IR, isa)


@pytest.mark.parametrize("name", ["native", "avx2"])
def test_host_is_not_x86(monkeypatch: pytest.MonkeyPatch, name: str):
    """Compiling for the host is refused; looking a target up is not."""
    fake_host(monkeypatch, machine="aarch64")
    with pytest.raises(UnsupportedError, match="aarch64"):
        target.resolve(name)
    assert target.host_target_names() == ()
    assert target.AVX2 is AVX2


def test_lookup_does_not_import_llvmlite():
    """Tools that only list targets stay light."""
    code = (
        "import sys, qfin.target as t; t.lookup('avx2'); "
        "sys.exit(any(m.startswith('llvmlite') for m in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@needs_avx2
def test_text_and_object_give_the_same_function():
    """An object stands for the text it was made of."""
    for source in (IR, codegen.to_object(IR, AVX2)):
        loaded = codegen.load(source, AVX2)
        add = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(
            loaded.function("add")
        )
        assert add(40, 2) == 42
        with pytest.raises(Error, match="'sub'"):
            loaded.function("sub")


@needs_avx2
def test_threads_may_load_at_the_same_time():
    """Eight threads, each its own code."""

    def work(number: int) -> int:
        loaded = codegen.load(IR.replace("add i64 %a, %b", f"add i64 %a, {number}"), AVX2)
        add = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
        return add(loaded.function("add"))(100, 0)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(32))) == [100 + number for number in range(32)]


def test_bad_ir_is_refused():
    """Not a crash, and LLVM's reason is in the message."""
    with pytest.raises(Error, match="LLVM refuses the IR"):
        codegen.to_object("define void @f() { ret i32 0 }", AVX2)


def test_assembly_names_the_function():
    """Assembly can be had for any target, whatever the host."""
    assert "add:" in codegen.to_asm(IR, target.lookup("avx512-vnni"))


def test_kernels_are_internal_so_that_objects_can_be_linked() -> None:
    text = """
      llvm.func internal @kernel() { llvm.return }
      llvm.func @main() {
        llvm.call @kernel() : () -> ()
        llvm.return
      }
    """
    asm = codegen.to_asm(codegen.to_llvm_ir(parse(text), AVX2), AVX2)
    assert re.search(r"\.globl\s+main\b", asm)
    assert not re.search(r"\.globl\s+kernel\b", asm)
