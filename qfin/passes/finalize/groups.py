"""What a fusion looks at: a float op, the dequantized values it reads, the quantize that follows.

The functions here only look. Each that finds a group unfit raises `Refused` with the reason, which
becomes a remark.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

import numpy as np
from xdsl.dialects.builtin import TensorType, f32, i8, i32
from xdsl.ir import Attribute, Operation, OpResult, SSAValue

from qfin.dialects import nn
from qfin.dialects.quant.casts import DCastOp, QCastOp
from qfin.dialects.quant.fused import MAX_REDUCTION, NO_ACTIVATION, RELU, ActivationAttr
from qfin.dialects.quant.packed import PackedType, UnpackOp
from qfin.dialects.uniform import UniformType


class Refused(Exception):
    """A group does not fuse; `str()` is the reason."""


def element_type(value: SSAValue) -> Attribute:
    """The element type of a tensor value."""
    assert isinstance(value.type, TensorType)
    return value.type.element_type


def defining(value: SSAValue) -> Operation | None:
    return value.owner if isinstance(value, OpResult) else None


def dequantized(value: SSAValue, what: str) -> tuple[SSAValue, UniformType]:
    """The quantized value that `value` is the dcast of, and its element type."""
    cast = defining(value)
    if not isinstance(cast, DCastOp):
        raise Refused(f"{what} is not a dequantized value")
    quantized = element_type(cast.input)
    if not isinstance(quantized, UniformType):
        raise Refused(f"{what} has no quantization parameters yet ({quantized})")
    return cast.input, quantized


def only_use(value: SSAValue, name: str) -> Operation:
    """The one op that uses `value`, which is the result of the op called `name`."""
    users = [use.operation for use in value.uses]
    if not users:
        raise Refused(f"result of {name} is not used")
    if len(users) > 1:
        others = ", ".join(sorted({user.name for user in users}))
        raise Refused(
            f"result of {name} has {len(users)} uses ({others}), only a quantize may use it"
        )
    return users[0]


def require_activation(quantized: UniformType, what: str) -> None:
    """Activations are 8 bits, per layer, from f32."""
    if quantized.is_per_axis:
        raise Refused(f"{what} is quantized per axis")
    if quantized.is_sub_channel:
        raise Refused(f"{what} is quantized per block")
    if quantized.signless_storage != i8:
        raise Refused(f"{what} is stored in {quantized.storage}, not in 8 bits")
    if quantized.expressed != f32:
        raise Refused(f"{what} is expressed in {quantized.expressed}, not in f32")
    if not quantized.storage_min <= quantized.zero_point <= quantized.storage_max:
        raise Refused(
            f"{what} has zero point {quantized.zero_point} outside of its storage range"
            f" [{quantized.storage_min}, {quantized.storage_max}]"
        )


@dataclass(frozen=True)
class Output:
    """What stands behind a float op: at most one activation, then the quantize."""

    activation: ActivationAttr
    quantize: QCastOp
    between: tuple[Operation, ...]


def output_of(op: Operation, *, activations: bool) -> Output:
    """Follows the only result of `op` to the quantize that takes it."""
    between: tuple[Operation, ...] = ()
    activation = NO_ACTIVATION
    user = only_use(op.results[0], op.name)
    if activations and isinstance(user, nn.ReluOp):
        between, activation = (user,), RELU
        user = only_use(user.result, user.name)
    if not isinstance(user, QCastOp):
        raise Refused(f"result is used by {user.name}, not by a quantize")
    quantized = element_type(user.result)
    if not isinstance(quantized, UniformType):
        raise Refused(f"output has no quantization parameters yet ({quantized})")
    require_activation(quantized, "output")
    return Output(activation, user, between)


@dataclass(frozen=True)
class Weights:
    """A packed value that feeds a float op through unpack and dcast."""

    packed: SSAValue
    type: PackedType
    element: UniformType


def require_weight(element: UniformType) -> None:
    """What `quant.prepack` can hold: i8, per layer or per output channel, zero points 0."""
    if element.storage != i8:
        raise Refused(f"weight is stored in {element.storage}, not in i8")
    if element.expressed != f32:
        raise Refused(f"weight is expressed in {element.expressed}, not in f32")
    if element.is_sub_channel:
        raise Refused("weight is quantized per block")
    if element.is_per_axis and element.axis != 0:
        raise Refused(f"weight is quantized along axis {element.axis}, not along axis 0")
    if np.any(element.zero_points):
        raise Refused("weight zero point is not 0")


def weights_of(op: nn.Conv2dOp | nn.LinearOp) -> Weights:
    """The packed value behind the weight, and behind the bias if there is one."""
    weight, element = dequantized(op.weight, "weight")
    require_weight(element)
    unpack = defining(weight)
    if not isinstance(unpack, UnpackOp):
        raise Refused("weight is not prepacked (run insert-prepack-unpack first)")
    packed = unpack.packed.type
    assert isinstance(packed, PackedType)
    if packed.reduction > MAX_REDUCTION:
        raise Refused(
            f"a sum of {packed.reduction} products can overflow 32 bits (at most {MAX_REDUCTION})"
        )
    return Weights(unpack.packed, packed, element)


def require_bias(op: nn.Conv2dOp | nn.LinearOp, weights: Weights, activation: UniformType) -> None:
    """The bias must be the packed one; an i32 bias must be in units of the accumulator."""
    if op.bias is None:
        return
    cast = defining(op.bias)
    bias = cast.input if isinstance(cast, DCastOp) else op.bias
    unpack = defining(bias)
    if not isinstance(unpack, UnpackOp) or unpack.packed is not weights.packed:
        raise Refused("bias is not prepacked together with the weight")
    if not isinstance(quantized := element_type(bias), UniformType):
        return
    if quantized.storage != i32 or np.any(quantized.zero_points):
        raise Refused("quantized bias is not i32 with zero point 0")
    unit = np.float32(activation.scale) * weights.element.scales.astype(np.float32)
    given, unit = np.broadcast_arrays(quantized.scales, unit)
    # Exporters compute the product in f32 or in double: 2**-22 covers both and nothing else.
    if not all(isclose(a, b, rel_tol=2**-22) for a, b in zip(given.flat, unit.flat, strict=True)):
        raise Refused("bias scale is not the input scale times the weight scale")
