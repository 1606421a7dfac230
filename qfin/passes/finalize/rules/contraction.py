"""Fusions of sums of products with constant weights: convolutions, linear."""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects import nn, quant
from qfin.dialects.quant.contraction import Contraction as FusedContraction
from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.fusion import NEEDS_ACTIVATIONS, Fusion, Rewrite, replace_group
from qfin.passes.finalize.groups import element_type, input_of, output_of
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


def contraction(op: Operation) -> Rewrite:
    """On integers, sums are exact; the result may differ by one step, next to ties, where f32 can
    tell the steps of the float op's sums (`MAX_CANCELLED` in `weights`)."""
    assert isinstance(op, Contraction)
    input, element = input_of(op)
    output = output_of(op, activations=True)
    quantized = element_type(output.quantize.result)
    assert isinstance(quantized, UniformType)
    packed = packed_of(op, element, quantized)
    fused = FUSED[type(op)](input, packed, output.quantize.result.type, output.activation)
    return replace_group(op, output, fused)


WEIGHT = "weight i8 or u8, per layer or along axis 0"
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
