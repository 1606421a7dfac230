"""Contractions that read the caller's signed bytes, and write them: machine code against the
interpreter, and no copies."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin.pipeline import to_level
from qfin.target import TARGETS

from .case_targets import case_targets
from .kernels.harness import guarded
from .random_modules import Array, Shape, dense, tensor

S = "!quant.uniform<i8:f32, 0.03125:{}>"


class Case(NamedTuple):
    """One op on signed bytes. `padding` is on every side, `residual` another argument."""

    op: str
    weight: Shape
    image: Shape
    result: Shape
    parameters: str = ""
    padding: int = 0
    residual: bool = False
    zero_points: bool = False


CASES = {
    "linear": Case("linear", (24, 20), (3, 20), (3, 24)),
    "linear of odd rows": Case("linear", (10, 13), (5, 13), (5, 10)),
    "linear of one row": Case("linear", (70, 64), (1, 64), (1, 70)),
    "linear, residual": Case("linear", (33, 36), (4, 36), (4, 33), residual=True),
    "linear, zero points": Case("linear", (17, 24), (6, 24), (6, 17), zero_points=True),
    "1x1": Case("conv2d", (40, 16, 1, 1), (1, 16, 7, 5), (1, 40, 7, 5)),
    "1x1 of many products": Case("conv2d", (32, 132, 1, 1), (1, 132, 5, 8), (1, 32, 5, 8)),
    "1x1, residual": Case("conv2d", (64, 24, 1, 1), (2, 24, 5, 5), (2, 64, 5, 5), residual=True),
    "3x3": Case("conv2d", (20, 12, 3, 3), (1, 12, 9, 6), (1, 20, 9, 6), padding=1),
    "3x3, few products": Case("conv2d", (32, 4, 3, 3), (1, 4, 9, 17), (1, 32, 9, 17), padding=1),
    "3x3, groups": Case(
        "conv2d", (24, 5, 3, 3), (1, 15, 6, 6), (1, 24, 6, 6), "groups = 3", padding=1
    ),
    "3x3, zero points": Case(
        "conv2d", (16, 8, 3, 3), (1, 8, 6, 6), (1, 16, 6, 6), padding=1, zero_points=True
    ),
    "7x7 of 3 channels": Case(
        "conv2d", (16, 3, 7, 7), (1, 3, 14, 14), (1, 16, 7, 7), "stride = [2, 2]", padding=3
    ),
    "3x3x3": Case(
        "conv3d", (9, 6, 3, 3, 3), (1, 6, 3, 5, 4), (1, 9, 3, 5, 4), padding=1, residual=True
    ),
    "depthwise": Case(
        "conv2d", (70, 1, 3, 3), (1, 70, 7, 6), (1, 70, 7, 6), "groups = 70", 1, residual=True
    ),
    "depthwise of few channels": Case(
        "conv2d", (24, 1, 5, 5), (1, 24, 8, 9), (1, 24, 4, 5), "stride = [2, 2], groups = 24", 2
    ),
    "depthwise, zero points": Case(
        "conv2d", (64, 1, 3, 3), (1, 64, 5, 5), (1, 64, 5, 5), "groups = 64", 1, zero_points=True
    ),
    "transposed": Case(
        "conv_transpose2d", (8, 12, 3, 3), (1, 8, 4, 5), (1, 12, 7, 9), "stride = [2, 2]", padding=1
    ),
}


def with_layout(shape: Shape, element: str, halo: int = 0) -> str:
    """The type of an argument or a result: images have channels innermost."""
    if len(shape) < 4:
        return tensor(shape, element)
    around = ", ".join([str(halo)] * (2 * len(shape) - 4))
    encoding = f"#layout.nhwc<halo = [{around}]>" if halo else "#layout.nhwc"
    return tensor(shape, f"{element}, {encoding}")


def module_of(case: Case, rng: np.random.Generator, zero_points: tuple[int, int, int]) -> ModuleOp:
    """A function of the op alone, with these zero points of input, residual and result."""
    x, r, y = (S.format(zero_point) for zero_point in zero_points)
    outputs = case.result[-1 if case.op == "linear" else 1]
    axes = len(case.weight) - 2
    weight = rng.integers(-127, 128, case.weight).astype(np.int8)
    depth = np.prod(case.weight) / outputs
    scales = (0.4 / depth**0.5 / 74 * rng.uniform(0.5, 1.5, outputs)).astype(np.float32)
    content = f"{dense(weight, 'i8')}, scales = {dense(scales, 'f32')}"
    if case.zero_points:
        points = rng.integers(-100, 100, outputs).astype(np.int32)
        content += f", zero_points = {dense(points, 'i32')}"
    packed = f"{case.op}, {tensor(case.weight, 'i8')}"
    if case.padding:
        packed += f", padding = [{', '.join([str(case.padding)] * (2 * axes))}]"
    packed += f", {case.parameters}" if case.parameters else ""
    types = [with_layout(case.image, x, case.padding)]
    names = ["%x"]
    if case.residual:
        types.append(with_layout(case.result, r))
        names.append("%r")
    result = with_layout(case.result, y, 1)
    arguments = ", ".join(f"{name}: {type}" for name, type in zip(names, types, strict=True))
    kinds = ", ".join([types[0], f"!quant.packed<{packed}>", *types[1:]])
    return qfin.parse(f"""func.func @main({arguments}) -> {result} {{
      %p = quant.packed_constant <{content}> : !quant.packed<{packed}>
      %y = quant.{case.op} {", ".join(["%x", "%p", *names[1:]])} : ({kinds}) -> {result}
      func.return %y : {result}
    }}""")


def at_page_end(spec: qfin.TensorSpec, values: Array | None = None) -> Array:
    """An array as a program reads or writes it, with the end of its memory at that of a page: of
    `values`, in a halo of the zero point, or of garbage."""
    assert spec.quantization is not None
    size = spec.bytes_in_all if spec.channels_last else int(np.prod(spec.shape))
    memory = guarded(size)
    memory[:] = 0xA5 if values is None else spec.quantization.zero_point & 0xFF
    array = np.ndarray(spec.shape, spec.dtype, memory, spec.bytes_before, spec.strides)
    assert spec.fits(array)
    if values is not None:
        array[...] = values
    return array


def arrays_of(case: Case, rng: np.random.Generator) -> list[Array]:
    shapes = [case.image, case.result] if case.residual else [case.image]
    return [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]


def copies(module: ModuleOp, target: str) -> int:
    """How many there are in the program."""
    return len(re.findall(r"kernel\.copy", str(to_level(module.clone(), "buffers", target))))


@pytest.mark.parametrize("name", CASES)
def test_no_copies(name: str) -> None:
    """Everything is read and written where the caller has it: but rows that do not end with a group
    of bytes, and what is better copied for the target."""
    case, rng = CASES[name], np.random.default_rng(5)
    module = qfin.finalize(module_of(case, rng, (-3, 5, 0)))
    padded = case.op == "linear" and case.image[-1] % 4 != 0
    for target, isa in TARGETS.items():
        better = not isa.takes_signed and not name.startswith("depthwise")
        assert copies(module, target) == (better or padded), target


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("zero_points", [(-3, 127, 0), (100, 0, -128)])
def test_bits(name: str, zero_points: tuple[int, int, int]) -> None:
    case, rng = CASES[name], np.random.default_rng(len(name))
    module = qfin.finalize(module_of(case, rng, zero_points))
    arrays = arrays_of(case, rng)
    want = qfin.interpret(module, arrays)
    assert len(np.unique(next(iter(want.values())))) > 8
    for target in case_targets():
        program = qfin.Program(to_level(module.clone(), "llvm", target))
        (result,) = program.outputs
        out = at_page_end(result)
        program(*map(at_page_end, program.inputs, arrays), out=out)
        np.testing.assert_array_equal(out, want[result.name], err_msg=target)
