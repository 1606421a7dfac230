"""Fusion of conv1d."""

from __future__ import annotations

from qfin.dialects import nn
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion
from qfin.passes.finalize.rules.contraction import BIAS, WEIGHT, contraction

FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.Conv1dOp,
        "qcast(conv1d(dcast x, dcast w, b)), also through relus and clamps",
        "quant.conv1d",
        f"{NEEDS_ACTIVATIONS}; {WEIGHT}; {BIAS}; no other use of the result",
        contraction,
    ),
)
