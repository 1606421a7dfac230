"""What fused ops share: the activation that may follow, the rules of their inputs and results."""

from __future__ import annotations

from xdsl.dialects.builtin import f32, i8
from xdsl.dialects.utils import EnumAttribute
from xdsl.ir import SpacedOpaqueSyntaxAttribute, SSAValue
from xdsl.irdl import irdl_attr_definition
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.str_enum import StrEnum

from qfin.dialects.tensors import element_type_of
from qfin.dialects.uniform import UniformType


class Activation(StrEnum):
    NONE = "none"
    RELU = "relu"


@irdl_attr_definition
class ActivationAttr(EnumAttribute[Activation], SpacedOpaqueSyntaxAttribute):
    """What follows the sum, folded into the output's clamp: `#quant<activation relu>`."""

    name = "quant.activation"


NO_ACTIVATION = ActivationAttr(Activation.NONE)
RELU = ActivationAttr(Activation.RELU)


def verify_activation_type(value: SSAValue, what: str) -> None:
    """Activations are quantized per layer to 8 bits, from f32. Raises VerifyException."""
    element = element_type_of(value)
    assert isinstance(element, UniformType)
    if not element.is_per_layer:
        raise VerifyException(f"{what} must be quantized per layer, got {element}")
    if element.signless_storage != i8:
        raise VerifyException(f"{what} must be stored in 8 bits, got {element.storage}")
    if element.expressed != f32:
        raise VerifyException(f"{what} must stand for f32, got {element.expressed}")
    if not element.storage_min <= element.zero_point <= element.storage_max:
        raise VerifyException(
            f"{what} has zero point {element.zero_point} outside of its storage range"
            f" [{element.storage_min}, {element.storage_max}]"
        )
