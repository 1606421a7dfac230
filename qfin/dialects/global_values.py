"""The initial values of globals: which fit a type, and the constants that they are."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.quant.casts import SCastOp
from qfin.dialects.quant.packed import PackedConstantOp
from qfin.dialects.quant.packed_attr import PackedAttr
from qfin.dialects.quant.packed_type import PackedType
from qfin.dialects.uniform import UniformType


def verify_initial(value: Attribute, type: Attribute) -> None:
    """Raises VerifyException for a value that a global of `type` cannot hold.

    A tensor starts as a dense attribute, of its storage where it is quantized; a `!quant.packed`
    as a `#quant.weights`. Values and types of other dialects are theirs to check.
    """
    match type, value:
        case PackedType(), PackedAttr():
            PackedConstantOp(value, type).verify_()
        case (PackedType(), DenseIntOrFPElementsAttr()) | (TensorType(), PackedAttr()):
            raise VerifyException(f"a global of type {type} cannot start as a {value.name}")
        case TensorType(), DenseIntOrFPElementsAttr():
            if not shapes.compatible(value.get_shape(), type.get_shape()):
                raise VerifyException(f"initial value is {value.type}, the global is {type}")
            if value.get_element_type() != stored_element(type):
                raise VerifyException(
                    f"initial value is {value.type}, the global holds {stored_element(type)}"
                )
        case _:
            pass


def stored_element(type: TensorType[Attribute]) -> Attribute:
    """The elements that a dense attribute holds for a tensor of `type`."""
    element = type.element_type
    return element.signless_storage if isinstance(element, UniformType) else element


def constant_ops(value: Attribute | None, type: Attribute) -> list[Operation]:
    """The ops whose last makes the value as a constant of `type`; none where there is no such
    op: no value, one that is defined elsewhere, a tensor of dynamic shape."""
    match value:
        case PackedAttr() if isinstance(type, PackedType):
            return [PackedConstantOp(value, type)]
        case DenseIntOrFPElementsAttr() if isinstance(type, TensorType):
            constant = arith.ConstantOp(value)
            if isinstance(type.element_type, UniformType):
                return [constant, SCastOp(constant.result, type)]
            return [constant] if value.type == type else []
        case _:
            return []
