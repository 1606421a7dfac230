"""How many cases a randomised test has, and on which targets they run.

A case is one call of one chain of ops, or of one kernel, on one target. `make test` has 200 of a
family, `make test-slow` as many as QFIN_TEST_CASES says; QFIN_TEST_SEED=n runs seed n alone. With
either variable set every case runs on every target of the host. Without, kernels do, and programs
on one target of each width of vectors: see `case_targets`."""

from __future__ import annotations

import os
import zlib
from itertools import groupby

import pytest

from qfin.target import TARGETS, host_target_names

_CASES = int(os.environ.get("QFIN_TEST_CASES", 200))
_SEED = os.environ.get("QFIN_TEST_SEED")
_ON_ALL = "QFIN_TEST_CASES" in os.environ or _SEED is not None


def case_targets() -> tuple[str, ...]:
    """For tests with many cases: of the host's targets one of each width of vectors, in turn by the
    name of the case, so that one target more takes no more time; all for `make test-slow`."""
    names = host_target_names()
    if _ON_ALL:
        return names
    case = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
    widths = groupby(
        sorted(names, key=lambda name: TARGETS[name].vector_bytes),
        key=lambda name: TARGETS[name].vector_bytes,
    )
    alike = [(width, tuple(group)) for width, group in widths]
    kept = {group[zlib.crc32(f"{width} {case}".encode()) % len(group)] for width, group in alike}
    return tuple(name for name in names if name in kept)


def seeds_of(each: int) -> pytest.MarkDecorator:
    """`seed` is each of so many that a family has its cases, where one seed makes `each`, on all
    its targets together."""
    seeds = range(-(-_CASES // max(1, each))) if _SEED is None else [int(_SEED)]
    return pytest.mark.parametrize("seed", seeds)


MODULE_CALLS = 8
"""How often the chains of a random module are called on each target, all chains together."""

module_seeds = seeds_of(MODULE_CALLS * len(case_targets()))
