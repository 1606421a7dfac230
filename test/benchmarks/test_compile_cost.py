"""What compiling and calling take is measured as it says."""

from __future__ import annotations

import pytest

import qfin
from benchmarks import compile_cost
from qfin import target

pytestmark = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

TWICE = """\
func.func @main(%x: tensor<4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %q = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 0.5>>
  %y = quant.dcast %q : tensor<4x!quant.uniform<i8:f32, 0.5>> to tensor<4xf32>
  %r = quant.qcast %w : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 0.5>>
  %z = quant.dcast %r : tensor<4x!quant.uniform<i8:f32, 0.5>> to tensor<4xf32>
  func.return %y, %z : tensor<4xf32>, tensor<4xf32>
}
"""


def test_kernels_are_counted_once() -> None:
    """Four ops, two kernels; the cache saves what both cost."""
    cost = compile_cost.compile_cost(qfin.parse(TWICE), rounds=3)
    assert cost.kernels == 2
    assert 0 < cost.warm < cost.cold
    assert cost.of_a_kernel == (cost.cold - cost.warm) / 2


def test_calls_are_timed() -> None:
    least, middle = compile_cost.call_cost(rounds=3, calls=10)
    assert 0 < least <= middle
