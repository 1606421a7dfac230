"""Random groups of the dynamic table of fusions, as text."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.passes.finalize.table import ON_DEVICE

from .random_groups import Shape, tensor

ROWS = {row.name: row for row in ON_DEVICE.rows}


class DynamicGroup:
    """
    The function @main of a group, random but for its row and seed. A row needs a method of its
    name, which writes the lines of the float op `%y`, on `%d`, and sets `shape` and `result`.
    """

    symmetric = False
    """Whether windows are padded alike on both sides."""

    def __init__(self, row: str, seed: int):
        self.rng = random.Random(f"{row} {seed}")
        self.arrays = np.random.default_rng(self.rng.randrange(2**32))
        self.lines: list[str] = []
        self.shape: Shape = ()
        self.result: Shape = ()
        self.weights = np.zeros((0, 0), np.float32)
        """Of f16, before they are."""
        self.reduce_range = self.rng.random() < 0.5
        getattr(self, row)()
        self.last = "%y"
        if self.rng.random() < 0.5:
            self.last = "%r"
            self.lines.append(f"%r = nn.relu %y : {tensor(self.result, 'f32')}")
        spread = 10.0 ** self.rng.uniform(-3, 3)
        self.input = (self.arrays.normal(0.3, 1, self.shape) * spread).astype(np.float32)

    def text(self, *, quantized: bool = True) -> str:
        """The function; its input is quantized at run time, or else stays as it is."""
        x, y = tensor(self.shape, "f32"), tensor(self.result, "f32")
        lines = "\n  ".join(self.lines)
        if quantized:
            lines = f"{self.quantize('x', 'd', self.shape, reduced=self.reduce_range)}\n  {lines}"
        else:
            lines = lines.replace("%d", "%x")
        return f"""func.func @main(%x: {x}) -> {y} {{
  {lines}
  func.return {self.last} : {y}
}}"""

    def quantize(self, source: str, target: str, shape: Shape, *, reduced: bool) -> str:
        """Text that quantizes an input at run time, and dequantizes it."""
        x, q = tensor(shape, "f32"), tensor(shape, "ui8")
        how = "{reduce_range}" if reduced else ""
        operands, types = "%s, %z", "tensor<f32>, tensor<i32>"
        return f"""%s, %z = quant.choose_qparams %{source} {how} : ({x}) -> ({types})
  %q = quant.quantize %{source}, {operands} : ({x}, {types}) -> {q}
  %{target} = quant.dequantize %q, {operands} : ({q}, {types}) -> {x}"""

    def constant(self, name: str, values: NDArray[Any], element: str) -> None:
        many = values.tolist()
        self.lines.append(
            f"%{name} = arith.constant dense<{many}> : {tensor(values.shape, element)}"
        )

    def weight(self, shape: Shape) -> None:
        """`%w`: a constant, or a constant that is quantized at run time."""
        w, channels = tensor(shape, "f32"), shape[0]
        per_axis = self.rng.random() < 0.5
        if self.rng.random() < 0.5:
            values = self.arrays.integers(-128, 128, shape)
            scales = self.arrays.uniform(0.001, 0.1, channels if per_axis else 1).tolist()
            stored = ", ".join(map(repr, scales))
            parameters = f":0, {{{stored}}}" if per_axis else f", {stored}"
            quantized = tensor(shape, f"!quant.uniform<i8:f32{parameters}>")
            self.constant("wi", values, "i8")
            self.lines += [
                f"%wq = quant.scast %wi : {tensor(shape, 'i8')} to {quantized}",
                f"%w = quant.dcast %wq : {quantized} to {w}",
            ]
            return
        self.constant("wf", self.arrays.normal(0, 1, shape).astype(np.float32), "f32")
        each = (channels,) if per_axis else ()
        axis = "axis = 0 : i64" if per_axis else ""
        s, z, i8 = tensor(each, "f32"), tensor(each, "i32"), tensor(shape, "i8")
        how = ", ".join(filter(None, ["symmetric, storage = i8", axis]))
        self.lines += [
            f"%ws, %wz = quant.choose_qparams %wf {{{how}}} : ({w}) -> ({s}, {z})",
            f"%wi = quant.quantize %wf, %ws, %wz {{{axis}}} : ({w}, {s}, {z}) -> {i8}",
            f"%w = quant.dequantize %wi, %ws, %wz {{{axis}}} : ({i8}, {s}, {z}) -> {w}",
        ]

    def op(self, name: str, weight: Shape, attributes: str = "") -> None:
        """The float op `%y`, with a bias or without."""
        operands, types = ["%d", "%w"], [tensor(self.shape, "f32"), tensor(weight, "f32")]
        if self.rng.random() < 0.5:
            self.constant("b", self.arrays.normal(0, 1, weight[0]).astype(np.float32), "f32")
            operands.append("%b")
            types.append(tensor(weight[:1], "f32"))
        self.lines.append(
            f"%y = nn.{name} {', '.join(operands)} {attributes}"
            f" : ({', '.join(types)}) -> {tensor(self.result, 'f32')}"
        )

    def matrix(self) -> Shape:
        """The shape of a weight [N, K]; sets that of input and result."""
        rows = tuple(self.rng.randint(1, 3) for _ in range(self.rng.randint(0, 2)))
        outputs, depth = self.rng.randint(1, 9), self.rng.randint(1, 40)
        self.shape, self.result = (*rows, depth), (*rows, outputs)
        return (outputs, depth)

    def linear_dynamic(self) -> None:
        weight = self.matrix()
        self.weight(weight)
        self.op("linear", weight)

    def linear_dynamic_on_device(self) -> None:
        self.reduce_range = True
        self.linear_dynamic()

    def linear_dynamic_fp16(self) -> None:
        weight = self.matrix()
        spread = 10.0 ** self.rng.uniform(-8, 6)
        self.weights = self.arrays.normal(0, spread, weight).astype(np.float32)
        self.constant("wf", self.weights, "f32")
        w, h = tensor(weight, "f32"), tensor(weight, "f16")
        self.lines += [f"%h = nn.saturate_to_fp16 %wf : {w} to {h}", f"%w = nn.to %h : {h} to {w}"]
        self.op("linear", weight)

    def convolution(self, name: str, rank: int) -> None:
        groups = self.rng.randint(1, 2)
        inputs, outputs = groups * self.rng.randint(1, 3), groups * self.rng.randint(1, 4)
        kernel = [self.rng.randint(1, 3) for _ in range(rank)]
        stride = [self.rng.randint(1, 2) for _ in range(rank)]
        sides = [(self.rng.randint(0, 2), self.rng.randint(0, 2)) for _ in range(rank)]
        if self.symmetric:
            sides = [(before, before) for before, _ in sides]
        size = [self.rng.randint(3, 6) for _ in range(rank)]
        out = [
            (n + sum(p) - k) // s + 1
            for n, p, k, s in zip(size, sides, kernel, stride, strict=True)
        ]
        self.shape, self.result = (2, inputs, *size), (2, outputs, *out)
        padding = ", ".join(str(side) for pair in sides for side in pair)
        weight = (outputs, inputs // groups, *kernel)
        self.weight(weight)
        self.op(
            name,
            weight,
            f"{{stride = array<i64: {', '.join(map(str, stride))}>,"
            f" padding = array<i64: {padding}>, groups = {groups} : i64}}",
        )

    def conv1d_dynamic(self) -> None:
        self.convolution("conv1d", 1)

    def conv2d_dynamic(self) -> None:
        self.convolution("conv2d", 2)

    def conv3d_dynamic(self) -> None:
        self.convolution("conv3d", 3)
