"""Random groups of a row of the table of fusions, fit for PyTorch: some plain, others each with one
thing that either side may refuse."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp

import qfin

from ..passes.finalize.random_dynamic_groups import DynamicGroup
from ..passes.finalize.random_groups import (
    PACKING,
    RESIDUAL,
    ROWS,
    SCALAR,
    Activation,
    Group,
    Shape,
    tensor,
)
from .table import (
    CLAMP,
    FULL_CONSTANT,
    I8_INPUT,
    I8_OUTPUT,
    I32_OUTPUT,
    LENGTH_1,
    NEW_PARAMETERS,
    NO_WEIGHT,
    ONE_BOUND,
    OTHER_PARAMETERS,
    PER_CHANNEL,
    RANK_1,
    RANK_2,
    RELU,
    SEVERAL_USES,
    TRAINING,
    WEIGHT_PER_CHANNEL,
    WEIGHT_ZERO_POINT,
)

Array = NDArray[Any]

PLAIN = "plain"
FIXED = {
    "sigmoid": Activation("u8", 1 / 256, 0),
    "hardsigmoid": Activation("u8", 1 / 256, 0),
    "tanh": Activation("u8", 1 / 128, 128),
}
"""The parameters that PyTorch demands of a result."""
CARRIED = {name for name, row in ROWS.items() if row.becomes.startswith("dcast(")}
"""The rows that move a dequantize: what is behind it does not matter to them."""


def kinds(row: str) -> list[str]:
    """What is the matter with each case of a row of the static table, by seed."""
    if row in CARRIED:
        return [PLAIN] * 18 + [I8_INPUT] * 2
    own = {"batch_norm": [TRAINING], **{packing: [WEIGHT_ZERO_POINT] for packing in PACKING}}
    anywhere = [I8_INPUT, I8_INPUT, I8_OUTPUT, SEVERAL_USES, PER_CHANNEL, I32_OUTPUT]
    return [PLAIN] * 14 + anywhere + own.get(row, [])


@dataclass(frozen=True)
class PerChannel(Activation):
    """Parameters for each slice along dimension 0."""

    channels: int

    def __str__(self) -> str:
        scales = ", ".join(f"{self.scale * (1 + n * 0.1234):.17e}" for n in range(self.channels))
        return f"!quant.uniform<{self.storage}:f32:0, {{{scales}}}>"


class Case(Group):
    """
    A group with `kind` the matter. Activations are u8 and windows are padded alike on both sides,
    since PyTorch has no other; the operands of products stay in half the range, which fbgemm sums
    without saturation on every CPU.
    """

    symmetric = True

    def __init__(self, row: str, seed: int, kind: str = PLAIN):
        self.kind = kind
        self.row = row
        super().__init__(row, seed)
        if row in FIXED and seed % 4:
            self.y = FIXED[row]
        elif seed % 2 and row not in PACKING | RESIDUAL:
            self.y = self.x
        if row in PACKING | RESIDUAL:
            self.x = replace(self.x, zero_point=self.x.zero_point // 2)
            self.input //= 2
        if kind == I8_INPUT and row not in CARRIED and self.y == self.x:
            self.y = self.activation(self.x.scale)
        elif kind == I8_OUTPUT:
            self.y = replace(self.y, storage="i8", zero_point=self.y.zero_point - 128)
        elif kind == I32_OUTPUT:
            self.y = replace(self.y, storage="i32")
        elif kind == PER_CHANNEL:
            self.y = PerChannel("u8", self.y.scale, 0, self.result[0])
        elif kind == TRAINING:
            self.lines[-1] = self.lines[-1].replace("{eps", "{training = true, eps")

    def activation(self, scale: float) -> Activation:
        """Of u8, or i8 for the first, which is the input."""
        made = super().activation(scale)
        signed = made.storage == "i8"
        if self.kind == I8_INPUT and not hasattr(self, "x"):
            return Activation("i8", scale, made.zero_point - 128 * (not signed))
        return Activation("u8", scale, made.zero_point + 128 * signed)

    def parameter(
        self, name: str, values: Array, storage: str, scales: Array, axis: int = 0
    ) -> str:
        """A second operand is u8, too; a weight has a zero point where that is the matter."""
        made = super().parameter(name, values, storage, scales, axis)
        for n in (-2, -1):
            if name == "c":
                self.lines[n] = self.lines[n].replace("<i8:f32", "<u8:f32").replace(">>", ":128>>")
            if name == "w" and self.kind == WEIGHT_ZERO_POINT:
                self.lines[n] = re.sub(r"(e-\d\d)", r"\1:3", self.lines[n])
        return made

    def activations(self) -> None:
        if self.kind == PLAIN:
            super().activations()

    def text(self, *, quantized: bool = True) -> str:
        text = super().text(quantized=quantized)
        if self.kind != SEVERAL_USES or not quantized:
            return text
        result, floats = tensor(self.result, self.y), tensor(self.result, "f32")
        return text.replace(f"-> {result} {{", f"-> ({result}, {floats}) {{").replace(
            f"func.return %q : {result}", f"func.return %q, %y : {result}, {floats}"
        )

    @cached_property
    def module(self) -> ModuleOp:
        """Of level 1."""
        return qfin.parse(self.text())

    @cached_property
    def traits(self) -> frozenset[str]:
        """What the table of differences may speak of."""
        body, rank = "\n".join(self.lines), len(self.shape)
        between = re.findall(r"%r\d = nn\.(\w+)", body)
        held = {
            self.kind: True,
            RELU: between == ["relu"],
            CLAMP: len(between) > 1 or "clamp" in between,
            NEW_PARAMETERS: self.y != self.x,
            OTHER_PARAMETERS: self.y != FIXED.get(self.row),
            ONE_BOUND: "min =" not in body or "max =" not in body,
            WEIGHT_PER_CHANNEL: re.search(r"%w_q = .*\{", body) is not None,
            NO_WEIGHT: "weight(" not in body or "bias(" not in body,
            RANK_1: rank == 1,
            RANK_2: rank == 2,
            FULL_CONSTANT: self.row in SCALAR and _full(body, self.shape),
            LENGTH_1: rank == 3 and self.shape[1] > 1 == self.shape[2] and self.result[-1:] > (1,),
        }
        return frozenset(name for name, holds in held.items() if holds)


def _full(body: str, shape: Shape) -> bool:
    """Whether the constant of a row with a scalar has an element for each of the tensor's."""
    found = re.search(r"%c = .* : (tensor<.*>)", body)
    assert found
    return found[1] == tensor(shape, "f32") and set(shape) != {1}


class DynamicCase(DynamicGroup):
    """A group of the dynamic table, with `kind` the matter."""

    symmetric = True

    def __init__(self, row: str, seed: int, kind: str = PLAIN):
        super().__init__(row, seed)
        self.row = row
        quantized = row not in ("linear_dynamic_fp16", "linear_dynamic_on_device")
        text = self.text(quantized=quantized)
        if kind == WEIGHT_ZERO_POINT:
            text = re.sub(r"(!quant\.uniform<i8:f32[^>]*)>", _with_zero_points, text)
        held = {kind: True, RANK_1: len(self.shape) == 1}
        self.traits = frozenset(name for name, holds in held.items() if holds)
        self.module = qfin.parse(text)


def _with_zero_points(match: re.Match[str]) -> str:
    head, parameters = match[1].split(", ", 1)
    with_zero_points = re.sub(r"([0-9.e-]+)", r"\1:3", parameters)
    return f"{head}, {with_zero_points}>"
