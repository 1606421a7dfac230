"""Dynamic fusions: f32 ops with packed weights, which quantize their input at run time."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter

from qfin.dialects import nn, quant
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr
from qfin.locations import fuse
from qfin.passes.finalize.dynamic_weights import (
    half_constants_of,
    half_weight,
    packed_for_dynamic,
    quantized_input,
)
from qfin.passes.finalize.fusion import Fusion, Rewrite, name_of
from qfin.passes.finalize.groups import (
    Activation,
    activation_of,
    defining,
    require_f32,
)
from qfin.passes.finalize.weights import Contraction, unpacked_from

_FUSED: dict[type[Operation], Callable[..., Operation]] = {
    nn.LinearOp: quant.LinearDynamicOp,
    nn.Conv1dOp: quant.Conv1dDynamicOp,
    nn.Conv2dOp: quant.Conv2dDynamicOp,
    nn.Conv3dOp: quant.Conv3dDynamicOp,
}


def with_activations(
    op: Operation, make: Callable[[ActivationAttr, SSAValue], Operation]
) -> Rewrite:
    """Puts the fused op in the place of `op` and of the relus and clamps that alone use it."""
    chain = [op]
    activation = NO_ACTIVATION
    while len(users := [use.operation for use in chain[-1].results[0].uses]) == 1:
        if not isinstance(user := users[0], Activation) or user.parent is not op.parent:
            break
        chain.append(user)
        activation = activation.then(activation_of(user))
    fused = make(activation, chain[-1].results[0])
    fused.location = fuse(*(part.location for part in chain))

    def rewrite(rewriter: PatternRewriter) -> Operation:
        rewriter.replace(chain[-1], fused)
        for part in reversed(chain[:-1]):
            rewriter.erase(part)
        return fused

    return rewrite


def dynamic(op: Operation) -> Rewrite:
    """The sums are exact, and the output is rounded by one multiply-add; the float op sums in f32,
    so that the two differ by what such sums round."""
    assert isinstance(op, Contraction)
    chosen = quantized_input(op)
    packed = packed_for_dynamic(op)
    return with_activations(
        op,
        lambda activation, result: _FUSED[type(op)](
            chosen.value, packed, result.type, activation, reduce_range=chosen.reduce_range
        ),
    )


def on_device(op: Operation) -> Rewrite:
    """Quantizes an input that was f32 to here: it is done only when asked for."""
    assert isinstance(op, nn.LinearOp)
    require_f32(op)
    packed = packed_for_dynamic(op)
    return with_activations(
        op,
        lambda activation, result: quant.LinearDynamicOp(
            op.input, packed, result.type, activation, reduce_range=True
        ),
    )


def is_weight_only(op: Operation) -> bool:
    """Whether the input of a linear is not quantized and its weight is."""
    input, weight = (
        isinstance(defining(operand), quant.DCastOp | quant.DequantizeOp)
        for operand in op.operands[:2]
    )
    return weight and not input


def fp16(op: Operation) -> Rewrite:
    """Both sum floats, each in its order, so that they differ by what such sums round."""
    assert isinstance(op, nn.LinearOp)
    weight, wanted = half_constants_of(op)
    packed = unpacked_from(weight, op.bias, wanted)[0]
    return with_activations(
        op,
        lambda activation, result: quant.LinearDynamicFp16Op(
            op.input, packed, result.type, activation
        ),
    )


def has_half_weight(op: Operation) -> bool:
    """Whether the weight of a linear is f16, made f32 by `nn.to`."""
    return isinstance(op, nn.LinearOp) and half_weight(op) is not None


INPUT = "f32; input quantized with affine parameters chosen for it, for ui8 or half of it"
WEIGHT = (
    "weight per layer or along axis 0, i8 or u8 and constant, or i8 quantized at run time with zero"
    " points 0; bias absent or f32; sum within 32 bits"
)


def _row(op: type[Operation], fused: type[Operation]) -> Fusion:
    name = name_of(op)
    return Fusion(
        op,
        f"{name}(dequantize(quantize(x, choose_qparams x)), dcast w, b)",
        fused.name,
        f"{INPUT}; {WEIGHT}",
        dynamic,
        activations=True,
        variant="dynamic",
        exact=False,
    )


FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.LinearOp,
        "linear(x, to h, b)",
        quant.LinearDynamicFp16Op.name,
        "f32; weight f16, a constant or saturate_to_fp16; bias absent or f32",
        fp16,
        activations=True,
        when=has_half_weight,
        variant="dynamic_fp16",
        exact=False,
    ),
    _row(nn.LinearOp, quant.LinearDynamicOp),
    _row(nn.Conv1dOp, quant.Conv1dDynamicOp),
    _row(nn.Conv2dOp, quant.Conv2dDynamicOp),
    _row(nn.Conv3dOp, quant.Conv3dDynamicOp),
)

ON_DEVICE: tuple[Fusion, ...] = (
    Fusion(
        nn.LinearOp,
        "linear(x, dcast w, b)",
        quant.LinearDynamicOp.name,
        f"the option `on-device`; f32; input not quantized; {WEIGHT}",
        on_device,
        activations=True,
        when=is_weight_only,
        variant="dynamic_on_device",
        exact=False,
    ),
)
