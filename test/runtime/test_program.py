"""The life of a program: its memory, its machine code, its end."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import subprocess
import sys
import weakref
from unittest import mock

import numpy as np
import pytest

import qfin
from qfin import target
from qfin.dialects.shapes import DYNAMIC
from qfin.runtime.spec import TensorSpec

pytestmark = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

DOUBLE = """\
func.func @main(%x: tensor<4xi8>) -> tensor<4xf32> {
  %q = quant.scast %x : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  %y = quant.dcast %q : tensor<4x!quant.uniform<i8:f32, 2.0>> to tensor<4xf32>
  func.return %y : tensor<4xf32>
}
"""
SUB = """\
!q = !quant.uniform<i8:f32, 1.0>
func.func @main(%x: tensor<2x!q>, %y: tensor<2x!q>) -> tensor<2x!q> {
  %a = quant.dcast %x : tensor<2x!q> to tensor<2xf32>
  %b = quant.dcast %y : tensor<2x!q> to tensor<2xf32>
  %s = nn.sub %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %s : tensor<2xf32> to tensor<2x!q>
  func.return %q : tensor<2x!q>
}
"""
X = np.array([1, -2, 3, -128], np.int8)

IN_CYCLES = f"""
import gc, qfin
gc.disable()
for _ in range(5):
    cycle = [qfin.compile({DOUBLE!r})]
    cycle.append(cycle)
    del cycle
    gc.collect()
print("alive")
"""


def test_the_end_in_a_cycle() -> None:
    """As part of a cycle, where finalizers run in any order; that could end the process."""
    command = [sys.executable, "-c", IN_CYCLES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


def test_a_program_and_its_code_go_together() -> None:
    program = qfin.compile(DOUBLE)
    program(X)
    code = weakref.ref(program._code)  # pyright: ignore[reportPrivateUsage]
    del program
    gc.collect()
    assert code() is None


def test_results_outlive_their_program() -> None:
    program = qfin.compile(DOUBLE)
    result = program(X)
    del program
    gc.collect()
    assert np.asarray(result).tolist() == [2, -4, 6, -256]


def test_modules_are_not_kept() -> None:
    """A loaded program needs no IR."""
    module = qfin.parse(DOUBLE)
    gone = weakref.ref(module)
    program = qfin.compile(module)
    del module
    gc.collect()
    assert gone() is None
    assert np.asarray(program(X)).tolist() == [2, -4, 6, -256]


def test_a_program_is_not_copied() -> None:
    program = qfin.compile(DOUBLE)
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="keep the text of its module"):
            copied(program)


def test_arguments_by_name() -> None:
    program = qfin.compile(SUB)
    x, y = np.array([5, 7], np.int8), np.array([1, 2], np.int8)
    for result in (program(x, y), program(x, y=y), program(y=y, x=x)):
        assert np.asarray(result).tolist() == [4, 5]
    for arrays, named, message in (
        ([x], {"x": x}, "input 'x' is given in order and by name"),
        ([x], {"z": x}, "unknown input 'z'"),
        ([], {"y": x}, "missing input 'x'"),
        ([x, y], {"y": y}, "input 'y' is given in order and by name"),
        ([x, y], {"z": y}, "unknown input"),
    ):
        with pytest.raises(qfin.InputError, match=message):
            program(*arrays, **named)


def test_results_that_no_memory_holds() -> None:
    shape = (2**61,)
    for make in (TensorSpec("x", shape, X.dtype).empty, TensorSpec("x", shape, X.dtype).zeros):
        with pytest.raises(qfin.InputError, match=r"not enough memory for 'x: \d+xint8'"):
            make()
    with pytest.raises(qfin.InputError, match=r"'x: \?xint8' has no fixed size"):
        TensorSpec("x", (DYNAMIC,), X.dtype).empty()


def test_a_call_is_a_method_like_others() -> None:
    program = qfin.compile(DOUBLE)
    parameters = inspect.signature(program).parameters
    assert list(parameters) == ["arrays", "out", "named"]
    want = program(X)
    assert np.array_equal(qfin.Program.__call__(program, X), want)
    stand_in = mock.create_autospec(qfin.Program, instance=True)
    stand_in.return_value = want
    assert stand_in(X) is want
