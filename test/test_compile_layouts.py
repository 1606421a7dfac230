"""Programs that take and give tensors with channels innermost, with halos or without: the same
numbers as on row-major ones, whatever memory the arrays lie in."""

from __future__ import annotations

import ctypes
import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, IntegerType, ModuleOp, TensorType
from xdsl.ir import Attribute, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

import qfin
from qfin.dialects.layout import NhwcAttr, ToNchwOp, ToNhwcOp, with_layout
from qfin.dialects.uniform import UniformType
from qfin.target import host_target_names

from .case_targets import seeds_of
from .compiled import compiled, same_bits
from .random_modules import RandomModule

Array = NDArray[Any]


def drawn(type: Attribute, rng: random.Random) -> Attribute:
    """The tensor type, with channels innermost if it has channels, and perhaps with a halo."""
    assert isinstance(type, TensorType)
    spatial = type.get_num_dims() - 2
    if spatial < 1 or isinstance(type.element_type, IntegerType) or rng.random() < 0.3:
        return type
    halo: list[int] = []
    if isinstance(type.element_type, UniformType) and rng.random() < 0.6:
        halo = [rng.choice([0, 1, 3]) for _ in range(2 * spatial)]
    return with_layout(type, NhwcAttr(halo))


def with_random_layouts(module: ModuleOp, rng: random.Random) -> ModuleOp:
    """The same function of tensors in other layouts."""
    module = module.clone()
    function = next(op for op in module.ops if isinstance(op, func.FuncOp))
    block = function.body.block
    end = block.last_op
    assert end is not None
    for argument in block.args:
        before, after = argument.type, drawn(argument.type, rng)
        if before == after:
            continue
        changed: SSAValue = Rewriter.replace_value_with_new_type(argument, after)
        conversion = ToNchwOp(changed)
        changed.replace_all_uses_with(conversion.result)
        conversion.operands[0] = changed
        Rewriter.insert_op(conversion, InsertPoint.at_start(block))
    for index, value in enumerate(end.operands):
        after = drawn(value.type, rng)
        if after != value.type:
            assert isinstance(after, TensorType)
            conversion = ToNhwcOp(value, after.encoding)
            Rewriter.insert_op(conversion, InsertPoint.before(end))
            end.operands[index] = conversion.result
    function.function_type = FunctionType.from_lists(
        [argument.type for argument in block.args], [value.type for value in end.operands]
    )
    return module


def somewhere(spec: qfin.TensorSpec, array: Array, rng: random.Random) -> Array:
    """The same numbers in memory that a program may read as it is, or that it has to copy."""
    match rng.randrange(3):
        case 0:
            place = spec.zeros()
            place[...] = array
            assert spec.fits(place)
            return place
        case 1:
            return np.asfortranarray(array)
        case _:
            return np.repeat(array, 2, axis=0)[::2]


@seeds_of(4 * len(host_target_names()))
@pytest.mark.parametrize("target", host_target_names())
def test_layouts_of_arguments_change_nothing(seed: int, target: str) -> None:
    rng = random.Random(seed)
    made = RandomModule(seed, chains=2)
    plain = qfin.finalize(made.text)
    program = compiled(with_random_layouts(plain, rng), target)
    for _ in range(2):
        arrays = made.arrays()
        want = qfin.interpret(plain, arrays)
        given = [
            somewhere(s, a, rng) if a.ndim else a
            for s, a in zip(program.inputs, arrays, strict=True)
        ]
        before = [array.copy() for array in given]
        got = program.run({s.name: a for s, a in zip(program.inputs, given, strict=True)})
        for name, array in want.items():
            np.testing.assert_array_equal(got[name], array)
        for kept, array in zip(before, given, strict=True):
            np.testing.assert_array_equal(kept, array)


@pytest.mark.parametrize("storage", ["u8", "i8"])
@pytest.mark.parametrize(
    "body",
    [
        "%y = quant.qcast %x : tensor<1x2x3x3xf32> to !y  return %y, %y : !y, !y",
        """%q = quant.qcast %x : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!q>
        %y = layout.to_nhwc %q : tensor<1x2x3x3x!q> to !y
        %p = nn.max_pool2d %q {kernel = array<i64: 1, 1>}
          : (tensor<1x2x3x3x!q>) -> tensor<1x2x3x3x!q>
        %z = layout.to_nhwc %p : tensor<1x2x3x3x!q> to !y
        return %y, %z : !y, !y""",
        """%q = quant.qcast %x : tensor<1x2x3x3xf32> to !y
        return %q, %given : !y, !y""",
    ],
    ids=["twice", "of ops", "argument"],
)
def test_results_have_their_halos(storage: str, body: str) -> None:
    """Whether or not they are computed where they are returned."""
    text = f"""
    !q = !quant.uniform<{storage}:f32, 0.5:7>
    !y = tensor<1x2x3x3x!q, #layout.nhwc<halo = [1, 0, 2, 0]>>
    func.func @f(%x: tensor<1x2x3x3xf32>, %given: !y) -> (!y, !y) {{
      {body}
    }}
    """
    program = qfin.compile(text)
    given = program.inputs[1].zeros()
    given[...] = 9
    dtype = given.dtype
    for result in program(np.ones((1, 2, 3, 3), np.float32), given):
        assert program.outputs[0].halo == (1, 0, 2, 0)
        start = result.__array_interface__["data"][0] - program.outputs[0].bytes_before
        whole = np.ctypeslib.as_array((ctypes.c_uint8 * (4 * 5 * 2)).from_address(start))
        padded = whole.view(dtype).reshape(4, 5, 2)
        assert (padded[1:, 2:] == 9).all()
        assert (padded[0] == 7).all()
        assert (padded[:, :2] == 7).all()


@pytest.mark.parametrize(
    ("results", "body"),
    [
        ("!t", "%c = layout.to_nchw %x : !h to !t  %y = nn.relu %c : !t  return %y : !t"),
        (
            "!n, !h",
            """%c = layout.to_nchw %x : !h to !t
            %f = quant.dcast %c : !t to tensor<2x4x6x6xf32>
            %y = quant.qcast %f : tensor<2x4x6x6xf32> to !t
            %n = layout.to_nhwc %y : !t to !n
            %h = layout.to_nhwc %y : !t to !h
            return %n, %h : !n, !h""",
        ),
        (
            "!n",
            "%c = layout.to_nchw %x : !h to !t  %n = layout.to_nhwc %c : !t to !n  return %n : !n",
        ),
    ],
    ids=["relu", "with and without", "argument"],
)
def test_halos_come_and_go(results: str, body: str) -> None:
    for batch in (2, 0):
        text = f"""
        !q = !quant.uniform<i8:f32, 0.5:3>
        !t = tensor<2x4x6x6x!q>
        !n = tensor<2x4x6x6x!q, #layout.nhwc>
        !h = tensor<2x4x6x6x!q, #layout.nhwc<halo = [1, 1, 1, 1]>>
        func.func @f(%x: !h) -> ({results}) {{ {body} }}
        """.replace("<2x", f"<{batch}x")
        module = qfin.parse(text)
        x = np.random.default_rng(0).integers(-128, 128, (batch, 4, 6, 6), np.int8)
        assert not same_bits(qfin.compile(module).run({"x": x}), qfin.interpret(module, [x]))
