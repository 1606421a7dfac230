"""The fusion of leaky relu with learned slopes."""

from __future__ import annotations

import numpy as np
from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import Refused, input_of, output_of
from qfin.passes.finalize.rules.parameters import constant_parameter


def _prelu(op: Operation) -> Rewrite:
    """The fused op multiplies just as the float op does; changes no bit."""
    assert isinstance(op, nn.PreluOp)
    input, _ = input_of(op)
    weight = constant_parameter(op.weight, "weight")
    if not np.isfinite(weight).all():
        raise Refused("weight is not finite")
    output = output_of(op, activations=False)
    fused = quant.PreluOp(input, op.weight, output.quantize.result.type)
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.PreluOp,
        "qcast(prelu(dcast x))",
        "quant.prelu",
        f"{NEEDS_ACTIVATIONS}; constant, finite weight; no other use of the result",
        _prelu,
    ),
)
