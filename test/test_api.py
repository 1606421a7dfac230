"""The Python API: what it gives, what it refuses and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from xdsl.dialects.builtin import TensorType
from xdsl.dialects.func import FuncOp
from xdsl.rewriter import Rewriter
from xdsl.utils.exceptions import DiagnosticException

import qfin
from qfin import target
from qfin.pipeline import to_level

Q = "!quant.uniform<i8:f32, 5.000000e-01>"
MODEL = f"""\
func.func @main(%x: tensor<2x3xf32>, %b: tensor<3x{Q}> {{nn.name = "bytes"}})
    -> (tensor<2x3xf32> {{nn.name = "rounded"}}, tensor<3x{Q}>) {{
  %0 = quant.qcast %x : tensor<2x3xf32> to tensor<2x3x{Q}>
  %1 = nn.relu %0 : tensor<2x3x{Q}>
  %2 = quant.dcast %1 : tensor<2x3x{Q}> to tensor<2x3xf32>
  func.return %2, %b : tensor<2x3xf32>, tensor<3x{Q}>
}}
"""
X = np.array([[0.7, -0.7, 100.0], [0.25, 0.75, np.nan]], np.float32)
ROUNDED = np.array([[0.5, 0.0, 63.5], [0.0, 1.0, 0.0]], np.float32)
BYTES = np.array([-128, 0, 127], np.int8)

FLOATS = """\
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = nn.saturate_to_fp16 %x : tensor<2xf32> to tensor<2xf16>
  %1 = nn.to %0 : tensor<2xf16> to tensor<2xf32>
  func.return %1 : tensor<2xf32>
}
"""
TWO = """\
func.func @one() { func.return }
func.func @two() { func.return }
func.func private @hidden() { func.return }
"""

needs_host = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")


@pytest.fixture
def program() -> qfin.Program:
    if not target.host_target_names():
        pytest.skip("no target of ours")
    return qfin.compile(MODEL)


def test_signature() -> None:
    inputs, outputs = qfin.signature(qfin.parse(MODEL))
    x, b = inputs
    assert (x.name, x.shape, x.dtype, x.quantization) == ("x", (2, 3), np.float32, None)
    assert (b.name, b.shape, b.dtype, str(b.quantization)) == ("bytes", (3,), np.int8, Q)
    assert [(y.name, y.shape, y.dtype) for y in outputs] == [
        ("rounded", (2, 3), np.float32),
        ("out1", (3,), np.int8),
    ]


def test_names_differ() -> None:
    """Even where the attributes, and what is made of them, do not."""
    a, b = ('{nn.name = "a"}', '{nn.name = "a_2"}')
    text = f"func.func @main(%0: f32 {a}, %1: f32 {b}, %2: f32 {a}) {{ func.return }}"
    text = text.replace("f32", "tensor<f32>")
    inputs, _ = qfin.signature(qfin.parse(text))
    assert [spec.name for spec in inputs] == ["a", "a_2", "a_2_2"]


def test_program(program: qfin.Program) -> None:
    assert (program.inputs, program.outputs) == qfin.signature(qfin.parse(MODEL))
    assert program.target == target.host_target_names()[0]
    rounded, stored = program(X, BYTES)
    assert rounded.tobytes() == ROUNDED.tobytes()
    assert stored.tobytes() == BYTES.tobytes()
    by_name = program.run({"bytes": BYTES, "x": X})
    assert list(by_name) == ["rounded", "out1"]
    assert by_name["rounded"].tobytes() == ROUNDED.tobytes()
    assert 'define void @"main"(' in program.llvm_ir
    assert "\nmain:\n" in program.asm


def test_results_are_the_callers(program: qfin.Program) -> None:
    """A later call does not change them, nor do they lie in the arguments."""
    first, stored = program(X, b := BYTES.copy())
    program(X + 1, BYTES)
    b[:] = 0
    assert first.tobytes() == ROUNDED.tobytes()
    assert stored.tobytes() == BYTES.tobytes()


def test_one_result_comes_alone() -> None:
    text = "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> { func.return %x : tensor<2xf32> }"
    if not target.host_target_names():
        pytest.skip("no target of ours")
    result = qfin.compile(text)(np.ones(2, np.float32))
    assert isinstance(result, np.ndarray)


def test_arrays_of_any_strides(program: qfin.Program) -> None:
    transposed = np.asfortranarray(X)
    sliced = np.repeat(BYTES, 2)[::2]
    rounded, stored = program(transposed, sliced)
    assert rounded.tobytes() == ROUNDED.tobytes()
    assert stored.tobytes() == BYTES.tobytes()


def test_interpret() -> None:
    for module in (MODEL, qfin.parse(MODEL), qfin.finalize(qfin.parse(MODEL))):
        for inputs in ([X, BYTES], {"bytes": BYTES, "x": X}):
            results = qfin.interpret(module, inputs)
            assert list(results) == ["rounded", "out1"]
            assert results["rounded"].tobytes() == ROUNDED.tobytes()
            assert results["out1"].tobytes() == BYTES.tobytes()


@needs_host
def test_sources(tmp_path: Path) -> None:
    """Text, a path, a string that is a path, a module; each of any level."""
    (tmp_path / "m.mlir").write_text(MODEL)
    lowered = to_level(qfin.parse(MODEL), "llvm")
    (tmp_path / "l.mlir").write_text(qfin.print_module(lowered))
    for source in (
        *(MODEL, tmp_path / "m.mlir", str(tmp_path / "m.mlir"), qfin.parse(MODEL)),
        *(qfin.print_module(lowered), tmp_path / "l.mlir", lowered),
    ):
        assert qfin.compile(source)(X, BYTES)[0].tobytes() == ROUNDED.tobytes()


@needs_host
def test_modules_stay_as_they_are() -> None:
    module = qfin.parse(MODEL)
    before = qfin.print_module(module, debuginfo=True)
    finalized = qfin.finalize(module)
    qfin.compile(module)
    qfin.interpret(module, [X, BYTES])
    assert qfin.print_module(module, debuginfo=True) == before
    finalized_text = qfin.print_module(finalized, debuginfo=True)
    assert qfin.print_module(qfin.finalize(finalized), debuginfo=True) == finalized_text


@needs_host
def test_report() -> None:
    """Why an op was not fused; that it was."""
    x = "tensor<1x4xf32>"
    text = f"""func.func @main(%x: {x}) -> tensor<1x4x{Q}> {{
      %0 = quant.qcast %x : {x} to tensor<1x4x{Q}>
      %1 = quant.dcast %0 : tensor<1x4x{Q}> to {x}
      %2 = nn.relu %1 : {x}
      %3 = quant.qcast %2 : {x} to tensor<1x4x{Q}>
      func.return %3 : tensor<1x4x{Q}> }}"""
    assert re.search(r"<text>:4:\d+: remark: nn.relu fused", qfin.compile(text).report())
    with pytest.raises(
        qfin.UnsupportedError, match=r"'nn.saturate_to_fp16' at <text>:2:3: tensors of f16 are not"
    ):
        qfin.compile(FLOATS)


# ---- What is refused ----------------------------------------------------------------------------


def test_errors_are_a_family() -> None:
    for error in (qfin.ParseError, qfin.VerifyError, qfin.PassError, qfin.UnsupportedError):
        assert issubclass(error, qfin.Error)
    assert issubclass(qfin.InputError, qfin.Error)
    assert issubclass(qfin.InputError, ValueError)
    for error in (qfin.VerifyError, qfin.PassError, qfin.UnsupportedError):
        assert issubclass(error, DiagnosticException)  # xDSL's drivers report these as their own


Call = Callable[[list[Any] | dict[str, Any]], Any]


def interpreted(inputs: list[Any] | dict[str, Any]) -> Any:
    return qfin.interpret(MODEL, inputs)


def compiled(inputs: list[Any] | dict[str, Any]) -> Any:
    if not target.host_target_names():
        pytest.skip("no target of ours")
    program = qfin.compile(MODEL)
    return program.run(inputs) if isinstance(inputs, dict) else program(*inputs)


TAKES = f"the function takes x: 2x3xfloat32, bytes: 3xint8 ({Q})"


@pytest.mark.parametrize("call", [interpreted, compiled])
@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([X], f"got 1 arrays, {TAKES}"),
        ([X, BYTES, X], f"got 3 arrays, {TAKES}"),
        ({"x": X}, f"missing input 'bytes'; {TAKES}"),
        ({"x": X, "bytes": BYTES, "y": X}, f"unknown input 'y'; {TAKES}"),
        ([X[:1], BYTES], "input 'x' must have shape [2, 3], got [1, 3]"),
        ([X[0], BYTES], "input 'x' must have shape [2, 3], got [3]"),
        ([X.astype(np.float64), BYTES], "input 'x' must have dtype float32, got float64"),
        ([X.astype(">f4"), BYTES], "input 'x' must have dtype float32, got >f4"),
        ([X, BYTES.view(np.uint8)], "input 'bytes' must have dtype int8, got uint8"),
        ([X.tolist(), BYTES], "input 'x' must be a numpy array, got list"),
        (["x", BYTES], "input 'x' must be a numpy array, got str"),
    ],
)
def test_wrong_arrays(call: Call, inputs: list[Any] | dict[str, Any], message: str) -> None:
    with pytest.raises(qfin.InputError) as caught:
        call(inputs)
    assert str(caught.value) == message


def test_what_is_no_list_of_arrays(program: qfin.Program) -> None:
    for inputs in (5, None, X):
        message = "^inputs must be arrays by name or a list of arrays, not "
        with pytest.raises(qfin.InputError, match=message + type(inputs).__name__):
            program.run(inputs)  # pyright: ignore[reportArgumentType]
        with pytest.raises(qfin.InputError, match=message):
            qfin.interpret(MODEL, inputs)  # pyright: ignore[reportArgumentType]


def test_dtypes_that_only_the_interpreter_takes() -> None:
    text = (
        "func.func @main(%x: tensor<2xTYPE>) -> tensor<2xTYPE> { func.return %x : tensor<2xTYPE> }"
    )
    for element, dtype in (("f16", np.float16), ("i1", np.bool_), ("i4", np.int8)):
        x = np.array([1, 0]).astype(dtype)
        (result,) = qfin.interpret(text.replace("TYPE", element), [x]).values()
        assert (result.dtype, result.tobytes()) == (x.dtype, x.tobytes())
    with pytest.raises(
        qfin.UnsupportedError, match=r"^'x': no array can hold elements of type bf16$"
    ):
        qfin.signature(qfin.parse(text.replace("TYPE", "bf16")))


@pytest.mark.parametrize(
    "call",
    [
        lambda text, name: qfin.signature(qfin.parse(text), name),
        lambda text, name: qfin.interpret(text, [], function=name),
        pytest.param(
            lambda text, name: qfin.compile(text, function=name), marks=needs_host, id="compile"
        ),
    ],
)
def test_which_function(call: Callable[[str, str | None], Any]) -> None:
    with pytest.raises(qfin.Error, match="several functions \\(@one, @two\\)"):
        call(TWO, None)
    with pytest.raises(qfin.Error, match="no public function @three \\(there: @one, @two\\)"):
        call(TWO, "three")
    with pytest.raises(qfin.Error, match="no public function @hidden"):
        call(TWO, "hidden")
    with pytest.raises(qfin.Error, match="no public function to run"):
        call("func.func private @hidden() { func.return }", None)
    call(TWO, "two")


def test_bad_text() -> None:
    with pytest.raises(qfin.ParseError, match=r"^m\.mlir:1:\d+: error: "):
        qfin.parse("func.func @main(", name="m.mlir")
    wrong = MODEL.replace("-> (tensor<2x3xf32>", "-> (tensor<2x4xf32>")
    for call in (qfin.parse, qfin.compile):
        if call is qfin.parse or target.host_target_names():
            with pytest.raises(qfin.VerifyError, match=r"^<text>:6:3: error: 'func.return': "):
                call(wrong)
    with pytest.raises(FileNotFoundError):
        qfin.parse("there_is_no_such_file.mlir")


Takes = Callable[[Any], Any]

TAKE_SOURCES = [
    pytest.param(lambda source: qfin.interpret(source, [X, BYTES]), id="interpret"),
    pytest.param(qfin.compile, marks=needs_host, id="compile"),
]


@pytest.mark.parametrize("take", TAKE_SOURCES)
def test_bad_sources(take: Takes, tmp_path: Path) -> None:
    """Paths and what may have been meant for one."""
    for path in ("no/such.mlir", Path("no/such.mlir"), Path("no/such.mlir ")):
        with pytest.raises(qfin.InputError, match=r"^no/such.mlir ?: No such file or directory$"):
            take(path)
    with pytest.raises(qfin.InputError, match=r": Is a directory$"):
        take(tmp_path)
    for text in ("models/digits", "digits.mlirr"):
        with pytest.raises(qfin.ParseError, match=f"^'{text}' is taken for .*: no such file\\?\n"):
            take(text)
    with pytest.raises(qfin.ParseError, match=r"^<text>:1:\d+: error: "):
        take("func.func @main(")
    (tmp_path / "bad.mlir").write_text("bad")
    for path in (tmp_path / "bad.mlir", str(tmp_path / "bad.mlir")):
        with pytest.raises(qfin.ParseError, match=r"bad\.mlir:1:1: error: "):
            take(path)
    with pytest.raises(qfin.InputError, match="expected a module, MLIR text or a path, not bytes"):
        take(b"")


@pytest.mark.parametrize("take", [*TAKE_SOURCES, pytest.param(qfin.finalize, id="finalize")])
def test_invalid_modules(take: Takes) -> None:
    """Made in Python, by someone who did not verify them."""
    module = qfin.parse(MODEL)
    relu = next(op for op in module.walk() if op.name == "nn.relu")
    wider = TensorType(relu.results[0].type.element_type, [200, 300])  # pyright: ignore
    Rewriter.replace_value_with_new_type(relu.results[0], wider)
    before = str(module)
    with pytest.raises(qfin.VerifyError, match=r"^<text>:4:3: error: 'nn.relu': "):
        take(module)
    assert str(module) == before


@needs_host
def test_what_is_not_compiled() -> None:
    with pytest.raises(
        qfin.UnsupportedError, match=r"^'nn.saturate_to_fp16' at <text>:2:3: tensors of f16 are not"
    ):
        qfin.compile(FLOATS)
    with pytest.raises(qfin.InputError, match="threads must be at most 64, not 65"):
        qfin.compile(MODEL, threads=65)
    for threads in (0, -1, True, 1.0, "1"):
        with pytest.raises(qfin.InputError, match="threads must be an int of at least 1, not"):
            qfin.compile(MODEL, threads=threads)  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        qfin.UnsupportedError, match=r"static shape when compiled, not tensor<\?xf32>"
    ):
        qfin.compile("func.func @main(%x: tensor<?xf32>) { func.return }")


@needs_host
def test_programs_are_made_of_buffers() -> None:
    for level in ("qdq", "laid-out"):
        module = qfin.parse(MODEL)
        if level != "qdq":
            to_level(module, level)
        with pytest.raises(qfin.Error, match=f"of level 'buffers' or behind, not of '{level}'"):
            qfin.Program(module)
    for level in ("buffers", "kernels", "llvm"):
        assert qfin.Program(to_level(qfin.parse(MODEL), level)).function_names == ["main"]


@needs_host
def test_several_programs_in_one_module() -> None:
    text = "".join(
        f"func.func @{name}(%x: tensor<4x{Q}>) -> tensor<4xf32> {{"
        f" %y = quant.dcast %x : tensor<4x{Q}> to tensor<4xf32>\n"
        " func.return %y : tensor<4xf32> }\n"
        for name in ("a", "b")
    )
    x = np.array([1, -2, 3, -4], np.int8)
    for name in ("a", "b"):
        assert qfin.compile(text, function=name)(x)[0] == 0.5


@needs_host
@pytest.mark.parametrize("level", ["qdq", "fused", "laid-out", "buffers", "kernels", "llvm"])
def test_functions_that_nobody_asked_for(level: str) -> None:
    """They need not compile, public or private; nor what they call."""
    text = MODEL
    if level == "qdq":
        text += """func.func @floats(%x: tensor<2xf32>) -> tensor<2xf32> {
          %0 = nn.relu %x : tensor<2xf32>
          %1 = func.call @helper(%0) : (tensor<2xf32>) -> tensor<2xf32>
          func.return %1 : tensor<2xf32>
        }
        func.func private @helper(%x: tensor<2xf32>) -> tensor<2xf32> {
          %0 = nn.relu %x : tensor<2xf32>
          func.return %0 : tensor<2xf32>
        }
        func.func @dynamic(%x: tensor<?xf32>) { func.return }"""
    else:
        text += "func.func @other(%x: tensor<1x4xf32>) { func.return }"
    module = to_level(qfin.parse(text), level)
    program = qfin.compile(module, function="main")
    assert program(X, BYTES)[0].tobytes() == ROUNDED.tobytes()
    assert ("floats" in program.llvm_ir, "other" in program.llvm_ir) == (False, level == "llvm")
    assert program.report() == ""


@needs_host
def test_calls_are_compiled_where_there_is_something_to_call() -> None:
    text = """func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = func.call @f(%x) : (tensor<2xf32>) -> tensor<2xf32>
      func.return %0 : tensor<2xf32> }
    func.func private @f(tensor<2xf32>) -> tensor<2xf32>"""
    with pytest.raises(qfin.UnsupportedError, match=r"^'func.call' at <text>:2:7: @f has no body"):
        qfin.compile(text, function="main")
    x = np.array([1, 2], np.float32)
    text = text.replace("@f(tensor", "@f(%x: tensor") + " { func.return %x : tensor<2xf32> }"
    assert np.asarray(qfin.compile(text, function="main")(x)).tolist() == [1, 2]


# ---- Targets and hosts --------------------------------------------------------------------------


def test_unknown_target() -> None:
    with pytest.raises(qfin.Error, match="unknown target 'sse2': known are native, avx512-vbmi"):
        qfin.compile(MODEL, target="sse2")


def test_a_host_that_lacks_the_isa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "host_is_x86", lambda: True)
    monkeypatch.setattr(
        target, "_host_features", lambda: frozenset(target.TARGETS["avx2"].required)
    )
    with pytest.raises(qfin.UnsupportedError) as caught:
        qfin.compile(MODEL, target="avx512-vnni")
    message = str(caught.value)
    assert message.startswith("target 'avx512-vnni' needs CPU features that this machine lacks: ")
    assert message.endswith("it can run: avx2")
    assert "\n" not in message
    loaded = to_level(qfin.parse(MODEL), "llvm", "avx512-vnni")
    with pytest.raises(qfin.UnsupportedError, match="needs CPU features"):
        qfin.Program(loaded)


def test_a_host_without_any_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "host_is_x86", lambda: True)
    monkeypatch.setattr(target, "_host_features", frozenset)
    with pytest.raises(qfin.UnsupportedError, match=r"^this CPU runs none of our targets"):
        qfin.compile(MODEL)


@pytest.mark.parametrize("name", ["native", "avx2"])
def test_a_host_that_is_not_x86(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Reading, passes and the interpreter work; compiling is refused in one line."""
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    module = qfin.parse(MODEL)
    assert qfin.interpret(qfin.finalize(module), [X, BYTES])["rounded"].tolist()[0] == [
        0.5,
        0,
        63.5,
    ]
    with pytest.raises(qfin.UnsupportedError) as caught:
        qfin.compile(module, target=name)
    assert str(caught.value) == (
        "this machine is aarch64: qfin makes code for x86-64 only"
        " (reading, passes and the interpreter work here)"
    )


def test_no_module_hides_a_name() -> None:
    """A submodule, once imported, would stand in the place of a function of its name."""
    for path in Path(qfin.__file__).parent.rglob("*.py"):
        assert path.stem not in qfin.__all__ or path.parent.name != "qfin"


def test_each_step_of_finalize_is_a_function() -> None:
    module = qfin.parse(FLOAT_LINEAR)
    before = qfin.print_module(module)
    step = qfin.insert_prepack_unpack(module)
    assert "quant.unpack" in qfin.print_module(step)
    step = qfin.fold_quantized_prepacking_ops(qfin.quant_fusion(step))
    assert qfin.print_module(step) == qfin.print_module(qfin.finalize(module))
    assert qfin.print_module(module) == before


def test_each_step_takes_a_function_and_gives_a_new_one() -> None:
    text = (
        FLOAT_LINEAR
        + """
    ml_program.global private @w(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
    func.func private @caller() -> tensor<2xf32> {
      %0 = func.call @callee() : () -> tensor<2xf32>
      func.return %0 : tensor<2xf32>
    }
    func.func private @callee() -> tensor<2xf32> {
      %0 = ml_program.global_load_const @w : tensor<2xf32>
      func.return %0 : tensor<2xf32>
    }"""
    )
    module = qfin.parse(text)
    before = qfin.print_module(module)
    functions = {op.sym_name.data: op for op in module.ops if isinstance(op, FuncOp)}
    function = next(iter(functions.values()))
    step = qfin.quant_fusion(qfin.insert_prepack_unpack(function))
    step = qfin.fold_quantized_prepacking_ops(step)
    alone = qfin.finalize(function)
    assert alone.parent is None
    assert str(step) == str(alone)
    assert str(alone) in qfin.print_module(qfin.finalize(FLOAT_LINEAR)).replace("\n  ", "\n")
    frozen = qfin.freeze_module(functions["caller"])
    assert [op.name for op in frozen.body.block.ops] == ["arith.constant", "func.return"]
    assert frozen.sym_visibility == functions["caller"].sym_visibility
    assert qfin.print_module(module) == before


def test_freeze_module_keeps_what_it_is_told_to() -> None:
    text = """
    ml_program.global private @fc.w(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
    func.func @forward() -> tensor<2xf32> {
      %0 = ml_program.global_load_const @fc.w : tensor<2xf32>
      func.return %0 : tensor<2xf32>
    }
    func.func @other() { func.return }"""
    assert [op.name for op in qfin.freeze_module(text).ops] == ["func.func"]
    kept = qfin.freeze_module(text, preserved_attrs=["fc", "other"])
    assert [op.name for op in kept.ops] == ["ml_program.global", "func.func", "func.func"]
    with pytest.raises(qfin.PassError, match=r"unknown name 'fd'; the module has @fc.w, @forward"):
        qfin.freeze_module(text, preserved_attrs=["fd"])


def test_explain_says_what_fused_and_what_not() -> None:
    fused = qfin.explain(FLOAT_LINEAR)
    assert [(r.kind, r.op_name) for r in fused] == [("fused", "nn.linear")]
    missed = qfin.explain("""
      func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
        %y = nn.relu %x : tensor<1x2xf32>
        return %y : tensor<1x2xf32>
      }""")
    assert [r.kind for r in missed] == ["missed"]
    assert "not a dequantized value" in missed[0].message


FLOAT_LINEAR = """
  !x = !quant.uniform<u8:f32, 0.5>
  !w = !quant.uniform<i8:f32, 0.25>
  func.func @main(%x_q: tensor<1x4x!x>) -> tensor<1x2x!x> {
    %x = quant.dcast %x_q : tensor<1x4x!x> to tensor<1x4xf32>
    %w_i = arith.constant dense<[[1, 2, 3, 4], [-4, -3, -2, -1]]> : tensor<2x4xi8>
    %w_q = quant.scast %w_i : tensor<2x4xi8> to tensor<2x4x!w>
    %w = quant.dcast %w_q : tensor<2x4x!w> to tensor<2x4xf32>
    %y = nn.linear %x, %w : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
    %y_q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!x>
    return %y_q : tensor<1x2x!x>
  }
"""
