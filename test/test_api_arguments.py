"""What the Python API says of arguments that are none, of calls and of sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import qfin
from qfin import target
from qfin.pipeline import to_level

MODEL = """\
func.func @main(%x: tensor<2xi8>) -> tensor<2xf32> {
  %q = quant.scast %x : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32, 2.0>>
  %y = quant.dcast %q : tensor<2x!quant.uniform<i8:f32, 2.0>> to tensor<2xf32>
  func.return %y : tensor<2xf32>
}
"""
RECURSIVE = """\
func.func @main(%x: tensor<1xf32>) -> tensor<1xf32> {
  %y = func.call @main(%x) : (tensor<1xf32>) -> tensor<1xf32>
  func.return %y : tensor<1xf32>
}
"""
OUTSIDE = """\
func.func private @outside(tensor<1xf32>) -> tensor<1xf32>
func.func @main(%x: tensor<1xf32>) -> tensor<1xf32> {
  %y = func.call @outside(%x) : (tensor<1xf32>) -> tensor<1xf32>
  func.return %y : tensor<1xf32>
}
"""
HUGE = """\
func.func @main(%x: tensor<1xf32>) -> tensor<1000000x1000000x1000000xf32> {
  %y = nn.repeat %x {repeats = array<i64: 1000000, 1000000, 1000000>}
    : (tensor<1xf32>) -> tensor<1000000x1000000x1000000xf32>
  func.return %y : tensor<1000000x1000000x1000000xf32>
}
"""
SCALAR = "func.func @main(%x: f32) -> f32 { func.return %x : f32 }"
DYNAMIC = """\
!w = !quant.uniform<i8:f32, 0.25>
func.func @main(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x3x3xf32> {
  %i = arith.constant dense<[[[[1, -2], [3, 4]]]]> : tensor<1x1x2x2xi8>
  %wq = quant.scast %i : tensor<1x1x2x2xi8> to tensor<1x1x2x2x!w>
  %s, %z = quant.choose_qparams %x : (tensor<1x1x4x4xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z
    : (tensor<1x1x4x4xf32>, tensor<f32>, tensor<i32>) -> tensor<1x1x4x4xui8>
  %d = quant.dequantize %q, %s, %z
    : (tensor<1x1x4x4xui8>, tensor<f32>, tensor<i32>) -> tensor<1x1x4x4xf32>
  %w = quant.dcast %wq : tensor<1x1x2x2x!w> to tensor<1x1x2x2xf32>
  %y = nn.conv2d %d, %w : (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32>
  func.return %y : tensor<1x1x3x3xf32>
}
"""

needs_host = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")


STATE_ALONE = "ml_program.global private mutable @a : tensor<2xf32>"


def test_a_module_without_functions() -> None:
    for call in (qfin.compile, qfin.signature):
        with pytest.raises(qfin.Error, match="the module has no public function to run"):
            call(STATE_ALONE)


def test_what_is_on_buffers_is_not_interpreted() -> None:
    module = to_level(qfin.parse(MODEL), "buffers", "avx2")
    with pytest.raises(qfin.Error, match=r"runs modules of tensors.* level 'buffers'"):
        qfin.interpret(module, [np.zeros(2, np.int8)])


@pytest.mark.parametrize("size", [10**14, 2**62])
def test_results_that_numpy_only_shows_need_memory_as_results(size: int) -> None:
    expand = f"""func.func @main(%x: tensor<1x1xf32>) -> tensor<{size}x1xf32> {{
      %y = nn.expand %x {{size = array<i64: {size}, 1>}} : (tensor<1x1xf32>) -> tensor<{size}x1xf32>
      func.return %y : tensor<{size}x1xf32> }}"""
    with pytest.raises(qfin.UnsupportedError, match="results need more memory than there is"):
        qfin.interpret(expand, [np.ones((1, 1), np.float32)])


@needs_host
def test_programs_have_names_threads_and_caches_of_any_type() -> None:
    program = qfin.compile(MODEL, threads=np.int64(1))
    assert list(program) == ["main"]
    assert "main" in program
    with pytest.raises(qfin.InputError, match="cache must be True, False or a directory, not ''"):
        qfin.compile(MODEL, cache="")


@needs_host
def test_no_target_is_the_hosts() -> None:
    assert qfin.compile(MODEL, target=None).target == target.resolve("native").name


@pytest.mark.parametrize("given", [3, b"avx2", ["avx2"]])
def test_targets_are_names(given: Any) -> None:
    with pytest.raises(
        qfin.InputError, match=r"^target must be a name, as 'native' or 'avx2', not"
    ):
        qfin.compile(MODEL, target=given)


def test_signatures_of_text_and_files(tmp_path: Path) -> None:
    path = tmp_path / "m.mlir"
    path.write_text(MODEL)
    signatures = [qfin.signature(source) for source in (MODEL, path, str(path), qfin.parse(MODEL))]
    assert [str(spec) for spec in signatures[0][0]] == ["x: 2xint8"]
    assert all(signature == signatures[0] for signature in signatures)
    with pytest.raises(qfin.InputError, match="expected a module, MLIR text or a path, not int"):
        qfin.signature(3)  # pyright: ignore[reportArgumentType]


def interpret(text: str) -> Any:
    return qfin.interpret(text, [np.zeros(1, np.float32)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RECURSIVE, "functions call each other too deeply, or without end"),
        (OUTSIDE, "'func.call' at <text>:3:3: @outside has no body that could be run"),
        (HUGE, "'nn.repeat' at <text>:2:3: its results need more memory than there is"),
        (SCALAR, "'x' has type f32, which is no tensor of known rank: write tensor<f32>"),
    ],
)
def test_what_is_not_interpreted(text: str, message: str) -> None:
    with pytest.raises(qfin.UnsupportedError) as caught:
        interpret(text)
    assert str(caught.value) == message


@needs_host
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (OUTSIDE, "'func.call' at <text>:3:3: @outside has no body, and what is not in the module"),
        (SCALAR, "'func.func' at <text>:1:1: takes and returns only tensors of static shape"),
    ],
)
def test_what_is_not_compiled(text: str, message: str) -> None:
    with pytest.raises(qfin.UnsupportedError) as caught:
        qfin.compile(text)
    assert str(caught.value).startswith(message)


def test_dynamic_form_is_named() -> None:
    [missed] = [remark for remark in qfin.explain(DYNAMIC) if remark.kind == "missed"]
    assert missed.message.endswith("; it is in the form of quant-type=dynamic")
    assert "fused" in [remark.kind for remark in qfin.explain(DYNAMIC, quant_type="dynamic")]


@needs_host
def test_what_is_compiled_in_dynamic_form_is_reported() -> None:
    assert qfin.compile(DYNAMIC).report().endswith("; it is in the form of quant-type=dynamic")


@pytest.mark.parametrize("call", [qfin.finalize, qfin.quant_fusion, qfin.explain])
def test_types_of_quantization(call: Any) -> None:
    for given in (None, 3):
        with pytest.raises(
            qfin.InputError, match=f"^quant_type must be 'static' or 'dynamic', not {given}$"
        ):
            call(MODEL, quant_type=given)
    with pytest.raises(qfin.PassError, match=r"'STATIC' is not .*; did you mean 'static'\?"):
        call(MODEL, quant_type="STATIC")


@pytest.mark.parametrize("call", [qfin.finalize, qfin.freeze_module])
def test_preserved_attrs_are_a_list(call: Any) -> None:
    with pytest.raises(
        qfin.InputError, match=r"^preserved_attrs must be a list of names, not None$"
    ):
        call(MODEL, preserved_attrs=None)
