"""`qfin.finalize` with its options, on modules and on single functions."""

from __future__ import annotations

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

import qfin
from qfin import remarks

MODULE = """
!q = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.5>
ml_program.global private @fc.weight(dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>)
  : tensor<3x2x!w>
func.func private @fc(%d: tensor<1x2xf32>) -> tensor<1x3xf32> {
  %wq = ml_program.global_load_const @fc.weight : tensor<3x2x!w>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  func.return %y : tensor<1x3xf32>
}
func.func @forward(%x: tensor<1x2x!q>) -> tensor<1x3x!q> {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = func.call @fc(%d) : (tensor<1x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!q>
  func.return %q : tensor<1x3x!q>
}
func.func @other() { func.return }
"""


def names(module: ModuleOp) -> list[str]:
    return [op.sym_name.data for op in module.ops if isinstance(op, FuncOp)]


def test_globals_become_packed_weights_through_calls() -> None:
    module = qfin.parse(MODULE)
    before = str(module)
    finalized = qfin.finalize(module)
    assert str(module) == before
    assert names(finalized) == ["forward", "other"]
    assert "quant.linear " in str(finalized)
    x = np.array([[5, 250]], np.uint8)
    expected = qfin.interpret(module, [x], function="forward")
    assert np.array_equal(
        expected["out0"], qfin.interpret(finalized, [x], function="forward")["out0"]
    )
    assert str(qfin.finalize(finalized)) == str(finalized)


def test_preserved_attrs() -> None:
    assert names(qfin.finalize(MODULE, preserved_attrs=["forward"])) == ["forward"]
    assert names(qfin.finalize(MODULE, preserved_attrs=["other"])) == ["forward", "other"]
    with pytest.raises(qfin.PassError, match="unknown name 'others'"):
        qfin.finalize(MODULE, preserved_attrs=["others"])


def test_calls_are_inlined_without_globals_too() -> None:
    text = """
    func.func @forward() { func.call @private() : () -> () func.return }
    func.func private @private() { func.return }
    func.func @other() { func.return }"""
    assert names(qfin.finalize(text)) == ["forward", "other"]
    assert "func.call" not in str(qfin.finalize(text))
    assert names(qfin.finalize(text, preserved_attrs=["forward"])) == ["forward"]


@pytest.mark.parametrize("name", ["forward", "fc"])
@pytest.mark.parametrize("preserved", [(), ("fc.weight",)])
def test_function(name: str, preserved: tuple[str, ...]) -> None:
    """Whatever it is called and whoever may see it; what it loads and calls is found around it."""
    module = qfin.parse(MODULE)
    (function,) = (op for op in module.ops if isinstance(op, FuncOp) and op.sym_name.data == name)
    given = str(function)
    finalized = qfin.finalize(function, preserved_attrs=preserved, clear_shapes=True)
    assert str(function) == given
    assert finalized.sym_visibility == function.sym_visibility
    assert "func.call" not in str(finalized)
    assert ("global_load_const" in str(finalized)) == (name == "fc" and bool(preserved))
    assert "tensor<?x3x" in str(finalized.function_type)


CALLS = """
!q = !quant.uniform<u8:f32, 0.1:3>
ml_program.global private mutable @count(dense<0.0> : tensor<1xf32>) : tensor<1xf32>
func.func private @act(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = nn.sigmoid %x : tensor<4xf32>
  func.return %y : tensor<4xf32>
}
func.func @calls(%x: tensor<4x!q>) -> tensor<4x!q> {
  %d = quant.dcast %x : tensor<4x!q> to tensor<4xf32>
  %y = func.call @act(%d) : (tensor<4xf32>) -> tensor<4xf32>
  %q = quant.qcast %y : tensor<4xf32> to tensor<4x!q>
  func.return %q : tensor<4x!q>
}
func.func @counts() -> tensor<1xf32> {
  %c = ml_program.global_load @count : tensor<1xf32>
  func.return %c : tensor<1xf32>
}
"""


def function_of(text: str, name: str) -> FuncOp:
    (found,) = (
        op for op in qfin.parse(text).ops if isinstance(op, FuncOp) and op.sym_name.data == name
    )
    return found


def test_function_is_on_its_own() -> None:
    """What it calls is inlined, without globals too; what it cannot leave behind is named."""
    finalized = qfin.finalize(function_of(CALLS.replace("mutable", ""), "calls"))
    assert "quant.sigmoid" in str(finalized)
    assert "@act" not in str(finalized)
    counts = function_of(CALLS, "counts")
    for rewritten in (qfin.finalize, qfin.freeze_module, qfin.explain):
        with pytest.raises(qfin.InputError, match=r"@counts cannot be on its own.* @count: pass"):
            rewritten(counts)
    assert "@count " in str(qfin.finalize(counts, preserved_attrs=["count"]))
    assert "@count " in str(qfin.quant_fusion(counts))


def test_packed_weights_as_globals() -> None:
    finalized = qfin.finalize(MODULE)
    packed = qfin.fold_quantized_prepacking_ops(finalized, globals=True)
    assert "@forward.packed_weight_0" in str(packed)
    assert "packed_weight_0" not in str(qfin.fold_quantized_prepacking_ops(finalized))
    with pytest.raises(qfin.InputError, match=r"still needs @forward.packed_weight_0: pass"):
        qfin.fold_quantized_prepacking_ops(function_of(str(finalized), "forward"), globals=True)


def test_preserved_attrs_are_a_list() -> None:
    for given, why in (("fc", r"not a str: write \['fc'\]"), ([1], "of 1")):
        for rewritten in (qfin.finalize, qfin.freeze_module, qfin.explain):
            with pytest.raises(qfin.InputError, match=why):
                rewritten(MODULE, preserved_attrs=given)  # pyright: ignore[reportArgumentType]


FLOAT_WEIGHT = """
!x = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.5>
func.func @main(%x: tensor<2x3x!x>) -> tensor<2x2x!x> {
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %c = arith.constant dense<[[1.0, -2.0], [0.5, 4.0], [3.0, 99.0]]> : tensor<3x2xf32>
  %t = nn.transpose %c {dim0 = 0, dim1 = 1} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %t : tensor<2x3xf32> to tensor<2x3x!w>
  %w = quant.dcast %q : tensor<2x3x!w> to tensor<2x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
  %r = quant.qcast %y : tensor<2x2xf32> to tensor<2x2x!x>
  func.return %r : tensor<2x2x!x>
}
"""


def test_weights_that_the_text_quantizes() -> None:
    """As exporters write them: constants of f32, quantized and dequantized."""
    finalized = qfin.finalize(FLOAT_WEIGHT)
    assert "quant.packed_constant" in str(finalized)
    assert "quant.qcast" not in str(finalized)
    x = np.array([[5, 250, 0], [3, 4, 9]], np.uint8)
    (expected,) = qfin.interpret(FLOAT_WEIGHT, [x]).values()
    (found,) = qfin.interpret(finalized, [x]).values()
    assert np.array_equal(found, expected)
    assert np.array_equal(qfin.compile(FLOAT_WEIGHT)(x), expected)


def test_explain_takes_the_options_of_finalize() -> None:
    text = MODULE.replace("global_load_const", "global_load")
    preserved = [r.message for r in qfin.explain(text, preserved_attrs=["forward", "fc"])]
    assert (
        "packs when it is compiled: its weight is the global @fc.weight, which stays" in preserved
    )
    assert not any("packs" in r.message for r in qfin.explain(text))
    mutable = text.replace("global private", "global private mutable")
    reasons = [r.message for r in qfin.explain(mutable) if r.kind == "missed"]
    assert len(reasons) == 1
    assert reasons[0].startswith("weight is not a constant, but made by ml_program.global_load,")
    with pytest.raises(qfin.PassError, match="on-device is of quant-type=dynamic"):
        qfin.explain(MODULE, on_device=True)
    weight_only = FLOAT_WEIGHT.replace("nn.linear %d", "nn.linear %f").replace(
        "%d =", "%f = arith.constant dense<1.0> : tensor<2x3xf32>\n  %d ="
    )
    hint = "quant-type=dynamic with on-device quantizes its input at run time"
    assert any(hint in r.message for r in qfin.explain(weight_only))
    assert not any(hint in r.message for r in qfin.explain(mutable))  # it is quantized already
    device = qfin.explain(weight_only, quant_type="dynamic", on_device=True)
    assert [r.message for r in device if r.kind == "fused"] == ["became quant.linear_dynamic"]
    assert all(r.kind != "fused" for r in qfin.explain(weight_only, quant_type="dynamic"))


def test_clear_shapes_runs_at_any_size() -> None:
    with remarks.collect() as said:
        finalized = qfin.finalize(MODULE, clear_shapes=True)
    assert [r.message for r in said if r.kind == "missed"] == []
    finalized.verify()
    x = np.arange(8, dtype=np.uint8).reshape(4, 2)
    (rows,) = qfin.interpret(finalized, [x], function="forward").values()
    for row, alone in zip(rows, x, strict=True):
        (expected,) = qfin.interpret(MODULE, [alone[None]], function="forward").values()
        assert np.array_equal(row, expected[0])


def test_quant_type_is_checked_before_anything_changes() -> None:
    with pytest.raises(qfin.PassError, match="'weights' is not a quant-type"):
        qfin.finalize(MODULE, quant_type="weights")
