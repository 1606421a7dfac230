"""Convolutions and linears: their shapes, and the networks of one op that are timed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TypeAlias

from benchmarks.net import Net, Quantization, Step, Value, Weight, output_scale


@dataclass(frozen=True)
class Linear:
    """`rows` x `depth` times `depth` x `out`."""

    rows: int
    depth: int
    out: int

    @property
    def label(self) -> str:
        return f"{self.rows}x{self.depth}x{self.out}"

    @property
    def macs(self) -> int:
        return self.rows * self.depth * self.out

    @property
    def terms(self) -> int:
        """Products in a sum."""
        return self.depth

    @property
    def argument(self) -> Value:
        return Value((self.rows, self.depth), Quantization())

    @property
    def result(self) -> Value:
        return Value((self.rows, self.out), Quantization(output_scale(self.terms)))

    @property
    def weight(self) -> Weight:
        return Weight((self.out, self.depth), self.out)

    def step(self, x: int = 0) -> Step:
        """The op on value number `x`."""
        return Step("linear", (x,), self.result, weight=self.weight)

    def dynamic(self) -> Net:
        """f32 in and out, quantized at run time."""
        x, y = (replace(value, quantization=None) for value in (self.argument, self.result))
        return Net((x,), (replace(self.step(), result=y, dynamic=True),))


@dataclass(frozen=True)
class Conv:
    """A convolution of equal sizes in `rank` dimensions; padding keeps the size at stride 1, or
    makes a transposed one's result `stride` times as large."""

    channels: int
    out: int
    size: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    rank: int = 2
    transposed: bool = False

    @property
    def padding(self) -> int:
        if self.transposed:
            return max(0, self.kernel - self.stride + 1) // 2
        return self.dilation * (self.kernel // 2)

    @property
    def output_padding(self) -> int:
        return self.stride * self.size - self._transposed_size

    @property
    def _transposed_size(self) -> int:
        reach = self.dilation * (self.kernel - 1) + 1
        return (self.size - 1) * self.stride - 2 * self.padding + reach

    @property
    def out_size(self) -> int:
        if self.transposed:
            return self.stride * self.size
        reach = self.dilation * (self.kernel - 1) + 1
        return (self.size + 2 * self.padding - reach) // self.stride + 1

    @property
    def label(self) -> str:
        extra = "".join(
            f" {name}{value}"
            for name, value, usual in (
                ("s", self.stride, 1),
                ("d", self.dilation, 1),
                ("g", self.groups, 1),
            )
            if value != usual
        )
        window = "x".join([str(self.kernel)] * self.rank)
        return f"{self.channels}>{self.out} {window} @{self.size}{extra}"

    @property
    def macs(self) -> int:
        """Of a transposed one, those of its inputs: zeros between them do not count."""
        pixels = (self.size if self.transposed else self.out_size) ** self.rank
        return self.out * pixels * self.channels // self.groups * self.kernel**self.rank

    @property
    def terms(self) -> int:
        """Products in a sum."""
        return self.channels // self.groups * self.kernel**self.rank

    @property
    def argument(self) -> Value:
        shape = (1, self.channels, *[self.size] * self.rank)
        halo = (self.kernel - 1) // self.stride if self.transposed else self.padding
        return Value(shape, Quantization(), halo, innermost=True)

    @property
    def result(self) -> Value:
        shape = (1, self.out, *[self.out_size] * self.rank)
        return Value(shape, Quantization(output_scale(self.terms)), innermost=True)

    @property
    def weight(self) -> Weight:
        window = [self.kernel] * self.rank
        if self.transposed:
            return Weight((self.channels, self.out // self.groups, *window), self.out, axis=1)
        return Weight((self.out, self.channels // self.groups, *window), self.out)

    def step(self, x: int = 0) -> Step:
        """The op on value number `x`."""
        n = self.rank
        attributes: dict[str, int | float | tuple[int, ...]] = {
            "stride": (self.stride,) * n,
            "padding": (self.padding,) * (2 * n),
            "dilation": (self.dilation,) * n,
            "groups": self.groups,
        }
        if self.transposed:
            attributes["output_padding"] = (self.output_padding,) * n
        op = "conv_transpose" if self.transposed else "conv"
        return Step(f"{op}{n}d", (x,), self.result, attributes, self.weight)


Contraction: TypeAlias = Linear | Conv


def bare(shape: Contraction) -> Net:
    """The op alone."""
    return Net((shape.argument,), (shape.step(),))


def float_biased(shape: Contraction) -> Net:
    """The op with a bias of floats, as those of PyTorch are."""
    weight = replace(shape.weight, float_bias=True)
    return Net((shape.argument,), (replace(shape.step(), weight=weight),))


def activated(shape: Contraction, op: str, **attributes: float) -> Net:
    """The op with an activation before its quantize: a tighter clamp."""
    step = shape.step()
    y = replace(step.result, quantization=None)
    behind = Step(op, (1,), step.result, dict(attributes))
    return Net((shape.argument,), (replace(step, result=y), behind))


def looked_up(shape: Contraction, op: str) -> Net:
    """The op, quantized, and an activation behind it, quantized: a table."""
    step = shape.step()
    y = replace(step.result, quantization=Quantization(output_scale(shape.terms)))
    return Net((shape.argument,), (step, Step(op, (1,), y)))


def with_residual(shape: Contraction) -> Net:
    """The op, to which a second argument is added before its quantize."""
    step = replace(shape.step(), result=replace(shape.result, quantization=None))
    r = replace(shape.result, quantization=Quantization(output_scale(shape.terms) / 2))
    total = Step("add", (2, 1), shape.result)
    return Net((shape.argument, r), (replace(step, operands=(0,)), total))


def asymmetric(shape: Contraction, zero_point: int, *, unsigned: bool) -> Net:
    """The op with weights whose zero point is another."""
    weight = replace(shape.weight, zero_point=zero_point, unsigned=unsigned)
    return Net((shape.argument,), (replace(shape.step(), weight=weight),))


def signed(shape: Contraction) -> Net:
    """The op on signed bytes, to signed bytes."""

    def of(value: Value) -> Value:
        assert value.quantization is not None
        return replace(value, quantization=replace(value.quantization, signed=True))

    return Net((of(shape.argument),), (replace(shape.step(), result=of(shape.result)),))


def weight_bytes(net: Net) -> int:
    """Those of all weights."""
    return sum(prod(step.weight.shape) for step in net.steps if step.weight)
