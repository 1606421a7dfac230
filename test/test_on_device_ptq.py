"""On-device quantization from text to machine code: against the interpreter, and done offline."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin import remarks, target
from qfin.errors import InputError, PassError
from qfin.locations import is_unknown
from qfin.passes.finalize.on_device_ptq import FinalizeOnDevicePTQPass
from qfin.passes.finalize.pipeline import QuantFinalizePass

from .on_device import Network

native = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

EXAMPLE = Path(__file__).parent.parent / "examples" / "on_device_ptq"
PREPACKS = ("quant.prepack", "quant.prepack_dynamic")
CASES = [(seed, per_channel) for seed in range(4) for per_channel in (False, True)]


def offline(network: Network) -> ModuleOp:
    """The network finalized with weights that were quantized before."""
    module = qfin.parse(network.offline())
    QuantFinalizePass("dynamic", on_device=True).apply(Context(), module)
    module.verify()
    assert {op.name for op in module.walk() if op.name.startswith(("nn.", "quant."))} == {
        "quant.packed_constant",
        "quant.linear_dynamic",
    }
    return module


def run(module: ModuleOp, function: str, x: NDArray[Any], state: qfin.State) -> list[NDArray[Any]]:
    return list(qfin.interpret(module, [x], function=function, state=state).values())


@pytest.mark.parametrize(("seed", "per_channel"), CASES)
def test_interpreter(seed: int, per_channel: bool):
    """Equal to what is quantized offline, bit for bit."""
    network = Network.random(seed, per_channel=per_channel)
    before = qfin.parse(network.on_device())
    text = str(before)
    module, expected = qfin.finalize_on_device_ptq(before), offline(network)
    assert str(before) == text
    module.verify()
    assert str(qfin.parse(str(module))) == str(module)
    assert [op.name for op in module.walk() if is_unknown(op.location)] == []
    state = qfin.State()
    for function in ("reset_observers_forward", "observe_forward", "quantize_forward"):
        assert run(module, function, network.input(0), state) == []
    # Neither weights nor observers are read any more.
    state.values = {name: v for name, v in state.values.items() if "_packed_weight_" in name}
    kept = list(state.values)
    for turn in range(3):
        x = network.input(turn)
        (result,) = run(module, "quantized_forward", x, state)
        (wanted,) = qfin.interpret(expected, [x]).values()
        np.testing.assert_array_equal(result, wanted)
    assert (
        list(state.values)
        == kept
        == [f"_quantize_forward_ondevice_ptq_packed_weight_{i}" for i in range(3)]
    )


@native
@pytest.mark.parametrize("name", target.host_target_names())
@pytest.mark.parametrize(("seed", "per_channel"), [CASES[0], CASES[3]])
def test_machine_code(seed: int, per_channel: bool, name: str):
    network = Network.random(seed, per_channel=per_channel)
    # Weights that are constants for good are kept as such, next to the code that quantizes them.
    module = qfin.finalize_on_device_ptq(network.on_device(mutable=seed % 2 == 0))
    program = qfin.compile(module, target=name)
    expected = qfin.compile(offline(network), target=name)
    x = network.input(0)
    with pytest.raises(InputError, match=r"has no value yet: call what .* \(@quantize_forward\)"):
        program["quantized_forward"](x)
    for function in ("reset_observers_forward", "observe_forward", "quantize_forward"):
        assert program[function](x) == ()
    for turn in range(3):
        x = network.input(turn)
        np.testing.assert_array_equal(program["quantized_forward"](x), expected(x))


@native
def test_weights_that_changed_are_quantized_again():
    """The device may load other weights, and quantize them again."""
    one = Network.random(7, per_channel=True, layers=1)
    weight = one.weights[0]
    other = Network([weight[::-1].copy() * 3], one.biases, one.rows, True)
    n, k = weight.shape
    text = (
        one.on_device()
        + f"""
    func.func @load_weights(%w: tensor<{n}x{k}xf32>) {{
      ml_program.global_store @fc0.weight = %w : tensor<{n}x{k}xf32>
      func.return
    }}"""
    )
    program, x = qfin.compile(qfin.finalize_on_device_ptq(text)), one.input(0)
    for network in (one, other):
        program["load_weights"](network.weights[0])
        program["observe_forward"](x)
        program["quantize_forward"](x)
        expected = qfin.compile(offline(network))
        np.testing.assert_array_equal(program["quantized_forward"](x), expected(x))


def test_a_loss_is_the_rounding_of_weights_alone():
    network = Network.random(3, per_channel=True)
    module, state = qfin.finalize_on_device_ptq(network.on_device()), qfin.State()
    x = network.input(1)
    for function in ("observe_forward", "quantize_forward"):
        run(module, function, x, state)
    (result,) = run(module, "quantized_forward", x, state)
    wanted = x
    for i, (w, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        wanted = np.maximum(wanted, 0) if i else wanted
        wanted = wanted @ w.T + (0 if b is None else b)
    assert np.abs(result - wanted).max() < 0.05 * np.abs(wanted).max()


def test_a_module_that_cannot_be_finalized_stays_as_it_was():
    module = qfin.parse(Network.random(0, per_channel=False).on_device())
    text = str(module)
    with pytest.raises(PassError, match="on-device is of quant-type=dynamic"):
        qfin.finalize_on_device_ptq(module, quant_type="static")
    with pytest.raises(
        PassError, match=r"no function @quantize_train .*method-name may be forward"
    ):
        qfin.finalize_on_device_ptq(module, "train")
    assert str(module) == text


CONV = """
!x = tensor<2x6x5x7xf32>
!q = tensor<2x6x5x7xui8>
!w = tensor<10x3x3x3xf32>
!wq = tensor<10x3x3x3xi8>
!y = tensor<2x10x5x7xf32>
ml_program.global private mutable @w : !w
func.func @load_weights(%w: !w) {
  ml_program.global_store @w = %w : !w
  func.return
}
func.func @quantize_forward(%x: !x) -> !y {
  %w = ml_program.global_load @w : !w
  %s, %z = quant.choose_qparams %w {symmetric, axis = 0, storage = i8, quant_min = -127}
    : (!w) -> (tensor<10xf32>, tensor<10xi32>)
  %wq = quant.quantize %w, %s, %z {axis = 0}
    : (!w, tensor<10xf32>, tensor<10xi32>) -> !wq
  %wd = quant.dequantize %wq, %s, %z {axis = 0}
    : (!wq, tensor<10xf32>, tensor<10xi32>) -> !w
  %sx, %zx = quant.choose_qparams %x : (!x) -> (tensor<f32>, tensor<i32>)
  %xq = quant.quantize %x, %sx, %zx : (!x, tensor<f32>, tensor<i32>) -> !q
  %xd = quant.dequantize %xq, %sx, %zx : (!q, tensor<f32>, tensor<i32>) -> !x
  %y = nn.conv2d %xd, %wd {padding = array<i64: 1, 1, 1, 1>, groups = 2 : i64} : (!x, !w) -> !y
  func.return %y : !y
}"""


def conv1d() -> str:
    """The same along lines, of the same number of pixels, with a stride."""
    text = CONV.replace("nn.conv2d", "nn.conv1d").replace("x5x7x", "x35x").replace("3x3x3x", "3x5x")
    text = text.replace("tensor<2x10x35xf32>", "tensor<2x10x17xf32>")
    return text.replace("array<i64: 1, 1, 1, 1>", "array<i64: 2, 1>, stride = array<i64: 2>")


CONVS = {
    "conv2d": (CONV, (10, 3, 3, 3), (2, 6, 5, 7)),
    "conv1d": (conv1d(), (10, 3, 5), (2, 6, 35)),
}


@native
@pytest.mark.parametrize("name", target.host_target_names())
@pytest.mark.parametrize("conv", CONVS)
def test_convolution_of_groups(name: str, conv: str):
    text, *shapes = CONVS[conv]
    module, state = qfin.finalize_on_device_ptq(text), qfin.State()
    assert any(op.name == f"quant.{conv}_dynamic" for op in module.walk())
    program, rng = qfin.compile(module, target=name), np.random.default_rng(1)
    w, x = (rng.normal(size=shape).astype(np.float32) for shape in shapes)
    for function, array in (("load_weights", w), ("quantize_forward", x)):
        program[function](array)
        run(module, function, array, state)
    (expected,) = run(module, "quantized_forward", x, state)
    np.testing.assert_array_equal(program["quantized_forward"](x), expected)


@native
def test_a_constant_weight_whose_scale_is_chosen_of_itself():
    """It is quantized where the program runs, though all could be computed before."""
    rng = np.random.default_rng(2)
    values = np.array2string(
        rng.normal(size=(10, 3, 3, 3)).astype(np.float32), separator=", ", threshold=10**9
    )
    mutable, _, rest = CONV.partition("func.func @load_weights")
    text = mutable.replace("mutable @w : !w", f"@w(dense<{values}> : !w) : !w") + rest[
        rest.index("func.func") :
    ].replace("global_load @", "global_load_const @")
    module, state = qfin.finalize_on_device_ptq(text), qfin.State()
    program, x = qfin.compile(module), rng.normal(size=(2, 6, 5, 7)).astype(np.float32)
    run(module, "quantize_forward", x, state)
    program["quantize_forward"](x)
    (expected,) = run(module, "quantized_forward", x, state)
    np.testing.assert_array_equal(program["quantized_forward"](x), expected)
    assert np.ptp(expected) > 0


@native
def test_example(capsys: pytest.CaptureFixture[str]):
    runpy.run_path(str(EXAMPLE / "demo.py"), run_name="__main__")
    assert capsys.readouterr().out.count("the same bits as the interpreter") == 2


def test_remarks():
    """Nothing is said of weights that are packed at run time to be stored."""
    with remarks.collect() as said:
        module = qfin.finalize_on_device_ptq(Network.random(0, per_channel=False).on_device())
        QuantFinalizePass().apply(Context(), module)
    spoken_of = [(r.kind, r.op_name) for r in said if r.op_name in ("nn.linear", *PREPACKS)]
    assert spoken_of == [("fused", "nn.linear")] * 3


GIVEN_UP = """
ml_program.global private mutable @w(dense<[[1.0, 2.0], [4.0, -6.0]]> : tensor<2x2xf32>)
  : tensor<2x2xf32>
func.func @quantize_forward(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>RESULT_TYPE) {
  %w = ml_program.global_load @w : tensor<2x2xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8, quant_min = -127}
    : (tensor<2x2xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<2x2xf32>, tensor<f32>, tensor<i32>) -> tensor<2x2xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x2xi8>, tensor<f32>, tensor<i32>) -> tensor<2x2xf32>
  STORE
  %y = nn.linear %x, %d : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  func.return %yRESULT : tensor<1x2xf32>RESULT_TYPE
}"""
STORE = """%zeros = arith.constant dense<0.0> : tensor<2x2xf32>
  ml_program.global_store @w = %zeros : tensor<2x2xf32>"""


def given_up(*, store: bool, result: bool) -> str:
    """A layer whose weight is overwritten behind the quantize, and returned."""
    text = GIVEN_UP.replace("STORE", STORE if store else "")
    text = text.replace("RESULT_TYPE", ", tensor<2x2xf32>" if result else "")
    return text.replace("RESULT", ", %d" if result else "")


def test_floats_that_are_given_up():
    module, state = qfin.finalize_on_device_ptq(given_up(store=True, result=False)), qfin.State()
    x = np.ones((1, 2), np.float32)
    assert run(module, "quantize_forward", x, state) == []
    np.testing.assert_array_equal(state.values["w"], 0)
    np.testing.assert_allclose(run(module, "quantized_forward", x, state)[0], [[3, -2]], atol=0.05)


def test_floats_that_are_given_up_and_still_read():
    """Refused, before the module is changed."""
    module = qfin.parse(given_up(store=True, result=True))
    text = str(module)
    with pytest.raises(PassError, match="@quantized_forward reads @w, too, and would find there"):
        qfin.finalize_on_device_ptq(module)
    with pytest.raises(PassError, match="@quantized_forward reads @w, too"):
        FinalizeOnDevicePTQPass().apply(Context(), module)
    assert str(module) == text


def test_floats_that_stay_in_use():
    """A remark says so, and only then; values are right."""
    with remarks.collect() as said:
        qfin.finalize_on_device_ptq(given_up(store=False, result=False))
    assert [r for r in said if r.pass_name == "split-packing"] == []
    with remarks.collect() as said:
        module = qfin.finalize_on_device_ptq(given_up(store=False, result=True))
    (remark,) = (r for r in said if r.pass_name == "split-packing")
    assert remark.kind == "note"
    assert remark.op_name == "ml_program.global_load"
    assert remark.message.startswith("@quantized_forward reads @w at each call, too")
    state, x = qfin.State(), np.ones((1, 2), np.float32)
    run(module, "quantize_forward", x, state)
    weight = run(module, "quantized_forward", x, state)[1]
    np.testing.assert_allclose(weight, [[1, 2], [4, -6]], atol=0.03)


def test_arguments_of_another_type():
    text = Network.random(0, per_channel=False).on_device()
    with pytest.raises(InputError, match=r"^method_name must be a str, not 3 ?$"):
        qfin.finalize_on_device_ptq(text, 3)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match=r"^quant_type must be a str, not None ?$"):
        qfin.finalize_on_device_ptq(text, quant_type=None)  # pyright: ignore[reportArgumentType]


def test_why_nothing_is_packed():
    """The error says it, without any option; and remarks have it."""
    of = "(tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>"
    text = """ml_program.global private mutable @w : tensor<3x3xf32>
func.func @quantize_forward(%y0: tensor<2x3xf32>) -> tensor<2x3xf32> {{
  %w = ml_program.global_load @w : tensor<3x3xf32>
{0}
  func.return %y{1} : tensor<2x3xf32>
}}"""
    layers = "\n".join(f"  %y{i + 1} = nn.linear %y{i}, %w : {of}" for i in range(7))
    with remarks.collect() as said, pytest.raises(PassError) as caught:
        qfin.finalize_on_device_ptq(text.format(layers, 7))
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("no layer of @quantize_forward can be packed:")
    missed = [remarks.to_text(remark) for remark in said if remark.kind == "missed"]
    assert [each.strip() for each in lines[1:]] == [*missed[:5], "... and 2 more"]
    with pytest.raises(PassError, match="there is none with a dequantized weight"):
        qfin.finalize_on_device_ptq(text.format("", 0))
