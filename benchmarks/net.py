"""What is timed: a small network of float ops with quantize/dequantize pairs between them.

Independent of any library: `as_mlir` writes it as our level-1 text, `as_onnx` as an ONNX model,
`as_torch` as calls of PyTorch's quantized ops. Shapes are logical, channels second. Constants are
made from fixed seeds when one of them asks, so that a description costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

INPUT_SCALE = 0.02
WEIGHT_SCALE = 0.01
BIAS = 0.5
"""Of each channel."""
ZERO_POINT = 128
IDENTITY = "identity"
"""The op of a step that only quantizes, or only dequantizes."""
_SPREAD = 40.0
"""Standard deviation of the results, in steps."""


def output_scale(depth: int) -> float:
    """For sums of `depth` products of uniform bytes, whose standard deviations are about 74."""
    return INPUT_SCALE * WEIGHT_SCALE * 74.0**2 * depth**0.5 / _SPREAD


@dataclass(frozen=True)
class Quantization:
    """Per tensor. Zero points are those of unsigned bytes; signed ones have 128 less."""

    scale: float = INPUT_SCALE
    unsigned_zero_point: int = ZERO_POINT
    signed: bool = False

    @property
    def zero_point(self) -> int:
        return self.unsigned_zero_point - 128 * self.signed

    @property
    def dtype(self) -> type[np.integer[Any]]:
        return np.int8 if self.signed else np.uint8


def bias_unit(x: Quantization) -> np.float32:
    """What one step of a sum of products with `x` stands for."""
    return np.float32(x.scale) * np.float32(WEIGHT_SCALE)


def bias_steps(x: Quantization) -> int:
    """The bias in these steps."""
    return round(BIAS / float(bias_unit(x)))


@dataclass(frozen=True)
class Value:
    """A tensor: quantized, or f32. `halo` is that of our argument (rows and columns of the zero
    point around each image); with `innermost`, channels lie innermost in our memory."""

    shape: tuple[int, ...]
    quantization: Quantization | None = None
    halo: int = 0
    innermost: bool = False

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Without a halo."""
        return self.size * (4 if self.quantization is None else 1)

    def random(self, seed: int) -> NDArray[Any]:
        """Uniform bytes, or normal floats."""
        random = np.random.default_rng(seed)
        if self.quantization is None:
            return random.standard_normal(self.shape, np.float32)
        bytes_ = random.integers(0, 256, self.shape, np.uint8)
        return (bytes_ ^ 0x80).view(np.int8) if self.quantization.signed else bytes_


@dataclass(frozen=True)
class Weight:
    """A constant operand: i8 (or u8) for each output channel, or f32; and its bias.

    `axis` is where the output channels are, `channels` how many; zero points other than the
    symmetric one are `zero_point` for all. The bias is quantized as those of ONNX are, unless
    `float_bias` (of ours alone) or the weight itself is of floats.
    """

    shape: tuple[int, ...]
    channels: int
    axis: int = 0
    zero_point: int = 0
    unsigned: bool = False
    floats: bool = False
    float_bias: bool = False

    @property
    def dtype(self) -> type[np.integer[Any]]:
        return np.uint8 if self.unsigned else np.int8

    def values(self) -> NDArray[Any]:
        random = np.random.default_rng(0)
        if self.floats:
            return (random.standard_normal(self.shape) * 0.05).astype(np.float32)
        signed = random.integers(-127, 128, self.shape, np.int8)
        return (signed.view(np.uint8) ^ 0x80) if self.unsigned else signed


Attributes = dict[str, int | float | tuple[int, ...]]


@dataclass(frozen=True)
class Step:
    """One float op, by the name that the `nn` dialect has for it.

    Operands are numbers of values: the network's arguments, then the results of steps. A result
    with a quantization is quantized and dequantized behind the op. With `dynamic`, the operand is
    quantized with parameters chosen for it.
    """

    op: str
    operands: tuple[int, ...]
    result: Value
    attributes: Attributes = field(default_factory=dict[str, int | float | tuple[int, ...]])
    weight: Weight | None = None
    dynamic: bool = False

    @property
    def base(self) -> str:
        """The op's name without the number of its dimensions."""
        return self.op[:-2] if self.op[-2:] in ("1d", "2d", "3d") else self.op

    def ints(self, name: str) -> tuple[int, ...]:
        """An attribute that is a tuple."""
        value = self.attributes[name]
        assert isinstance(value, tuple)
        return value

    def number(self, name: str) -> int:
        """An attribute that is an integer."""
        value = self.attributes[name]
        assert isinstance(value, int)
        return value


@dataclass(frozen=True)
class Net:
    """The result is that of the last step; f32 arguments and results are row-major."""

    arguments: tuple[Value, ...]
    steps: tuple[Step, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        """As operands count them."""
        return *self.arguments, *(step.result for step in self.steps)

    @property
    def result(self) -> Value:
        return self.steps[-1].result

    @property
    def bytes(self) -> int:
        """Of arguments and result."""
        return sum(argument.bytes for argument in self.arguments) + self.result.bytes

    def inputs(self) -> list[NDArray[Any]]:
        """An array for each argument."""
        return [argument.random(seed + 1) for seed, argument in enumerate(self.arguments)]
