"""Depthwise convolutions: machine code against the interpreter, on random modules."""

from __future__ import annotations

import pytest
from typing_extensions import override

import qfin
from qfin.pipeline import to_level
from qfin.target import host_target_names

from .case_targets import module_seeds
from .compiled import check_random_module, names_of
from .random_modules import RandomModule, Shape, Value
from .random_windows import random_window


class DepthwiseModule(RandomModule):
    """Chains of one to three depthwise convolutions, now and then with something between them."""

    @override
    def image(self) -> Shape:
        batch, channels, *size = super().image()
        return batch, self.rng.choice([channels, channels, 64, 72, 96, 130]), *size

    @override
    def chain(self) -> None:
        value = self.source(self.image())
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            value = self.depthwise(value)
            if self.rng.random() < 0.2:
                value = self.relu(value)
        self.results.append((value.name, value.type))

    def depthwise(self, x: Value) -> Value:
        batch, channels, *size = x.shape
        window = random_window(self.rng, size, pool=False, dilated=True)
        shape = (batch, channels, *window.outputs(size))
        weight = (channels, 1, *window.kernel)
        return self.contraction(x, "conv2d", weight, shape, window, channels)


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(DepthwiseModule(seed), ["nn.conv2d"])


@pytest.mark.parametrize("target", host_target_names())
def test_all_run_on_the_depthwise_kernel(target: str) -> None:
    """None falls back to the kernel for any groups."""
    for case in map(DepthwiseModule, range(4)):
        module = to_level(qfin.finalize(qfin.parse(case.text)), "buffers", target)
        names = names_of(module)
        assert "kernel.depthwise" in names
        assert "kernel.dense" not in names
