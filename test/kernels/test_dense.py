"""The dense kernel against numpy sums and the reference's requantization, bit for bit, on shapes
that are multiples of nothing."""

from __future__ import annotations

import ctypes
import itertools
import random
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from qfin.dialects.kernel.dense import DEPTH
from qfin.interpreter import numerics
from qfin.interpreter.blocked import block, pad_channels
from qfin.interpreter.unary import clamp
from qfin.kernels.dense import DenseSpec, Tile, build_dense, choose_tile, weight_block
from qfin.kernels.epilogue import Residual, ToFloats
from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass
from qfin.target import resolve
from qfin.target.codegen import LoadedCode, load, to_llvm_ir
from qfin.target.isa import Isa

from .harness import guarded, guarded_copy, noise, seeds, targets


@dataclass
class Case:
    """A kernel's spec and the data it is called with."""

    spec: DenseSpec
    image: NDArray[np.uint8]  # [batch, depth, height, width, groups*I], halo included
    weights: NDArray[np.int8]  # [groups*O, I, kd, kh, kw]
    init: NDArray[np.int32]
    mult: NDArray[np.float32]
    bias: NDArray[np.float32]
    margin: tuple[
        int, int, int, int
    ]  # planes, rows, pixels and bytes of a pixel left free in the output
    residual: NDArray[np.uint8]  # [batch, depth, height, width, groups*O], with such margins, too


def make_spec(rng: random.Random, isa: Isa) -> DenseSpec:
    """Any spec, small; the strides are set by `make_case`."""
    out_h, out_w = rng.choice([1, 1, 2, 3, 5, 7]), rng.choice([1, 2, 3, 5, 7, 9, 14, 17, 30])
    out_channels = rng.choice([1, 3, 8, 10, 16, 17, 24, 31, 32, 33, 40, 48, 65, 96, 100])
    in_channels = rng.choice([1, 2, 3, 4, 5, 8, 12, 13, 16, 530])
    kernel_h, kernel_w = rng.choice([(1, 1), (1, 1), (3, 3), (2, 3), (1, 4), (3, 1)])
    depth, stride, pointwise = rng.choice([9, 99]), rng.choice([3, 4096]), kernel_h * kernel_w == 1
    vectors = weight_block(out_channels, isa, linear=rng.random() < 0.5) // isa.lanes
    tile = choose_tile(out_h, out_w, vectors, depth, stride, isa, even=pointwise)
    if rng.random() < 0.4:
        most = 12 // tile.vectors
        tile = Tile(rng.randint(1, most), tile.vectors, rng.randint(1, 2))
    if rng.random() < 0.5:
        tile = replace(tile, pixels=rng.randint(1, 7), rows=1, pipelined=True)
    tile = replace(tile, prefetch=rng.choice([0, 64, 16384]))
    out_d, kernel_d = rng.choice([(1, 1), (1, 1), (1, 1), (1, 2), (2, 3), (3, 1)])
    zero_point = rng.choice([0, 0, 3, 128, 255])
    qmin, qmax = rng.choice([(0, 255), (zero_point, 255), (10, 200), (128, 128)])
    return DenseSpec(
        batch=rng.choice([1, 1, 1, 2, 3]),
        out_h=out_h,
        out_w=out_w,
        groups=rng.choice([1, 1, 1, 2, 3]),
        in_channels=in_channels,
        out_channels=out_channels,
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        stride_h=rng.choice([1, 1, 2]),
        stride_w=rng.choice([1, 1, 2, 3]),
        dilation_h=rng.choice([1, 1, 2]),
        dilation_w=rng.choice([1, 1, 2]),
        x_strides=(0, 0, 0),
        y_strides=(0, 0, 0),
        zero_point=zero_point,
        qmin=qmin,
        qmax=qmax,
        float_bias=rng.random() < 0.5,
        parallel=rng.choice(["rows", "channel-blocks"]),
        tile=tile,
        out_d=out_d,
        kernel_d=kernel_d,
        stride_d=rng.choice([1, 1, 2]),
        dilation_d=rng.choice([1, 1, 2]),
        floats=rng.choice([None, None, ToFloats(), ToFloats(0.0), ToFloats(-2.5, 6.0)]),
        x_signed=rng.random() < 0.4,
        y_signed=rng.random() < 0.4,
    )


def make_case(rng: random.Random, spec: DenseSpec, extreme: bool) -> Case:
    """Data for a spec: full range, or the constants at which saturating instructions go wrong."""
    data = np.random.default_rng(rng.getrandbits(32))
    depth = (spec.out_d - 1) * spec.stride_d + (spec.kernel_d - 1) * spec.dilation_d + 1
    height = (spec.out_h - 1) * spec.stride_h + (spec.kernel_h - 1) * spec.dilation_h + 1
    width = (spec.out_w - 1) * spec.stride_w + (spec.kernel_w - 1) * spec.dilation_w + 1
    loose = rng.choice([0, 1])
    image = (
        spec.batch,
        depth + loose * rng.randint(0, 1),
        height + loose * rng.randint(0, 2),
        width + loose * rng.randint(0, 2),
    )
    channels, outputs = spec.groups * spec.in_channels, spec.groups * spec.out_channels
    kernel = (spec.in_channels, spec.kernel_d, spec.kernel_h, spec.kernel_w)
    x = data.integers(0, 256, (*image, channels)).astype(np.uint8)
    w = data.integers(-128, 128, (outputs, *kernel)).astype(np.int8)
    if extreme:
        x[:], w[:] = 255, rng.choice([-128, 127])
    margin = rng.choice([(0, 0, 0, 0), (1, 1, 2, 0), (0, 0, 1, 5)]) if loose else (0, 0, 0, 0)
    item = 1 if spec.floats is None else 4
    y_pixel = outputs + margin[3]
    y_row = (spec.out_w + margin[2]) * y_pixel
    y_plane = (spec.out_h + margin[1]) * y_row
    # From far below one step to, where the kernel must expect that, far beyond int32.
    bounded = rng.random() < 0.5
    exponents = [-6, -4, -3, -2, -1, 0] if bounded else [-6, -4, -3, -2, 0, 7]
    spec = replace(
        spec,
        x_strides=(x[0].size, x[0, 0, 0].size, channels),
        x_plane=x[0, 0].size,
        y_strides=((spec.out_d + margin[0]) * y_plane * item, y_row * item, y_pixel * item),
        y_plane=y_plane * item,
        bounded=bounded,
    )
    more = (
        spec.out_d,
        spec.out_h + loose * rng.randint(0, 1),
        spec.out_w + loose * rng.randint(0, 2),
    )
    residual = data.integers(0, 256, (spec.batch, *more, outputs + rng.choice([0, 5])))
    residual = residual.astype(np.uint8)
    if spec.floats is None and rng.random() < 0.5:
        strides = residual.strides
        scale = float(np.float32(rng.choice([0.01, 1.0, 100.0]) * rng.random()))
        spec = replace(
            spec,
            residual=Residual(
                (strides[0], strides[2], strides[3]),
                strides[1],
                rng.choice([0, 7, 128, 255]),
                scale,
                rng.random() < 0.4,
            ),
        )
    mult = data.random(outputs) * 10.0 ** data.choice(exponents, outputs)
    return Case(
        spec,
        x,
        w,
        data.integers(-50000, 50000, outputs).astype(np.int32),
        mult.astype(np.float32),
        data.normal(0, 5000, outputs).astype(np.float32),
        margin,
        residual,
    )


def fused_multiply_add(
    a: NDArray[np.integer], b: NDArray[np.float32], c: NDArray[np.float32] | np.float32
) -> NDArray[np.float32]:
    """`f32(a) * b + c`, rounded once: the product is exact in f64, and so is the error of the sum,
    which tells where rounding the sum to f64 first makes a tie of what is none."""
    product = a.astype(np.float32).astype(np.float64) * b
    total = product + c
    back = total - product
    error = (product - (total - back)) + (c - back)
    bits = total.view(np.int64)
    odd = np.where((error > 0) == (total > 0), bits, bits - 1) | 1  # rounded to odd
    return np.where(error == 0, total, odd.view(np.float64)).astype(np.float32)


def stored(values: NDArray[np.integer], signed: bool) -> NDArray[np.uint8]:
    """Unsigned values as they lie in memory, or the other way round."""
    return values.astype(np.uint8) ^ np.uint8(0x80 if signed else 0)


def reference(case: Case, before: NDArray[Any]) -> NDArray[Any]:
    """What the output buffer holds after the call, if it held `before`."""
    s = case.spec
    outputs = (s.out_d, s.out_h, s.out_w)
    acc = np.zeros((s.batch, *outputs, s.groups, s.out_channels), np.int32) + (
        case.init.reshape(s.groups, s.out_channels)
    )
    strides, dilations = (
        (s.stride_d, s.stride_h, s.stride_w),
        (s.dilation_d, s.dilation_h, s.dilation_w),
    )
    for tap in np.ndindex(s.kernel_d, s.kernel_h, s.kernel_w):
        places = tuple(
            slice(k * dilation, k * dilation + size * stride, stride)
            for k, dilation, stride, size in zip(tap, dilations, strides, outputs, strict=True)
        )
        taps = case.image[: s.batch, *places].astype(np.int32)
        taps = taps.reshape(*taps.shape[:4], s.groups, s.in_channels)
        w = case.weights[(..., *tap)].reshape(s.groups, s.out_channels, s.in_channels)
        acc += np.einsum("bdhwgi,goi->bdhwgo", taps, w.astype(np.int32))
    sums = acc.reshape(*acc.shape[:4], s.groups * s.out_channels).astype(np.int64)
    bias = case.bias if s.float_bias else None
    if s.floats is None:
        addend = None
        if s.residual:
            r = case.residual[: s.batch, : s.out_d, : s.out_h, : s.out_w, : sums.shape[4]]
            addend = numerics.residual(r, s.residual.scale, s.residual.zero_point, 1.0)
        q = numerics.requantize(sums, case.mult, s.zero_point, s.qmin, s.qmax, bias, addend)
        q = stored(q, s.y_signed)
    else:
        q = fused_multiply_add(sums, case.mult, np.float32(0) if bias is None else bias)
        q = clamp(q.astype(np.float64), s.floats.low, s.floats.high).astype(np.float32)
    after = before.copy()
    after[:, : s.out_d, : s.out_h, : s.out_w, : q.shape[4]] = q
    return after


def compile_dense(spec: DenseSpec, isa: Isa) -> LoadedCode:
    """The kernel as machine code; the IR verifies before and after lowering."""
    module = ModuleOp([build_dense("kernel", spec, isa)])
    module.verify()
    KernelsToLLVMPass().apply(Context(), module)
    module.verify()
    return load(to_llvm_ir(module, isa), isa)


def run(code: LoadedCode, case: Case, isa: Isa, ranges: list[tuple[int, int]]) -> None:
    """Call the kernel over `ranges`, and compare the whole output buffer, margins and what lies
    before it included, which ends where a page does. So do all inputs; where there are several
    ranges they begin where one does."""
    s = case.spec
    lanes = s.tile.vectors * isa.lanes
    x = np.concatenate([stored(case.image, s.x_signed).reshape(-1), np.full(3, 255, np.uint8)])
    arrays = [
        x,
        block(case.weights, s.groups, lanes, DEPTH),
        pad_channels(case.init, s.groups, lanes),
        pad_channels(case.mult, s.groups, lanes),
    ]
    if s.float_bias:
        arrays.append(pad_channels(case.bias, s.groups, lanes))
    if s.residual:
        arrays.append(stored(case.residual, s.residual.signed))
    sizes = (s.out_d, s.out_h, s.out_w, s.groups * s.out_channels)
    shape = (s.batch, *(size + more for size, more in zip(sizes, case.margin, strict=True)))
    dtype = np.uint8 if s.floats is None else np.float32
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = guarded(64 + size)
    memory[:] = noise(64 + size)
    expected = memory.copy()
    before = memory[64:].view(dtype).reshape(shape)
    expected[64:] = reference(case, before).reshape(-1).view(np.uint8)
    inputs = [guarded_copy(array, front=len(ranges) > 1) for array in arrays]
    kernel = ctypes.CFUNCTYPE(
        None, *[ctypes.c_void_p] * (len(inputs) + 1), ctypes.c_int64, ctypes.c_int64
    )(code.function("kernel"))
    for begin, end in ranges:
        kernel(*(buffer.address for buffer in inputs), memory.ctypes.data + 64, begin, end)
    np.testing.assert_array_equal(memory, expected, err_msg=str(s))


def split(rng: random.Random, size: int) -> list[tuple[int, int]]:
    """[0, size) in pieces, in any order."""
    cuts = sorted({0, size, *(rng.randint(0, size) for _ in range(2))})
    pieces = list(itertools.pairwise(cuts))
    rng.shuffle(pieces)
    return pieces


@targets
@seeds
def test_random(target: str, seed: int):
    """Any shape, run whole and in pieces."""
    isa, rng = resolve(target), random.Random(seed)
    case = make_case(rng, make_spec(rng, isa), extreme=seed % 5 == 0)
    code, size = compile_dense(case.spec, isa), case.spec.parallel_size(isa)
    run(code, case, isa, [(0, size)])
    run(code, case, isa, split(rng, size))


@targets
@pytest.mark.parametrize(
    ("field", "value"), [("out_w", 0), ("out_h", 0), ("batch", 0), ("out_d", 0)]
)
def test_empty(target: str, field: str, value: int):
    """An output of no pixels: nothing is written, whichever size is zero."""
    isa, rng = resolve(target), random.Random(7)
    spec = replace(make_spec(rng, isa), parallel="channel-blocks")
    case = make_case(rng, spec, extreme=False)
    code = compile_dense(replace(case.spec, **{field: value}), isa)
    case.spec = replace(case.spec, **{field: value})
    run(code, case, isa, [(0, case.spec.parallel_size(isa))])


@targets
def test_ties_round_to_even(target: str):
    """Halves go to the even neighbour before the (odd) zero point is added."""
    isa = resolve(target)
    sums = np.arange(-6, 10, dtype=np.int32)
    channels = len(sums)
    spec = DenseSpec(
        batch=1,
        out_h=1,
        out_w=1,
        groups=1,
        in_channels=4,
        out_channels=channels,
        kernel_h=1,
        kernel_w=1,
        stride_h=1,
        stride_w=1,
        dilation_h=1,
        dilation_w=1,
        x_strides=(4, 4, 4),
        y_strides=(channels, channels, channels),
        zero_point=5,
        qmin=0,
        qmax=255,
        float_bias=False,
        parallel="rows",
        tile=choose_tile(1, 1, weight_block(channels, isa) // isa.lanes, 4, 4, isa),
    )
    image, weights = np.zeros((1, 1, 1, 1, 4), np.uint8), np.ones((channels, 4, 1, 1, 1), np.int8)
    half, unused = np.full(channels, 0.5, np.float32), np.zeros(channels, np.float32)
    nothing = np.zeros(0, np.uint8)
    case = Case(spec, image, weights, sums, half, unused, (0, 0, 0, 0), nothing)
    expected = reference(case, np.zeros((1, 1, 1, 1, channels), np.uint8))[0, 0, 0, 0]
    assert expected.tolist() == [2, 3, 3, 3, 4, 5, 5, 5, 6, 7, 7, 7, 8, 9, 9, 9]
    run(compile_dense(spec, isa), case, isa, [(0, 1)])
