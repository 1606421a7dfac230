"""Random quantize/dequantize groups, one for each row of the table of fusions, as text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.passes.finalize.table import FUSIONS

from ...random_moves import random_move
from ...random_windows import random_window

Array = NDArray[Any]
Shape = tuple[int, ...]

ROWS = {row.name: row for row in FUSIONS}
CONVOLUTIONS = {f"{kind}{rank}d" for kind in ("conv", "conv_transpose") for rank in (1, 2, 3)}
PACKING = {*CONVOLUTIONS, "linear"}
"""The rows that pack a weight."""
RESIDUAL = {f"add_{row}" for row in PACKING}
"""The rows that pack a weight and add something to its products."""
_CONTRACTIONS = {*PACKING, *RESIDUAL}
SCALAR = {"add_scalar", "sub_scalar", "sub_scalar_left", "mul_scalar"}
"""The rows of a tensor and a number."""
NORMS = {"layer_norm", "group_norm", "instance_norm"}
"""The rows that normalise by the statistics of the input."""
_ACTIVATED = ("add", "sub", "mul", "batch_norm", "matmul")
ROUNDING = {row.name for row in FUSIONS if not row.exact}
"""The rows that become one op with a rounding of its own; the others move values."""


@dataclass(frozen=True)
class Activation:
    storage: str
    scale: float
    zero_point: int

    def __str__(self) -> str:
        return f"!quant.uniform<{self.storage}:f32, {self.scale:.17e}:{self.zero_point}>"

    @property
    def range(self) -> tuple[int, int]:
        return (0, 255) if self.storage == "u8" else (-128, 127)


def tensor(shape: Shape, element: object) -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


class Group:
    """
    The text of one group in the function @main, random but for its row and seed. A row needs a
    method of its name, which returns the shapes of input and result and the op on `%d`.
    """

    symmetric = False
    """Whether windows are padded alike on both sides."""

    def __init__(self, row: str, seed: int):
        self.rng = random.Random(f"{row} {seed}")
        self.arrays = np.random.default_rng(self.rng.randrange(2**32))
        self.lines: list[str] = []
        self.x = self.activation(2.0 ** self.rng.uniform(-6, 1))
        self.y = self.activation(self.x.scale * 2.0 ** self.rng.uniform(-1, 1))
        make: Callable[[str], tuple[Shape, Shape, str]] = getattr(self, row)
        self.shape, self.result, op = make(row)
        self.lines.append(f"%y = {op}")
        if row in {*PACKING, *RESIDUAL, *NORMS, *SCALAR, *_ACTIVATED} and self.rng.random() < 0.6:
            self.activations()
        elif row not in ROUNDING and self.rng.random() < 0.5:
            self.y = self.x
        self.stored = self.arrays.integers(*self.x.range, self.shape, endpoint=True)
        self.input = self.stored.astype(np.uint8 if self.x.storage == "u8" else np.int8)

    def text(self, *, quantized: bool) -> str:
        """The function up to the quantize, or without it."""
        last = self.lines[-1].split()[0]
        x, floats = tensor(self.shape, self.x), tensor(self.result, "f32")
        lines, result = [*self.lines], floats
        if quantized:
            result = tensor(self.result, self.y)
            lines.append(f"%q = quant.qcast {last} : {floats} to {result}")
            last = "%q"
        body = "\n  ".join(lines)
        return f"""func.func @main(%x: {x}) -> {result} {{
  %d = quant.dcast %x : {x} to {tensor(self.shape, "f32")}
  {body}
  func.return {last} : {result}
}}"""

    def activation(self, scale: float) -> Activation:
        storage = self.rng.choice(["u8", "i8"])
        low, high = (0, 255) if storage == "u8" else (-128, 127)
        return Activation(storage, scale, self.rng.choice([low, high, self.rng.randint(low, high)]))

    def activations(self) -> None:
        """One or two of relu and clamp, on `%y`."""
        last = "%y"
        for n in range(self.rng.choice([1, 1, 2])):
            bounds = [self.rng.uniform(-150, 150) * self.y.scale for _ in range(2)]
            low, high = (f"{bound:.17e} : f64" for bound in bounds)
            ops = [("relu", ""), ("clamp", f"{{min = {low}}}"), ("clamp", f"{{max = {high}}}")]
            op, attributes = self.rng.choice(
                [*ops, ops[0], ("clamp", f"{{min = {low}, max = {high}}}")]
            )
            line = f"%r{n} = nn.{op} {last} {attributes} : {tensor(self.result, 'f32')}"
            self.lines.append(line)
            last = f"%r{n}"

    def windows(self, size: Shape, *, pool: bool) -> tuple[Shape, Shape, str]:
        """(kernel, output size, attributes without the kernel) of a window that fits `size`."""
        kernel = tuple(self.rng.randint(1, n) for n in size)
        stride = [self.rng.randint(1, 3) for _ in size]
        most = [k // 2 if pool else 2 for k in kernel]
        before = [self.rng.randint(0, m) for m in most]
        pads = [
            (b, b if self.symmetric else self.rng.randint(0, m))
            for b, m in zip(before, most, strict=True)
        ]
        padding = ", ".join(str(p) for pair in pads for p in pair)
        output = tuple(
            (n + sum(p) - k) // s + 1 for n, p, k, s in zip(size, pads, kernel, stride, strict=True)
        )
        strides = ", ".join(map(str, stride))
        text = f"stride = array<i64: {strides}>, padding = array<i64: {padding}>"
        return kernel, output, text

    def image(self, *, rank: int = 2) -> Shape:
        return tuple(self.rng.randint(1, 5) for _ in range(2 + rank))

    def parameter(
        self, name: str, values: Array, storage: str, scales: Array, axis: int = 0
    ) -> str:
        """Writes constant integers as the floats they stand for; the name of these."""
        many = ",".join(f"{scale:.17e}" for scale in scales)
        parameters = f":{axis}, {{{many}}}" if len(scales) > 1 else f", {many}"
        plain = tensor(values.shape, storage)
        quantized = tensor(values.shape, f"!quant.uniform<{storage}:f32{parameters}>")
        self.lines += [
            f"%{name}_i = arith.constant dense<{values.tolist()}> : {plain}",
            f"%{name}_q = quant.scast %{name}_i : {plain} to {quantized}",
            f"%{name} = quant.dcast %{name}_q : {quantized} to {tensor(values.shape, 'f32')}",
        ]
        return f"%{name}"

    def contraction(
        self, row: str, input: Shape, weight: Shape, result: Shape, attributes: str
    ) -> tuple[Shape, Shape, str]:
        axis = int("transpose" in row)
        outputs = result[1] if axis else weight[0]
        per_axis = weight[axis] if self.rng.random() < 0.6 else 1
        scales = 2.0 ** self.arrays.uniform(-8, -4, per_axis)
        spread = 75 * 75 * np.prod(weight[1:]) ** 0.5 * self.x.scale * scales.mean()
        self.y = self.activation(float(spread) / 80)
        values = self.arrays.integers(-128, 127, weight, endpoint=True)
        operands = ["%d", self.parameter("w", values, "i8", scales, axis)]
        shapes = [input, weight]
        kind = self.rng.choice(["none", "f32", "i32"])
        if kind != "none":
            shapes.append((outputs,))
            operands.append("%b")
        bias = self.arrays.normal(0, 3000, outputs)
        if per_axis > 1:  # groups of a transposed convolution share the scales
            scales = np.tile(scales, outputs // per_axis)
        if kind == "i32":
            self.parameter("b", bias.astype(np.int32), "i32", self.x.scale * scales)
        elif kind == "f32":
            floats = (bias * self.x.scale * scales).tolist()
            self.lines.append(f"%b = arith.constant dense<{floats}> : {tensor((outputs,), 'f32')}")
        types = ", ".join(tensor(shape, "f32") for shape in shapes)
        signature = f"({types}) -> {tensor(result, 'f32')}"
        return input, result, f"nn.{row} {', '.join(operands)} {attributes} : {signature}"

    def linear(self, row: str) -> tuple[Shape, Shape, str]:
        rows = tuple(self.rng.randint(1, 3) for _ in range(self.rng.randint(0, 2)))
        depth, outputs = self.rng.randint(1, 40), self.rng.randint(1, 9)
        return self.contraction(row, (*rows, depth), (outputs, depth), (*rows, outputs), "")

    def conv(self, row: str) -> tuple[Shape, Shape, str]:
        n, c, *size = self.image(rank=int(row[-2]))
        groups = self.rng.choice([1, c])
        outputs = groups * self.rng.randint(1, 3)
        kernel, output, attributes = self.windows(tuple(size), pool=False)
        return self.contraction(
            row,
            (n, c, *size),
            (outputs, c // groups, *kernel),
            (n, outputs, *output),
            f"{{{attributes}, groups = {groups} : i64}}",
        )

    conv1d = conv2d = conv3d = conv

    def conv_transpose(self, row: str) -> tuple[Shape, Shape, str]:
        n, c, *size = self.image(rank=int(row[-2]))
        groups = self.rng.choice([1, c])
        outputs = groups * self.rng.randint(1, 3)
        kernel, output, attributes = self.windows(tuple(size), pool=False)
        lists = dict(re.findall(r"(\w+) = array<i64: ([^>]*)>", attributes))
        stride, padding = ([int(n) for n in lists[key].split(",")] for key in ("stride", "padding"))
        more = [self.rng.randrange(step) for step in stride]
        output = [
            (n - 1) * s - sum(padding[2 * i : 2 * i + 2]) + k + m
            for i, (n, s, k, m) in enumerate(zip(size, stride, kernel, more, strict=True))
        ]
        if min(output) < 1:
            return self.conv_transpose(row)
        attributes += f", output_padding = array<i64: {', '.join(map(str, more))}>"
        return self.contraction(
            row,
            (n, c, *size),
            (c, outputs // groups, *kernel),
            (n, outputs, *output),
            f"{{{attributes}, groups = {groups} : i64}}",
        )

    conv_transpose1d = conv_transpose2d = conv_transpose3d = conv_transpose

    def pool(self, row: str) -> tuple[Shape, Shape, str]:
        n, c, *size = self.volume(int(row[-2]))
        ceil_mode = self.rng.random() < 0.3
        window = random_window(
            self.rng,
            size,
            pool=True,
            dilated="max" in row,
            ceil_mode=ceil_mode,
            symmetric=self.symmetric,
        )
        more = ["kernel"]
        extra = ""
        if "max" in row:
            more.append("dilation")
        else:
            extra = f"count_include_pad = {self.rng.choice(['true', 'false'])}"
            if "1d" not in row and self.rng.random() < 0.3:
                extra += f", divisor_override = {self.rng.choice([-3, 2, 7])} : i64"
        attributes = window.attributes(*more, extra=extra)
        return self.simple(row, (n, c, *size), (n, c, *window.outputs(size)), attributes)

    max_pool1d = max_pool2d = max_pool3d = avg_pool1d = avg_pool2d = avg_pool3d = pool

    def adaptive(self, row: str) -> tuple[Shape, Shape, str]:
        shape = self.volume(int(row[-2]))
        size = tuple(self.rng.randint(1, 7) for _ in shape[2:])
        return self.simple(row, shape, (*shape[:2], *size))

    adaptive_avg_pool1d = adaptive_avg_pool2d = adaptive_avg_pool3d = adaptive

    def mean(self, row: str) -> tuple[Shape, Shape, str]:
        shape = self.volume(self.rng.randint(0, 3))
        dims = self.rng.sample(range(len(shape)), self.rng.randint(1, len(shape)))
        keep = self.rng.choice([True, False])
        kept = (1 if d in dims else n for d, n in enumerate(shape) if keep or d not in dims)
        listed = ", ".join(map(str, dims))
        attributes = f"{{dim = array<i64: {listed}>, keepdim = {str(keep).lower()}}}"
        return self.simple(row, shape, tuple(kept), attributes)

    def upsample(self, row: str) -> tuple[Shape, Shape, str]:
        shape = self.volume(int(row[-2]))
        size = tuple(self.rng.randint(1, 9) for _ in shape[2:])
        corners = self.rng.random() < 0.5 and "nearest" not in row
        attributes = "{align_corners = true}" if corners else ""
        return self.simple(row, shape, (*shape[:2], *size), attributes)

    upsample_nearest1d = upsample_nearest2d = upsample_nearest3d = upsample
    upsample_linear1d = upsample_bilinear2d = upsample_trilinear3d = upsample_bicubic2d = upsample

    def volume(self, spatial: int) -> Shape:
        return tuple(self.rng.randint(1, 5) for _ in range(2 + spatial))

    def reshape(self, row: str) -> tuple[Shape, Shape, str]:
        a, b, c, d = self.image()
        return self.simple(row, (a, b, c, d), self.rng.choice([(b * a, d, c), (a * b * c * d,)]))

    def flatten(self, row: str) -> tuple[Shape, Shape, str]:
        a, b, c, d = self.image()
        return self.simple(
            row, (a, b, c, d), (a, b * c, d), "{start_dim = 1 : i64, end_dim = 2 : i64}"
        )

    def binary(self, row: str) -> tuple[Shape, Shape, str]:
        """With a constant that broadcasts, to the left or to the right, or with itself."""
        shape = self.image()
        sizes = tuple(self.rng.choice([1, size]) for size in shape)[self.rng.randint(0, 3) :]
        other, spread = "%d", shape
        if self.rng.random() < 0.8:
            scale = 0.02 if row == "mul" else self.x.scale * 2.0 ** self.rng.uniform(-1, 1)
            values = self.arrays.integers(-128, 127, sizes, endpoint=True)
            other, spread = self.parameter("c", values, "i8", np.array([scale])), sizes
        operands = [("%d", shape), (other, spread)]
        self.rng.shuffle(operands)
        names = ", ".join(name for name, _ in operands)
        types = ", ".join(tensor(size, "f32") for _, size in operands)
        return shape, shape, f"nn.{row} {names} : ({types}) -> {tensor(shape, 'f32')}"

    add = sub = mul = binary

    def scalar(self, row: str) -> tuple[Shape, Shape, str]:
        """With a constant of one element, or of equal ones, on either side."""
        shape, name = self.image(), row.split("_")[0]
        value = self.rng.choice([-1, 1]) * 2.0 ** self.rng.uniform(-4, 1)
        if name != "mul":
            value *= 50 * self.x.scale
        sizes = self.rng.choice([(), (1,), (1,) * len(shape), shape])
        constant = np.full(sizes, value, np.float32)
        self.lines.append(
            f"%c = arith.constant dense<{constant.tolist()}> : {tensor(sizes, 'f32')}"
        )
        operands = [("%d", shape), ("%c", sizes)]
        if row.endswith("left") or (name != "sub" and self.rng.random() < 0.5):
            operands.reverse()
        names = ", ".join(name for name, _ in operands)
        types = ", ".join(tensor(size, "f32") for _, size in operands)
        return shape, shape, f"nn.{name} {names} : ({types}) -> {tensor(shape, 'f32')}"

    add_scalar = sub_scalar = sub_scalar_left = mul_scalar = scalar

    def with_residual(self, row: str) -> tuple[Shape, Shape, str]:
        """A contraction and a constant, either way round."""
        kind = row.removeprefix("add_")
        shape, result, product = getattr(self, kind)(kind)
        self.lines.append(f"%p = {product}")
        values = self.arrays.integers(-128, 127, result, endpoint=True)
        scale = self.y.scale * 2.0 ** self.rng.uniform(-2, 2)
        operands = ["%p", self.parameter("c", values, "i8", np.array([scale]))]
        self.rng.shuffle(operands)
        floats = tensor(result, "f32")
        return shape, result, f"nn.add {', '.join(operands)} : ({floats}, {floats}) -> {floats}"

    add_linear = add_conv1d = add_conv2d = with_residual
    add_conv3d = add_conv_transpose1d = add_conv_transpose2d = with_residual
    add_conv_transpose3d = with_residual

    def relu(self, row: str) -> tuple[Shape, Shape, str]:
        shape = self.image()
        return shape, shape, f"nn.relu %d : {tensor(shape, 'f32')}"

    def unary(self, row: str) -> tuple[Shape, Shape, str]:
        shape, low = self.image(), self.rng.uniform(-9, 3)
        choices = {
            **dict.fromkeys(("elu", "celu"), ("", "{alpha = 0.5 : f64}", "{alpha = -2.0 : f64}")),
            "leaky_relu": ["", "{negative_slope = 0.3 : f64}", "{negative_slope = -1.0 : f64}"],
            "gelu": ["", '{approximate = "tanh"}'],
            "clamp": [f"{{min = {low:.17e} : f64, max = 3.0 : f64}}", "{max = 0.7 : f64}"],
        }
        attributes = self.rng.choice(choices.get(row, [""]))
        return shape, shape, f"nn.{row} %d {attributes} : {tensor(shape, 'f32')}"

    sigmoid = tanh = hardsigmoid = hardswish = elu = celu = leaky_relu = gelu = silu = unary
    clamp = unary

    def floats(self, name: str, values: Array) -> str:
        """Writes a constant f32 parameter; how it stands behind an op."""
        kind = tensor(values.shape, "f32")
        self.lines.append(f"%{name} = arith.constant dense<{values.tolist()}> : {kind}")
        return f"{name}(%{name} : {kind})"

    def batch_norm(self, row: str) -> tuple[Shape, Shape, str]:
        shape = self.image()[: self.rng.randint(2, 4)]
        unit, channels = 50 * self.x.scale, shape[1]
        ranges = {
            "weight": (-2, 2),
            "bias": (-unit, unit),
            "running_mean": (-unit, unit),
            "running_var": (0, 2),
        }
        for name in self.rng.choice([[], ["weight"], ["bias"], ["weight", "bias"]]):
            del ranges[name]
        parts = [
            self.floats(name, self.arrays.uniform(*ends, channels)) for name, ends in ranges.items()
        ]
        operands = f"%d {' '.join(parts)} {{eps = 0.5 : f64}}"
        return shape, shape, f"nn.batch_norm {operands} : {tensor(shape, 'f32')}"

    def prelu(self, row: str) -> tuple[Shape, Shape, str]:
        shape = self.image()[: self.rng.randint(1, 4)]
        slopes = self.rng.choice([1, *shape[1:2]])
        weight = self.floats("weight", self.arrays.normal(0, 1, slopes))
        return shape, shape, f"nn.prelu %d {weight} : {tensor(shape, 'f32')}"

    def norm(self, row: str) -> tuple[Shape, Shape, str]:
        """Of one element and more; the result fills its range."""
        shape = self.image()[: self.rng.randint(2, 4)]
        self.y = self.activation(2.0 ** self.rng.uniform(-6, -4))
        parameters, attributes = shape[1:2], "eps = 0.01 : f64"
        if row == "layer_norm":
            parameters = shape[self.rng.randint(0, len(shape) - 1) :]
            sizes = ", ".join(map(str, parameters))
            attributes += f", normalized_shape = array<i64: {sizes}>"
        elif row == "group_norm":
            groups = [n for n in range(1, shape[1] + 1) if shape[1] % n == 0]
            attributes += f", num_groups = {self.rng.choice(groups)} : i64"
        names = self.rng.choice([[], ["weight"], ["bias"], ["weight", "bias"]])
        parts = " ".join(self.floats(n, self.arrays.normal(1, 0.5, parameters)) for n in names)
        return shape, shape, f"nn.{row} %d {parts} {{{attributes}}} : {tensor(shape, 'f32')}"

    layer_norm = group_norm = instance_norm = norm

    def move(self, row: str) -> tuple[Shape, Shape, str]:
        """With one result; a split of one part, too."""
        shape = self.image()[self.rng.randint(0, 3) :]
        move = random_move(self.rng, row, shape)
        if len(move.shapes) != 1:
            return self.move(row)
        return self.simple(row, shape, move.shapes[0], move.attributes)

    transpose = permute = squeeze = unsqueeze = flip = slice = select = split = chunk = move
    expand = repeat = repeat_interleave = pad = amax = amin = move

    def join(self, row: str) -> tuple[Shape, Shape, str]:
        """Twice itself, and a constant of another scale."""
        shape = self.image()
        scale = self.x.scale * 2.0 ** self.rng.uniform(-1, 1)
        values = self.arrays.integers(-128, 127, shape, endpoint=True)
        operands = ["%d", "%d", self.parameter("c", values, "i8", np.array([scale]))]
        self.rng.shuffle(operands)
        at = self.rng.randint(0, 3)
        result = (*shape[:at], 3, *shape[at:])
        if row == "cat":
            result = (*shape[:at], 3 * shape[at], *shape[at + 1 :])
        types = ", ".join([tensor(shape, "f32")] * 3)
        signature = f"({types}) -> {tensor(result, 'f32')}"
        return shape, result, f"nn.{row} {', '.join(operands)} {{dim = {at} : i64}} : {signature}"

    cat = stack = join

    def matmul(self, row: str) -> tuple[Shape, Shape, str]:
        """With a constant before it, which is no weight of a linear; the result fills its range."""
        depth = self.rng.randint(1, 40)
        shape, sizes = (depth, self.rng.randint(1, 20)), (self.rng.randint(1, 5), depth)
        values = self.arrays.integers(-128, 127, sizes, endpoint=True)
        stored, kind = tensor(sizes, "i8"), tensor(sizes, Activation("i8", 0.01, 7))
        self.lines += [
            f"%i = arith.constant dense<{values.tolist()}> : {stored}",
            f"%s = quant.scast %i : {stored} to {kind}",
            f"%c = quant.dcast %s : {kind} to {tensor(sizes, 'f32')}",
        ]
        self.y = self.activation(self.x.scale * 0.01 * 74 * depth**0.5)
        types = f"({tensor(sizes, 'f32')}, {tensor(shape, 'f32')})"
        result = (*sizes[:1], *shape[1:])
        return shape, result, f"nn.matmul %c, %d : {types} -> {tensor(result, 'f32')}"

    def softmax(self, row: str) -> tuple[Shape, Shape, str]:
        shape = self.image()[: self.rng.randint(1, 4)]
        self.y = self.activation(2.0 ** self.rng.uniform(-9, -7))
        dim = self.rng.randrange(-len(shape), len(shape))
        return shape, shape, f"nn.softmax %d {{dim = {dim} : i64}} : {tensor(shape, 'f32')}"

    def simple(
        self, row: str, shape: Shape, result: Shape, attributes: str = ""
    ) -> tuple[Shape, Shape, str]:
        signature = f"({tensor(shape, 'f32')}) -> {tensor(result, 'f32')}"
        return shape, result, f"nn.{row} %d {attributes} : {signature}"
