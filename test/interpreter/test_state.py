"""Globals and calls: what functions of one module remember, and what they share."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.errors import InputError, UnsupportedError

COUNTER = """
ml_program.global private @step(dense<[1.0, 2.0]> : tensor<2xf32>) : tensor<2xf32>
ml_program.global private mutable @sum(dense<[10.0, 20.0]> : tensor<2xf32>) : tensor<2xf32>

func.func @add() -> (tensor<2xf32>, tensor<2xf32>) {
  %before = ml_program.global_load @sum : tensor<2xf32>
  %step = ml_program.global_load_const @step : tensor<2xf32>
  %after = nn.add %before, %step : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  ml_program.global_store @sum = %after : tensor<2xf32>
  func.return %before, %after : tensor<2xf32>, tensor<2xf32>
}
func.func @get() -> tensor<2xf32> {
  %0 = ml_program.global_load @sum : tensor<2xf32>
  func.return %0 : tensor<2xf32>
}
func.func @add_twice() -> tensor<2xf32> {
  %0, %1 = func.call @add() : () -> (tensor<2xf32>, tensor<2xf32>)
  %2, %3 = func.call @add() : () -> (tensor<2xf32>, tensor<2xf32>)
  func.return %3 : tensor<2xf32>
}
"""

PACKED = """
!qx = !quant.uniform<u8:f32, 0.5:128>
!qw = !quant.uniform<i8:f32, 0.25>
!packed = !quant.packed<linear, tensor<2x3xi8>, bias = f32>
ml_program.global private mutable @weights : !packed
ml_program.global private @bias(dense<[1.0, -1.0]> : tensor<2xf32>) : tensor<2xf32>

func.func @quantize_forward(%w: tensor<2x3xf32>) {
  %q = quant.qcast %w : tensor<2x3xf32> to tensor<2x3x!qw>
  %b = ml_program.global_load_const @bias : tensor<2xf32>
  %p = quant.prepack %q, %b : (tensor<2x3x!qw>, tensor<2xf32>) -> !packed
  ml_program.global_store @weights = %p : !packed
  func.return
}
func.func @quantized_forward(%x: tensor<1x3x!qx>) -> tensor<1x2x!qx> {
  %p = ml_program.global_load @weights : !packed
  %y = quant.linear %x, %p : (tensor<1x3x!qx>, !packed) -> tensor<1x2x!qx>
  func.return %y : tensor<1x2x!qx>
}
"""


def test_a_state_remembers_between_calls_until_it_is_reset():
    module, state = qfin.parse(COUNTER), qfin.State()
    first = qfin.interpret(module, [], function="add", state=state)
    assert first["out0"].tolist() == [10, 20]  # what was loaded before the store
    assert first["out1"].tolist() == [11, 22]
    got = qfin.interpret(module, [], function="get", state=state)["out0"]
    assert got.tolist() == [11, 22]
    got[:] = 0  # the caller's own
    assert qfin.interpret(module, [], function="get", state=state)["out0"].tolist() == [11, 22]
    state.reset()
    assert qfin.interpret(module, [], function="get", state=state)["out0"].tolist() == [10, 20]


def test_without_a_state_each_call_starts_anew():
    module = qfin.parse(COUNTER)
    for _ in range(2):
        assert qfin.interpret(module, [], function="add")["out1"].tolist() == [11, 22]


def test_calls_share_the_state_of_their_caller():
    assert qfin.interpret(COUNTER, [], function="add_twice")["out0"].tolist() == [12, 24]


def test_an_argument_is_stored_as_it_was():
    text = """
    ml_program.global private mutable @x : tensor<2xf32>
    func.func @set(%x: tensor<2xf32>) {
      ml_program.global_store @x = %x : tensor<2xf32>
      func.return
    }
    func.func @get() -> tensor<2xf32> {
      %0 = ml_program.global_load @x : tensor<2xf32>
      func.return %0 : tensor<2xf32>
    }"""
    module, state, x = qfin.parse(text), qfin.State(), np.ones(2, np.float32)
    qfin.interpret(module, [x], function="set", state=state)
    x[:] = 5
    assert qfin.interpret(module, [], function="get", state=state)["out0"].tolist() == [1, 1]


def test_packed_weights_made_by_one_function_are_read_by_another():
    module, state = qfin.parse(PACKED), qfin.State()
    x = np.array([[130, 126, 140]], np.uint8)
    with pytest.raises(
        InputError, match=r"global @weights has no value yet: call .* first \(@quantize_forward\)"
    ):
        qfin.interpret(module, [x], function="quantized_forward", state=state)
    weights = np.array([[1, 2, 3], [-1, 0.5, 0]], np.float32)
    qfin.interpret(module, [weights], function="quantize_forward", state=state)
    y = qfin.interpret(module, [x], function="quantized_forward", state=state)["out0"]
    expected = (x.astype(np.float32) - 128) * 0.5 @ weights.T + [1, -1]
    assert y.tolist() == (np.rint(expected / 0.5) + 128).tolist()


def test_a_packed_global_has_an_initial_value():
    text = PACKED.replace(
        "mutable @weights :",
        "mutable @weights(#quant.weights<dense<4> : tensor<2x3xi8>, scales = dense<0.25> :"
        " tensor<1xf32>, bias = dense<0.0> : tensor<2xf32>>) :",
    )
    x = np.array([[130, 126, 140]], np.uint8)
    y = qfin.interpret(text, [x], function="quantized_forward")["out0"]
    assert y.tolist() == [[140, 140]]


def test_a_value_that_is_elsewhere_is_refused():
    text = """
    ml_program.global private @x(#ml_program.extern : tensor<2xf32>) : tensor<2xf32>
    func.func @main() -> tensor<2xf32> {
      %0 = ml_program.global_load_const @x : tensor<2xf32>
      func.return %0 : tensor<2xf32>
    }"""
    with pytest.raises(UnsupportedError, match="is not known here"):
        qfin.interpret(text, [])
