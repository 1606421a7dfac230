"""The parameters that results take by themselves: PyTorch's, number for number."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
from xdsl.dialects.builtin import IntegerType, Signedness, f32, i8
from xdsl.utils.exceptions import VerifyException

import qfin
from qfin.dialects import quant
from qfin.dialects.quant.scalar import QuantScalarOp
from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.output_types import bounded_type, scalar_output_type

U8 = IntegerType(8, Signedness.UNSIGNED)
OPS: dict[str, type[QuantScalarOp]] = {
    "add": quant.AddScalarOp,
    "rsub": quant.RsubScalarOp,
    "mul": quant.MulScalarOp,
}


def numbers(function: str, seed: int) -> tuple[UniformType, float]:
    """An input type and a number, such that the results' zero point is inside of the range, or
    beyond either end of it."""
    rng = random.Random(f"{function} {seed}")
    storage = rng.choice([U8, i8])
    low = 0 if storage is U8 else -128
    input = UniformType.per_layer(
        storage,
        f32,
        2.0 ** rng.uniform(-9, 3),
        rng.choice([low, low + 255, rng.randint(low, low + 255)]),
    )
    if function == "mul":
        return input, rng.choice(
            [0.0, -1.0, 1.0, 2.0 ** rng.uniform(-9, 4), -(2.0 ** rng.uniform(-9, 4))]
        )
    # Not half way between two steps, where PyTorch's result depends on the order of additions.
    return input, (rng.randint(-300, 300) + rng.uniform(-0.4, 0.4)) * input.scale


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("function", ["add", "mul"])  # it has no rsub
def test_as_pytorch(function: str, seed: int) -> None:
    """Scale and zero point are the same; the numbers too, where PyTorch keeps them, and else to one
    step: it rounds `other` to a step first."""
    torch = pytest.importorskip("torch")
    input, other = numbers(function, seed)
    low = input.storage_min
    q = np.arange(low, low + 256).astype(input.storage_dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # quantized tensors are deprecated
        kind = torch.quint8 if input.storage is U8 else torch.qint8
        x = torch._make_per_tensor_quantized_tensor(
            torch.from_numpy(q), input.scale, input.zero_point
        )
        assert x.dtype == kind
        want = getattr(torch.ops.quantized, f"{function}_scalar")(x, other)
        numbers_of = want.int_repr().numpy()
    output = scalar_output_type(input, OPS[function], other)
    assert (output.scale, output.zero_point) == (want.q_scale(), want.q_zero_point())
    x_type, y_type = f"tensor<256x{input}>", f"tensor<256x{output}>"
    module = f"""func.func @main(%x: {x_type}) -> {y_type} {{
      %y = quant.{function}_scalar %x {{other = {other:.17e} : f64}} : ({x_type}) -> {y_type}
      func.return %y : {y_type} }}"""
    (got,) = qfin.interpret(module, [q]).values()
    difference = np.abs(got.astype(int) - numbers_of.astype(int)).max()
    assert difference <= int(function == "add" and output.scale != input.scale)


def test_cases_reach_every_rule() -> None:
    """The zero point inside and at either end; numbers below, above and at 0."""
    moved = [
        (input, scalar_output_type(input, quant.AddScalarOp, other))
        for input, other in (numbers("add", seed) for seed in range(60))
    ]
    grown = [y.zero_point - y.storage_min for x, y in moved if x.scale != y.scale]
    assert {0, 255} == set(grown)
    assert len(grown) < len(moved)
    signs = {np.sign(numbers("mul", seed)[1]) for seed in range(60)}
    assert signs == {-1, 0, 1}


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("seed", range(10))
def test_holds_the_results(name: str, seed: int) -> None:
    """All results lie in the range, or at most a step outside; also of part of the storage."""
    rng = random.Random(seed)
    low, high = sorted(rng.sample(range(-128, 128), 2))
    input = UniformType.per_layer(i8, f32, 0.03, rng.randint(low, high), low, high)
    other = rng.uniform(-9, 9)
    output = scalar_output_type(input, OPS[name], other)
    assert (output.storage, output.storage_min, output.storage_max) == (i8, low, high)
    ends = (np.array([low, high]) - input.zero_point) * input.scale
    results = {"add": ends + other, "rsub": other - ends, "mul": ends * other}[name]
    steps = results / output.scale + output.zero_point
    assert low - 1.01 <= steps.min()
    assert steps.max() <= high + 1.01


def test_without_a_type() -> None:
    input = UniformType.per_layer(U8, f32, 1e30)
    with pytest.raises(VerifyException, match="out of expressed type range"):
        scalar_output_type(input, quant.MulScalarOp, 1e30)
    with pytest.raises(VerifyException, match="other must be finite, got -inf"):
        scalar_output_type(input, quant.AddScalarOp, -np.inf)


def test_bounds() -> None:
    """Those of PyTorch's sigmoid and tanh, and 128 less for i8; all of the storage."""
    u8, signed = (UniformType.per_layer(storage, f32, 0.5, 3, 1, 9) for storage in (U8, i8))
    assert bounded_type(u8, 0, 1) == UniformType.per_layer(U8, f32, 1 / 256, 0)
    assert bounded_type(signed, 0, 1) == UniformType.per_layer(i8, f32, 1 / 256, -128)
    assert bounded_type(u8, -1, 1) == UniformType.per_layer(U8, f32, 2 / 256, 128)
    assert bounded_type(signed, -1, 1) == UniformType.per_layer(i8, f32, 2 / 256, 0)
