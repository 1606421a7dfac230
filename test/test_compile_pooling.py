"""Compiled poolings and means give the interpreter's bits, over any dimensions, on every target."""

from __future__ import annotations

import pytest
from typing_extensions import override

import qfin
from qfin.dialects import nn
from qfin.pipeline import to_level

from .case_targets import module_seeds
from .compiled import check_random_module
from .random_modules import RandomModule, Shape, Value, tensor
from .random_windows import random_window

SEEDS = 10


class PoolingModule(RandomModule):
    """Random modules of poolings of lines, images and volumes."""

    @override
    def image(self) -> Shape:
        rng = self.rng
        channels = rng.choice([1, 2, 3, 5, 16, 17, rng.randint(1, 70)])
        return rng.choice([1, 1, 2, 3]), channels, *(rng.randint(1, 9) for _ in range(self.rank()))

    def rank(self) -> int:
        return self.rng.choice([1, 1, 2, 3, 3])

    @override
    def op(self, x: Value) -> Value:
        spatial = len(x.shape) - 2
        if not x.shape:
            return self.relu(x)
        if self.rng.random() < 0.15:
            return self.mean(x)
        if not 1 <= spatial <= 3 or self.rng.random() < 0.1:
            return super().op(x)
        return self.rng.choice([self.max_pool, self.avg_pool, self.adaptive_avg_pool])(x)

    def max_pool(self, x: Value) -> Value:
        ceil_mode = self.rng.random() < 0.4
        window = random_window(self.rng, x.shape[2:], pool=True, dilated=True, ceil_mode=ceil_mode)
        shape = (*x.shape[:2], *window.outputs(x.shape[2:]))
        name = f"nn.max_pool{len(shape) - 2}d"
        return self.moved(x, name, window.attributes("kernel", "dilation"), shape)

    def avg_pool(self, x: Value) -> Value:
        rng, spatial = self.rng, x.shape[2:]
        ceil_mode = rng.random() < 0.4
        window = random_window(rng, spatial, pool=True, dilated=False, ceil_mode=ceil_mode)
        extra = f"count_include_pad = {rng.choice(['true', 'false'])}"
        if len(spatial) > 1 and rng.random() < 0.3:
            extra += f", divisor_override = {rng.choice([-7, 1, 5])} : i64"
        attributes = window.attributes("kernel", extra=extra)
        shape = (*x.shape[:2], *window.outputs(spatial))
        return self.averaged(x, f"avg_pool{len(spatial)}d", attributes, shape)

    def adaptive_avg_pool(self, x: Value) -> Value:
        spatial = tuple(self.rng.choice([1, 2, 3, 7]) for _ in x.shape[2:])
        name = f"adaptive_avg_pool{len(spatial)}d"
        return self.averaged(x, name, "", (*x.shape[:2], *spatial))

    def mean(self, x: Value) -> Value:
        """Over any dimensions, of any rank."""
        rng, rank = self.rng, len(x.shape)
        dims = rng.sample(range(rank), rng.randint(1, rank))
        keepdim = rng.choice([True, False])
        places = range(rank) if keepdim else [d for d in range(rank) if d not in dims]
        shape = tuple(1 if d in dims else x.shape[d] for d in places)
        named = [] if len(dims) == rank else [rng.choice([d, d - rank]) for d in dims]
        body = f": {', '.join(map(str, named))}" if named else ""
        attributes = f"{{dim = array<i64{body}>, keepdim = {str(keepdim).lower()}}}"
        return self.averaged(x, "mean", attributes, shape)


@module_seeds
def test_random_module(seed: int) -> None:
    averages = {"nn.mean", *(op.name for op in nn.POOLING_OPS if "avg" in op.name)}
    check_random_module(PoolingModule(seed), averages)


def test_random_modules_have_every_op() -> None:
    text = "".join(PoolingModule(seed).text for seed in range(SEEDS))
    names = ["nn.mean", "quant.mean", *(op.name for op in nn.POOLING_OPS)]
    missing = {name for name in names if f"{name} " not in text}
    assert not missing


@pytest.mark.parametrize("rank", [1, 3])
def test_runs_on_channels_innermost(rank: int) -> None:
    """No conversion stands between poolings of any rank."""
    x = tensor((1, 4, *(6,) * rank), "!q")
    y = tensor((1, 4, *(5,) * rank), "!q")
    z = tensor((1, 4, *(2,) * rank), "!q")
    module = qfin.parse(f"""
    !q = !quant.uniform<u8:f32, 0.5:3>
    func.func @main(%x: {x}) -> {z} {{
      %0 = nn.max_pool{rank}d %x {{kernel = array<i64: {", ".join("2" * rank)}>}} : ({x}) -> {y}
      %1 = quant.adaptive_avg_pool{rank}d %0 : ({y}) -> {z}
      func.return %1 : {z}
    }}""")
    laid_out = to_level(module, "laid-out", "avx2")
    names = [op.name for op in laid_out.walk() if op.name.startswith("layout.")]
    assert names == ["layout.to_nhwc", "layout.to_nchw"]
