"""Programs over several functions that share mutable globals, against the interpreter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import qfin
from qfin import target
from qfin.dialects.kernel import ProgramOp, StateOp
from qfin.errors import Error, InputError, PassError, UnsupportedError
from qfin.pipeline import to_level

pytestmark = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

HISTORY = """
!q = !quant.uniform<i8:f32, 0.5:3>
!u = !quant.uniform<u8:f32, 0.25:128>
ml_program.global private @twos(dense<2.0> : tensor<2x3xf32>) : tensor<2x3xf32>
ml_program.global private mutable @float(dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]>
  : tensor<2x3xf32>) : tensor<2x3xf32>
ml_program.global private mutable @signed(dense<[-128, 0, 3, 100, 127]> : tensor<5xi8>)
  : tensor<5x!q>
ml_program.global private mutable @unsigned(dense<[0, 128, 255, 1, 2]> : tensor<5xi8>)
  : tensor<5x!u>
ml_program.global private mutable @count(dense<7> : tensor<i32>) : tensor<i32>

func.func @step(%x: tensor<2x3xf32>, %s: tensor<5x!q>, %u: tensor<5x!u>)
    -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<5x!q>, tensor<5x!u>) {
  %before = ml_program.global_load @float : tensor<2x3xf32>
  %s0 = ml_program.global_load @signed : tensor<5x!q>
  %u0 = ml_program.global_load @unsigned : tensor<5x!u>
  func.call @store(%x) : (tensor<2x3xf32>) -> ()
  %after = ml_program.global_load @float : tensor<2x3xf32>
  ml_program.global_store @signed = %s : tensor<5x!q>
  ml_program.global_store @unsigned = %u : tensor<5x!u>
  func.return %before, %after, %s0, %u0
    : tensor<2x3xf32>, tensor<2x3xf32>, tensor<5x!q>, tensor<5x!u>
}
func.func private @store(%x: tensor<2x3xf32>) {
  %0 = quant.qcast %x : tensor<2x3xf32> to tensor<2x3x!u>
  %1 = nn.relu %0 : tensor<2x3x!u>
  %2 = quant.dcast %1 : tensor<2x3x!u> to tensor<2x3xf32>
  ml_program.global_store @float = %2 : tensor<2x3xf32>
  func.return
}
func.func @forget() {
  %0 = ml_program.global_load_const @twos : tensor<2x3xf32>
  ml_program.global_store @float = %0 : tensor<2x3xf32>
  func.return
}
func.func @read() -> (tensor<2x3xf32>, tensor<5xf32>, tensor<5xf32>, tensor<i32>) {
  %0 = ml_program.global_load @float : tensor<2x3xf32>
  %s = ml_program.global_load @signed : tensor<5x!q>
  %u = ml_program.global_load @unsigned : tensor<5x!u>
  %1 = quant.dcast %s : tensor<5x!q> to tensor<5xf32>
  %2 = quant.dcast %u : tensor<5x!u> to tensor<5xf32>
  %3 = ml_program.global_load @count : tensor<i32>
  func.return %0, %1, %2, %3 : tensor<2x3xf32>, tensor<5xf32>, tensor<5xf32>, tensor<i32>
}
"""

SWAP = """
ml_program.global private mutable @a(dense<[1.0, 2.0]> : tensor<2xf32>) : tensor<2xf32>
ml_program.global private mutable @b(dense<[3.0, 4.0]> : tensor<2xf32>) : tensor<2xf32>
func.func @swap() -> (tensor<2xf32>, tensor<2xf32>) {
  %a = ml_program.global_load @a : tensor<2xf32>
  %b = ml_program.global_load @b : tensor<2xf32>
  ml_program.global_store @a = %b : tensor<2xf32>
  ml_program.global_store @b = %a : tensor<2xf32>
  %c = ml_program.global_load @a : tensor<2xf32>
  %d = ml_program.global_load @b : tensor<2xf32>
  func.return %c, %d : tensor<2xf32>, tensor<2xf32>
}
"""

LATER = """
ml_program.global private mutable @x : tensor<2xf32>
func.func @set(%x: tensor<2xf32>) {
  ml_program.global_store @x = %x : tensor<2xf32>
  func.return
}
func.func @get() -> tensor<2xf32> {
  %0 = ml_program.global_load @x : tensor<2xf32>
  func.return %0 : tensor<2xf32>
}
func.func @set_and_get(%x: tensor<2xf32>) -> tensor<2xf32> {
  ml_program.global_store @x = %x : tensor<2xf32>
  %0 = ml_program.global_load @x : tensor<2xf32>
  func.return %0 : tensor<2xf32>
}
"""

PACKED = """
!q = !quant.uniform<u8:f32, 0.05:120>
!y = !quant.uniform<i8:f32, 0.5:3>
!packed = !quant.packed<linear, tensor<21x6xi8>, bias = f32>
ml_program.global private mutable @p : !packed
func.func @quantize_forward(%w: tensor<21x6xi8>, %s: tensor<f32>, %b: tensor<21xf32>) {
  %p = quant.prepack_dynamic %w, %s, %b
    : (tensor<21x6xi8>, tensor<f32>, tensor<21xf32>) -> !packed
  ml_program.global_store @p = %p : !packed
  func.return
}
func.func @quantized_forward(%x: tensor<5x6xf32>) -> tensor<5x21xf32> {
  %p = ml_program.global_load @p : !packed
  %y = quant.linear_dynamic %x, %p : (tensor<5x6xf32>, !packed) -> tensor<5x21xf32>
  func.return %y : tensor<5x21xf32>
}"""


@pytest.mark.parametrize("name", target.host_target_names())
def test_packed_weights_are_kept(name: str):
    module, state = qfin.parse(PACKED), qfin.State()
    program = qfin.compile(module, target=name)
    rng = np.random.default_rng(7)
    with pytest.raises(InputError, match="global @p has no value yet"):
        program["quantized_forward"](np.zeros((5, 6), np.float32))
    for _ in range(2):
        weights = {
            "w": rng.integers(-128, 128, (21, 6)).astype(np.int8),
            "s": np.array(0.02, np.float32),
            "b": rng.normal(size=21).astype(np.float32),
        }
        program["quantize_forward"].run(weights)
        qfin.interpret(module, weights, function="quantize_forward", state=state)
        for _ in range(3):
            x = rng.normal(size=(5, 6)).astype(np.float32)
            forward = "quantized_forward"
            (expected,) = qfin.interpret(module, [x], function=forward, state=state).values()
            np.testing.assert_array_equal(program[forward](x), expected)


@pytest.mark.parametrize("name", target.host_target_names())
def test_functions_share_what_they_store_as_the_interpreter_says(name: str):
    module, state = qfin.parse(HISTORY), qfin.State()
    program = qfin.compile(module, target=name)
    assert program.function_names == ["step", "forget", "read"]
    rng = np.random.default_rng(5)
    for turn in range(6):
        if turn == 4:
            program.reset()
            state.reset()
        feeds = {
            "x": rng.normal(size=(2, 3)).astype(np.float32),
            "s": rng.integers(-128, 128, 5).astype(np.int8),
            "u": rng.integers(0, 256, 5).astype(np.uint8),
        }
        for function, inputs in (("read", {}), ("step", feeds), ("read", {}), ("forget", {})):
            expected = qfin.interpret(module, inputs, function=function, state=state)
            results = program[function].run(inputs)
            assert results.keys() == expected.keys()
            for key, value in expected.items():
                np.testing.assert_array_equal(results[key], value, f"{function}: {key}")


def test_a_loaded_value_is_the_one_of_that_moment():
    program = qfin.compile(SWAP)  # one function: no name is needed
    assert [r.tolist() for r in program()] == [[3, 4], [1, 2]]
    assert [r.tolist() for r in program()] == [[1, 2], [3, 4]]


def test_what_has_no_value_yet_cannot_be_loaded():
    program, x = qfin.compile(LATER), np.array([1, 2], np.float32)
    message = r"global @x has no value yet: call what stores it first \(@set, @set_and_get\)"
    with pytest.raises(InputError, match=message):
        program["get"]()
    assert program["set"](x) == ()
    assert np.asarray(program["get"]()).tolist() == [1, 2]
    program.reset()
    with pytest.raises(InputError, match=message):
        program["get"]()
    assert np.asarray(program["set_and_get"](x)).tolist() == [1, 2]
    assert np.asarray(program["get"]()).tolist() == [1, 2]


def test_programs_have_memories_of_their_own():
    one, two = qfin.compile(SWAP), qfin.compile(SWAP)
    one()
    assert [r.tolist() for r in two()] == [[3, 4], [1, 2]]


def test_one_function_of_several():
    program = qfin.compile(LATER, function="set_and_get")
    assert program.function_names == ["set_and_get"]
    assert np.asarray(program(np.array([3, 4], np.float32))).tolist() == [3, 4]


def test_a_program_of_several_functions_wants_a_name():
    program = qfin.compile(LATER)
    with pytest.raises(Error, match="several functions"):
        program(np.zeros(2, np.float32))
    with pytest.raises(Error, match="no public function @nope"):
        program["nope"]


def test_calls_wait_for_each_other():
    text = """
    !q = !quant.uniform<u8:f32, 1.0>
    ml_program.global private mutable @x(dense<0> : tensor<4096xi8>) : tensor<4096x!q>
    func.func @add(%y: tensor<4096x!q>) -> tensor<4096x!q> {
      %0 = ml_program.global_load @x : tensor<4096x!q>
      %1 = quant.add %0, %y : (tensor<4096x!q>, tensor<4096x!q>) -> tensor<4096x!q>
      ml_program.global_store @x = %1 : tensor<4096x!q>
      func.return %1 : tensor<4096x!q>
    }"""
    program, one = qfin.compile(text), np.ones(4096, np.uint8)
    with ThreadPoolExecutor(8) as pool:
        sums = [np.asarray(s) for s in pool.map(lambda _: program(one), range(200))]
    assert sorted(s[0] for s in sums) == list(range(1, 201))
    assert all((s == s[0]).all() for s in sums)


def test_constants_and_calls_are_folded_at_any_level_before_layouts():
    text = """
    !q = !quant.uniform<u8:f32, 0.5:128>
    !packed = !quant.packed<linear, tensor<2x3xi8>>
    ml_program.global private @fc.packed(#quant.weights<dense<4> : tensor<2x3xi8>,
      scales = dense<0.25> : tensor<1xf32>>) : !packed
    func.func @main(%x: tensor<1x3x!q>) -> tensor<1x2x!q> {
      %y = func.call @fc(%x) : (tensor<1x3x!q>) -> tensor<1x2x!q>
      func.return %y : tensor<1x2x!q>
    }
    func.func private @fc(%x: tensor<1x3x!q>) -> tensor<1x2x!q> {
      %p = ml_program.global_load_const @fc.packed : !packed
      %y = quant.linear %x, %p : (tensor<1x3x!q>, !packed) -> tensor<1x2x!q>
      func.return %y : tensor<1x2x!q>
    }"""
    x = np.array([[130, 126, 140]], np.uint8)
    (expected,) = qfin.interpret(text, [x]).values()
    np.testing.assert_array_equal(qfin.compile(text)(x), expected)


def test_what_cannot_be_state_is_refused():
    dynamic = LATER.replace("tensor<2xf32>", "tensor<?xf32>")
    with pytest.raises(UnsupportedError, match="only tensors of static shape are kept"):
        qfin.compile(dynamic, function="get")
    with pytest.raises(UnsupportedError, match="only row-major 8-bit, i32 and f32 tensors are"):
        qfin.compile(LATER.replace("f32", "f64"))
    initial = (
        "#quant.weights<dense<1> : tensor<21x6xi8>, scales = dense<0.25> : tensor<1xf32>,"
        " bias = dense<0.0> : tensor<21xf32>>"
    )
    with pytest.raises(UnsupportedError, match="of packed weights have no initial value"):
        qfin.compile(PACKED.replace("mutable @p", f"mutable @p({initial})"))
    again = "func.func @f() {\n  func.call @f() : () -> ()\n  func.return\n}"
    with pytest.raises(PassError, match="cannot inline a recursive call: @f -> @f"):
        qfin.compile(again)


def two_heads(size: int) -> str:
    """Two functions of the same weight, of `size` by `size` bytes, that share a variable."""
    rng = np.random.default_rng(1)
    weight = rng.integers(-128, 127, (size, size), dtype=np.int8, endpoint=True)
    head = f"""
func.func @NAME(%x: tensor<1x{size}x!q>) -> tensor<1x{size}x!q> {{
  %d = quant.dcast %x : tensor<1x{size}x!q> to tensor<1x{size}xf32>
  %i = arith.constant dense<"0x{weight.tobytes().hex()}"> : tensor<{size}x{size}xi8>
  %s = quant.scast %i : tensor<{size}x{size}xi8> to tensor<{size}x{size}x!w>
  %w = quant.dcast %s : tensor<{size}x{size}x!w> to tensor<{size}x{size}xf32>
  %y = nn.linear %d, %w : (tensor<1x{size}xf32>, tensor<{size}x{size}xf32>) -> tensor<1x{size}xf32>
  %r = nn.clamp %y {{LIMIT = 1.0 : f64}} : tensor<1x{size}xf32>
  %q = quant.qcast %r : tensor<1x{size}xf32> to tensor<1x{size}x!q>
  ml_program.global_store @last = %q : tensor<1x{size}x!q>
  func.return %q : tensor<1x{size}x!q>
}}"""
    return f"""
!q = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.01>
ml_program.global private mutable @last : tensor<1x{size}x!q>
{head.replace("NAME", "a").replace("LIMIT", "min")}
{head.replace("NAME", "b").replace("LIMIT", "max")}
"""


def test_equal_weights_of_two_functions_are_stored_once() -> None:
    size = 96
    text = two_heads(size)
    lowered = to_level(qfin.parse(text), "buffers")
    (state,) = (op for op in lowered.ops if isinstance(op, StateOp))
    assert state.constants is not None
    assert size * size <= len(state.constants.data.data) < 1.5 * size * size
    assert all(op.constants is None for op in lowered.ops if isinstance(op, ProgramOp))
    x = np.arange(size, dtype=np.int8)[None]
    for module in (text, str(lowered)):
        program = qfin.compile(module)
        for name in ("b", "a", "b"):
            expected = qfin.interpret(text, [x], function=name)["out0"]
            assert np.array_equal(program[name](x), expected)
