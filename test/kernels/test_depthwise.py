"""The depthwise kernel against numpy sums and the reference's requantization, bit for bit, on
shapes that are multiples of nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter import numerics
from qfin.interpreter.depthwise import pack_depthwise, spread_depthwise
from qfin.kernels.depthwise import build_depthwise
from qfin.kernels.depthwise_spec import (
    DepthwiseSpec,
    depthwise_columns,
    depthwise_groups,
    depthwise_layout,
)
from qfin.kernels.epilogue import Residual
from qfin.target import resolve
from qfin.target.isa import Isa

from .harness import (
    Buffer,
    Range,
    check_ranges,
    compile_kernel,
    guarded_copy,
    seeds,
    split,
    targets,
)
from .test_dense import stored

CHANNELS = [1, 3, 8, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64, 65, 96, 100, 128, 144]


@dataclass
class Case:
    """A kernel's spec and the data it is called with."""

    spec: DepthwiseSpec
    x: Buffer  # [batch, channels, height, width], what the windows cover
    y: Buffer
    residual: Buffer | None
    weights: NDArray[np.int8]
    init: NDArray[np.int32]
    mult: NDArray[np.float32]
    bias: NDArray[np.float32]
    zero_points: NDArray[np.int8]  # [channels, how many bytes], added to each weight


def make_spec(rng: random.Random, isa: Isa) -> DepthwiseSpec:
    """Any spec, small; the strides are set by `make_case`."""
    out = rng.choice([1, 2, 3, 4, 5, 7]), rng.choice([1, 2, 3, 5, 7, 9, 14, 17])
    channels = rng.choice(CHANNELS)
    stride = rng.choice([(1, 1), (1, 1), (1, 1), (2, 2), (2, 2), (3, 1), (1, 2), (2, 3)])
    dilation = rng.choice([(1, 1), (1, 1), (1, 1), (2, 2), (1, 2), (3, 1)])
    layout = depthwise_layout(channels, out, stride, dilation, isa)
    rows, pixels = layout.rows.data, layout.pixels.data
    if rng.random() < 0.4:
        rows = rng.randint(1, min(out[0], 4)) if stride[0] == dilation[0] == 1 else 1
        pixels = rng.randint(1, min(out[1], 4)) if stride[1] == 1 else pixels
    columns = depthwise_columns(layout, out[1], stride[1], isa)
    if rng.random() < 0.4 or columns * pixels > out[1]:
        columns = rng.randint(1, min(4, out[1] // pixels))
    zero_point = rng.choice([0, 0, 3, 128, 255])
    qmin, qmax = rng.choice([(0, 255), (zero_point, 255), (10, 200), (128, 128)])
    kernel = rng.choice([(3, 3), (3, 3), (5, 5), (1, 1), (2, 3), (1, 4), (3, 1), (4, 2), (7, 7)])
    return DepthwiseSpec(
        batch=rng.choice([1, 1, 1, 2, 3]),
        out_h=out[0],
        out_w=out[1],
        channels=channels,
        kernel_h=kernel[0],
        kernel_w=kernel[1],
        stride_h=stride[0],
        stride_w=stride[1],
        dilation_h=dilation[0],
        dilation_w=dilation[1],
        x_strides=(0, 0, channels),
        y_strides=(0, 0, channels),
        zero_point=zero_point,
        qmin=qmin,
        qmax=qmax,
        float_bias=rng.random() < 0.5,
        rows=rows,
        pixels=pixels,
        columns=columns,
        bounded=rng.random() < 0.5,
        x_signed=rng.random() < 0.4,
        y_signed=rng.random() < 0.4,
        groups=rng.choice([1, 1, 2, 3]),
        zero_points=rng.choice([0, 0, 1, 2]),
    )


def make_case(rng: random.Random, spec: DepthwiseSpec, isa: Isa, extreme: bool) -> Case:
    """Data for a spec: full range, or the constants at which saturating instructions go wrong.

    The input may be read up to a vector's length behind its last pixel, nothing else beyond its
    ends; pixels, rows and images may have gaps between them.
    """
    data = np.random.default_rng(rng.getrandbits(32))
    channels = spec.channels
    height = (spec.out_h - 1) * spec.stride_h + (spec.kernel_h - 1) * spec.dilation_h + 1
    width = (spec.out_w - 1) * spec.stride_w + (spec.kernel_w - 1) * spec.dilation_w + 1
    front = rng.random() < 0.5

    def place(height: int, width: int, margin: tuple[int, int] = (0, 0)) -> Buffer:
        pixel = channels + (rng.choice([0, 0, 5]) if spec.pixels == 1 else 0)
        row = (width + rng.choice([0, 0, 1, 3])) * pixel + rng.choice([0, 0, 7])
        image = (height + rng.choice([0, 0, 2])) * row
        shape, strides = (spec.batch, channels, height, width), (image, 1, row, pixel)
        return Buffer(shape, strides, np.uint8, margin, front=front)

    def strides(buffer: Buffer) -> tuple[int, int, int]:
        image, _, row, pixel = buffer.array.strides
        return image, row, pixel

    slack = isa.vector_bytes - 1 if spec.pixels * channels < isa.vector_bytes else 0
    x, y = place(height, width, (0, slack)), place(spec.out_h, spec.out_w)
    x.memory[:] = data.integers(0, 256, len(x.memory))
    w = data.integers(-128, 128, (channels, 1, spec.kernel_h, spec.kernel_w)).astype(np.int8)
    if extreme:
        x.memory[:], w[:] = 127 if spec.x_signed else 255, rng.choice([-128, 127])
    spec = replace(spec, x_strides=strides(x), y_strides=strides(y))
    residual = None
    if rng.random() < 0.4:
        residual = place(spec.out_h, spec.out_w)
        residual.memory[:] = data.integers(0, 256, len(residual.memory))
        scale = float(np.float32(rng.choice([0.01, 1.0, 100.0]) * rng.random()))
        zero_point, signed = rng.choice([0, 7, 128, 255]), rng.random() < 0.4
        addend = Residual(strides(residual), 0, zero_point, scale, signed)
        spec = replace(spec, residual=addend)
    # From far below one step to, where the kernel must expect that, far beyond int32.
    exponents = [-6, -4, -3, -2, -1, 0] if spec.bounded else [-6, -4, -3, -2, 0, 7]
    mult = data.random(channels) * 10.0 ** data.choice(exponents, channels)
    return Case(
        spec,
        x,
        y,
        residual,
        w,
        data.integers(-50000, 50000, channels).astype(np.int32),
        mult.astype(np.float32),
        data.normal(0, 5000, channels).astype(np.float32),
        data.integers(-128, 128, (channels, spec.zero_points)).astype(np.int8),
    )


def reference(case: Case) -> NDArray[Any]:
    """What the output is to hold."""
    s = case.spec
    acc = np.zeros((s.batch, s.out_h, s.out_w, s.channels), np.int64) + case.init
    image = stored(case.x.array, s.x_signed).transpose(0, 2, 3, 1).astype(np.int64)
    for ky, kx in np.ndindex(s.kernel_h, s.kernel_w):
        y, x = ky * s.dilation_h, kx * s.dilation_w
        taps = image[
            :, y : y + s.out_h * s.stride_h : s.stride_h, x : x + s.out_w * s.stride_w : s.stride_w
        ]
        acc += taps * (case.weights[:, 0, ky, kx] + case.zero_points.sum(axis=1, dtype=np.int64))
    addend = None
    if s.residual:
        assert case.residual is not None
        r = stored(case.residual.array, s.residual.signed).transpose(0, 2, 3, 1)
        addend = numerics.residual(r, s.residual.scale, s.residual.zero_point, 1.0)
    bias = case.bias if s.float_bias else None
    q = numerics.requantize(acc, case.mult, s.zero_point, s.qmin, s.qmax, bias, addend)
    return stored(q, s.y_signed).transpose(0, 3, 1, 2)


def check(case: Case, isa: Isa, parts: list[list[Range]]) -> None:
    """Run the kernel over the ranges of each of the `parts`."""
    layout = case.spec.layout(isa)
    arrays = [
        pack_depthwise(case.weights, layout),
        spread_depthwise(case.init, layout),
        spread_depthwise(case.mult, layout),
    ]
    if case.spec.float_bias:
        arrays.append(spread_depthwise(case.bias, layout))
    if case.spec.zero_points:
        each = case.zero_points[:, None, None]
        columns = np.broadcast_to(each, [len(each), 1, case.spec.kernel_h, each.shape[-1]])
        arrays.append(pack_depthwise(columns, layout))
    parameters = [guarded_copy(array) for array in arrays]
    inputs = [case.x.address, *(buffer.address for buffer in parameters)]
    if case.residual:
        inputs.append(case.residual.address)
    run, expected = compile_kernel(build_depthwise("kernel", case.spec, isa), isa), reference(case)
    for ranges in parts:
        check_ranges(run, inputs, ranges, case.y, expected)


@targets
@seeds
def test_random(target: str, seed: int):
    """Any shape, run whole and in pieces."""
    isa, rng = resolve(target), random.Random(seed)
    case = make_case(rng, make_spec(rng, isa), isa, extreme=seed % 5 == 0)
    size = case.spec.parallel_size(isa)
    check(case, isa, [[(0, size)], split(rng, size)])


@targets
@pytest.mark.parametrize("field", ["out_w", "out_h", "batch", "channels"])
def test_empty(target: str, field: str):
    """Nothing to compute: nothing is written, whichever size is zero."""
    isa, rng = resolve(target), random.Random(7)
    case = make_case(rng, replace(make_spec(rng, isa), rows=1, pixels=1), isa, extreme=False)
    run = compile_kernel(build_depthwise("kernel", replace(case.spec, **{field: 0}), isa), isa)
    before = case.y.memory.copy()
    spec = case.spec
    pointers = 5 + spec.float_bias + (spec.zero_points > 0) + (spec.residual is not None)
    run(*[case.y.address] * pointers, 0, case.spec.parallel_size(isa))
    np.testing.assert_array_equal(case.y.memory, before)


@targets
def test_choices_fit(target: str):
    """Never more rows or pixels than there are, and several of them only where they can be."""
    isa, rng = resolve(target), random.Random(0)
    for _ in range(2000):
        out = rng.randint(1, 20), rng.randint(1, 130)
        stride, dilation = ((rng.randint(1, 3), rng.randint(1, 3)) for _ in range(2))
        channels = rng.choice([8, 16, 32, rng.randint(1, 200)])
        layout = depthwise_layout(channels, out, stride, dilation, isa)
        rows, pixels = layout.rows.data, layout.pixels.data
        assert rows <= out[0]
        assert pixels * depthwise_columns(layout, out[1], stride[1], isa) <= out[1]
        assert rows == 1 or stride[0] == dilation[0] == 1
        assert pixels == 1 or stride[1] == 1 or pixels * channels == isa.vector_bytes


@targets
@pytest.mark.parametrize(
    ("channels", "size", "several"), [(64, 14, False), (576, 14, True), (2048, 7, True)]
)
def test_several_groups_where_rows_do_not_stay_near(
    target: str, channels: int, size: int, several: bool
):
    """Of an image in which a row group's input is small, one at a time."""
    isa, rng = resolve(target), random.Random(0)
    small = replace(make_spec(rng, isa), kernel_h=3, stride_h=1, dilation_h=1, pixels=1, rows=2)
    strides = ((size + 2) ** 2 * channels, (size + 2) * channels, channels)
    spec = replace(small, channels=channels, out_h=size, out_w=size, x_strides=strides)
    assert (depthwise_groups(spec, isa) > 1) == several
