"""What a fusion looks at: a float op, the dequantized values it reads, the quantize that follows.

The functions here only look. Each that finds a group unfit raises `Refused` with the reason, which
becomes a remark.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TypeAlias

from xdsl.dialects import arith
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, f32, i8
from xdsl.ir import Attribute, Operation, OpResult, SSAValue
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import nn
from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalOp, global_of
from qfin.dialects.quant.activation import NO_ACTIVATION, RELU, ActivationAttr
from qfin.dialects.quant.casts import DCastOp, QCastOp, SCastOp
from qfin.dialects.uniform import UniformType

Activation: TypeAlias = nn.ReluOp | nn.ClampOp
"""What clamps each element by constant bounds."""


class Refused(Exception):  # noqa: N818 - it is an answer, not an error
    """A group does not fuse; `str()` is the reason."""


def element_type(value: SSAValue) -> Attribute:
    """The element type of a tensor value."""
    assert isinstance(value.type, TensorType)
    return value.type.element_type


def defining(value: SSAValue) -> Operation | None:
    return value.owner if isinstance(value, OpResult) else None


def holder_of(value: SSAValue) -> Operation | None:
    """The op that defines a value; the global itself, where one that never changes is loaded."""
    op = defining(value)
    return global_of(op, op.symbol) if isinstance(op, GlobalLoadConstOp) else op


def constant_of(value: SSAValue | None) -> DenseIntOrFPElementsAttr | None:
    """The constant that a value is, seen through a storage cast; a global's, where it is loaded."""
    if value is None:
        return None
    op = holder_of(value)
    if isinstance(op, SCastOp):
        op = holder_of(op.input)
    if not isinstance(op, arith.ConstantOp | GlobalOp):
        return None
    return op.value if isinstance(op.value, DenseIntOrFPElementsAttr) else None


def source_of(value: SSAValue) -> Operation | None:
    """The op that defines a value, seen through a storage cast and a rounding to f16."""
    op = defining(value)
    return defining(op.input) if isinstance(op, SCastOp | nn.SaturateToFp16Op) else op


def kept_global(value: SSAValue) -> GlobalOp | None:
    """The global that is loaded, is preserved and never changes: a constant once it is compiled."""
    op = source_of(value)
    found = global_of(op, op.symbol) if isinstance(op, GlobalLoadOp) else None
    return None if found is None or found.is_mutable is not None else found


def text_of_source(value: SSAValue) -> str:
    """`an argument`, or `made by` the op that defines the value."""
    op = source_of(value)
    return "an argument" if op is None else f"made by {op.name}"


def is_known(value: SSAValue | None) -> bool:
    """Whether a value is absent, a constant, or one once it is compiled."""
    if value is None or constant_of(value) is not None or kept_global(value) is not None:
        return True
    op = defining(value)
    return isinstance(op, nn.SaturateToFp16Op) and constant_of(op.input) is not None


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
    """The one op that uses `value`, which is the result of the op called `name`, in its block: a
    fused op stands where its quantize was, which must not be in a loop that `name` is not in."""
    users = [use.operation for use in value.uses]
    if not users:
        raise Refused(f"result of {name} is not used")
    types = {user.result.type for user in users if isinstance(user, QCastOp)}
    if len(types) > 1 and all(isinstance(user, QCastOp) for user in users):
        raise Refused(f"result of {name} is quantized to {len(types)} types, not all of which fuse")
    if len(users) > 1:
        others = ", ".join(sorted({user.name for user in users}))
        raise Refused(
            f"result of {name} has {len(users)} uses ({others}), only a quantize may use it"
        )
    if users[0].parent is not value.owner.parent:
        raise Refused(f"result of {name} is used in another block, by {users[0].name}")
    return users[0]


def require_activation(quantized: UniformType, what: str) -> None:
    """Activations are 8 bits, per layer."""
    if quantized.is_per_axis:
        raise Refused(f"{what} is quantized per axis")
    if quantized.is_sub_channel:
        raise Refused(f"{what} is quantized per block")
    if quantized.signless_storage != i8:
        raise Refused(f"{what} is stored in {quantized.storage}, not in 8 bits")
    if not quantized.storage_min <= quantized.zero_point <= quantized.storage_max:
        raise Refused(
            f"{what} has zero point {quantized.zero_point} outside of its storage range"
            f" [{quantized.storage_min}, {quantized.storage_max}]"
        )


def require_f32(op: Operation) -> None:
    """The fused ops stand for f32 arithmetic."""
    if (element := element_type(op.results[0])) != f32:
        raise Refused(f"computes in {element}, not in f32")


def input_of(op: Operation) -> tuple[SSAValue, UniformType]:
    """The quantized value behind the first operand of a float op, and its element type."""
    require_f32(op)
    input, element = dequantized(op.operands[0], "input")
    require_activation(element, "input")
    return input, element


@dataclass(frozen=True)
class Output:
    """What stands behind a float op: any relus and clamps, as one activation; then the quantize."""

    activation: ActivationAttr
    quantize: QCastOp
    between: tuple[Operation, ...]


def activation_of(op: Activation) -> ActivationAttr:
    """The float op as a clamp. With a `min` above its `max`, it gives `max`."""
    if isinstance(op, nn.ReluOp):
        return RELU
    low = -inf if op.min is None else op.min.value.data
    high = inf if op.max is None else op.max.value.data
    return ActivationAttr.clamp(min(low, high), high)


def behind_activations(value: OpResult) -> OpResult:
    """What is left of a value behind the relus and clamps that are all that use it."""
    while isinstance(user := value.get_user_of_unique_use(), Activation):
        value = user.result
    return value


def output_of(op: Operation, *, activations: bool) -> Output:
    """Follows the only result of `op` to the quantize that takes it."""
    between: tuple[Operation, ...] = ()
    activation = NO_ACTIVATION
    user = only_use(op.results[0], op.name)
    while activations and isinstance(user, Activation):
        between, activation = (*between, user), activation.then(activation_of(user))
        user = only_use(user.result, user.name)
    if not isinstance(user, QCastOp):
        raise Refused(f"result is used by {user.name}, not by a quantize")
    quantized = element_type(user.result)
    if not isinstance(quantized, UniformType):
        raise Refused(f"output has no quantization parameters yet ({quantized})")
    require_activation(quantized, "output")
    return Output(activation, user, between)


def require_verified(fused: Operation) -> None:
    """The rules of a fused op are those of its verifier. One that is refused is erased, as it would
    count among the uses of its operands."""
    try:
        fused.verify_()
    except VerifyException as error:
        fused.erase()
        raise Refused(f"{error}") from error
