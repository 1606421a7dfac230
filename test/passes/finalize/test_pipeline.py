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


def test_nothing_is_frozen_without_globals() -> None:
    text = """
    func.func @forward() { func.call @private() : () -> () func.return }
    func.func private @private() { func.return }
    func.func @other() { func.return }"""
    assert names(qfin.finalize(text)) == ["forward", "private", "other"]
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
