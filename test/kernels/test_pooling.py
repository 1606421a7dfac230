"""max_pool and avg_pool against plain numpy, bit for bit."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin.interpreter.numerics import largest
from qfin.interpreter.windows import areas, sum_float_windows
from qfin.kernels.pooling import build_avg_pool, build_float_avg_pool, build_max_pool
from qfin.kernels.pooling_spec import AvgPoolSpec, FloatAvgPoolSpec, MaxPoolSpec, Regular
from qfin.target import resolve

from .harness import (
    Buffer,
    check_ranges,
    compile_kernel,
    guarded_copy,
    random_strides,
    seeds,
    split,
    targets,
)

Table = NDArray[np.int32]
Windows = Callable[[NDArray[Any]], Any]


def windows(rng: random.Random, size: int, outputs: int, step: int) -> Table:
    """A table [outputs, 2] of any windows inside of `size` elements, empty ones too."""
    rows: list[tuple[int, int]] = []
    for _ in range(outputs):
        first = rng.randrange(size)
        most = (size - 1 - first) // step + 1
        rows.append((first, rng.choice([1, 2, 3, most, most, 0])))
        rows[-1] = first, min(rows[-1][1], most)
    return np.array(rows, np.int32).reshape(outputs, 2)


def make_regular(rng: random.Random, size: int, table: Table, step: int) -> Regular | None:
    """Changes a part of the table to what it then describes; None where nothing fits."""
    outputs, first = len(table), rng.randrange(size)
    if not outputs:
        return None
    taps = rng.randint(1, (size - 1 - first) // step + 1)
    room = size - 1 - (taps - 1) * step - first
    begin = rng.randrange(outputs) if rng.random() < 0.5 else 0
    end = outputs if rng.random() < 0.5 else rng.randint(begin + 1, outputs)
    stride = rng.randint(0, min(3, room // max(end - begin - 1, 1)))
    table[begin:end, 0] = first + stride * np.arange(end - begin)
    table[begin:end, 1] = taps
    return Regular(begin, end, first, stride, taps)


def reduce_windows(
    x: NDArray[Any], tables: Sequence[Table], step: Sequence[int], reduce: Windows
) -> NDArray[Any]:
    """`reduce` of each window [kept..., taps] of the last dimensions, as [kept..., outputs...]."""
    kept = x.shape[: x.ndim - len(tables)]
    outputs = tuple(map(len, tables))
    out = np.zeros((*kept, *outputs), x.dtype)
    for place in np.ndindex(outputs):
        taps = [
            slice(first, first + count * gap, gap)
            for (first, count), gap in zip(
                (table[i].tolist() for table, i in zip(tables, place, strict=True)),
                step,
                strict=True,
            )
        ]
        out[(..., *place)] = reduce(x[(..., *taps)].reshape(*kept, -1) if x.size else x[..., 0])
    return out


class Case:
    """Shapes, strides, tables and data that both kinds share."""

    def __init__(self, rng: random.Random, dilated: bool, dtype: type = np.uint8):
        kept = (rng.choice([1, 1, 2, 3]), rng.choice([1, 2, 3, 8, 17, 33, 64, 65, 100, 130]))
        if rng.random() < 0.3:
            kept = tuple(rng.choice([1, 2, 3, 5, 33]) for _ in range(rng.choice([0, 1, 3])))
        self.windows = rng.choice([1, 2, 2, 2, 3])
        self.step = tuple(rng.choice([1, 1, 2, 3]) if dilated else 1 for _ in range(self.windows))
        sizes = tuple(rng.randint(1, 9 if self.windows < 3 else 5) for _ in range(self.windows))
        outputs = tuple(rng.choice([1, 1, 2, 5]) for _ in sizes)
        if rng.random() < 0.5:  # a line of many pixels
            sizes = *sizes[:-1], rng.randint(1, 40)
            outputs = *outputs[:-1], rng.choice([1, 2, 7, 12])
        if rng.random() < 0.1:
            kept = tuple(rng.choice([0, size]) for size in kept)
            outputs = tuple(rng.choice([0, size]) for size in outputs)
        self.shape = *kept, *outputs
        rank = len(self.shape)
        # Channels innermost, row-major, or anything.
        last = range(len(kept), rank)
        orders = [[*range(len(kept) - 1), *last, len(kept) - 1]] * 3 if kept else []
        orders += [list(range(rank)), rng.sample(range(rank), rank)]
        self.x_strides = tuple(random_strides(rng, (*kept, *sizes), rng.choice(orders)))
        self.y_strides = tuple(random_strides(rng, self.shape, rng.choice(orders)))
        self.tables = [windows(rng, *axis) for axis in zip(sizes, outputs, self.step, strict=True)]
        self.regular = None
        if rng.random() < 0.7:
            self.regular = make_regular(rng, sizes[-1], self.tables[-1], self.step[-1])
        data = np.random.default_rng(rng.getrandbits(32))
        self.x = data.integers(0, 256, (*kept, *sizes)).astype(dtype)
        if dtype == np.float32:
            some = data.random(self.x.shape) < 0.2
            self.x = np.where(
                some, data.choice([0.0, -0.0], some.shape), data.normal(0, 9, some.shape)
            )
            self.x = self.x.astype(dtype)
        front = rng.random() < 0.3
        self.x_buffer = Buffer(self.x.shape, self.x_strides, dtype, front=front)
        self.x_buffer.array[...] = self.x
        self.strides = self.x_strides, self.y_strides

    def check(
        self, rng: random.Random, run: Callable[..., None], size: int, more: list[Buffer], out: Any
    ) -> None:
        """Whole and in pieces."""
        for ranges in ([(0, size)], split(rng, size)):
            front = rng.random() < 0.5
            y = Buffer(self.shape, self.y_strides, self.x.dtype, (3, 5), front=front)
            inputs = [self.x_buffer, *map(guarded_copy, self.tables), *more]
            check_ranges(run, [buffer.address for buffer in inputs], ranges, y, out)


@targets
@seeds
def test_max_pool(target: str, seed: int):
    """Any windows, dilated or not, over any dimensions, in any layout."""
    isa, rng = resolve(target), random.Random(seed)
    case = Case(rng, dilated=True)
    spec = MaxPoolSpec(case.shape, *case.strides, case.windows, case.regular, case.step)
    run = compile_kernel(build_max_pool("kernel", spec, isa), isa)
    out = reduce_windows(case.x, case.tables, case.step, lambda w: w.max(-1, initial=0))
    case.check(rng, run, spec.parallel_size(isa), [], out)


@targets
@seeds
def test_max_pool_of_floats(target: str, seed: int):
    """0.0 is more than -0.0; a window without elements gives -inf."""
    isa, rng = resolve(target), random.Random(seed)
    case = Case(rng, dilated=True, dtype=np.float32)
    spec = MaxPoolSpec(
        case.shape, *case.strides, case.windows, case.regular, case.step, of_floats=True
    )
    run = compile_kernel(build_max_pool("kernel", spec, isa), isa)
    out = reduce_windows(
        case.x, case.tables, case.step, lambda w: largest(w, -1, initial=np.float32(-np.inf))
    )
    case.check(rng, run, spec.parallel_size(isa), [], out)


@targets
@seeds
def test_avg_pool_of_floats(target: str, seed: int):
    """Divisors of any sign, and of 0."""
    isa, rng = resolve(target), random.Random(seed)
    case = Case(rng, dilated=False, dtype=np.float32)
    spec = FloatAvgPoolSpec(case.shape, *case.strides, case.windows, case.regular)
    run = compile_kernel(build_float_avg_pool("kernel", spec, isa), isa)
    divisor = areas(case.tables).astype(np.int32)
    if rng.random() < 0.5:
        divisor = np.random.default_rng(seed).choice(
            np.array([1, 3, -7, 1 << 30], np.int32), divisor.shape
        )
    sums = sum_float_windows(case.x.astype(np.float64), case.tables)
    with np.errstate(all="ignore"):
        out = (sums / divisor).astype(np.float32)
    out[np.isnan(out)] = np.float32(-np.nan)  # that of 0 / 0 on x86
    case.check(rng, run, spec.parallel_size(isa), [guarded_copy(divisor)], out)


def averaged(
    x: NDArray[np.uint8], tables: Sequence[Table], mult: NDArray[np.float32], spec: AvgPoolSpec
) -> NDArray[np.uint8]:
    """The definition."""
    centred = x.astype(np.int64) - spec.input_zero_point
    sums = reduce_windows(centred, tables, (1,) * len(tables), lambda w: w.sum(-1))
    with np.errstate(all="ignore"):
        t = np.rint(sums.astype(np.float32) * mult).astype(np.float64) + spec.zero_point
    t = np.where(np.isnan(t), spec.qmin, t)
    return np.clip(t, spec.qmin, spec.qmax).astype(np.uint8)


@targets
@seeds
def test_avg_pool(target: str, seed: int):
    """Any windows over any dimensions, in any layout; multipliers from nothing to infinity."""
    isa, rng = resolve(target), random.Random(seed)
    case = Case(rng, dilated=False)
    zero_point = rng.choice([0, 3, 128, 255])
    qmin, qmax = rng.choice([(0, 255), (zero_point, 255), (10, 200)])
    zero_points = rng.choice([0, 1, 127, 128, 255]), zero_point
    windows = case.windows, case.regular
    spec = AvgPoolSpec(case.shape, *case.strides, *windows, *zero_points, qmin, qmax)
    run = compile_kernel(build_avg_pool("kernel", spec, isa), isa)
    # Half an area's reciprocal gives many ties.
    area = areas(case.tables).astype(np.float32)
    choices = [np.float32(v) for v in (0.5, 0.01, 0.125, 3.0, 1e30, np.inf, np.nan, -1.0)]
    data = np.random.default_rng(seed)
    mult = data.choice(np.array(choices), area.shape, p=[0.4, 0.2, 0.2, 0.1, 0.025] + [0.025] * 3)
    if rng.random() < 0.5:
        mult = np.float32(1) / np.maximum(area, np.float32(1))
    mult = np.ascontiguousarray(mult, np.float32)
    out = averaged(case.x, case.tables, mult, spec)
    case.check(rng, run, spec.parallel_size(isa), [guarded_copy(mult)], out)


@targets
@pytest.mark.parametrize("value", [0, 255])
def test_avg_pool_large(target: str, value: int):
    """A window of 300 x 301 pixels: sums beyond 2**24, which f32 rounds."""
    isa, (h, w), c = resolve(target), (300, 301), 5
    x = np.full((1, c, h, w), value, np.uint8)
    x[0, 3, 7, 8] = 17
    spec = AvgPoolSpec(
        (1, c, 1, 1), (c * h * w, 1, c * w, c), (c, 1, c, c), 2, None, 255 - value, 128, 0, 255
    )
    mult = np.full((1, 1), 90 / (255 * h * w), np.float32)
    rows, columns = np.array([[0, h]], np.int32), np.array([[0, w]], np.int32)
    x_buffer = Buffer(x.shape, spec.x_strides, np.uint8)
    x_buffer.array[...] = x
    run = compile_kernel(build_avg_pool("kernel", spec, isa), isa)
    inputs = [x_buffer, *(guarded_copy(a) for a in (rows, columns, mult))]
    y = Buffer(spec.shape, spec.y_strides, np.uint8)
    out = averaged(x, (rows, columns), mult, spec)
    assert out[0, 0, 0, 0] == (128 + 90 if value else 128 - 90)
    check_ranges(run, [buffer.address for buffer in inputs], [(0, 1)], y, out)


@targets
@pytest.mark.parametrize("taps", [1, 2, 3, 5, 9])
def test_avg_pool_of_whole_vectors(target: str, taps: int):
    """Every number of taps that are added up together, of 3 rows, over two vectors and a part."""
    isa, channels, width = resolve(target), 130, 17
    x = np.random.default_rng(taps).integers(0, 256, (1, channels, 3, width)).astype(np.uint8)
    outputs = width - taps + 1
    columns = np.array([[n, taps] for n in range(outputs)], np.int32)
    tables = np.array([[0, 3]], np.int32), columns
    spec = AvgPoolSpec(
        (1, channels, 1, outputs),
        (x.size, 1, width * channels, channels),
        (channels * outputs, 1, channels * outputs, channels),
        2,
        Regular(0, outputs, 0, 1, taps),
        *(127, 3, 0, 255),
    )
    mult = np.full((1, outputs), 1 / (3 * taps), np.float32)
    x_buffer = Buffer(x.shape, spec.x_strides, np.uint8)
    x_buffer.array[...] = x
    inputs = [x_buffer, *(guarded_copy(a) for a in (*tables, mult))]
    y = Buffer(spec.shape, spec.y_strides, np.uint8)
    run = compile_kernel(build_avg_pool("kernel", spec, isa), isa)
    out = averaged(x, tables, mult, spec)
    check_ranges(run, [buffer.address for buffer in inputs], [(0, 1)], y, out)
