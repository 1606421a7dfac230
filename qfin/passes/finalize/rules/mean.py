"""The fusion of means."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import input_of, output_of, require_verified


def _mean(op: Operation) -> Rewrite:
    """Rounds once instead of at each float op: one step of difference, next to ties."""
    assert isinstance(op, nn.MeanOp)
    input, _ = input_of(op)
    output = output_of(op, activations=False)
    fused = quant.MeanOp(input, output.quantize.result.type, op.dim, op.keepdim)
    require_verified(fused)
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.MeanOp,
        "qcast(mean(dcast x))",
        "quant.mean",
        f"{NEEDS_ACTIVATIONS}; sum within 32 bits; no other use of the result",
        _mean,
        exact=False,
    ),
)
