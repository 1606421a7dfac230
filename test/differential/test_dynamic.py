"""The dynamic tables against PyTorch's own finalize: which groups fuse, and the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp

import qfin
from qfin.passes.finalize.pipeline import QuantFinalizePass
from qfin.passes.finalize.table import ON_DEVICE

from .cases import PLAIN, DynamicCase
from .table import DYNAMIC, WEIGHT_ZERO_POINT
from .torch_graph import Finalized, Script
from .torch_ops import Unsayable

Array = NDArray[Any]

pytestmark = pytest.mark.usefixtures("fbgemm")

ROWS = {row.name: row for row in ON_DEVICE.rows}
DEVICE, FP16 = "linear_dynamic_on_device", "linear_dynamic_fp16"


def test_every_row_is_in_the_table():
    assert set(DYNAMIC) == set(ROWS)


def cases(row: str, kind: str, count: int) -> Iterator[tuple[str, DynamicCase, Script]]:
    """So many that TorchScript can say."""
    for seed in range(400):
        case = DynamicCase(row, seed, kind)
        try:
            script = Script(case.module)
        except Unsayable:
            continue
        yield f"{row} {seed}", case, script
        count -= 1
        if not count:
            return
    raise AssertionError(f"{row}: {count} cases are missing")


def finalized(module: ModuleOp, *, on_device: bool) -> ModuleOp:
    copy = module.clone()
    QuantFinalizePass("dynamic", on_device).apply(qfin.make_context(), copy)
    return copy


def fused(module: ModuleOp) -> set[str]:
    return {op.name for op in module.walk() if "_dynamic" in op.name and "pack" not in op.name}


def off_ties(x: Array, *, reduce_range: bool) -> Array:
    """The input, but for 0 where quantizing it comes close to a tie: PyTorch multiplies by the
    reciprocal of the scale, and we divide."""
    low, high = min(x.min(initial=0), 0), max(x.max(initial=0), 0)
    steps = x / ((high - low) / (127 if reduce_range else 255))
    near = np.abs(np.abs(steps - np.floor(steps)) - 0.5) < 1e-3
    return np.where(near & (x != low) & (x != high), np.float32(0), x)


@pytest.mark.parametrize("row", DYNAMIC)
def test_row(row: str):
    entry = DYNAMIC[row]
    for name, case, script in cases(row, PLAIN, 20):
        ours = finalized(case.module, on_device=row == DEVICE)
        assert fused(ours) == {ROWS[row].becomes}, name
        theirs = Finalized(script, "dynamic")
        assert theirs.ops() == ({entry.op} if entry.op else set()), name
        if entry.deviates(case.traits):
            with pytest.raises(RuntimeError, match="2"):
                theirs.run(case.input)
            continue
        x = off_ties(case.input, reduce_range=case.reduce_range)
        result = next(iter(qfin.interpret(ours, [x]).values()))
        other = theirs.run(x).numpy()
        if row in ("linear_dynamic", DEVICE):
            assert result.tobytes() == other.tobytes(), name
            continue
        # Both sum floats, or PyTorch does: within what the sums of at most 54 products round.
        reach = np.abs(other).max(initial=0) + np.abs(x).max(initial=0)
        np.testing.assert_allclose(result, other, rtol=1e-5, atol=float(reach) * 2e-4, err_msg=name)


@pytest.mark.parametrize("row", [row for row in DYNAMIC if row.endswith("_dynamic")])
def test_weight_with_zero_point(row: str):
    """PyTorch packs it, too; of its results only the linear's are ours to the bit."""
    for name, case, script in cases(row, WEIGHT_ZERO_POINT, 3):
        ours, theirs = finalized(case.module, on_device=False), Finalized(script, "dynamic")
        assert fused(ours) == {ROWS[row].becomes}, name
        assert (DYNAMIC[row].op in theirs.ops()) == bool(DYNAMIC[row].op)
        if row == "linear_dynamic" and not DYNAMIC[row].deviates(case.traits):
            x = off_ties(case.input, reduce_range=case.reduce_range)
            result = next(iter(qfin.interpret(ours, [x]).values()))
            assert result.tobytes() == theirs.run(x).numpy().tobytes(), name


def test_weight_only_linear_stays_what_it_is():
    """PyTorch quantizes its input at run time, unasked; ours does so on request."""
    for name, case, script in cases(DEVICE, PLAIN, 5):
        assert fused(finalized(case.module, on_device=False)) == set(), name
        assert Finalized(script, "dynamic").ops() == {"quantized::linear_dynamic"}, name
