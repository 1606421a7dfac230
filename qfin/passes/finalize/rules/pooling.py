"""Fusions of poolings."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.families.pooling import Pooling
from qfin.dialects.nn.pooling import MaxPoolOp
from qfin.dialects.shapes import DYNAMIC
from qfin.dialects.tensors import shape_of
from qfin.interpreter.pooling import window_ranges
from qfin.passes.finalize.fusion import (
    NEEDS_ACTIVATIONS,
    NEEDS_INPUT,
    Fusion,
    Rewrite,
    carry,
    name_of,
    rename,
)
from qfin.passes.finalize.groups import Refused

_FUSED = {name_of(op): op for op in quant.POOLING_OPS}


def _average(op: Operation) -> Rewrite:
    """Rounds once instead of at each float op: one step of difference, next to ties. The fused op
    has the float op's attributes; its verifier knows how many values fit into a sum."""
    return rename(op, _FUSED)


def _maximum(op: Operation) -> Rewrite:
    """As `carry`."""
    assert isinstance(op, MaxPoolOp)
    rewrite = carry(op)
    require_filled_windows(op)
    return rewrite


def require_filled_windows(op: MaxPoolOp) -> None:
    """Of padding alone the maximum is -inf, which no quantized value stands for.

    A verified pooling can have such a window only where dilation steps over the input.
    """
    if max(op.steps()) == 1 or max(op.padding.get_values()) == 0:
        return
    spatial = shape_of(op.input)[2:]
    if DYNAMIC not in spatial and all(axis[:, 1].all() for axis in window_ranges(op, spatial)):
        return
    raise Refused("a window may lie on nothing but padding")


def _row(op: type[Pooling]) -> Fusion:
    if issubclass(op, MaxPoolOp):
        return Fusion(
            op,
            f"{name_of(op)}(dcast x)",
            f"dcast({op.name} x)",
            f"{NEEDS_INPUT}; no window of padding alone",
            _maximum,
        )
    return Fusion(
        op,
        f"qcast({name_of(op)}(dcast x))",
        _FUSED[name_of(op)].name,
        f"{NEEDS_ACTIVATIONS}; sum within 32 bits; no other use of the result",
        _average,
        exact=False,
    )


FUSIONS: tuple[Fusion, ...] = tuple(_row(op) for op in nn.POOLING_OPS)
