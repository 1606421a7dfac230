"""What threads divide of a contraction."""

from __future__ import annotations

import pytest

import qfin
from qfin.dialects.kernel import DenseOp
from qfin.kernels.dense import DenseSpec
from qfin.passes.lower.calls_dense import call_dense
from qfin.pipeline import to_level
from qfin.target import lookup


def _parallel(text: str) -> str:
    """The dimension for the one `kernel.dense` of a network."""
    module = to_level(qfin.parse(text), "buffers", target="avx512-vnni")
    (dense,) = (op for op in module.walk() if isinstance(op, DenseOp))
    spec = call_dense(dense, lookup("avx512-vnni")).spec
    assert isinstance(spec, DenseSpec)
    return spec.parallel


def _conv(size: int, channels: int, out: int) -> str:
    x, y = f"tensor<1x{channels}x{size}x{size}x!q>", f"tensor<1x{out}x{size}x{size}x!q>"
    packed = f"!quant.packed<conv2d, tensor<{out}x{channels}x1x1xi8>>"
    return f"""
        !q = !quant.uniform<u8:f32, 0.5:3>
        func.func @f(%x: {x}) -> {y} {{
          %p = quant.packed_constant <dense<1> : tensor<{out}x{channels}x1x1xi8>,
            scales = dense<0.01> : tensor<1xf32>> : {packed}
          %y = quant.conv2d %x, %p : ({x}, {packed}) -> {y}
          func.return %y : {y}
        }}"""


@pytest.mark.parametrize(
    ("size", "channels", "out", "parallel"),
    [
        (4, 64, 256, "channel-blocks"),
        (16, 64, 256, "rows"),  # as much input as weights
        (4, 64, 224, "rows"),  # 7 blocks
        (1, 64, 32, "channel-blocks"),  # one row
    ],
)
def test_threads_divide_what_is_read_more(
    size: int, channels: int, out: int, parallel: str
) -> None:
    assert _parallel(_conv(size, channels, out)) == parallel
