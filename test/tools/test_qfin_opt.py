"""qfin-opt: streams, exit codes, messages, files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute
from xdsl.passes import ModulePass
from xdsl.xdsl_opt_main import xDSLOptMain

from qfin.passes import ALIASES, PASSES
from qfin.passes.finalize.pipeline import QuantFinalizePass
from qfin.tools.opt_arguments import add_arguments, fill_optional_values
from qfin.tools.qfin_opt import QfinOpt

Run = Callable[..., Any]
Write = Callable[[str, str], str]

GOOD = """\
func.func @main(%x: i32) -> i32 {
  %a = arith.constant 1 : i32
  %b = arith.constant 1 : i32
  func.return %b : i32
}
"""
INVALID = """\
func.func @main() -> i32 {
  %a = arith.constant 1 : i64
  func.return %a : i64
}
"""
UNPARSABLE = """\
func.func @main() {
  %a = foo.bar 1 : i64
}
"""
DEAD = "IR Dump After dce"
MERGED = "IR Dump After cse"


@pytest.fixture(autouse=True)
def _files(write: Write):  # pyright: ignore[reportUnusedFunction]
    write("good.mlir", GOOD)
    write("invalid.mlir", INVALID)
    write("unparsable.mlir", UNPARSABLE)


def test_reads_a_file_or_stdin(tool: Run):
    from_file = tool("qfin-opt", "good.mlir")
    assert from_file.returncode == 0
    assert from_file.stderr == ""
    for arguments in ((), ("-",)):
        from_stdin = tool("qfin-opt", *arguments, stdin=GOOD)
        assert (from_stdin.returncode, from_stdin.stdout) == (0, from_file.stdout)


def test_extensions_that_nobody_knows_are_mlir(tool: Run, write: Write):
    assert tool("qfin-opt", write("model.txt", GOOD)).returncode == 0


def test_stdout_is_ir_alone(tool: Run):
    plain = tool("qfin-opt", "--cse", "--dce", "good.mlir")
    noisy = tool(
        "qfin-opt",
        "--cse",
        "--dce",
        "good.mlir",
        "--time-passes",
        "--print-between-passes",
        "--print-ir-after-all",
        "--mlir-print-ir-before-all",
        "--dump-pass-pipeline",
        "--remarks",
    )
    assert noisy.stdout == plain.stdout
    assert "Pass cse took" in noisy.stderr
    assert "IR after cse:" in noisy.stderr
    assert "IR Dump Before dce" in noisy.stderr
    assert "IR Dump After dce" in noisy.stderr
    assert noisy.stderr.startswith("cse,dce\n")


def test_ir_after_change_is_only_that(tool: Run):
    done = tool("qfin-opt", "--cse", "--dce", "good.mlir", "--mlir-print-ir-after-change")
    assert MERGED in done.stderr
    assert DEAD not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        (["--cse", "--dce"], "cse,dce"),
        (["--dce", "good.mlir", "--cse", "--dce"], "dce,cse,dce"),
        (["-p", "cse,dce"], "cse,dce"),
        (["--pass-pipeline=builtin.module(dce, cse)".replace(", ", ",")], "dce,cse"),
        (["--scf-for-loop-unroll", "--canonicalize"], "scf-for-loop-unroll,canonicalize"),
        (["--assign-layout=target=avx2"], 'assign-layout{target="avx2"}'),
        (["--assign-layout={target=avx2}"], 'assign-layout{target="avx2"}'),
        (["-p", "assign-layout{target=avx2}"], 'assign-layout{target="avx2"}'),
        (["--finalize"], "quant-finalize"),
        (["-p", "finalize"], "quant-finalize"),
    ],
)
def test_passes_run_in_the_order_given(arguments: list[str], order: str):
    assert ",".join(map(str, QfinOpt(arguments).pipeline.passes)) == order


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-p", "csse"], "unknown pass 'csse'; did you mean 'cse'"),
        (["-p", "quant-finalise"], "did you mean 'quant-finalize'"),
        (["--finalise"], "unrecognized arguments: --finalise; did you mean '--finalize'"),
        (["--csse=x=1"], "unrecognized arguments: --csse=x=1; did you mean '--cse'"),
        (["--time-pass"], "did you mean '--time-passes'"),
        (["-p", "cse", "--dce"], "do not go together"),
        (["-p", "cse{"], "pass-pipeline:1:5"),
        (["-p", "cse{a=1}"], "pass 'cse' has no option 'a'; it takes none"),
        (["--assign-layout=tarrget=avx2"], "has no option 'tarrget'; did you mean 'target'?"),
        (["--assign-layout=target=1"], "pass 'assign-layout': option 'target' takes str, not '1'"),
        (["--finalize=quanttype=dynamic"], "no option 'quanttype'; did you mean 'quant-type'?"),
        (["--finalize=propagate=flase"], "option 'propagate' takes bool, not 'flase'; its options"),
        (["--pass-pipeline=builtin.module(func.func(cse))"], "leave out nested anchors"),
        (["-t", "mlirr"], "unknown target 'mlirr'; did you mean 'mlir'"),
        (["--remarks=xml"], "invalid choice: 'xml'"),
        (["--elide-large-constants=many"], "invalid int value: 'many'"),
        (["a.mlir", "b.mlir"], "unrecognized arguments: b.mlir"),
    ],
)
def test_a_bad_command_line_is_2(tool: Run, arguments: list[str], message: str):
    done = tool("qfin-opt", *arguments, stdin=GOOD)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.startswith("qfin-opt: error: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["unparsable.mlir"], "unparsable.mlir:2:8: error: Operation foo.bar is not registered"),
        (["invalid.mlir"], "invalid.mlir:3:3: error: 'func.return': Expected arguments to have"),
        (["absent.mlir"], "qfin-opt: error: absent.mlir: No such file or directory"),
        (["good.mlir", "-o", "no/where.mlir"], "qfin-opt: error: no/where.mlir: No such file"),
        (["good.mlir", "-t", "llvm"], "qfin-opt: error: "),
        (
            ["good.mlir", "--lower-to-kernels"],
            "qfin-opt: error: pass 'lower-to-kernels' failed: 'func.func' at good.mlir:1:1: no"
            " kernel.program for @main: run plan-buffers first",
        ),
    ],
)
def test_bad_input_is_1(tool: Run, arguments: list[str], message: str):
    done = tool("qfin-opt", *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(message)


def test_input_that_is_no_text(tool: Run, tmp_path: Path):
    (tmp_path / "binary.mlir").write_bytes(b"func\xff\xfe")
    done = tool("qfin-opt", "binary.mlir")
    assert (done.returncode, done.stdout) == (1, "")
    assert "binary.mlir: not UTF-8 text" in done.stderr


def test_a_long_line_is_cut_around_the_error(tool: Run):
    text = f'"test.op"() {{a = dense<[{"1, " * 5000}oops]> : tensor<5001xi32>}} : () -> ()'
    done = tool("qfin-opt", stdin=text)
    assert done.returncode == 1
    first, source, carets = done.stderr.rstrip("\n").split("\n")
    assert first.startswith("<stdin>:1:")
    assert len(source) < 110
    assert source[carets.index("^") :].startswith("oops")


def test_traceback_only_with_debug(tool: Run):
    assert "Traceback" in tool("qfin-opt", "invalid.mlir", "--debug").stderr


class BuggyPass(ModulePass):
    name = "buggy"

    @override
    def apply(self, ctx: Context, op: ModuleOp) -> None:
        raise KeyError("lost")


class BreakingPass(ModulePass):
    name = "breaking"

    @override
    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for inner in op.walk():
            if inner.name == "arith.constant":
                inner.properties.clear()


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--buggy", "qfin-opt: error: pass 'buggy' failed: KeyError: 'lost' (a bug? --debug"),
        (
            "--breaking",
            "qfin-opt: error: after pass 'breaking': good.mlir:3:3: error: 'arith.constant': ",
        ),
    ],
)
def test_a_pass_with_a_bug_is_named(
    tool: Run, monkeypatch: pytest.MonkeyPatch, flag: str, message: str
):
    passes = {"buggy": lambda: BuggyPass, "breaking": lambda: BreakingPass}
    monkeypatch.setattr("qfin.tools.qfin_opt.get_all_passes", lambda: passes)
    done = tool("qfin-opt", "--canonicalize", flag, "good.mlir")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(message)


def test_a_failed_run_leaves_the_output_as_it_was(tool: Run, write: Write, tmp_path: Path):
    write("out.mlir", "precious")
    write("two.mlir", f"{GOOD}\n// -----\n{INVALID}")
    for arguments in (["invalid.mlir"], ["--split-input-file", "two.mlir"]):
        before = sorted(tmp_path.iterdir())
        assert tool("qfin-opt", *arguments, "-o", "out.mlir").returncode == 1
        assert (tmp_path / "out.mlir").read_text() == "precious"
        assert sorted(tmp_path.iterdir()) == before
    assert tool("qfin-opt", "invalid.mlir", "-o", "new.mlir").returncode == 1
    assert not (tmp_path / "new.mlir").exists()


def test_output_file(tool: Run, tmp_path: Path):
    done = tool("qfin-opt", "good.mlir", "-o", "out.mlir")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out.mlir").read_text() == tool("qfin-opt", "good.mlir").stdout
    assert tool("qfin-opt", "good.mlir", "-o", "/dev/null").returncode == 0
    assert Path("/dev/null").is_char_device()
    assert tool("qfin-opt", "good.mlir", "-o", "-").stdout != ""


def test_split_input_names_lines_of_the_whole_file(tool: Run, write: Write):
    parts = write("parts.mlir", f"{GOOD}// -----\n{INVALID}")
    assert tool("qfin-opt", "--split-input-file", parts).stderr.startswith("parts.mlir:9:3: error")
    parts = write("parts.mlir", f"{GOOD}// -----\n{UNPARSABLE}")
    done = tool("qfin-opt", "--split-input-file", parts)
    assert done.stderr.startswith("parts.mlir:8:8: error")
    assert done.stdout.count("func.func") == 1  # the part before it


def test_diagnostics_for_filecheck_go_to_stdout(tool: Run):
    done = tool("qfin-opt", "invalid.mlir", "--verify-diagnostics")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Expected arguments to have the same types" in done.stdout
    assert "Operation does not verify" in done.stdout  # the IR, as xdsl-opt shows it
    done = tool("qfin-opt", "unparsable.mlir", "--parsing-diagnostics")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Operation foo.bar is not registered" in done.stdout
    done = tool("qfin-opt", "good.mlir", "--lower-to-kernels", "--verify-diagnostics")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no kernel.program for @main" in done.stdout


def test_dump_dir_has_a_file_a_pass(tool: Run, tmp_path: Path):
    done = tool("qfin-opt", "--cse", "--dce", "good.mlir", "--dump-dir", "a/b")
    names = ["00-input.mlir", "01-cse.mlir", "02-dce.mlir"]
    assert sorted(file.name for file in (tmp_path / "a" / "b").iterdir()) == names
    assert (tmp_path / "a" / "b" / names[0]).read_text().count("arith.constant") == 2
    assert (tmp_path / "a" / "b" / names[2]).read_text().strip() == done.stdout.strip()


def test_steps_of_a_pipeline_are_shown(tool: Run, tmp_path: Path):
    """Those that the documentation lists, in order; the whole is one pass for the clock."""
    steps = [step.name for step in QuantFinalizePass().steps()]
    done = tool(
        "qfin-opt",
        "--finalize",
        "good.mlir",
        "--print-ir-after-all",
        "--time-passes",
        "--dump-dir=d",
    )
    shown = re.findall(r"IR Dump After (\S+) //", done.stderr)
    assert shown == [*steps, "quant-finalize"]
    names = ["input", *shown]
    files = sorted(file.name for file in (tmp_path / "d").iterdir())
    assert files == [f"{number:02}-{name}.mlir" for number, name in enumerate(names)]
    assert re.findall(r"Pass (\S+) took", done.stderr) == ["quant-finalize"]
    head = (Path(__file__).parents[2] / "docs" / "fusions.md").read_text().split("|---|---|\n")[1]
    listed = re.findall(r"^\| `(\S+)` \|", head.split("\n\n")[0], re.MULTILINE)
    assert [name for name in listed if name != "clear-shapes"] == steps


def test_elided_output_does_not_parse(tool: Run):
    values = ", ".join(map(str, range(20)))
    attributes = f"a = dense<[{values}]> : tensor<20xi32>, b = array<i32: {values}>"
    text = f'"test.op"() {{{attributes}}} : () -> ()'
    done = tool("qfin-opt", "--elide-large-constants", stdin=text)
    assert "dense<...> : tensor<20xi32>" in done.stdout
    assert "array<i32: ...>" in done.stdout
    assert tool("qfin-opt", stdin=done.stdout).returncode == 1
    kept = tool("qfin-opt", "--mlir-elide-elementsattrs-if-larger=20", stdin=text)
    assert tool("qfin-opt", stdin=kept.stdout).stdout == kept.stdout.rstrip("\n") + "\n\n"


def test_locations_are_printed_when_asked_and_read_back(tool: Run):
    done = tool("qfin-opt", "good.mlir", "--mlir-print-debuginfo")
    assert 'loc("good.mlir":3:3)' in done.stdout
    again = tool("qfin-opt", "--print-debuginfo", stdin=done.stdout)
    assert again.stdout == done.stdout


def test_remarks(tool: Run, write: Write):
    text = """\
func.func @main(%x: tensor<1x2xf32>, %w: tensor<3x2xf32>) -> tensor<1x3xf32> {
  %y = nn.linear %x, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  func.return %y : tensor<1x3xf32>
}
"""
    write("float.mlir", text)
    silent = tool("qfin-opt", "--quant-fusion", "float.mlir")
    assert (silent.returncode, silent.stderr) == (0, "")
    said = tool("qfin-opt", "--quant-fusion", "--remarks", "float.mlir")
    assert said.stdout == silent.stdout
    assert said.stderr.startswith("float.mlir:2:3: remark: nn.linear not fused: ")
    lines = tool("qfin-opt", "--quant-fusion", "--remarks=json", "float.mlir").stderr.splitlines()
    assert [json.loads(line)["op"] for line in lines] == ["nn.linear"]
    apart = tool("qfin-opt", "--quant-fusion", "--remarks", "json", "float.mlir")
    assert apart.stderr.splitlines() == lines


def test_values_that_may_be_left_out() -> None:
    elide = "--elide-large-constants"
    for given, filled in (
        (["--remarks", "m.mlir"], ["--remarks=text", "m.mlir"]),
        (["--remarks"], ["--remarks=text"]),
        ([elide, "m.mlir"], [f"{elide}=16", "m.mlir"]),
        ([elide, "3", "--remarks", "text"], [elide, "3", "--remarks", "text"]),
        ([f"{elide}=3", "json"], [f"{elide}=3", "json"]),
    ):
        assert fill_optional_values(given) == filled


def test_an_op_that_was_not_fused_has_a_hint(tool: Run):
    text = """\
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %h = nn.saturate_to_fp16 %x : tensor<2xf32> to tensor<2xf16>
  %y = nn.to %h : tensor<2xf16> to tensor<2xf32>
  func.return %y : tensor<2xf32>
}
"""
    passes = ["--finalize", "--assign-layout=target=avx2", "--plan-buffers"]
    done = tool("qfin-opt", *passes, stdin=text)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "qfin-opt: error: pass 'plan-buffers' failed: 'nn.saturate_to_fp16' at <stdin>:2:3:"
        " tensors of f16 are not compiled\n"
        "(--remarks tells what was not fused, and why)\n"
    )
    assert "--remarks" not in tool("qfin-opt", *passes, "--remarks", stdin=text).stderr


@pytest.mark.parametrize("file", ["good.mlir", "unparsable.mlir"])
def test_checks_are_left_out_for_one_run_only(tool: Run, file: str):
    check = Attribute.__post_init__
    tool("qfin-opt", "--disable-verify", file)
    assert Attribute.__post_init__ is check
    text = '"test.op"() {a = !quant.uniform<i8:f32, -1.0>} : () -> ()'
    assert tool("qfin-opt", stdin=text).returncode == 1


def test_stdout_that_closes_early_is_no_bug():
    command = [sys.executable, "-m", "qfin.tools.qfin_opt", "--list-passes"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_lists(tool: Run):
    listed = tool("qfin-opt", "--list-passes")
    assert listed.returncode == 0
    for name, entry in PASSES.items():
        assert f"  {name} " in listed.stdout
        assert f"  {entry.summary}\n" in listed.stdout
    assert "\n  cse\n" in listed.stdout
    assert tool("qfin-opt", "--show-dialects").stdout.startswith("qfin: ")
    assert tool("qfin-opt", "--version").stdout.startswith("qfin-opt 0.")


def test_help_lists_our_passes_and_imports_none(tool: Run):
    done = tool("qfin-opt", "--help")
    assert done.returncode == 0
    assert all(f"  --{name} " in done.stdout for name in PASSES)
    assert all(f"(also --{alias})" in done.stdout for alias in ALIASES)
    code = """
import sys
from qfin.tools.qfin_opt import main
try:
    main(["--help"])
except SystemExit:
    pass
heavy = {"numpy", "llvmlite", "rich", "xdsl.dialects.llvm"} & set(sys.modules)
heavy |= {name for name in sys.modules if name.startswith(("qfin.passes.", "qfin.dialects."))}
sys.exit(",".join(sorted(heavy)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_flag_of_stock_xdsl_opt_is_there():
    import argparse

    stock, ours = argparse.ArgumentParser(), argparse.ArgumentParser()
    xDSLOptMain(args=[]).register_all_arguments(stock)
    add_arguments(ours, ["mlir"])
    ours.add_argument("-v", "--version")
    flags = {flag for action in stock._actions for flag in action.option_strings}  # pyright: ignore[reportPrivateUsage]
    have = {flag for action in ours._actions for flag in action.option_strings}  # pyright: ignore[reportPrivateUsage]
    assert flags - have == set()
    # A pass of such a name could not be asked for.
    names = {f"--{name}" for name in (*QfinOpt([]).available_passes, *ALIASES)}
    assert names & have == set()


@pytest.mark.parametrize("command", [["--show-dialects"], ["--cse"], ["--help"]])
@pytest.mark.parametrize("closed", ["| true", ">&-"])
def test_a_closed_stdout_ends_quietly(command: list[str], closed: str):
    """As by `| head -1`: more text than a pipe holds, and nobody who reads it."""
    text = "".join(f"func.func @f{i}(%x: tensor<2xf32>) {{ func.return }}\n" for i in range(1500))
    line = f"{sys.executable} -m qfin.tools.qfin_opt {' '.join(command)} {closed}"
    done = subprocess.run(line, shell=True, input=text.encode(), capture_output=True, check=False)
    assert done.stderr == b""
