"""What `plan-buffers` asks of tensor types: which it can compile, and the domain that activations
are stored in. Between ops that domain is unsigned bytes: i8 quantized values are kept with 128
added. A caller has them as they are.
"""

from __future__ import annotations

from xdsl.dialects import func
from xdsl.dialects.builtin import TensorType, f32, i8, i32
from xdsl.ir import Attribute, Operation, SSAValue

from qfin.dialects import nn, quant
from qfin.dialects.families.pooling import Pooling
from qfin.dialects.families.reduction import Mean
from qfin.dialects.families.upsample import Upsample
from qfin.dialects.kernel.buffers import si8
from qfin.dialects.layout import ToNchwOp, ToNhwcOp, is_nhwc
from qfin.dialects.nn.joining import JoinOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr
from qfin.dialects.quant.binary import BinaryOp
from qfin.dialects.quant.dynamic import ui8
from qfin.dialects.quant.unary import QuantUnaryOp
from qfin.dialects.uniform import UniformType
from qfin.errors import UnsupportedError
from qfin.interpreter.activation import output_range

_ON_ANY_LAYOUT = (
    nn.ReshapeOp,
    quant.Conv2dOp,
    quant.Conv3dOp,
    quant.ConvTranspose2dOp,
    quant.ConvTranspose3dOp,
    quant.QCastOp,
    quant.DCastOp,
    Pooling,
    Upsample,
    Mean,
    nn.ReluOp,
    nn.ClampOp,
    nn.AddOp,
    nn.SubOp,
    nn.MulOp,
    quant.Conv2dDynamicOp,
    quant.Conv3dDynamicOp,
    QuantUnaryOp,
    BinaryOp,
    MoveOp,
    JoinOp,
    quant.CatOp,
    quant.BatchNormOp,
    quant.PreluOp,
    nn.PreluOp,
    quant.GroupNormOp,
    quant.InstanceNormOp,
    ToNhwcOp,
    ToNchwOp,
    func.ReturnOp,
)


def tensor_of(value: SSAValue) -> TensorType[Attribute]:
    """The type of a tensor value."""
    assert isinstance(value.type, TensorType)
    return value.type


def uniform_of(value: SSAValue) -> UniformType:
    """The element type of a quantized tensor value."""
    element = tensor_of(value).element_type
    assert isinstance(element, UniformType)
    return element


def stored_type(element: Attribute) -> Attribute:
    """The element type of the memory behind a tensor."""
    if element == ui8:
        return i8
    return element.signless_storage if isinstance(element, UniformType) else element


def given_type(element: Attribute) -> Attribute:
    """The element type of memory that a caller gives, or sees, for a tensor."""
    stored = stored_type(element)
    return si8 if stored == i8 and shift_of(element) else stored


def shift_of(element: Attribute) -> int:
    """What is added to a stored value to make it unsigned."""
    return 128 if isinstance(element, UniformType) and element.is_signed else 0


def zero_point(element: UniformType) -> int:
    """The zero point, unsigned."""
    return element.zero_point + shift_of(element)


def clamp(element: UniformType, activation: ActivationAttr = NO_ACTIVATION) -> tuple[int, int]:
    """The smallest and largest stored value of a result that `activation` follows, unsigned."""
    low, high = output_range(element, activation)
    return low + shift_of(element), high + shift_of(element)


def require_compilable(op: Operation) -> None:
    """Raises UnsupportedError, at `op`, for a value it reads or makes that no kernel can: not a
    tensor, of dynamic shape, of other elements than f32, i8, i32 and 8 quantized bits."""
    for value in (*op.operands, *op.results):
        tensor = value.type
        if isinstance(tensor, quant.PackedType):
            continue
        if not isinstance(tensor, TensorType) or not tensor.has_static_shape():
            raise UnsupportedError(f"only tensors of static shape are compiled, not {tensor}", op)
        element = tensor.element_type
        if isinstance(element, UniformType) and element.signless_storage != i8:
            raise UnsupportedError(
                f"only values stored in 8 bits are compiled, not {element.storage}", op
            )
        if not isinstance(element, UniformType) and element not in (f32, i8, ui8, i32):
            raise UnsupportedError(f"tensors of {element} are not compiled", op)
        if is_nhwc(tensor) and not isinstance(op, _ON_ANY_LAYOUT):
            raise UnsupportedError("runs on row-major tensors only", op)


def require_per_layer(op: Operation, value: SSAValue) -> UniformType:
    """The element type of a quantized `value`; UnsupportedError, at `op`, unless it has one scale
    and one zero point, the latter inside of its range."""
    element = uniform_of(value)
    if not element.is_per_layer:
        raise UnsupportedError(
            "only constants may have several scales where code is compiled, and only to be packed"
            f" or dequantized: give {element} one scale and one zero point",
            op,
        )
    if not element.storage_min <= element.zero_point <= element.storage_max:
        raise UnsupportedError(
            f"the zero point {element.zero_point} lies outside of the storage range"
            f" [{element.storage_min}, {element.storage_max}]",
            op,
        )
    return element
