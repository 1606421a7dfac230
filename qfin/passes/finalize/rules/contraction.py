"""Fusions of sums of products with constant weights: convolutions, linear."""

from __future__ import annotations

from xdsl.ir import Operation, SSAValue

from qfin.dialects import nn, quant
from qfin.dialects.quant.contraction import Contraction as FusedContraction
from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import Refused, dequantized, element_type, input_of, output_of
from qfin.passes.finalize.rules.parameters import can_be_infinite
from qfin.passes.finalize.weights import Contraction, packed_of

FUSED: dict[type[Operation], type[FusedContraction]] = {
    nn.Conv1dOp: quant.Conv1dOp,
    nn.Conv2dOp: quant.Conv2dOp,
    nn.Conv3dOp: quant.Conv3dOp,
    nn.ConvTranspose1dOp: quant.ConvTranspose1dOp,
    nn.ConvTranspose2dOp: quant.ConvTranspose2dOp,
    nn.ConvTranspose3dOp: quant.ConvTranspose3dOp,
    nn.LinearOp: quant.LinearOp,
}


def finite_packed_of(op: Contraction, input: UniformType, output: UniformType) -> SSAValue:
    """As `packed_of`. Raises Refused where input or weight can be infinite: stored values are not,
    and where the float op gives NaN, they would give a number."""
    packed = packed_of(op, input, output)
    _, weight = dequantized(op.weight, "weight")
    for element, what in ((input, "input"), (weight, "weight")):
        if can_be_infinite(element):
            raise Refused(f"{what} can be infinite, which integers cannot be")
    return packed


def contraction(op: Operation) -> Rewrite:
    """On integers, sums are exact; the result may differ by one step, next to ties, where f32 can
    tell the steps of the float op's sums (`MAX_CANCELLED` in `weights`)."""
    assert isinstance(op, Contraction)
    input, element = input_of(op)
    output = output_of(op, activations=True)
    quantized = element_type(output.quantize.result)
    assert isinstance(quantized, UniformType)
    packed = finite_packed_of(op, element, quantized)
    fused = FUSED[type(op)](input, packed, output.quantize.result.type, output.activation)
    return replace_group(op, output, fused)


WEIGHT = "weight i8 or u8, per layer or along axis 0; input and weight finite"
BIAS = (
    "bias absent, f32 of at most 2**20 steps of the output where sums can cancel it, or i32 at"
    " input scale times weight scale; sum within 32 bits, factors within f32"
)

FUSIONS: tuple[Fusion, ...] = tuple(
    Fusion(
        op,
        f"qcast({name}(dcast x, dcast w, b))",
        f"quant.{name}",
        f"{NEEDS_ACTIVATIONS}; {WEIGHT}; {BIAS}; no other use of the result",
        contraction,
        activations=True,
        exact=False,
    )
    for op, name in (
        (nn.Conv1dOp, "conv1d"),
        (nn.Conv2dOp, "conv2d"),
        (nn.Conv3dOp, "conv3d"),
        (nn.LinearOp, "linear"),
    )
)
