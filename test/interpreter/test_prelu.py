"""prelu: by hand and against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

Interpret: TypeAlias = Callable[..., tuple[NDArray[Any], ...]]


def tensor(shape: tuple[int, ...], element: str = "f32") -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


@pytest.mark.parametrize("shape", [(), (5,), (4, 3), (2, 5, 7), (2, 3, 4, 5)], ids=str)
@pytest.mark.parametrize("one", [False, True])
def test_against_torch(interpret: Interpret, shape: tuple[int, ...], one: bool):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    slopes = 1 if one or len(shape) < 2 else shape[1]
    x = np.asarray(rng.normal(0, 2, shape), np.float32)
    weight = rng.normal(0, 1, slopes).astype(np.float32)
    t, w = tensor(shape), tensor((slopes,))
    (got,) = interpret(
        f"""func.func @main(%x: {t}, %w: {w}) -> {t} {{
          %y = nn.prelu %x weight(%w : {w}) : {t}
          func.return %y : {t} }}""",
        x,
        weight,
    )
    want = torch.nn.functional.prelu(torch.tensor(x), torch.tensor(weight)).numpy()
    np.testing.assert_array_equal(got, want)
    assert (got.dtype, got.shape) == (np.float32, shape)


def test_by_hand(interpret: Interpret):
    """Ties go to even before the zero point is added: -2.5 is -2, -0.5 is 0."""
    (y,) = interpret(
        """
        !x = !quant.uniform<i8:f32, 0.5:2>
        !y = !quant.uniform<u8:f32, 1.0:100>
        func.func @main(%x: tensor<1x2x3x!x>) -> tensor<1x2x3x!y> {
          %w = arith.constant dense<[0.5, -2.0]> : tensor<2xf32>
          %y = quant.prelu %x weight(%w : tensor<2xf32>) : tensor<1x2x3x!x> -> tensor<1x2x3x!y>
          func.return %y : tensor<1x2x3x!y>
        }""",
        np.array([[[-8, 0, 12], [-8, 0, 12]]], np.int8),  # -5, -1, 5
    )
    assert y.tolist() == [[[98, 100, 105], [110, 102, 105]]]
