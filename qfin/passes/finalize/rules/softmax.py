"""The fusion of softmax."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import Refused, input_of, output_of, require_verified
from qfin.passes.finalize.rules.parameters import can_be_infinite


def _softmax(op: Operation) -> Rewrite:
    """Exponentials are integers and their sum is exact: one step of difference, next to ties."""
    assert isinstance(op, nn.SoftmaxOp)
    input, element = input_of(op)
    if can_be_infinite(element):
        raise Refused("input can be infinite, which has no softmax")
    output = output_of(op, activations=False)
    fused = quant.SoftmaxOp(input, output.quantize.result.type, op.dim.value.data)
    require_verified(fused)
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.SoftmaxOp,
        "qcast(softmax(dcast x))",
        "quant.softmax",
        f"{NEEDS_ACTIVATIONS}; at most 2**20 values along dim; output scale at least 2**-24; no"
        " other use of the result",
        _softmax,
        exact=False,
    ),
)
