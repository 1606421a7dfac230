"""Poolings and the mean against PyTorch, on floats and on quantized values."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qfin

from ..random_modules import tensor
from ..random_windows import random_window

torch = pytest.importorskip("torch")

SEEDS = range(25)


def value(op: str, x: NDArray[Any], shape: tuple[int, ...], elements: tuple[str, str]) -> Any:
    """What `op`, which reads %x, gives."""
    before, after = tensor(x.shape, elements[0]), tensor(shape, elements[1])
    (result,) = qfin.interpret(
        qfin.parse(f"""func.func @main(%x: {before}) -> {after} {{
          %y = {op} : ({before}) -> {after}
          func.return %y : {after} }}"""),
        [x],
    ).values()
    return result


def floats(op: str, x: NDArray[np.float32], expected: Any) -> None:
    y = value(op, x, tuple(expected.shape), ("f32", "f32"))
    np.testing.assert_allclose(y, expected.numpy(), rtol=1e-5, atol=1e-6)


def quantized(op: str, x: NDArray[np.float32], pool: Any) -> None:
    """As the average of the dequantized values, rounded: to one step."""
    stored = np.random.default_rng(x.size).integers(0, 256, x.shape).astype(np.uint8)
    centred = torch.from_numpy(stored.astype(np.int64)) - 7
    exact = pool(centred.double() * 0.5).numpy() / 0.75 - 3
    types = "!quant.uniform<u8:f32, 0.5:7>", "!quant.uniform<i8:f32, 0.75:-3>"
    y = value(op, stored, exact.shape, types)
    assert np.abs(np.clip(exact, -128, 127) - y).max(initial=0) <= 0.5 + 1e-4


def normal(seed: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def image(rng: random.Random) -> tuple[int, ...]:
    return tuple(rng.randint(1, 6) for _ in range(2 + rng.choice([1, 2, 3])))


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_windows(seed: int, ceil_mode: bool):
    rng = random.Random(seed)
    shape = image(rng)
    rank = len(shape) - 2
    # PyTorch pads both sides alike, by half of the elements of a window at most, and averages
    # volumes no smaller than it.
    while True:
        window = random_window(rng, shape[2:], pool=True, dilated=True, ceil_mode=ceil_mode)
        sides = zip(shape[2:], window.axes, strict=True)
        if all(b == a and 2 * b <= k <= size for size, (k, _, b, a, _) in sides):
            break
    kernel, stride, padding, _, dilation = (list(a) for a in zip(*window.axes, strict=True))
    x, f = normal(seed, shape), torch.nn.functional
    expected = getattr(f, f"max_pool{rank}d")(
        torch.from_numpy(x), kernel, stride, padding, dilation, ceil_mode
    )
    floats(f"nn.max_pool{rank}d %x {window.attributes('kernel', 'dilation')}", x, expected)
    if max(dilation) > 1:
        return
    include = rng.random() < 0.5
    divisor = rng.choice([None, None, 3, -2]) if rank > 1 else None
    more = [divisor] if rank > 1 else []
    pool = getattr(f, f"avg_pool{rank}d")
    extra = f"count_include_pad = {str(include).lower()}"
    if divisor is not None:
        extra += f", divisor_override = {divisor} : i64"
    attributes = window.attributes("kernel", extra=extra)

    def average(x: Any) -> Any:
        return pool(x, kernel, stride, padding, ceil_mode, include, *more)

    floats(f"nn.avg_pool{rank}d %x {attributes}", x, average(torch.from_numpy(x)))
    quantized(f"quant.avg_pool{rank}d %x {attributes}", x, average)


@pytest.mark.parametrize("seed", SEEDS)
def test_adaptive_avg_pool(seed: int):
    rng = random.Random(seed)
    shape = image(rng)
    rank, x = len(shape) - 2, normal(seed, shape)
    size = tuple(rng.randint(1, 8) for _ in range(rank))
    pool = getattr(torch.nn.functional, f"adaptive_avg_pool{rank}d")
    floats(f"nn.adaptive_avg_pool{rank}d %x", x, pool(torch.from_numpy(x), size))
    quantized(f"quant.adaptive_avg_pool{rank}d %x", x, lambda x: pool(x, size))


@pytest.mark.parametrize("seed", SEEDS)
def test_mean(seed: int):
    rng = random.Random(seed)
    shape = tuple(rng.randint(1, 6) for _ in range(rng.randint(0, 4)))
    dim = [rng.choice([d, d - len(shape)]) for d in rng.sample(range(len(shape)), len(shape))]
    dim = dim[: rng.randint(0, len(dim))]
    keepdim, x = rng.random() < 0.5, normal(seed, shape)
    listed = f": {', '.join(map(str, dim))}" if dim else ""
    attributes = f"{{dim = array<i64{listed}>, keepdim = {str(keepdim).lower()}}}"
    floats(f"nn.mean %x {attributes}", x, torch.mean(torch.from_numpy(x), dim, keepdim))
    quantized(f"quant.mean %x {attributes}", x, lambda x: torch.mean(x, dim, keepdim))


def test_mean_of_nothing():
    x = np.zeros((2, 0), np.float32)
    floats("nn.mean %x {dim = array<i64: 1>}", x, torch.mean(torch.from_numpy(x), 1))
    types = "!quant.uniform<u8:f32, 0.5:7>", "!quant.uniform<i8:f32, 0.75:-3>"
    y = value("quant.mean %x {dim = array<i64: 1>}", x.astype(np.uint8), (2,), types)
    assert y.tolist() == [-128, -128]
