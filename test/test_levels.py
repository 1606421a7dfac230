"""The digits network through all levels of IR, each in a process of its own, joined by files."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import ReturnOp

import qfin
from qfin import target
from qfin.dialects.kernel import ProgramOp
from qfin.errors import Error, PassError, VerifyError
from qfin.locations import is_unknown
from qfin.passes.lower.buffers import SLACK
from qfin.passes.lower.plan_buffers import PlanBuffersPass
from qfin.pipeline import LEVELS, level_of, pipeline_to, target_of, to_level
from qfin.runtime.memory import aligned, aligned_copy
from qfin.target import codegen

EXAMPLE = Path(__file__).parent.parent / "examples" / "digits"
LOWERED = list(LEVELS)[1:]
IMAGES = 8

needs_host = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")


def tool(name: str, *arguments: str | Path) -> str:
    """The output of one of our tools, in a process of its own."""
    command = [sys.executable, "-m", f"qfin.tools.{name}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each level as `qfin-opt` made it of the file of the level before."""
    folder = tmp_path_factory.mktemp("levels")
    made = {"qdq": EXAMPLE / "digits.mlir"}
    for level in LOWERED:
        before = list(made.values())[-1]
        made[level] = folder / f"{level}.mlir"
        passes = LEVELS[level].format(target="avx2", threads=1)
        tool("qfin_opt", before, "-p", passes, "-o", made[level])
    return made


@pytest.fixture(scope="module")
def images() -> Iterator[NDArray[np.float32]]:
    with np.load(EXAMPLE / "heldout.npz") as heldout:
        yield (heldout["images"][:IMAGES].astype(np.float32) / 16)[:, None, None]


@needs_host
def test_files_give_the_same_program(files: dict[str, Path], images: NDArray[np.float32]) -> None:
    """From each level's file, and from the model in one process: the same bits."""
    whole = qfin.compile(EXAMPLE / "digits.mlir", target="avx2")
    loaded = qfin.Program(qfin.parse(files["llvm"]))
    assert loaded.inputs == whole.inputs
    assert loaded.outputs == whole.outputs
    assert loaded.target == whole.target == "avx2"
    programs = [loaded, *(qfin.compile(files[level]) for level in LOWERED)]
    interpreted = qfin.parse(files["fused"])
    for image in images:
        want = whole.run({"image": image})["logits"]
        assert want.tobytes() == qfin.interpret(interpreted, [image])["logits"].tobytes()
        for program in programs:
            assert program.run({"image": image})["logits"].tobytes() == want.tobytes()


def test_laid_out_means_the_same(files: dict[str, Path], images: NDArray[np.float32]) -> None:
    fused, laid_out = qfin.parse(files["fused"]), qfin.parse(files["laid-out"])
    for image in images:
        want = qfin.interpret(fused, [image])["logits"]
        assert qfin.interpret(laid_out, [image])["logits"].tobytes() == want.tobytes()


@pytest.mark.parametrize("level", LOWERED)
def test_level_reads_back(files: dict[str, Path], level: str) -> None:
    """Verifies (as `parse` does), prints as it was read, also in the generic form."""
    text = files[level].read_text()
    module = qfin.parse(text)
    assert qfin.print_module(module).strip() == text.strip()
    generic = qfin.print_module(module, generic=True)
    assert qfin.print_module(qfin.parse(generic)) == qfin.print_module(module)
    shown = {"fused": "qdq"}.get(level, level)
    assert level_of(module) == shown
    assert target_of(module) == (None if level == "fused" else "avx2")


@pytest.mark.parametrize("level", LOWERED)
def test_every_op_has_a_location(level: str) -> None:
    module = qfin.parse(EXAMPLE / "digits.mlir")
    before = {str(op.location) for op in module.walk()}
    to_level(module, level, "avx2")
    module.verify()
    lost = [op.name for op in module.walk() if is_unknown(op.location)]
    assert not lost
    functions = [op for op in module.walk() if op.name in ("func.func", "llvm.func")]
    assert len(functions) >= 1
    assert all(str(op.location) in before or "fused" in str(op.location) for op in functions)


@needs_host
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("form", ["obj", "llvmir"])
def test_translated_files_run(
    files: dict[str, Path], level: str, form: str, tmp_path: Path
) -> None:
    """What leaves MLIR, loaded and called as its kernel.program says: all held-out images."""
    isa = target.TARGETS["avx2"]
    made = tmp_path / f"x.{form}"
    options = ["--target=avx2"] if level in ("qdq", "fused") else []
    tool("qfin_translate", files[level], f"--to-{form}", *options, "-o", made)
    code = codegen.load(made.read_bytes() if form == "obj" else made.read_text(), isa)
    (entry,) = [op for op in qfin.parse(files["llvm"]).ops if isinstance(op, ProgramOp)]
    main = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(code.function(entry.entry.string_value()))
    assert entry.constants is not None
    constants = aligned_copy(entry.constants.data.data)
    arena = aligned(entry.arena.value.data + SLACK)
    whole = qfin.compile(EXAMPLE / "digits.mlir", target="avx2")
    with np.load(EXAMPLE / "heldout.npz") as heldout:
        images = (heldout["images"].astype(np.float32) / 16)[:, None, None]
    assert len(images) == 360
    for image in images:
        logits = np.full(whole.outputs[0].shape, np.nan, np.float32)
        main(*(a.__array_interface__["data"][0] for a in (image, logits, arena, constants)))
        assert logits.tobytes() == whole.run({"image": image})["logits"].tobytes()


@needs_host
def test_translate(files: dict[str, Path]) -> None:
    """The last file leaves MLIR as text that names the entry."""
    assert 'define void @"main"(' in tool("qfin_translate", files["llvm"], "--to-llvmir")
    assembly = tool("qfin_translate", files["llvm"], "--to-asm")
    assert "\nmain:\n" in assembly
    assert "vpdpbusd" not in assembly  # this is for avx2


def test_passes_need_no_host_that_runs_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any target's code can be made anywhere; native's only where it is."""
    monkeypatch.setattr(target, "host_is_x86", lambda: False)
    module = to_level(qfin.parse(EXAMPLE / "digits.mlir"), "llvm", "avx512-vnni")
    assert target_of(module) == "avx512-vnni"
    with pytest.raises(qfin.UnsupportedError, match="x86-64 only"):
        to_level(qfin.parse(EXAMPLE / "digits.mlir"), "llvm", "native")


def test_pipelines() -> None:
    assert pipeline_to("qdq", "buffers", "avx2") == (
        'quant-finalize,fold-globals,assign-layout{target="avx2"},plan-buffers,choose-tiles'
    )
    assert pipeline_to("kernels", "kernels", "avx2") == ""
    with pytest.raises(Error, match="'asm' is not a level of IR"):
        pipeline_to("qdq", "asm", "avx2")
    with pytest.raises(Error, match="at level 'llvm' already, behind 'buffers'"):
        pipeline_to("llvm", "buffers", "avx2")


@pytest.mark.parametrize("level", LOWERED[1:])
def test_a_lowered_module_keeps_its_target(files: dict[str, Path], level: str) -> None:
    module = qfin.parse(files[level])
    with pytest.raises(Error, match="is lowered for avx2 already, not for avx512-vnni"):
        to_level(module, "llvm", "avx512-vnni")
    assert target_of(to_level(module, "llvm", "native")) == "avx2"


def test_an_empty_function_has_levels_too() -> None:
    """No kernel op says where it stands."""
    module = qfin.parse("func.func @main() { func.return }")
    for level in LOWERED[1:]:
        to_level(module, level, "avx2")
        assert level_of(module) == level


def test_a_pass_with_a_bug_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = qfin.parse("func.func @main() { func.return }")

    def leave_rubbish(self: object, ctx: object, op: ModuleOp) -> None:
        op.body.block.add_op(ReturnOp())

    def fail(self: object, ctx: object, op: ModuleOp) -> None:
        raise KeyError("lost")

    monkeypatch.setattr(PlanBuffersPass, "apply", leave_rubbish)
    with pytest.raises(VerifyError, match=r"^after pass 'plan-buffers': .*'func.return': "):
        to_level(module.clone(), "kernels", "avx2")
    monkeypatch.setattr(PlanBuffersPass, "apply", fail)
    with pytest.raises(PassError, match=r"^pass 'plan-buffers' failed: KeyError: 'lost'$"):
        to_level(module, "kernels", "avx2")


def test_what_was_finalized_is_not_finalized_again() -> None:
    """By default an average between quantized ops is quantized; who did not want that, keeps it."""
    text = """
    !q = !quant.uniform<u8:f32, 0.5:3>
    !o = !quant.uniform<u8:f32, 0.037:9>
    func.func @main(%x: tensor<1x2x6x6x!q>) -> tensor<1x2x2x2x!o> {
      %d = quant.dcast %x : tensor<1x2x6x6x!q> to tensor<1x2x6x6xf32>
      %a = nn.avg_pool2d %d {kernel = array<i64: 3, 3>, stride = array<i64: 3, 3>}
        : (tensor<1x2x6x6xf32>) -> tensor<1x2x2x2xf32>
      %s = nn.hardswish %a : tensor<1x2x2x2xf32>
      %y = quant.qcast %s : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!o>
      return %y : tensor<1x2x2x2x!o>
    }
    """
    qfin.compile(text)
    for kept in (qfin.finalize(text, propagate=False), qfin.finalize(text, quant_type="dynamic")):
        assert "nn.avg_pool2d" in str(kept)
        assert "quant.finalized" in str(qfin.parse(qfin.print_module(kept)))
        x = np.arange(72, dtype=np.uint8).reshape(1, 2, 6, 6)
        (expected,) = qfin.interpret(kept, [x]).values()
        np.testing.assert_array_equal(qfin.compile(kept)(x), expected)
        assert "kernel.float_unary" in str(to_level(kept, "buffers", "avx2"))
