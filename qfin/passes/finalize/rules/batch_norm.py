"""The fusion of batch normalisation with running statistics."""

from __future__ import annotations

import numpy as np
from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.quant.activation import NO_ACTIVATION
from qfin.interpreter.batch_norm import coefficients
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import Refused, input_of, output_of
from qfin.passes.finalize.rules.parameters import (
    can_be_infinite,
    constant_parameter,
    optional_parameter,
)


def _batch_norm(op: Operation) -> Rewrite:
    """The fused op multiplies and adds just as the float op does; changes no bit."""
    assert isinstance(op, nn.BatchNormOp)
    if op.training.value.data:
        raise Refused("normalizes by the statistics of its input (training = true)")
    input, element = input_of(op)
    weight = optional_parameter(op.weight, "weight")
    bias = optional_parameter(op.bias, "bias")
    mean = constant_parameter(op.running_mean, "running_mean")
    var = constant_parameter(op.running_var, "running_var")
    output = output_of(op, activations=True)
    if output.activation != NO_ACTIVATION:
        finite = np.isfinite(coefficients(weight, bias, mean, var, op.eps.value.data)).all()
        if can_be_infinite(element) or not finite:
            raise Refused("the result can be NaN, which the activation that follows lets through")
    fused = quant.BatchNormOp(
        input,
        op.weight,
        op.bias,
        op.running_mean,
        op.running_var,
        output.quantize.result.type,
        eps=op.eps.value.data,
        activation=output.activation,
    )
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.BatchNormOp,
        "qcast(batch_norm(dcast x))",
        "quant.batch_norm",
        f"{NEEDS_ACTIVATIONS}; running statistics (training = false); constant parameters; with"
        " relus or clamps, finite numbers; no other use of the result",
        _batch_norm,
        activations=True,
    ),
)
