"""conv1d and transposed convolutions: machine code and fusion against the interpreter, on random
modules."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import ClassVar

import numpy as np
from typing_extensions import override

import qfin

from .case_targets import module_seeds, seeds_of
from .compiled import check_fusion, check_random_module
from .random_modules import RandomModule, Shape, Value, quantized, tensor

FUSION_SEEDS = 40
KINDS = ("conv1d", "conv_transpose1d", "conv_transpose2d")


class RandomConvs(RandomModule):
    """One or two convolutions after each other, as level 1 text."""

    KINDS: ClassVar[Sequence[str]] = KINDS

    @override
    def chain(self) -> None:
        rng = self.rng
        kind = rng.choice(self.KINDS)
        value = self.source(self.image_for(kind))
        for _ in range(rng.choice([1, 1, 2])):
            value = self.conv(value, kind)
            back = kind.replace("conv", "conv_transpose")
            if back in self.KINDS and rng.random() < 0.5:
                kind = back
        self.results.append((value.name, value.type))

    def image_for(self, kind: str) -> Shape:
        """As many spatial dimensions as the op has."""
        batch, channels, *spatial = self.image()
        return (batch, channels, *spatial[: int(kind[-2])])

    def conv(self, x: Value, kind: str) -> Value:
        rng, arrays = self.rng, self.arrays_rng
        transposed, channels = "transpose" in kind, x.shape[1]
        groups = rng.choice([1, 1, channels, *(g for g in (2, 3, 4) if not channels % g)])
        outputs = groups * rng.choice([1, 2, 5, 17, rng.randint(1, 40)])
        outputs = groups if outputs > 150 else outputs
        axes = [self.axis(size, transposed) for size in x.shape[2:]]
        taps, strides, sides, more, dilations, sizes = zip(*axes, strict=True)
        shape: Shape = (x.shape[0], outputs, *sizes)
        out, inner = outputs // groups, channels // groups
        weight = (channels, out, *taps) if transposed else (outputs, inner, *taps)
        per_axis = rng.random() < 0.6
        scales = 2.0 ** arrays.uniform(-10, 0, weight[1 if transposed else 0] if per_axis else 1)
        spread = 80.0 * 74 * (inner * prod(taps) / prod(strides)) ** 0.5 / 60
        y = self.quant(x.quant.scale * float(np.median(scales)) * spread)
        storage = "i8<-127:127>"
        type_ = quantized(storage, scales, None, 0)
        if per_axis:
            type_ = quantized(storage, scales, len(scales), len(scales))
            type_ = type_.replace(":f32:0", f":f32:{int(transposed)}")
        values = arrays.integers(-127, 128, weight).astype(np.int8)
        operands = [self.dcast(x), self.parameter(values, "i8", type_)]
        types = [tensor(x.shape, "f32"), tensor(weight, "f32")]
        unit = x.quant.scale * (np.tile(scales, groups) if transposed and per_axis else scales)
        bias = arrays.normal(0, 1000 * spread, outputs)
        choice = rng.choice([None, "f32", "i32"])
        if choice == "f32":
            operands.append(self.constant((bias * unit).astype(np.float32), "f32"))
        elif choice == "i32":
            many = outputs if per_axis else None
            bias_type = quantized("i32", unit, many, outputs)
            operands.append(self.parameter(bias.astype(np.int32), "i32", bias_type))
        if choice:
            types.append(tensor([outputs], "f32"))
        lists = {"stride": strides, "padding": sum(sides, ()), "dilation": dilations}
        if transposed:
            lists["output_padding"] = more
        attributes = ", ".join(
            f"{key} = array<i64: {', '.join(map(str, value))}>" for key, value in lists.items()
        )
        result = self.emit(
            f"nn.{kind} {', '.join(operands)} {{{attributes}, groups = {groups} : i64}}"
            f" : ({', '.join(types)}) -> {tensor(shape, 'f32')}"
        )
        return self.qcast(self.activated(result, shape, self.activation(y)), shape, y)

    def axis(self, size: int, transposed: bool) -> tuple[int, int, Shape, int, int, int]:
        """(taps, stride, (before, after), output padding, dilation, result size) that fit."""
        rng = self.rng
        while True:
            taps, stride = rng.choice([1, 2, 3, 3, 4, 5]), rng.choice([1, 1, 2, 2, 3])
            dilation = rng.choice([1, 1, 2, 3])
            before, after = rng.randint(0, 3), rng.randint(0, 3)
            more = rng.randrange(max(stride, dilation)) if transposed else 0
            reach = dilation * (taps - 1)
            if transposed:
                result = (size - 1) * stride - before - after + reach + more + 1
            else:
                result = (size + before + after - reach - 1) // stride + 1
            if result > 0:
                return taps, stride, (before, after), more, dilation, result


@module_seeds
def test_random_convs(seed: int) -> None:
    check_random_module(RandomConvs(seed), [f"nn.{kind}" for kind in RandomConvs.KINDS])


class SingleConvs(RandomConvs):
    """One convolution in each chain."""

    @override
    def chain(self) -> None:
        kind = self.rng.choice(self.KINDS)
        value = self.conv(self.source(self.image_for(kind)), kind)
        self.results.append((value.name, value.type))


@seeds_of(5)
def test_fusion_changes_one_step_at_most(seed: int) -> None:
    check_fusion(SingleConvs(1000 + seed))


def test_random_convs_are_not_all_clamped() -> None:
    free = 0
    for seed in range(FUSION_SEEDS):
        case = RandomConvs(seed)
        results = qfin.interpret(qfin.parse(case.text), case.arrays()).values()
        free += any(len(np.unique(array)) > 16 for array in results)
    assert free > FUSION_SEEDS // 2
