"""Programs for `amx-int8`, with its instructions in software, give the interpreter's bits."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.target import TARGETS, codegen, host_target_names

from .compiled import compiled, run, same_bits
from .kernels.amx import EMULATED, Amx, as_calls, define_amx

pytestmark = pytest.mark.skipif(
    "avx512-vnni" not in host_target_names(), reason="the rest is AVX512-VNNI"
)


@pytest.fixture(name="amx")
def _amx(monkeypatch: pytest.MonkeyPatch) -> Amx:  # pyright: ignore[reportUnusedFunction]
    """The target `amx-int8` on this host."""
    translate = codegen.to_llvm_ir
    monkeypatch.setattr(codegen, "to_llvm_ir", lambda code, isa: as_calls(translate(code, isa)))
    monkeypatch.setattr(codegen, "request_matrices", lambda: None)
    monkeypatch.setitem(TARGETS, "amx-int8", EMULATED)
    return define_amx()


def test_convs(amx: Amx):
    """A 3x3 convolution, whose weights have zero points, and a residual block's 1x1 behind it,
    whose 100 channels fill no whole number of matrices."""
    rng = np.random.default_rng(3)

    def constant(*shape: int) -> str:
        values = rng.integers(-128, 128, shape).astype(np.int8)
        zero_points = rng.integers(-128, 128, shape[0]).tolist()
        return (
            f'quant.packed_constant <dense<"0x{values.tobytes().hex().upper()}"> :'
            f" tensor<{'x'.join(map(str, shape))}xi8>, scales = dense<0.003> : tensor<1xf32>,"
            f" zero_points = dense<{zero_points}> : tensor<{shape[0]}xi32>>"
        )

    text = f"""
      !q = !quant.uniform<u8:f32, 0.5:120>
      !three = !quant.packed<conv2d, tensor<100x66x3x3xi8>, padding = [1, 1, 1, 1]>
      !one = !quant.packed<conv2d, tensor<100x100x1x1xi8>>
      func.func @main(%x: tensor<1x66x5x19x!q>) -> tensor<1x100x5x19x!q> {{
        %p = {constant(100, 66, 3, 3)} : !three
        %r = {constant(100, 100, 1, 1)} : !one
        %y = quant.conv2d %x, %p : (tensor<1x66x5x19x!q>, !three) -> tensor<1x100x5x19x!q>
        %z = quant.conv2d %y, %r, %y :
          (tensor<1x100x5x19x!q>, !one, tensor<1x100x5x19x!q>) -> tensor<1x100x5x19x!q>
        func.return %z : tensor<1x100x5x19x!q>
      }}"""
    module = qfin.parse(text)
    arrays = [rng.integers(0, 256, (1, 66, 5, 19)).astype(np.uint8)]
    want = qfin.interpret(module, arrays)
    assert len(np.unique(want[next(iter(want))])) > 16
    assert not same_bits(run(compiled(module, "amx-int8"), arrays), want)
    # 4 blocks of channels, 5 rows, of which a tile has 19 pixels: two matrices of them, times two.
    assert amx.products == 4 * 5 * 2 * 2 * (9 + 1)
    assert not amx.faults
    assert amx.shapes is None
