"""Random contractions that read and write the caller's bytes, signed or not, as machine code and as
the interpreter has them, by each of the two ways of a call."""

from __future__ import annotations

import random
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import qfin
from qfin.runtime import calling

from .case_targets import MODULE_CALLS, case_targets, seeds_of
from .compiled import compiled, run, same_bits
from .random_signed import arrays_of, module_of, placed, random_case

WAYS = ("direct", "ctypes")
ZERO_POINTS = (-128, -3, 0, 5, 127)


def _none(*_: Any) -> None:
    """No direct call: as of a Python that `qfin.runtime.direct` does not know."""


@pytest.mark.parametrize("way", WAYS)
@seeds_of(len(WAYS) * MODULE_CALLS * len(case_targets()))
def test_random(seed: int, way: str) -> None:
    """At every other call arrays lie as the program reads them."""
    number = len(WAYS) * seed + WAYS.index(way)
    rng, data = random.Random(number), np.random.default_rng(number)
    case = random_case(rng)
    x, r, y = (rng.choice(ZERO_POINTS) for _ in range(3))
    module = qfin.finalize(module_of(case, data, (x, r, y)))
    with nullcontext() if way == "direct" else patch.object(calling, "direct_call", _none):
        programs = {target: compiled(module, target) for target in case_targets()}
    for call in range(MODULE_CALLS):
        arrays = arrays_of(case, data)
        want = qfin.interpret(module, arrays)
        for target, program in programs.items():
            given = arrays if call % 2 else list(map(placed, program.inputs, arrays))
            assert not same_bits(run(program, given), want), f"{target}, {case}"
