"""The fold of a qcast of a dcast, held against the arithmetic that it skips."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from xdsl.dialects import test
from xdsl.dialects.builtin import AnyFloat, IntegerType, ModuleOp, f16, f32, i32
from xdsl.pattern_rewriter import PatternRewriteWalker

from qfin.dialects.quant import DCastOp, QCastOp, UniformType
from qfin.dialects.quant.canonicalization import RequantizeSame

DTYPES: dict[AnyFloat, type[np.floating[Any]]] = {
    f16: np.float16,
    f32: np.float32,
}


def folds(element: UniformType) -> bool:
    source = test.TestOp(result_types=[element])
    dequantized = DCastOp(source.res[0], element.expressed)
    quantized = QCastOp(dequantized, element)
    module = ModuleOp([source, dequantized, quantized, test.TestOp([quantized.result])])
    return PatternRewriteWalker(RequantizeSame()).rewrite_module(module)


def comes_back(element: UniformType) -> bool:
    """Whether the stored values (some of many) survive, computed in the expressed type."""
    dtype = DTYPES[element.expressed]
    count = min(1 << 16, element.storage_max - element.storage_min + 1)
    stored = np.linspace(element.storage_min, element.storage_max, count).round().astype(np.int64)
    scale = dtype(element.scale)
    with np.errstate(over="ignore"):
        floats = (stored - element.zero_point).astype(dtype) * scale
    return np.array_equal(np.rint(floats / scale) + element.zero_point, stored)


@pytest.mark.parametrize("expressed", DTYPES)
@pytest.mark.parametrize("width", [4, 8, 9, 10, 16, 22, 23, 32])
def test_folds_only_what_comes_back(width: int, expressed: AnyFloat):
    random = np.random.default_rng(width)
    for scale in np.exp2(random.uniform(-14, 9, 50)):
        for zero_point in (0, int(random.integers(-(1 << (width - 1)), 1 << (width - 1)))):
            element = UniformType.per_layer(IntegerType(width), expressed, float(scale), zero_point)
            if folds(element):
                assert comes_back(element)


def test_both_answers_occur():
    assert folds(UniformType.per_layer(IntegerType(8), f32, 0.1, 3))
    assert folds(UniformType.per_layer(IntegerType(8), f16, 0.1, 3))
    wide = UniformType.per_layer(i32, f32, 0.1)
    assert not folds(wide)
    assert not comes_back(wide)
