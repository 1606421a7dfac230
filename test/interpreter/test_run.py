"""Running functions: what is refused, in what words, and what a caller gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.errors import InputError, UnsupportedError
from qfin.interpreter import run
from qfin.ir import parse

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]

TEXT = """
func.func @main(%x: tensor<?x3xf32> {nn.name = "image"}, %y: tensor<2x!quant.uniform<u8:f32, 0.5>>)
    -> (tensor<?x3xf32>, tensor<2x!quant.uniform<u8:f32, 0.5>>) {
  func.return %x, %y : tensor<?x3xf32>, tensor<2x!quant.uniform<u8:f32, 0.5>>
}
func.func private @outside(tensor<1xf32>) -> tensor<1xf32>
"""
X, Y = np.zeros((4, 3), np.float32), np.zeros(2, np.uint8)


def test_results_are_the_callers_own(interpret: Interpret):
    x, y = interpret(TEXT, X, Y)
    assert (x.dtype, x.shape, y.dtype) == (np.float32, (4, 3), np.uint8)
    x[:], y[:] = 1, 1
    assert not X.any()
    assert not Y.any()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((X,), "function @main takes 2 arguments, 1 given"),
        ((X[:, :2], Y), r"input 'image' must have shape \[\?, 3\], got \[4, 2\]"),
        ((X[0], Y), r"input 'image' must have shape \[\?, 3\], got \[3\]"),
        ((X, Y[:1]), r"input 'y' must have shape \[2\], got \[1\]"),
        ((X, Y.view(np.int8)), "input 'y' must have dtype uint8, got int8"),
        ((X.astype(np.float64), Y), "input 'image' must have dtype float32, got float64"),
        (([1.0], Y), "input 'image' must be a numpy array, got list"),
    ],
)
def test_wrong_arguments(interpret: Interpret, args: tuple[Any, ...], message: str):
    with pytest.raises(InputError, match=f"^{message}$"):
        interpret(TEXT, *args)


def test_wrong_function():
    module = parse(TEXT)
    with pytest.raises(InputError, match="no function @other; the module has @main, @outside"):
        run(module, "other", ())
    with pytest.raises(InputError, match="function @outside has no body"):
        run(module, "outside", (np.zeros(1, np.float32),))


def test_calls(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %c = arith.constant dense<[1.0, -5.0]> : tensor<2xf32>
      %y = func.call @add_relu(%x, %c) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      func.return %y : tensor<2xf32>
    }
    func.func private @add_relu(%x: tensor<2xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
      %a = nn.add %x, %y : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %r = nn.relu %a : tensor<2xf32>
      func.return %r : tensor<2xf32>
    }"""
    assert interpret(text, np.array([2, 2], np.float32))[0].tolist() == [3, 0]


def test_scalars(interpret: Interpret):
    text = """
    func.func @main() -> (!quant.uniform<i8:f32, 0.5>, f32, i32) {
      %x = arith.constant 3.0 : f32
      %i = arith.constant 7 : i32
      %q = quant.qcast %x : f32 to !quant.uniform<i8:f32, 0.5>
      %y = quant.dcast %q : !quant.uniform<i8:f32, 0.5> to f32
      func.return %q, %y, %i : !quant.uniform<i8:f32, 0.5>, f32, i32
    }"""
    results = interpret(text)
    assert [(r.dtype, r.shape, r.item()) for r in results] == [
        (np.int8, (), 6),
        (np.float32, (), 3.0),
        (np.int32, (), 7),
    ]


def test_an_op_without_meaning(interpret: Interpret):
    text = """
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %y = nn.relu %x : tensor<2xf32>
      %z = "test.op"(%y) : (tensor<2xf32>) -> tensor<2xf32>
      func.return %z : tensor<2xf32>
    }"""
    with pytest.raises(UnsupportedError) as caught:
        interpret(text, np.zeros(2, np.float32))
    assert str(caught.value) == "'test.op' at test.mlir:4:7: the interpreter has no meaning for it"
    assert not hasattr(caught.value, "__notes__")
    assert caught.value.__suppress_context__


def test_a_constant_without_meaning(interpret: Interpret):
    text = """
    func.func @main() -> tensor<2xf32> {
      %c = arith.constant dense_resource<weights> : tensor<2xf32>
      func.return %c : tensor<2xf32>
    }
    {-# dialect_resources: { builtin: { weights: "0x040000000000803F00000040" } } #-}"""
    with pytest.raises(UnsupportedError, match=r"^'arith.constant' at test.mlir:3:7: "):
        interpret(text)


@pytest.mark.parametrize(
    ("op", "types", "arrays", "message"),
    [
        (
            "nn.matmul %x, %y",
            ("?x?", "?x?", "?x?"),
            ((5, 7), (8, 2)),
            r"'nn.matmul' at test.mlir:2:3: the left operand \[5, 7\] has rows of 7,"
            r" the right one \[8, 2\] columns of 8",
        ),
        (
            "nn.matmul %x, %y",
            ("?x?", "?x?", "?x?"),
            ((1, 3), (1, 2)),
            r"'nn.matmul' at test.mlir:2:3: the left operand \[1, 3\] has rows of 3, .* of 1",
        ),
        (
            "nn.add %x, %y",
            ("?x8", "?x8", "?x8"),
            ((5, 8), (4, 8)),
            r"'nn.add' at test.mlir:2:3: has no meaning for shapes \[5, 8\], \[4, 8\]: .*",
        ),
        (
            "nn.cat %x, %y {dim = 1}",
            ("?x8", "?x4", "?x12"),
            ((5, 8), (4, 4)),
            r"'nn.cat' at test.mlir:2:3: has no meaning for shapes \[5, 8\], \[4, 4\]: .*",
        ),
    ],
)
def test_shapes_that_only_the_arguments_decide(
    interpret: Interpret,
    op: str,
    types: tuple[str, str, str],
    arrays: tuple[tuple[int, ...], ...],
    message: str,
):
    """Neither a result of what does not fit, nor an error that names no op."""
    x, y, result = (f"tensor<{shape}xf32>" for shape in types)
    text = f"""func.func @main(%x: {x}, %y: {y}) -> {result} {{
  %z = {op} : ({x}, {y}) -> {result}
  func.return %z : {result}
}}"""
    with pytest.raises(InputError, match=f"^{message}$"):
        interpret(text, *(np.ones(shape, np.float32) for shape in arrays))
