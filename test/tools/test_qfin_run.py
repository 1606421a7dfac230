"""`qfin run`: arrays in, arrays out, times; and the messages on the way."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qfin import target
from qfin.tools.qfin import main

Run = Callable[..., Any]

# y = round(x) in steps of 0.5, and z the same of w in steps of 1.
MODEL = """\
func.func @main(%x: tensor<1x4xf32>, %w: tensor<2xf32>) -> (tensor<1x4xf32>, tensor<2xf32>) {
  %q = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.5>>
  %y = quant.dcast %q : tensor<1x4x!quant.uniform<i8:f32, 0.5>> to tensor<1x4xf32>
  %r = quant.qcast %w : tensor<2xf32> to tensor<2x!quant.uniform<i8:f32, 1.0>>
  %z = quant.dcast %r : tensor<2x!quant.uniform<i8:f32, 1.0>> to tensor<2xf32>
  func.return %y, %z : tensor<1x4xf32>, tensor<2xf32>
}
"""
X = np.array([[0.6, -0.6, 1.0, 70.0]], np.float32)
Y = np.array([[0.5, -0.5, 1.0, 63.5]], np.float32)
W = np.array([1.4, 1.6], np.float32)
Z = np.array([1.0, 2.0], np.float32)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path):  # pyright: ignore[reportUnusedFunction]
    (tmp_path / "m.mlir").write_text(MODEL)
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "w.npy", W)
    np.savez(tmp_path / "feeds.npz", x=X, w=W)
    np.savez(tmp_path / "wrong.npz", q=X)
    (tmp_path / "junk.npy").write_bytes(b"junk")
    (tmp_path / "text.npz").write_text("1 2 3")


@pytest.fixture(params=["interpreter", "llvm"])
def run(tool: Run, request: pytest.FixtureRequest) -> Run:
    """`qfin run m.mlir` with each backend."""
    if request.param == "llvm" and not target.host_target_names():
        pytest.skip("this host runs none of our targets")
    return lambda *arguments, **options: tool(
        "qfin", "run", "m.mlir", "--backend", request.param, *arguments, **options
    )


@pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")
def test_cache(tool: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "cache"
    monkeypatch.setenv("QFIN_CACHE_DIR", str(place))
    assert tool("qfin", "run", "m.mlir", "--random", "--no-cache").returncode == 0
    assert not place.exists()
    shown = {tool("qfin", "run", "m.mlir", "--random").stdout for _ in range(2)}
    assert (len(shown), len(list(place.rglob("*")))) == (1, 2)


@pytest.mark.parametrize(
    "inputs",
    [
        ["x.npy", "w.npy"],
        ["feeds.npz"],
        ["w=w.npy", "x=@x.npy"],
        ["w=w.npy", "x.npy"],
        ["1x4xf32=@x.npy", "2xf32=1.4 1.6"],
        ["1x4xf32=[0.6,-0.6, 1, 70]", "w=1.4,1.6"],
        ["x=1x4xf32=@x.npy", "w.npy"],
    ],
)
def test_inputs_and_outputs(run: Run, inputs: list[str]):
    options = [word for spec in inputs for word in ("--input", spec)]
    done = run(*options, "--output", "y.npy", "--output", "out1=@z.npy", "--output", "all.npz")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    np.testing.assert_array_equal(np.load("y.npy"), Y)
    np.testing.assert_array_equal(np.load("z.npy"), Z)
    with np.load("all.npz") as results:
        assert sorted(results) == ["out0", "out1"]
        np.testing.assert_array_equal(results["out1"], Z)


def test_results_are_shown(run: Run):
    done = run("--input", "x=0.6", "--input", "2xf32=2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "out0: 1x4xfloat32 = [[0.5 0.5 0.5 0.5]]\nout1: 2xfloat32 = [2. 2.]\n"
    both = run("--input", "x=0.6", "--input", "w=2", "--output", "y.npy", "--print")
    assert both.stdout == done.stdout
    assert Path("y.npy").exists()


def test_random_inputs_depend_on_the_seed_alone(run: Run):
    first = run("--random", "--seed=1").stdout
    assert first == run("--random", "--seed=1").stdout
    assert first != run("--random", "--seed=2").stdout


def test_random_fills_only_what_is_missing(run: Run):
    assert "out1: 2xfloat32 = [1. 2.]\n" in run("--random", "--input", "w=w.npy").stdout


def test_benchmark(run: Run):
    done = run("--random", "--benchmark", "--repeat=5", "--warmup=1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "median ms" in done.stdout
    numbers = re.search(r"│\s+5 │\s+(\S+) │\s+(\S+) │\s+(\S+) │", done.stdout)
    assert numbers is not None
    median, p90, least = map(float, numbers.groups())
    assert 0 < least <= median <= p90


@pytest.mark.skipif(not target.host_target_names(), reason="this host runs none of our targets")
@pytest.mark.parametrize("threads", [1, 2])
def test_threads(tool: Run, threads: int):
    done = tool("qfin", "run", "m.mlir", "--random", "--benchmark", f"--threads={threads}")
    assert (done.returncode, done.stderr) == (0, "")
    assert (", 2 threads" in done.stdout) == (threads == 2)


def test_bad_threads(tool: Run):
    done = tool("qfin", "run", "m.mlir", "--random", "--threads=0")
    assert done.returncode == 2
    assert "--threads must be at least 1" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "no array for 2 of 2 inputs:\n  x: 1x4xfloat32\n  w: 2xfloat32\ngive each"),
        (["--input", "x.npy"], 2, "no array for 1 of 2 inputs:\n  w: 2xfloat32\n"),
        (["--input", "xx=0.5"], 2, "no input 'xx' (there: x, w)"),
        (["--input", "x=0", "--input", "x=1"], 2, "input 'x' is given twice"),
        (["--input", "1", "--input", "2", "--input", "3"], 2, "--input 3: no input is left"),
        (["--input", "x=a"], 2, "neither a .npy or .npz file nor float32 values: 'a' is none"),
        (["--input", "x=1e39"], 2, "1e39 is not within -3.4028235e+38 to"),
        (["--input", "1x4xi8=3 300"], 2, "300 is not within -128 to 127, as x: 1x4xint8 is"),
        (["--input", f"{2**61}xi8=1"], 1, "there is not enough memory for 'x: "),
        (["--input", "x=1 2 3"], 2, "3 values, and x: 1x4xfloat32 takes 1 or 4"),
        (["--random", "--output", "y.txt"], 2, "expected FILE.npy, NAME=FILE.npy or FILE.npz"),
        (["--random", "--output", "q=y.npy"], 2, "no output 'q' (there: out0, out1)"),
        (["--random", *["--output", "a.npy"] * 3], 2, "no output is left"),
        (["--random", "--repeat=0"], 2, "--repeat must be at least 1"),
        (["--random", "--seed=-1"], 2, "--seed must be at least 0"),
        (["--random", "--target=avx3"], 2, "--target: unknown target 'avx3': known are native, "),
        (["--random", "--baackend=llvm"], 2, "did you mean '--backend'"),
        (["--input", "absent.npy"], 1, "absent.npy: No such file or directory"),
        (["--input", "absent.npz"], 1, "absent.npz: No such file or directory"),
        (["--input", "junk.npy"], 1, "junk.npy: not a .npy file"),
        (["--input", "text.npz"], 1, "text.npz: not a .npz file of numbers\n"),
        (["--input", "wrong.npz"], 2, "no input 'q'"),
        (["--input", "1x3xf32=@x.npy"], 1, "the file holds 1x4xfloat32"),
        (["--input", "w.npy", "--input", "w.npy"], 1, "input 'x' must have shape [1, 4], got [2]"),
        (["--random", "--input", "x=4xi32=1"], 1, "input 'x' must have dtype float32, got int32"),
        (["--random", "--function", "f"], 1, "no public function @f (there: @main)"),
    ],
)
def test_refusals(run: Run, arguments: list[str], code: int, message: str):
    done = run(*arguments)
    assert done.stderr.startswith("qfin: error: ")
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (code, "")


def test_bad_models(tool: Run):
    done = tool("qfin", "run", "-", "--random", stdin="foo.bar")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("<stdin>:1:1: error: Operation foo.bar is not registered")
    done = tool("qfin", "run", "absent.mlir", "--random")
    assert (done.returncode, done.stderr) == (
        1,
        "qfin: error: absent.mlir: No such file or directory\n",
    )

    for arguments, stdin in ((["-"], b"func\xff"), (["b.mlir"], b"")):
        Path("b.mlir").write_bytes(b"func\xff")
        done = tool("qfin", "run", *arguments, "--random", stdin=stdin)
        name = arguments[0].replace("-", "<stdin>")
        reason = "not UTF-8 text (invalid start byte at byte 4)"
        assert (done.returncode, done.stderr) == (1, f"qfin: error: {name}: {reason}\n")


def test_hints_of_flags(tool: Run):
    """The library's errors know nothing of the command line; the tool does."""
    relu = """func.func @NAME(%x: tensor<2xf32>) -> tensor<2xf32> {
      %h = nn.saturate_to_fp16 %x : tensor<2xf32> to tensor<2xf16>
      %y = nn.to %h : tensor<2xf16> to tensor<2xf32>
      func.return %y : tensor<2xf32> }
    """
    one, two = relu.replace("NAME", "one"), relu.replace("NAME", "two")
    interpreted = tool("qfin", "run", "-", "--random", "--backend=interpreter", stdin=one)
    assert interpreted.returncode == 0
    done = tool("qfin", "run", "-", "--random", "--backend=interpreter", stdin=one + two)
    assert done.returncode == 2
    assert "several functions (@one, @two): name one with --function\n" in done.stderr
    if target.host_target_names():
        done = tool("qfin", "run", "-", "--random", stdin=one)
        assert done.returncode == 1
        assert done.stderr.startswith(
            "qfin: error: 'nn.saturate_to_fp16' at <stdin>:2:7: tensors of f16"
        )
        assert "\n(--backend=interpreter needs no machine code; " in done.stderr


def test_what_the_interpreter_does_not_run(tool: Run):
    program = tool("qfin-opt", "-p", "quant-finalize,assign-layout,plan-buffers", stdin=AVERAGE)
    done = tool("qfin", "run", "-", "--random", "--backend=interpreter", stdin=program.stdout)
    assert done.returncode == 2
    assert "runs tensors, and the model is of level buffers" in done.stderr


def test_functions_that_share_a_state_are_for_python(tool: Run):
    get = """func.func @NAME() -> tensor<f32> {
      %x = ml_program.global_load @g : tensor<f32>
      func.return %x : tensor<f32> }
    """
    model = "ml_program.global private mutable @g(dense<1.0> : tensor<f32>) : tensor<f32>\n"
    model += get.replace("NAME", "one") + get.replace("NAME", "two")
    done = tool("qfin", "run", "-", "--backend=interpreter", stdin=model)
    assert done.returncode == 2
    assert "name one with --function (a run calls one; what it stores is gone then" in done.stderr


AVERAGE = """
!x = !quant.uniform<u8:f32, 1.0>
func.func @main(%x: tensor<1x1x2x!x>) -> tensor<1x1x1xf32> {
  %d = quant.dcast %x : tensor<1x1x2x!x> to tensor<1x1x2xf32>
  %p = nn.avg_pool1d %d {kernel = array<i64: 2>} : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  %s = nn.add %p, %p : (tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %q = quant.qcast %s : tensor<1x1x1xf32> to tensor<1x1x1x!x>
  %y = quant.dcast %q : tensor<1x1x1x!x> to tensor<1x1x1xf32>
  func.return %y : tensor<1x1x1xf32>
}
"""


def test_both_backends_run_the_finalized_model(tool: Run):
    """Where the two differ: between two quantized ops finalize rounds, here 1.5 to 2."""

    def result(*arguments: str) -> str:
        done = tool("qfin", "run", "-", "--input=1,2", *arguments, stdin=AVERAGE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    finalized, written = (
        result("--backend=interpreter", *flags) for flags in ([], ["--no-finalize"])
    )
    assert finalized == "out0: 1x1x1xfloat32 = [[[4.]]]\n"
    assert written == "out0: 1x1x1xfloat32 = [[[3.]]]\n"
    if target.host_target_names():
        assert result() == finalized
    done = tool("qfin", "run", "-", "--random", "--no-finalize", stdin=AVERAGE)
    assert done.returncode == 2
    assert "--no-finalize is for --backend=interpreter" in done.stderr
    assert "--no-finalize" in tool("qfin", "run", "--help").stdout


def test_debug_stands_anywhere(tool: Run):
    for arguments in (["--debug", "run", "absent.mlir"], ["run", "--debug", "absent.mlir"]):
        done = tool("qfin", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("Traceback")
    assert "--debug" in tool("qfin", "--help").stdout


def test_commands(tool: Run):
    assert tool("qfin").returncode == 2
    done = tool("qfin", "rnu")
    assert (done.returncode, done.stdout) == (2, "")
    assert "invalid choice: 'rnu'" in done.stderr
    assert "run a model on arrays" in tool("qfin", "--help").stdout
    assert "--benchmark" in tool("qfin", "run", "--help").stdout


@pytest.mark.parametrize("module", ["qfin", "qfin_translate"])
def test_help_imports_nothing_heavy(module: str):
    code = f"""
import sys
from qfin.tools.{module} import main
try:
    main(["run", "--help"])
except SystemExit:
    pass
sys.exit(",".join({{"numpy", "llvmlite", "rich", "xdsl.dialects.builtin"}} & set(sys.modules)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


TWO = """
func.func @main(%x: tensor<2xf32>)
    -> (tensor<2xf32> {nn.name = "file"}, tensor<2xf32> {nn.name = "allow_pickle"}) {
  return %x, %x : tensor<2xf32>, tensor<2xf32>
}
"""


def test_no_output_is_written_where_one_cannot_be(tmp_path: Path) -> None:
    model, first = tmp_path / "two.mlir", tmp_path / "first.npy"
    model.write_text(TWO)
    sinks = ["--output", str(first), "--output", str(tmp_path / "absent" / "second.npy")]
    before = set(tmp_path.iterdir())
    assert main(["run", str(model), "--random", "--backend=interpreter", *sinks]) == 1
    assert set(tmp_path.iterdir()) == before


def test_outputs_may_have_the_names_of_numpys_options(tmp_path: Path) -> None:
    model, archive = tmp_path / "two.mlir", tmp_path / "all.npz"
    model.write_text(TWO)
    sinks = ["--output", str(archive)]
    assert main(["run", str(model), "--input=1", "--backend=interpreter", *sinks]) == 0
    with np.load(archive) as loaded:
        assert sorted(loaded) == ["allow_pickle", "file"]
        assert loaded["file"].tolist() == [1.0, 1.0]


def test_one_file_for_two_outputs_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "two.mlir"
    model.write_text(TWO)
    assert main(["run", str(model), "--random", "--output=a.npy", "--output=a.npy"]) == 2
