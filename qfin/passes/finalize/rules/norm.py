"""Fusions of normalisations by the statistics of the input."""

from __future__ import annotations

import numpy as np
from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.nn.norm import NormOp as FloatNormOp
from qfin.dialects.quant.norm import MAX_GROUP, NormOp
from qfin.interpreter.norm import in_steps
from qfin.interpreter.quant import uniform
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, name_of, replace_group
from qfin.passes.finalize.groups import Refused, input_of, output_of, require_verified
from qfin.passes.finalize.rules.parameters import can_be_infinite, optional_parameter

_FUSED: dict[type[Operation], type[NormOp]] = {
    nn.LayerNormOp: quant.LayerNormOp,
    nn.GroupNormOp: quant.GroupNormOp,
    nn.InstanceNormOp: quant.InstanceNormOp,
}
_FLOAT_ONLY = {"operandSegmentSizes", "use_input_stats", "momentum"}


def _norm(op: Operation) -> Rewrite:
    """Sums are exact and scale, mean and variance are applied at once: one step of difference, next
    to ties."""
    assert isinstance(op, FloatNormOp)
    if isinstance(op, nn.InstanceNormOp) and not op.use_input_stats.value.data:
        raise Refused("normalizes by running statistics (use_input_stats = false): a batch_norm")
    input, element = input_of(op)
    weight = optional_parameter(op.weight, "weight")
    bias = optional_parameter(op.bias, "bias")
    output = output_of(op, activations=True)
    properties = {key: value for key, value in op.properties.items() if key not in _FLOAT_ONLY}
    fused = _FUSED[type(op)](
        input,
        op.weight,
        op.bias,
        output.quantize.result.type,
        activation=output.activation,
        **properties,  # pyright: ignore[reportArgumentType]
    )
    require_verified(fused)
    steps = in_steps(weight, bias, uniform(output.quantize.result))
    if can_be_infinite(element) or not all(np.isfinite(part).all() for part in steps):
        fused.erase()
        raise Refused("the input, or weight or bias in steps of the output, leaves f32")
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"qcast({name_of(op)}(dcast x))",
        fused.name,
        f"{NEEDS_ACTIVATIONS}; constant weight and bias; eps > 0; at most {MAX_GROUP} values"
        " normalized together"
        + ("; use_input_stats" if op is nn.InstanceNormOp else "")
        + "; no other use of the result",
        _norm,
        activations=True,
        exact=False,
    )
    for op, fused in _FUSED.items()
)
