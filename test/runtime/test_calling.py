"""Calls: arrays that lie elsewhere, results that the caller has memory for, what is refused."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qfin
from qfin import target
from qfin.passes.lower.buffers import ALIGNMENT

pytestmark = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

Array = NDArray[Any]

# Two results; each has values that are its own.
TWO = """\
!q = !quant.uniform<i8:f32, 2.0>
func.func @main(%x: tensor<3x4xi8>, %w: tensor<2xi8>) -> (tensor<3x4xf32>, tensor<2xf32>) {
  %q = quant.scast %x : tensor<3x4xi8> to tensor<3x4x!q>
  %y = quant.dcast %q : tensor<3x4x!q> to tensor<3x4xf32>
  %r = quant.scast %w : tensor<2xi8> to tensor<2x!q>
  %z = quant.dcast %r : tensor<2x!q> to tensor<2xf32>
  func.return %y, %z : tensor<3x4xf32>, tensor<2xf32>
}
"""
X = np.arange(-6, 6, dtype=np.int8).reshape(3, 4)
W = np.array([5, -128], np.int8)

# Channels innermost, with room around the images of the argument.
IMAGES = """\
!x = !quant.uniform<u8:f32, 0.5:7>
func.func @main(%x: tensor<1x3x4x5x!x, #layout.nhwc<halo = [1, 2, 0, 1]>>)
    -> tensor<1x3x4x5x!x, #layout.nhwc<halo = [0, 1, 1, 0]>> {
  %n = layout.to_nchw %x : tensor<1x3x4x5x!x, #layout.nhwc<halo = [1, 2, 0, 1]>>
    to tensor<1x3x4x5x!x>
  %y = layout.to_nhwc %n : tensor<1x3x4x5x!x>
    to tensor<1x3x4x5x!x, #layout.nhwc<halo = [0, 1, 1, 0]>>
  func.return %y : tensor<1x3x4x5x!x, #layout.nhwc<halo = [0, 1, 1, 0]>>
}
"""


@pytest.fixture(scope="module")
def two() -> qfin.Program:
    return qfin.compile(TWO)


@pytest.fixture(scope="module")
def images() -> qfin.Program:
    return qfin.compile(IMAGES)


def same(got: object, want: Sequence[Array]) -> bool:
    assert isinstance(got, tuple)
    return all(np.array_equal(a, b) for a, b in zip(got, want, strict=True))


def test_arrays_that_lie_elsewhere(two: qfin.Program) -> None:
    want = X * np.float32(2), W * np.float32(2)
    backwards = X[::-1, ::-1].copy()[::-1, ::-1]
    spread = np.zeros((6, 8), np.int8)[::2, ::2]
    spread[...] = X
    read_only = X.copy()
    read_only.flags.writeable = False
    other_class = X.copy().view(np.matrix)
    for x in (X, np.asfortranarray(X), backwards, spread, read_only, other_class):
        assert same(two(x, W), want)
        assert same(two(x, w=W), want)
        assert same(tuple(two.run({"w": W, "x": x}).values()), want)
    assert same(two(X, W.astype(np.int8, copy=True)[::1]), want)


def test_results_go_where_the_caller_says(two: qfin.Program) -> None:
    out = np.full((3, 4), np.nan, np.float32), np.full(2, np.nan, np.float32)
    for given in (out, list(out)):
        got = two(X, W, out=given)
        assert isinstance(got, list | tuple)
        assert all(a is b for a, b in zip(got, out, strict=True))
        assert same(out, (X * np.float32(2), W * np.float32(2)))
        out[0][...] = out[1][...] = np.nan
    two["main"](X, w=W, out=out)
    assert same(out, (X * np.float32(2), W * np.float32(2)))


def test_memory_of_images_is_aligned(images: qfin.Program) -> None:
    (spec,) = images.inputs
    x = spec.zeros()
    assert (x.ctypes.data - spec.bytes_before) % ALIGNMENT == 0
    assert spec.fits(x)
    assert spec.quantization
    assert (x == spec.quantization.zero_point).all()


def test_images_go_where_the_caller_says(images: qfin.Program) -> None:
    x = np.arange(60, dtype=np.uint8).reshape(1, 3, 4, 5)
    (spec,) = images.outputs
    out = spec.empty()
    assert images(x, out=out) is out
    assert np.array_equal(out, x)
    inside = images.inputs[0].zeros()
    inside[...] = x
    out[...] = 0
    assert images(inside, out=out) is out
    assert np.array_equal(out, x)
    assert np.array_equal(np.asarray(images(inside)), x)
    with pytest.raises(qfin.InputError, match="'out0' does not lie in memory as it must"):
        images(x, out=np.empty_like(x))
    # The rows are there, the halo is not.
    bare = np.empty((1, 4, 5, 3), np.uint8).transpose(0, 3, 1, 2)
    with pytest.raises(qfin.InputError, match="make it with `empty"):
        images(x, out=bare)


def _results() -> tuple[Array, Array]:
    return np.empty((3, 4), np.float32), np.empty(2, np.float32)


def test_results_that_are_refused(two: qfin.Program) -> None:
    y, z = _results()
    locked = z.copy()
    locked.flags.writeable = False
    inside = np.zeros(100, np.int8)
    x = inside[:12].reshape(3, 4)
    overlapping = inside[8:56].view(np.float32).reshape(3, 4)
    assert two(x, W, out=[inside[12:60].view(np.float32).reshape(3, 4), z])
    for out, message in (
        (y, "an array for each result: out0: 3x4xfloat32, out1: 2xfloat32"),
        ((y,), "an array for each result"),
        (3, "an array for each result"),
        ((y, y), r"out= 'out1' must have shape \[2\], got \[3, 4\]"),
        ((X, z), "must have dtype float32, got int8"),
        ((y.T.copy().T, z), "'out0' does not lie in memory as it must"),
        ((y, locked), "'out1' is read-only"),
        ((overlapping, z), "'out0' must not share memory with 'x'"),
        ((y, y.reshape(-1)[3:5]), "'out1' must not share memory with 'out0'"),
    ):
        with pytest.raises(qfin.InputError, match=message):
            two(x, W, out=out)  # pyright: ignore[reportArgumentType]


def test_arguments_that_are_refused(two: qfin.Program) -> None:
    """With results at hand or without."""
    choices: list[dict[str, Any]] = [{}, {"out": _results()}]
    for options in choices:
        with pytest.raises(qfin.InputError, match="got 1 arrays, the function takes x: 3x4xint8"):
            two(X, **options)
        with pytest.raises(qfin.InputError, match="'x' must have dtype int8, got int16"):
            two(X.astype(np.int16), W, **options)
        with pytest.raises(qfin.InputError, match="'w' must be a numpy array, got list"):
            two(X, [1, 2], **options)  # pyright: ignore[reportArgumentType]
        with pytest.raises(qfin.InputError, match=r"'w' must have shape \[2\], got \[1\]"):
            two(X, W[:1], **options)


def test_no_arguments_no_results() -> None:
    program = qfin.compile("func.func @main() { func.return }")
    assert program() == program(out=()) == ()
    with pytest.raises(qfin.InputError, match="the function takes no inputs"):
        program(X)
    with pytest.raises(qfin.InputError, match="out= must be an array for each result: no results"):
        program(out=X)


def test_a_call_keeps_what_it_needs() -> None:
    """Machine code and constants live as long as what calls them, and no longer."""
    function = qfin.compile(TWO)["main"]
    call, gone = function.call, weakref.ref(function)
    del function
    gc.collect()
    assert gone() is None
    assert same(call(X, W), (X * np.float32(2), W * np.float32(2)))
    gc.disable()
    try:
        gone = weakref.ref(call)
        del call
        assert gone() is None
    finally:
        gc.enable()
