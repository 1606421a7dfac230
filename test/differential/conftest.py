"""PyTorch with the engine that the numbers are held to."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

_KNOWN = (
    r"torch\.quantize_per_tensor.* are deprecated",
    r"`torch\.jit\.\w+` is deprecated",
    r"torch\.ao\.quantization is deprecated",
    # quantized::add and mul make a result of the shape of one operand, and then resize it.
    r"An output with one or more elements was resized",
)


@pytest.fixture
def fbgemm() -> Iterator[None]:
    """That engine, without what PyTorch warns of in all of this."""
    torch = pytest.importorskip("torch")
    before = torch.backends.quantized.engine
    with warnings.catch_warnings():
        for what in _KNOWN:
            warnings.filterwarnings("ignore", what)
        torch.backends.quantized.engine = "fbgemm"
        yield
        torch.backends.quantized.engine = before
