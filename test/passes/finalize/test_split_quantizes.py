"""What two types are asked of: both have the bits that they would have alone."""

from __future__ import annotations

import numpy as np
import pytest

import qfin
from qfin.passes.finalize.table import FUSIONS

from ...case_targets import case_targets
from .random_groups import Group, tensor

SPLIT = [row.name for row in FUSIONS if not row.carries]


@pytest.mark.parametrize("name", SPLIT)
def test_each_as_alone(name: str) -> None:
    group = Group(name, 0)
    first, second = group.y, group.activation(group.y.scale * 1.5)
    if second == first:
        return
    alone = []
    for y in (first, second):
        group.y = y
        module = qfin.finalize(qfin.parse(group.text(quantized=True)))
        alone += qfin.interpret(module, [group.input]).values()
    last = group.lines[-1].split()[0]
    x, floats = tensor(group.shape, group.x), tensor(group.result, "f32")
    y, z = (tensor(group.result, each) for each in (first, second))
    body = "\n  ".join(group.lines)
    module = qfin.parse(f"""func.func @main(%x: {x}) -> ({y}, {z}) {{
      %d = quant.dcast %x : {x} to {tensor(group.shape, "f32")}
      {body}
      %first = quant.qcast {last} : {floats} to {y}
      %second = quant.qcast {last} : {floats} to {z}
      func.return %first, %second : {y}, {z}
    }}""")
    finalized = qfin.finalize(module)
    assert not [op.name for op in finalized.walk() if op.name in ("quant.dcast", "quant.qcast")]
    both = qfin.interpret(finalized, [group.input]).values()
    for got, want in zip(both, alone, strict=True):
        np.testing.assert_array_equal(got, want)
    if name not in ("add_linear", "tanh"):
        return
    for target in case_targets():
        compiled = qfin.compile(finalized, target=target).run({"x": group.input}).values()
        for got, want in zip(compiled, alone, strict=True):
            np.testing.assert_array_equal(got, want, target)
