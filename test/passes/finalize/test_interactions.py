"""Rows that meet in one function: each rewrite is exact by itself, and so are all together."""

from __future__ import annotations

import re

import numpy as np
import pytest

import qfin
from qfin.target import host_target_names

from .random_graphs import EXACT, ROUNDING, graph


def inputs(text: str, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    kinds = re.findall(r"%([xz]): tensor<1x4x6x6x!quant.uniform<([ui])8", text)
    return {
        name: rng.integers(0, 256, (1, 4, 6, 6)).astype(np.uint8).view(f"{kind}1")
        for name, kind in kinds
    }


@pytest.mark.parametrize("seed", range(40))
def test_same_bits(seed: int) -> None:
    """Without propagation, of ops that change no bit."""
    text = graph(seed, EXACT)
    module, arrays = qfin.parse(text), inputs(text, seed)
    finalized = qfin.finalize(module, propagate=False)
    finalized.verify()
    want, got = (qfin.interpret(each, arrays) for each in (module, finalized))
    for name, array in want.items():
        assert got[name].tobytes() == array.tobytes(), f"{name}\n{text}"


@pytest.mark.parametrize("seed", range(6))
def test_compiled(seed: int) -> None:
    """With all ops, each with a type: what is compiled has the interpreter's bits."""
    text = graph(seed, (*EXACT, *ROUNDING), counts=(1, 1, 2))
    arrays = inputs(text, seed)
    finalized = qfin.finalize(qfin.parse(text))
    want = qfin.interpret(finalized, arrays)
    for target in host_target_names()[:1]:
        got = qfin.compile(finalized, target=target).run(arrays)
        for name, array in want.items():
            np.testing.assert_array_equal(got[name], array, f"{name}\n{text}")
