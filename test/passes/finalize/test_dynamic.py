"""The dynamic fusions against the interpreter, on random groups of each row of their table."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin import remarks
from qfin.errors import PassError
from qfin.interpreter.dynamic import saturate_to_fp16
from qfin.locations import is_unknown
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.pipeline import QuantFinalizePass

from ...case_targets import seeds_of
from .random_dynamic_groups import ROWS, DynamicGroup

Array = NDArray[Any]

FP16, DEVICE = "linear_dynamic_fp16", "linear_dynamic_on_device"
CASES = list(itertools.product(ROWS, range(10)))


def value(module: ModuleOp, x: Array) -> Array:
    (result,) = qfin.interpret(module, [x]).values()
    return result


def same_bits(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def finalized(text: str, *, on_device: bool = False) -> ModuleOp:
    module = qfin.parse(text)
    QuantFinalizePass("dynamic", on_device).apply(qfin.make_context(), module)
    module.verify()
    return module


@pytest.mark.parametrize("row", ROWS)
@seeds_of(20)
def test_group(row: str, seed: int):
    """Fused, to what the float ops give but for the rounding of their sums."""
    group = DynamicGroup(row, seed)
    text = group.text(quantized=row not in (FP16, DEVICE))
    with remarks.collect() as said:
        fused = finalized(text, on_device=row == DEVICE)
    # A weight that is quantized at run time is packed then, and that is said, too.
    assert [r.kind for r in said if r.op_name != "quant.prepack_dynamic"] == ["fused"]
    assert not any(op.name.startswith("nn.") for op in fused.walk())
    assert [op.name for op in fused.walk() if is_unknown(op.location)] == []
    assert str(qfin.parse(str(fused))) == str(fused)
    assert str(finalized(str(fused), on_device=row == DEVICE)) == str(fused)
    before = value(qfin.parse(group.text(quantized=row != FP16)), group.input)
    after = value(fused, group.input)
    if row == FP16:  # it sums in f32, the float op in f64
        half = np.abs(saturate_to_fp16(group.weights).astype(np.float64))
        reach = np.abs(group.input).astype(np.float64) @ half.T + np.abs(before) + 8
        assert (np.abs(after - before) <= (half.shape[1] + 2) * 2.0**-24 * reach).all()
        return
    # Each factor, the sum and the bias are rounded to f32, once each.
    reach = np.abs(before).max(initial=0) + np.abs(group.input).max(initial=0) * 128 * 40 * 0.1
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=float(reach) * 2.0**-22)


@pytest.mark.parametrize("seed", range(10))
def test_on_device_is_what_is_done_offline(seed: int):
    group = DynamicGroup(DEVICE, seed)
    offline = finalized(group.text(quantized=True))
    device = finalized(group.text(quantized=False), on_device=True)
    assert same_bits(value(offline, group.input), value(device, group.input))


@pytest.mark.parametrize("seed", range(3))
def test_weight_only_stays_so(seed: int):
    text = DynamicGroup(DEVICE, seed).text(quantized=False)
    assert any(op.name == "nn.linear" for op in finalized(text).walk())


@pytest.mark.parametrize(("row", "seed"), CASES)
def test_prepack_and_unpack_change_no_bit(row: str, seed: int):
    group = DynamicGroup(row, seed)
    module = qfin.parse(group.text(quantized=row != FP16))
    before = value(module, group.input)
    InsertPrepackUnpackPass().apply(qfin.make_context(), module)
    module.verify()
    assert sum(op.name.startswith("quant.prepack") for op in module.walk()) == 1
    assert same_bits(before, value(module, group.input))
    once = str(module)
    InsertPrepackUnpackPass().apply(qfin.make_context(), module)
    assert str(module) == once


def test_of_the_api():
    group = DynamicGroup("linear_dynamic", 0)
    fused = qfin.finalize(group.text(), quant_type="dynamic")
    assert str(fused) == str(finalized(group.text()))
    packed = qfin.insert_prepack_unpack(group.text())
    names = [op.name for op in qfin.quant_fusion(packed, quant_type="dynamic").walk()]
    assert "quant.linear_dynamic" in names
    weight_only = qfin.insert_prepack_unpack(DynamicGroup(DEVICE, 0).text(quantized=False))
    fused = qfin.quant_fusion(weight_only, quant_type="dynamic", on_device=True)
    assert any(op.name == "quant.linear_dynamic" for op in fused.walk())


def test_wrong_types_are_errors():
    text = DynamicGroup("linear_dynamic", 0).text()
    with pytest.raises(PassError, match=r"'weights' is not a quant-type \(static, dynamic\)"):
        qfin.finalize(text, quant_type="weights")
    with pytest.raises(PassError, match="on-device is of quant-type=dynamic"):
        qfin.quant_fusion(text, on_device=True)
