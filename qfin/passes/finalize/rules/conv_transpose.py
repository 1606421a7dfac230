"""Fusions of transposed convolutions; unlike PyTorch's, with weights per channel and with relu."""

from __future__ import annotations

from qfin.dialects import nn
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion
from qfin.passes.finalize.rules.contraction import BIAS, contraction

_WEIGHT = "weight i8 or u8, per layer or along axis 1; input and weight finite"

FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"qcast({name}(dcast x, dcast w, b))",
        f"quant.{name}",
        f"{NEEDS_ACTIVATIONS}; {_WEIGHT}; {BIAS}; no other use of the result",
        contraction,
        activations=True,
        exact=False,
    )
    for op, name in (
        (nn.ConvTranspose1dOp, "conv_transpose1d"),
        (nn.ConvTranspose2dOp, "conv_transpose2d"),
        (nn.ConvTranspose3dOp, "conv_transpose3d"),
    )
)
