"""Which scalars and tensors a quantized type may be the element of."""

from __future__ import annotations

from xdsl.dialects.builtin import DYNAMIC_INDEX, TensorType, UnrankedTensorType
from xdsl.ir import Attribute
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.uniform import UniformType


def element_of(container: Attribute) -> Attribute:
    """The element type of a ranked or unranked tensor; a scalar type itself."""
    if isinstance(container, TensorType | UnrankedTensorType):
        return container.element_type
    return container


def verify_container(container: Attribute) -> None:
    """
    Checks that the scales of a per-axis or sub-channel type fit the tensor; a dynamic dimension
    fits any number. Other types pass. Raises VerifyException.
    """
    element = element_of(container)
    if not isinstance(element, UniformType) or element.is_per_layer:
        return
    if element.is_per_axis:
        _verify_per_axis(element, container)
    else:
        _verify_sub_channel(element, container)


def _verify_per_axis(element: UniformType, container: Attribute) -> None:
    if isinstance(container, UniformType):
        raise VerifyException("scalar types may not use per-axis quantization")
    if not isinstance(container, TensorType):
        return
    shape = container.get_shape()
    if element.axis >= len(shape):
        raise VerifyException("quantized dimension must be less than tensor rank")
    if shape[element.axis] not in (DYNAMIC_INDEX, element.scales.size):
        raise VerifyException("quantized dimension size does not match number of scales")


def _verify_sub_channel(element: UniformType, container: Attribute) -> None:
    if isinstance(container, UniformType):
        raise VerifyException("scalar types may not use sub-channel quantization")
    if not isinstance(container, TensorType):
        raise VerifyException("tensor containing the sub-channel quantized type must be ranked")
    shape = container.get_shape()
    blocks = [1] * len(shape)  # how many blocks, and so scales, an axis needs
    for axis, size in element.block_sizes.items():
        if axis >= len(shape):
            raise VerifyException(
                f"quantized dimension {axis} must be less than tensor rank {len(shape)}"
            )
        if shape[axis] != DYNAMIC_INDEX and shape[axis] % size:
            raise VerifyException(
                f"tensor dimension size {shape[axis]} at axis {axis} must be divisible by the "
                f"corresponding block size {size}"
            )
        blocks[axis] = DYNAMIC_INDEX if shape[axis] == DYNAMIC_INDEX else shape[axis] // size
    scales = element.scales.shape
    if len(scales) != len(shape):
        raise VerifyException(
            f"Rank of scales {len(scales)} must match the rank of the tensor {len(shape)}"
        )
    for axis, (count, wanted) in enumerate(zip(scales, blocks, strict=True)):
        if wanted not in (DYNAMIC_INDEX, count):
            raise VerifyException(
                f"dimension size {count} of scales tensor at axis {axis} should match "
                f"(tensor dimension at axis / block sizes at axis) = {wanted}"
            )
