"""What ops with named tensor parameters share: how these are written, and the shape they have."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import TensorType, f32
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.tensors import Expected, shape_of

F32TensorConstr = Expected(TensorType.constr(f32), "a ranked tensor of f32")


def named(name: str) -> str:
    """The assembly format of the operand `name`: `name(%w : tensor<8xf32>)`."""
    return f"`{name}` `(` ${name} `:` type(${name}) `)`"


def optional(name: str) -> str:
    """As `named`, for an operand that may be absent."""
    return f"(`{name}` `(` ${name}^ `:` type(${name}) `)`)?"


def verify_parameter(name: str, value: SSAValue | None, expected: Sequence[int]) -> None:
    """Raises VerifyException unless the parameter is absent or has this shape."""
    if value is None:
        return
    if not shapes.compatible(shape := shape_of(value), expected):
        raise VerifyException(
            f"{name} must have shape {shapes.text(expected)}, got {shapes.text(shape)}"
        )


def channels_of(input: SSAValue) -> int:
    """C of an input [N, C, ...]. Raises VerifyException for one without channels."""
    if len(shape := shape_of(input)) < 2:
        raise VerifyException(f"expects a tensor [N, C, ...], got {shapes.text(shape)}")
    return shape[1]
