"""Compiled resampling gives the interpreter's bits, over any dimensions, on every target."""

from __future__ import annotations

from typing_extensions import override

from qfin.dialects import nn

from .case_targets import module_seeds
from .compiled import check_random_module
from .random_modules import RandomModule, Shape, Value

SEEDS = 9
MODES = {
    1: ["nearest", "linear"],
    2: ["nearest", "bilinear", "bicubic"],
    3: ["nearest", "trilinear"],
}


class UpsampleModule(RandomModule):
    """Random modules that resample lines, images and volumes."""

    @override
    def image(self) -> Shape:
        rng = self.rng
        channels = rng.choice([1, 2, 3, 5, 16, 17, rng.randint(1, 70)])
        spatial = (rng.randint(1, 6) for _ in range(rng.choice([1, 2, 2, 3])))
        return rng.choice([1, 1, 2]), channels, *spatial

    @override
    def op(self, x: Value) -> Value:
        rng, rank = self.rng, len(x.shape) - 2
        if rank not in MODES or rng.random() < 0.1:
            return super().op(x)
        spatial, extra = tuple(rng.randint(1, 9) for _ in range(rank)), []
        if rng.random() < 0.4:
            scales = [rng.choice([1.0, 2.0, rng.uniform(1, 3)]) for _ in range(rank)]
            spatial = tuple(int(n * s) for n, s in zip(x.shape[2:], scales, strict=True))
            extra.append(f"scales = array<f64: {', '.join(f'{s:.17e}' for s in scales)}>")
        shape = (*x.shape[:2], *spatial)
        mode = rng.choice(MODES[rank])
        name = f"upsample_{mode}{rank}d"
        if mode == "nearest":
            return self.moved(x, f"nn.{name}", f"{{{', '.join(extra)}}}", shape)
        extra.append(f"align_corners = {rng.choice(['true', 'false'])}")
        return self.averaged(x, name, f"{{{', '.join(extra)}}}", shape)


@module_seeds
def test_random_module(seed: int) -> None:
    interpolations = {op.name for op in nn.UPSAMPLE_OPS if "nearest" not in op.name}
    check_random_module(UpsampleModule(seed), interpolations)


def test_random_modules_have_every_op() -> None:
    text = "".join(UpsampleModule(seed).text for seed in range(SEEDS))
    missing = {op.name for op in nn.UPSAMPLE_OPS if f"{op.name} " not in text}
    assert not missing
