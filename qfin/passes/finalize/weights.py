"""What a fusion looks at: the constants of a convolution or a linear.

As in `groups`, the functions only look, and raise `Refused` where something is unfit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8, i32
from xdsl.ir import Attribute, Operation, SSAValue

from qfin.dialects import nn
from qfin.dialects.ml_program import GlobalOp
from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.quant.contraction import MAX_REDUCTION
from qfin.dialects.quant.packed import PackedAttr, PackedConstantOp, PrepackOp, UnpackOp
from qfin.dialects.quant.packed_dynamic import UnpackDynamicOp
from qfin.dialects.quant.packed_type import (
    CONV1D,
    CONV2D,
    CONV3D,
    CONV_TRANSPOSE1D,
    CONV_TRANSPOSE2D,
    CONV_TRANSPOSE3D,
    LINEAR,
    MAX_CENTRED_REDUCTION,
    PackedType,
)
from qfin.dialects.tensors import shape_of
from qfin.dialects.uniform import UniformType
from qfin.dialects.uniform.storage import natural_range
from qfin.interpreter import numerics
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.convolution import geometry_of
from qfin.interpreter.packed import Packed, packed_scales, packed_weight
from qfin.interpreter.transposed import to_convolution
from qfin.passes.finalize.groups import (
    Refused,
    constant_of,
    defining,
    dequantized,
    element_type,
    holder_of,
    is_known,
    require_f32,
    text_of_source,
)
from qfin.passes.sums import overflow, sum_range

Contraction: TypeAlias = nn.Convolution | nn.LinearOp
"""The float ops whose weights are packed."""

MAX_CANCELLED = 2**20
"""Steps of the output that a sum of products and an f32 bias may be, where they cancel.

Four roundings of f32, each of at most 2**-24 of such a sum, stand before the fused op's result: of
the product of the scales, the bias in its units, the sum as f32, and the sum with the bias. A
result that is not clamped is then within 2**20 * 4 * 2**-24 = 1/4 step of the exact one. The float
op is less exact: it rounds its factors and, of `K` products, each of its sums on the way, at 2**-24
of what they hold. The two are one step apart at most as long as the products, each without its
sign, add up to no more than 2**22 / (K + 2) steps.
"""

_KINDS: dict[type[Operation], str] = {
    nn.Conv1dOp: CONV1D,
    nn.Conv2dOp: CONV2D,
    nn.Conv3dOp: CONV3D,
    nn.ConvTranspose1dOp: CONV_TRANSPOSE1D,
    nn.ConvTranspose2dOp: CONV_TRANSPOSE2D,
    nn.ConvTranspose3dOp: CONV_TRANSPOSE3D,
    nn.LinearOp: LINEAR,
}


def require_weight(element: UniformType, axis: int = 0) -> None:
    """What `quant.prepack` can hold: i8 or u8, per layer or per output channel, which `axis`
    counts."""
    if element.signless_storage != i8:
        raise Refused(f"weight is stored in {element.storage}, not in 8 bits")
    if element.is_sub_channel:
        raise Refused("weight is quantized per block")
    if element.is_per_axis and element.axis != axis:
        raise Refused(f"weight is quantized along axis {element.axis}, not along axis {axis}")
    low, high = natural_range(element.storage)
    if np.any((element.zero_points < low) | (element.zero_points > high)):
        raise Refused(f"weight zero point is not one of {element.storage}, {low} to {high}")


def stored_bias(bias: SSAValue | None) -> SSAValue | None:
    """What is packed for a bias: the i32 value behind a dequantized one, any other as it is."""
    if bias is None:
        return None
    if not isinstance(defining(bias), DCastOp):
        return bias
    stored, quantized = dequantized(bias, "bias")
    if quantized.storage != i32 or np.any(quantized.zero_points):
        raise Refused("quantized bias is not i32 with zero point 0")
    if quantized.is_sub_channel:
        raise Refused("bias is quantized per block")
    return stored


@dataclass(frozen=True)
class Constants:
    """The quantized weight and the stored bias of a float op: what `quant.prepack` takes."""

    weight: SSAValue
    element: UniformType
    bias: SSAValue | None


def constants_of(op: Contraction) -> Constants:
    """The weight and the bias behind their dequantizes, packed or fit to be."""
    require_f32(op)
    weight, element = dequantized(op.weight, "weight")
    require_weight(element, axis=1 if isinstance(op, nn.ConvTranspose) else 0)
    bias = stored_bias(op.bias)
    for value, what in ((weight, "weight"), (bias, "bias")):
        if value is None:
            continue
        assert isinstance(value.type, TensorType)
        if not value.type.has_static_shape():
            raise Refused(f"{what} has a dynamic shape")
    return Constants(weight, element, bias)


def packed_type(op: Contraction, stored: SSAValue | None) -> PackedType:
    """The type of the packed constants of `op`, with the bias `stored`."""
    weight = TensorType(i8, shape_of(op.weight))
    bias: Attribute | None = None
    if stored is not None:
        element = element_type(stored)
        bias = element.storage if isinstance(element, UniformType) else element
    kind = _KINDS[type(op)]
    if isinstance(op, nn.LinearOp):
        return PackedType(kind, weight, bias)
    return PackedType(kind, weight, bias, geometry_of(op))


def require_known(value: SSAValue | None, what: str) -> None:
    """What is packed at compile time must be known then."""
    if value is not None and not is_known(value):
        raise Refused(
            f"{what} is not a constant, but {text_of_source(value)}, and not prepacked"
            " (quant-finalize packs constants only)"
        )


def unpacked_from(
    weight: SSAValue, bias: SSAValue | None, wanted: PackedType
) -> tuple[SSAValue, PackedType]:
    """The packed value that `weight` and `bias` were unpacked from, and its type, which must be the
    one `wanted`."""
    unpack = defining(weight)
    if not isinstance(unpack, UnpackOp | UnpackDynamicOp):
        require_known(weight, "weight")
        require_known(bias, "bias")
        raise Refused("weight is not prepacked (run insert-prepack-unpack first)")
    if unpack.bias is not bias:
        raise Refused("bias is not the one prepacked with the weight")
    packed = unpack.packed.type
    assert isinstance(packed, PackedType)
    if packed != wanted:
        raise Refused(f"weight is packed as {packed}, not as {wanted}")
    return unpack.packed, packed


def packed_of(op: Contraction, activation: UniformType, output: UniformType) -> SSAValue:
    """The packed value that weight and bias of `op`, from `activation` to `output`, were unpacked
    from."""
    constants = constants_of(op)
    wanted = packed_type(op, constants.bias)
    value, packed = unpacked_from(constants.weight, constants.bias, wanted)
    if constants.bias is not None:
        _require_bias_scale(packed, constants, activation)
    require_exact_sum(value, packed, activation, constants.element)
    scales = packed_scales(packed, constants.element)
    unit = numerics.accumulator_scale(activation.scale, scales)
    mult = numerics.requantize_scales(activation.scale, scales, output.scale)
    require_normal_scales(unit, mult, "input scale times weight scale")
    _require_bias_in_range(value, packed, activation, constants.element, unit, mult)
    return value


def require_normal_scales(unit: numerics.Floats, mult: numerics.Floats, product: str) -> None:
    """The factors of the requantization must not leave f32, nor lose bits below its range: `unit`,
    which is the `product` of two scales, and `mult`, which is that by the scale of the output."""
    for factor, what in ((unit, ""), (mult, " by output scale")):
        if not np.all(np.isfinite(factor) & (factor >= np.finfo(np.float32).tiny)):
            raise Refused(f"{product}{what} is not a normal f32")


def _require_bias_in_range(
    value: SSAValue,
    packed: PackedType,
    activation: UniformType,
    element: UniformType,
    unit: numerics.Floats,
    mult: numerics.Floats,
) -> None:
    """An f32 bias must be finite in units of the accumulator, `unit`, and where sums can cancel it
    at most `MAX_CANCELLED` steps of the output, of which one is 1 / `mult` such units."""
    weight, bias = _known(value, element)
    if bias is None or bias.dtype != np.float32:
        return
    with np.errstate(all="ignore"):
        scaled = bias / unit
    if not np.isfinite(scaled).all():
        raise Refused("bias by input scale times weight scale is not a finite f32")
    low, high = _sum_range(weight, packed, activation, element)
    # Sums of the other sign cancel the bias, as far as they reach.
    reach = np.where(scaled < 0, np.maximum(high, 0), np.maximum(-low, 0))
    cancelled = np.minimum(np.abs(scaled.astype(np.float64)), reach) * mult
    if np.any(cancelled > MAX_CANCELLED):
        raise Refused(
            f"bias is more than {MAX_CANCELLED} times the output scale: sums that cancel it would"
            " lose steps"
        )


def _require_bias_scale(packed: PackedType, constants: Constants, activation: UniformType) -> None:
    """An i32 bias must be in units of the accumulator."""
    assert constants.bias is not None
    if not isinstance(quantized := element_type(constants.bias), UniformType):
        return
    unit = np.float32(activation.scale) * packed_scales(packed, constants.element)
    given, unit = np.broadcast_arrays(quantized.scales, unit)
    # Exporters compute the product in f32 or in double: 2**-22 covers both and nothing else.
    if not all(isclose(a, b, rel_tol=2**-22) for a, b in zip(given.flat, unit.flat, strict=True)):
        raise Refused("bias scale is not the input scale times the weight scale")


def require_short_sum(packed: PackedType, element: UniformType | None = None) -> None:
    """The sum of products must fit 32 bits, whatever input and weight are; the zero points of a
    weight of `element`s, if there are any, can double each product."""
    has_zero_points = element is not None and element.zero_points.any()
    most = MAX_CENTRED_REDUCTION if has_zero_points else MAX_REDUCTION
    if packed.reduction > most:
        raise Refused(f"a sum of {packed.reduction} products can overflow 32 bits (at most {most})")


def require_exact_sum(
    value: SSAValue, packed: PackedType, activation: UniformType, element: UniformType
) -> None:
    """The sum of products and an i32 bias must fit 32 bits, whatever the input is."""
    require_short_sum(packed, element)
    if packed.bias != i32:
        return  # an f32 bias is added in f32
    weight, bias = _known(value, element)
    if bias is None:
        raise Refused("bias is i32 and not a constant: adding it can overflow 32 bits")
    low, high = _sum_range(weight, packed, activation, element)
    if (reached := overflow(low + bias, high + bias)) is not None:
        raise Refused(f"sum and bias can reach {reached}, which overflows 32 bits")


def _sum_range(
    weight: NDArray[Any] | None, packed: PackedType, activation: UniformType, element: UniformType
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`sum_range` of the centred weight of a packed value, of `element`s; as far as any goes, if it
    is not known."""
    if weight is None:
        ends = (activation.storage_min, activation.storage_max)
        furthest = max(abs(end - activation.zero_point) for end in ends)
        largest = 255 if element.zero_points.any() or not element.is_signed else 128
        high = np.asarray(largest * packed.reduction * furthest, np.int64)
        return -high, high
    if packed.is_transposed:
        weight = to_convolution(weight, packed.groups)
    return sum_range(weight, activation)


def _known(
    value: SSAValue, element: UniformType
) -> tuple[NDArray[Any] | None, NDArray[Any] | None]:
    """The weight of a packed value, of `element`s, less its zero points, and the bias, each where
    it is a constant."""
    packed = value.type
    assert isinstance(packed, PackedType)
    match holder_of(value):
        case PrepackOp(weight=weight, bias=bias):
            found = constant_of(weight), constant_of(bias), None
        case PackedConstantOp(value=content) | GlobalOp(value=PackedAttr() as content):
            parts = content.weight, content.bias, content.zero_points
            found = (part if isinstance(part, DenseIntOrFPElementsAttr) else None for part in parts)
        case _:
            return None, None
    weight, bias, zero_points = (None if one is None else dense_to_numpy(one) for one in found)
    if weight is not None:
        if isinstance(defining(value), PrepackOp):
            stored = weight.view(element.storage_dtype)
            weight, zero_points = packed_weight(packed, element, stored)
        if zero_points is None:  # weights are large: no wider copy for nothing
            return weight, bias
        weight = Packed(weight, np.ones(1, np.float32), None, zero_points).centred(packed)
    return weight, bias
