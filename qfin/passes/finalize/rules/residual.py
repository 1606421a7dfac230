"""Fusions of a contraction and a residual that is added to it: PyTorch's `conv2d_add`,
`conv2d_add_relu`, `linear_add` and their kin."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from xdsl.ir import Operation

from qfin.dialects import nn
from qfin.dialects.shapes import text
from qfin.dialects.tensors import shape_of
from qfin.dialects.uniform import UniformType
from qfin.interpreter import numerics
from qfin.passes.finalize.fusion import Fusion, Rewrite, name_of, replace_group
from qfin.passes.finalize.groups import (
    Refused,
    constant_of,
    defining,
    dequantized,
    element_type,
    input_of,
    output_of,
    require_activation,
    require_f32,
)
from qfin.passes.finalize.rules.contraction import FUSED, finite_packed_of
from qfin.passes.finalize.rules.parameters import can_be_infinite
from qfin.passes.finalize.weights import Contraction

MAX_RESIDUAL_SCALE = 128
"""Of the residual's scale by the output's. A residual then stays below 2**15 steps of the output,
and so does a sum of products that cancels it: each rounding of f32 is below 2**-9 of a step."""


def _adds_to(kind: type[Operation], op: Operation) -> bool:
    return any(isinstance(defining(operand), kind) for operand in op.operands)


def _residual(op: Operation) -> Rewrite:
    """Rounds once where float ops round several times; may differ by one step, next to ties.

    Before:

        %y = nn.conv2d %xf, %w : (...) -> tensor<1x8x4x4xf32>
        %z = nn.add %y, %rf : (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
        %q = quant.qcast %z : tensor<1x8x4x4xf32> to tensor<1x8x4x4x!qy>

    After (`%rf` is the dequantized `%r`):

        %q = quant.conv2d %x, %p, %r : (...) -> tensor<1x8x4x4x!qy>
    """
    assert isinstance(op, nn.AddOp)
    require_f32(op)
    value, other = op.lhs, op.rhs
    if not isinstance(defining(value), Contraction):
        value, other = other, value
    producer = defining(value)
    assert isinstance(producer, Contraction)
    if isinstance(second := defining(other), Contraction):
        raise Refused(
            f"adds the results of {producer.name} and {second.name}, of which only one can be"
            " fused: quantize the other"
        )
    if producer.parent is not op.parent:
        raise Refused(f"result of {producer.name} is used in another block, by {op.name}")
    if value.has_more_than_one_use():
        raise Refused(f"result of {producer.name} is used elsewhere, too")
    if constant_of(other) is not None:
        raise Refused(f"adds a constant to what {producer.name} gives, which is not fused")
    stored, residual = dequantized(other, "residual")
    require_activation(residual, "residual")
    wanted = shape_of(op.result)
    for operand, what in ((value, f"result of {producer.name}"), (other, "residual")):
        if (shape := shape_of(operand)) != wanted:
            raise Refused(f"{what} is broadcast from {text(shape)} to {text(wanted)}")
    input, element = input_of(producer)
    output = output_of(op, activations=True)
    quantized = element_type(output.quantize.result)
    assert isinstance(quantized, UniformType)
    packed = finite_packed_of(producer, element, quantized)
    _require_residual_scale(residual, quantized)
    if can_be_infinite(residual):
        raise Refused("residual can be infinite, which integers cannot be")
    result = output.quantize.result.type
    fused = FUSED[type(producer)](input, packed, result, output.activation, stored)
    return replace_group(producer, replace(output, between=(op, *output.between)), fused)


def _require_residual_scale(residual: UniformType, output: UniformType) -> None:
    """Within f32, and not so large that what cancels loses steps."""
    scale = numerics.residual_scale(residual.scale, output.scale)
    if scale > MAX_RESIDUAL_SCALE:
        raise Refused(
            f"residual scale is more than {MAX_RESIDUAL_SCALE} times the output scale: sums that"
            " cancel would lose steps"
        )
    if scale < np.finfo(np.float32).tiny:
        raise Refused("residual scale by output scale is not a normal f32")


def _row(kind: type[Operation], fused: type[Operation]) -> Fusion:
    name = name_of(kind)
    return Fusion(
        nn.AddOp,
        f"qcast(add({name}(dcast x, dcast w, b), dcast r)), either way round",
        fused.name,
        f"what `{kind.name}` needs, and: residual quantized per layer to 8 bits, of the shape of"
        f" the result, finite, at most {MAX_RESIDUAL_SCALE} times as coarse; no other use of either"
        " result",
        _residual,
        activations=True,
        when=partial(_adds_to, kind),
        variant=name,
        exact=False,
    )


FUSIONS: tuple[Fusion, ...] = tuple(_row(kind, fused) for kind, fused in FUSED.items())
