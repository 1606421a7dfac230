"""Sums of products: what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import qfin


def test_linear_of_other_features():
    text = """func.func @main(%x: tensor<1x?xf32>, %w: tensor<4x3xf32>) -> tensor<1x4xf32> {
      %y = nn.linear %x, %w : (tensor<1x?xf32>, tensor<4x3xf32>) -> tensor<1x4xf32>
      return %y : tensor<1x4xf32>
    }"""
    x, w = np.zeros((1, 5), np.float32), np.zeros((4, 3), np.float32)
    with pytest.raises(qfin.Error, match="input has 5 features, weight expects 3"):
        qfin.interpret(text, [x, w])
