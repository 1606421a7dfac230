"""Activations against the float ops that they stand for."""

from __future__ import annotations

import itertools
from math import inf, nan

import numpy as np
import pytest
from xdsl.dialects.builtin import f32, i8
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.quant.activation import NO_ACTIVATION, RELU, ActivationAttr
from qfin.dialects.uniform import UniformType
from qfin.interpreter.activation import output_range, quantize_output

BOUNDS = (-inf, -300.0, -1.25, -0.25, 0.0, 0.125, 0.25, 0.375, 1.0, 1e30, inf)
CLAMPS = [ActivationAttr.clamp(*pair) for pair in itertools.combinations(BOUNDS, 2)]
X = np.concatenate([np.arange(-400, 400) / 8, [-inf, inf, -1e30, 1e30]]).astype(np.float32)


def element(scale: float = 0.25, zero_point: int = 3, low: int = -100, high: int = 127):
    return UniformType.per_layer(i8, f32, scale, zero_point, low, high)


def test_by_hand():
    assert output_range(element()) == (-100, 127)
    assert output_range(element(), RELU) == (3, 127)
    assert output_range(element(), ActivationAttr.clamp(0.0, 6.0)) == (3, 27)
    assert output_range(element(), ActivationAttr.clamp(-1.0, 1.0)) == (-1, 7)
    # 0.375 / 0.25 is a tie, and goes to the even number.
    assert output_range(element(), ActivationAttr.clamp(max=0.375)) == (-100, 5)
    # All of it outside of what can be stored.
    assert output_range(element(), ActivationAttr.clamp(100.0, inf)) == (127, 127)


@pytest.mark.parametrize("activation", CLAMPS, ids=str)
def test_is_a_clamp_of_floats(activation: ActivationAttr):
    for scale in (0.25, 0.1, 1e-3):
        type_ = element(scale)
        floats = np.clip(X.astype(np.float64), *activation.bounds).astype(np.float32)
        want = quantize_output(floats, type_, NO_ACTIVATION)
        assert np.array_equal(quantize_output(X, type_, activation), want)


def test_one_after_the_other_is_one():
    for first, second in itertools.product(CLAMPS, CLAMPS):
        floats = np.clip(np.clip(X, *first.bounds), *second.bounds)
        assert np.array_equal(np.clip(X, *first.then(second).bounds), floats)


def test_the_same_clamp_is_the_same_attribute():
    assert ActivationAttr.clamp(min=-0.0) == RELU
    assert ActivationAttr.clamp(-inf, inf) == NO_ACTIVATION


@pytest.mark.parametrize("bounds", [(1.0, 0.0), (nan, 1.0), (0.0, nan)])
def test_refused(bounds: tuple[float, float]):
    with pytest.raises(VerifyException):
        ActivationAttr.clamp(*bounds)
