"""Contractions that read the caller's signed bytes, and write them: machine code against the
interpreter, and no copies."""

from __future__ import annotations

import re

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin.pipeline import to_level
from qfin.target import TARGETS

from .case_targets import case_targets
from .compiled import compiled
from .random_signed import Case, arrays_of, module_of, placed
from .watched import place_of

COPYING = {"avx512", "avx2", "amx-int8"}
"""Targets that multiply unsigned bytes alone, better of a copy."""

CASES = {
    "linear": Case("linear", (24, 20), (3, 20), (3, 24)),
    "linear of odd rows": Case("linear", (10, 13), (5, 13), (5, 10)),
    "linear of one row": Case("linear", (70, 64), (1, 64), (1, 70)),
    "linear, residual": Case("linear", (33, 36), (4, 36), (4, 33), residual=True),
    "linear, zero points": Case("linear", (17, 24), (6, 24), (6, 17), zero_points=True),
    "1x1": Case("conv2d", (40, 16, 1, 1), (1, 16, 7, 5), (1, 40, 7, 5)),
    "1x1 of many products": Case("conv2d", (32, 132, 1, 1), (1, 132, 5, 8), (1, 32, 5, 8)),
    "1x1, residual": Case("conv2d", (64, 24, 1, 1), (2, 24, 5, 5), (2, 64, 5, 5), residual=True),
    "3x3": Case("conv2d", (20, 12, 3, 3), (1, 12, 9, 6), (1, 20, 9, 6), padding=1),
    "3x3, few products": Case("conv2d", (32, 4, 3, 3), (1, 4, 9, 17), (1, 32, 9, 17), padding=1),
    "3x3, groups": Case(
        "conv2d", (24, 5, 3, 3), (1, 15, 6, 6), (1, 24, 6, 6), "groups = 3", padding=1
    ),
    "3x3, zero points": Case(
        "conv2d", (16, 8, 3, 3), (1, 8, 6, 6), (1, 16, 6, 6), padding=1, zero_points=True
    ),
    "7x7 of 3 channels": Case(
        "conv2d", (16, 3, 7, 7), (1, 3, 14, 14), (1, 16, 7, 7), "stride = [2, 2]", padding=3
    ),
    "3x3x3": Case(
        "conv3d", (9, 6, 3, 3, 3), (1, 6, 3, 5, 4), (1, 9, 3, 5, 4), padding=1, residual=True
    ),
    "depthwise": Case(
        "conv2d", (70, 1, 3, 3), (1, 70, 7, 6), (1, 70, 7, 6), "groups = 70", 1, residual=True
    ),
    "depthwise of few channels": Case(
        "conv2d", (24, 1, 5, 5), (1, 24, 8, 9), (1, 24, 4, 5), "stride = [2, 2], groups = 24", 2
    ),
    "depthwise, zero points": Case(
        "conv2d", (64, 1, 3, 3), (1, 64, 5, 5), (1, 64, 5, 5), "groups = 64", 1, zero_points=True
    ),
    "transposed": Case(
        "conv_transpose2d", (8, 12, 3, 3), (1, 8, 4, 5), (1, 12, 7, 9), "stride = [2, 2]", padding=1
    ),
}


def copies(module: ModuleOp, target: str) -> int:
    """How many there are in the program."""
    return len(re.findall(r"kernel\.copy", str(to_level(module.clone(), "buffers", target))))


@pytest.mark.parametrize("name", CASES)
def test_no_copies(name: str) -> None:
    """Everything is read and written where the caller has it: but rows that do not end with a group
    of bytes, and what is better copied for the target."""
    case, rng = CASES[name], np.random.default_rng(5)
    module = qfin.finalize(module_of(case, rng, (-3, 5, 0)))
    padded = case.op == "linear" and case.image[-1] % 4 != 0
    for target in TARGETS:
        better = target in COPYING and not name.startswith("depthwise")
        assert copies(module, target) == (better or padded), target


@pytest.mark.parametrize("name", CASES)
def test_bits(name: str) -> None:
    """With memory for the result that the caller gives."""
    case, rng = CASES[name], np.random.default_rng(len(name))
    module = qfin.finalize(module_of(case, rng, (100, 0, -128)))
    arrays = arrays_of(case, rng)
    want = qfin.interpret(module, arrays)
    assert len(np.unique(next(iter(want.values())))) > 8
    for target in case_targets():
        program = compiled(module, target)
        (result,) = program.outputs
        out = place_of(result, front=False)
        program(*map(placed, program.inputs, arrays), out=out)
        np.testing.assert_array_equal(out, want[result.name], err_msg=target)
