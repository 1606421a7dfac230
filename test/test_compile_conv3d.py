"""conv3d and conv_transpose3d: machine code and fusion against the interpreter, on random
modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from typing_extensions import override

import qfin

from .case_targets import module_seeds, seeds_of
from .compiled import check_fusion, check_random_module
from .random_modules import Shape
from .test_compile_convs import RandomConvs, SingleConvs

FUSION_SEEDS = 25
KINDS = ("conv3d", "conv_transpose3d")


class RandomConvs3d(RandomConvs):
    """One or two after each other, over small volumes."""

    KINDS: ClassVar[Sequence[str]] = KINDS

    @override
    def image(self) -> Shape:
        rng = self.rng
        channels = rng.choice([1, 2, 3, 4, 5, 8, 13, 16, 17, rng.randint(1, 40)])
        depth, height, width = (rng.choice([1, 2, 3, 4, 5, rng.randint(1, 9)]) for _ in range(3))
        return rng.choice([1, 1, 2, 3]), channels, depth, height, width


class SingleConvs3d(RandomConvs3d, SingleConvs):
    """One convolution in each chain."""


@module_seeds
def test_random_convs(seed: int) -> None:
    check_random_module(RandomConvs3d(seed), [f"nn.{kind}" for kind in RandomConvs3d.KINDS])


@seeds_of(5)
def test_fusion_changes_one_step_at_most(seed: int) -> None:
    check_fusion(SingleConvs3d(1000 + seed))


def test_random_convs_are_not_all_clamped() -> None:
    free = 0
    for seed in range(FUSION_SEEDS):
        case = RandomConvs3d(seed)
        results = qfin.interpret(qfin.parse(case.text), case.arrays()).values()
        free += any(len(np.unique(array)) > 16 for array in results)
    assert free > FUSION_SEEDS // 2
