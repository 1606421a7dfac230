"""Resampling against PyTorch, on floats and on quantized values."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qfin

from ..random_modules import tensor

torch = pytest.importorskip("torch")

MODES = {
    "nearest1d": "nearest",
    "nearest2d": "nearest",
    "nearest3d": "nearest",
    "linear1d": "linear",
    "bilinear2d": "bilinear",
    "trilinear3d": "trilinear",
    "bicubic2d": "bicubic",
}
X = "!quant.uniform<u8:f32, 0.5:7>"
Y = "!quant.uniform<i8:f32, 0.75:-3>"


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


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", MODES)
def test_upsample(name: str, seed: int):
    """To sizes, or by factors; sizes may fall as well."""
    rng = random.Random(f"{name} {seed}")
    rank, mode = int(name[-2]), MODES[name]
    shape = tuple(rng.randint(1, 7) for _ in range(2 + rank))
    arguments: dict[str, Any] = {"mode": mode}
    attributes: list[str] = []
    if rng.random() < 0.5:
        arguments["size"] = [rng.choice([1, 2 * n, n, rng.randint(1, 15)]) for n in shape[2:]]
    else:
        low = [1 / n for n in shape[2:]]
        factors = [rng.choice([1.0, 2.0, rng.uniform(at, 3)]) for at in low]
        # At least one element is left.
        factors = [
            max(f, 1.0) if int(n * f) < 1 else f for n, f in zip(shape[2:], factors, strict=True)
        ]
        arguments["scale_factor"] = factors
        attributes.append(f"scales = array<f64: {', '.join(f'{f:.17e}' for f in factors)}>")
    if mode != "nearest":
        arguments["align_corners"] = rng.random() < 0.5
        attributes.append(f"align_corners = {str(arguments['align_corners']).lower()}")
    text = f"{name} %x {{{', '.join(attributes)}}}"
    arrays = np.random.default_rng(seed)

    def expected(x: NDArray[Any]) -> NDArray[Any]:
        return torch.nn.functional.interpolate(torch.from_numpy(x), **arguments).numpy()

    x = arrays.normal(size=shape).astype(np.float32)
    want = expected(x)
    y = value(f"nn.upsample_{text}", x, want.shape, ("f32", "f32"))
    # PyTorch may fuse the multiplication and the subtraction of source positions.
    np.testing.assert_allclose(y, want, rtol=1e-5, atol=2e-5)
    q = arrays.integers(0, 256, shape).astype(np.uint8)
    want = expected((q.astype(np.float32) - 7) * np.float32(0.5))
    if mode == "nearest":
        y = value(f"nn.upsample_{text}", q, want.shape, (X, X))
        np.testing.assert_array_equal((y.astype(np.float32) - 7) * np.float32(0.5), want)
        return
    y = value(f"quant.upsample_{text}", q, want.shape, (X, Y))
    exact = np.clip(want.astype(np.float64) / 0.75 - 3, -128, 127)
    assert np.abs(exact - y).max() <= 0.5 + 1e-2


@pytest.mark.filterwarnings("ignore:.*quantized tensor creation:UserWarning")
@pytest.mark.parametrize("align_corners", [False, True])
def test_quantized_bilinear2d(align_corners: bool):
    """PyTorch's own on quantized values, whose parameters are the input's: within one step."""
    q = np.random.default_rng(0).integers(0, 256, (2, 8, 5, 7)).astype(np.uint8)
    x = torch._make_per_tensor_quantized_tensor(torch.from_numpy(q), 0.5, 7)
    size = (9, 12)
    want = torch.nn.functional.interpolate(
        x, size, mode="bilinear", align_corners=align_corners
    ).int_repr()
    text = f"quant.upsample_bilinear2d %x {{align_corners = {str(align_corners).lower()}}}"
    y = value(text, q, tuple(want.shape), (X, X))
    assert np.abs(y.astype(int) - want.numpy().astype(int)).max() <= 1
