"""Compiled programs give the interpreter's bits: random modules, on every target of this host."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import qfin
from qfin.target import host_target_names

from .case_targets import case_targets, module_seeds
from .compiled import check_random_module, compiled, names_of, run, same_bits
from .random_modules import RandomModule


@module_seeds
def test_random_module(seed: int) -> None:
    check_random_module(RandomModule(seed), {"nn.conv2d", "nn.linear", "nn.avg_pool2d"})


def test_random_modules_have_every_op() -> None:
    """What the seeds above are made of; also, most results do not stick at an end of the range."""
    names: set[str] = set()
    kinds: set[str] = set()
    free = 0
    cases = [RandomModule(seed) for seed in range(20)]
    for case in cases:
        module = qfin.parse(case.text)
        names |= names_of(module) | names_of(finalized := qfin.finalize(module))
        kinds |= {
            kind
            for kind in ("f32:0", "i32:f32", "bias = f32", "bias = i32", "activation relu")
            if kind in case.text
        }
        results = qfin.interpret(finalized, case.arrays()).values()
        free += any(len(np.unique(array)) > 16 for array in results)
    assert free > len(cases) // 2
    assert len(kinds) == 5
    assert names >= {
        *("quant.conv2d", "quant.linear", "quant.avg_pool2d", "quant.adaptive_avg_pool2d"),
        *("quant.qcast", "quant.dcast", "quant.scast", "quant.packed_constant"),
        *("nn.conv2d", "nn.linear", "nn.avg_pool2d", "nn.adaptive_avg_pool2d"),
        *("nn.max_pool2d", "nn.relu", "nn.reshape", "nn.flatten"),
    }


def test_several_threads_share_a_program() -> None:
    case = RandomModule(1)
    module = qfin.finalize(qfin.parse(case.text))
    program = qfin.compile(module)
    feeds = [case.arrays() for _ in range(4)]
    want = [qfin.interpret(module, arrays) for arrays in feeds]
    wrong: list[list[str]] = []
    start = threading.Barrier(4)

    def work(index: int) -> None:
        start.wait()
        for _ in range(200):
            if bad := same_bits(run(program, feeds[index]), want[index]):
                wrong.append(bad)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


Q = "!quant.uniform<u8:f32, 0.5:3>"
S = "!quant.uniform<i8:f32, 0.25:-7>"


def function(op: str, x: str, y: str, before: str = "") -> str:
    return f"func.func @main(%x: {x}) -> {y} {{ {before} %y = {op}\n func.return %y : {y} }}"


def dense_op(name: str, x: str, weight: str, y: str, more: str = "") -> str:
    """conv2d or linear, with weights of 2."""
    packed = f"!quant.packed<{name}, tensor<{weight}xi8>{more}>"
    values = "" if "0" in weight.split("x") else "2"
    constant = (
        f"%p = quant.packed_constant <dense<{values}> : tensor<{weight}xi8>,"
        f" scales = dense<0.25> : tensor<1xf32>> : {packed}\n"
    )
    x, y = f"tensor<{x}x{Q}>", f"tensor<{y}x{S}>"
    return function(f"quant.{name} %x, %p : ({x}, {packed}) -> {y}", x, y, constant)


def pool(name: str, x: str, y: str, attributes: str = "") -> str:
    x, y = f"tensor<{x}x{Q}>", f"tensor<{y}x{Q}>"
    return function(f"{name} %x {attributes} : ({x}) -> {y}", x, y)


HALVES = "{kernel = array<i64: 2, 2>, padding = array<i64: 1, 1, 0, 0>}"

EMPTY: dict[str, str] = {
    "conv2d, no image": dense_op("conv2d", "0x3x8x8", "5x3x3x3", "0x5x6x6"),
    "conv2d, no input channel": dense_op("conv2d", "1x0x4x4", "5x0x1x1", "1x5x4x4"),
    "conv2d, no output channel": dense_op("conv2d", "1x3x4x4", "0x3x1x1", "1x0x4x4"),
    "conv2d, padding alone": dense_op(
        "conv2d", "1x3x0x4", "5x3x2x2", "1x5x1x3", ", padding = [1, 1, 0, 0]"
    ),
    "linear, no row": dense_op("linear", "0x7", "5x7", "0x5"),
    "linear, no input": dense_op("linear", "2x0", "5x0", "2x5"),
    "linear, no output": dense_op("linear", "2x7", "0x7", "2x0"),
    "max_pool2d, no image": pool("nn.max_pool2d", "0x3x4x4", "0x3x5x3", HALVES),
    "max_pool2d, no channel": pool("nn.max_pool2d", "1x0x4x4", "1x0x5x3", HALVES),
    "avg_pool2d, no image": pool("quant.avg_pool2d", "0x3x4x4", "0x3x5x3", HALVES),
    "avg_pool2d, no channel": pool("quant.avg_pool2d", "1x0x4x4", "1x0x5x3", HALVES),
    "adaptive_avg_pool2d, no image": pool("quant.adaptive_avg_pool2d", "0x3x4x4", "0x3x2x2"),
    "adaptive_avg_pool2d, no row": pool("quant.adaptive_avg_pool2d", "1x3x4x4", "1x3x0x2"),
    "relu": function(f"nn.relu %x : tensor<0x4x{S}>", f"tensor<0x4x{S}>", f"tensor<0x4x{S}>"),
    "qcast": function(
        f"quant.qcast %x : tensor<3x0xf32> to tensor<3x0x{S}>",
        "tensor<3x0xf32>",
        f"tensor<3x0x{S}>",
    ),
    "dcast": function(
        f"quant.dcast %x : tensor<3x0x{S}> to tensor<3x0xf32>",
        f"tensor<3x0x{S}>",
        "tensor<3x0xf32>",
    ),
    "reshape": pool("nn.reshape", "0x6", "3x0x2"),
}


@pytest.mark.parametrize("target", host_target_names())
@pytest.mark.parametrize("case", EMPTY)
def test_nothing_to_do(case: str, target: str) -> None:
    """Empty tensors give empty results, and sums of nothing are sums of nothing."""
    module = qfin.parse(EMPTY[case])
    program = compiled(module, target)
    (spec,) = program.inputs
    x = np.full(spec.shape, 9, spec.dtype)
    assert 0 in x.shape or 0 in program.outputs[0].shape
    assert not same_bits(run(program, [x]), qfin.interpret(module, [x]))


ARGUMENTS = f"%f: tensor<2xf32>, %q: tensor<3x{S}>, %i: tensor<2xi32>, %unused: tensor<5xf32>"
RESULTS = f"tensor<3x{S}>, tensor<2xf32>, tensor<3x{S}>, tensor<2xi32>, tensor<2xi8>"


def test_arguments_and_constants_are_results() -> None:
    module = qfin.parse(f"""func.func @main({ARGUMENTS}) -> ({RESULTS}) {{
      %c = arith.constant dense<[-1, 7]> : tensor<2xi8>
      func.return %q, %f, %q, %i, %c : {RESULTS} }}""")
    f, q = np.array([np.nan, -0.0], np.float32), np.array([-128, 0, 127], np.int8)
    i, unused = np.array([-(2**31), 5], np.int32), np.zeros(5, np.float32)
    results = compiled(module, "native")(f, q, i, unused)
    want = [q, f, q, i, np.array([-1, 7], np.int8)]
    assert [r.tobytes() for r in results] == [w.tobytes() for w in want]


def test_a_function_may_take_and_give_nothing() -> None:
    assert compiled(qfin.parse("func.func @main() { func.return }"), "native")() == ()


def test_rank_0() -> None:
    casts = f"""func.func @main(%x: tensor<f32>) -> (tensor<{S}>, tensor<f32>) {{
      %q = quant.qcast %x : tensor<f32> to tensor<{S}>
      %y = quant.dcast %q : tensor<{S}> to tensor<f32>
      func.return %q, %y : tensor<{S}>, tensor<f32> }}"""
    q, y = compiled(qfin.parse(casts), "native")(np.array(1.2, np.float32))
    assert (q.shape, q[()], y.shape, y[()]) == ((), -2, (), 1.25)


@pytest.mark.parametrize("name", ["a.b", '"a b"', "copy_0", "dense_0", "memcpy", "main"])
def test_names_of_functions(name: str) -> None:
    """Also those that kernels or the C library have."""
    x = f"tensor<3x{S}>"
    program = qfin.compile(f"func.func @{name}(%x: {x}) -> {x} {{ func.return %x : {x} }}")
    q = np.array([-128, 0, 127], np.int8)
    assert list(run(program, [q])["out0"]) == list(q)


def test_average_of_a_ratio_beyond_f32() -> None:
    """mult is infinite there, and times a sum of 0 is NaN."""
    x, y = (
        "tensor<1x1x1x2x!quant.uniform<u8:f32, 3.0e38:3>>",
        f"tensor<1x1x1x2x{Q[:-6]} 1.0e-37:9>>",
    )
    module = qfin.parse(
        function(f"quant.avg_pool2d %x {{kernel = array<i64: 1, 1>}} : ({x}) -> {y}", x, y)
    )
    for target in case_targets():
        q = np.array([[[[3, 4]]]], np.uint8)
        result = run(compiled(module, target), [q])
        assert result["out0"].tolist() == [[[[0, 255]]]]
        assert not same_bits(result, qfin.interpret(module, [q]))
