"""The fusion of a product of two tensors that are both quantized at run time."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.uniform import UniformType
from qfin.interpreter import numerics
from qfin.passes.finalize.fusion import Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import (
    Refused,
    dequantized,
    element_type,
    output_of,
    require_activation,
    require_f32,
    require_verified,
)
from qfin.passes.finalize.rules.parameters import can_be_infinite
from qfin.passes.finalize.weights import require_normal_scales


def _matmul(op: Operation) -> Rewrite:
    """On integers, sums are exact; the result may differ by one step, next to ties."""
    assert isinstance(op, nn.MatmulOp)
    require_f32(op)
    lhs, left = dequantized(op.lhs, "left operand")
    rhs, right = dequantized(op.rhs, "right operand")
    for element, what in ((left, "left operand"), (right, "right operand")):
        require_activation(element, what)
        if can_be_infinite(element):
            raise Refused(f"{what} can be infinite, which integers cannot be")
    output = output_of(op, activations=True)
    quantized = element_type(output.quantize.result)
    assert isinstance(quantized, UniformType)
    unit = numerics.accumulator_scale(left.scale, right.scale)
    mult = numerics.requantize_scales(left.scale, right.scale, quantized.scale)
    require_normal_scales(unit, mult, "product of the operands' scales")
    fused = quant.MatmulOp(lhs, rhs, output.quantize.result.type, output.activation)
    require_verified(fused)
    return replace_group(op, output, fused)


FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.MatmulOp,
        "qcast(matmul(dcast a, dcast b))",
        "quant.matmul",
        "f32; both operands and output quantized per layer to 8 bits, operands finite; sum within"
        " 32 bits, factors within f32; no other use of the result",
        _matmul,
        activations=True,
        exact=False,
    ),
)
