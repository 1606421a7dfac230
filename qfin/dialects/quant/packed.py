"""The ops on packed weights: `quant.prepack`, `quant.unpack`, `quant.packed_constant`."""

from __future__ import annotations

from xdsl.dialects.builtin import Float16Type, NoneAttr, TensorType, f16, f32, i8
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_result_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.layout import BlockedAttr, DepthwiseAttr
from qfin.dialects.quant.packed_attr import PackedAttr
from qfin.dialects.quant.packed_type import LINEAR_FP16, MAX_CENTRED_REDUCTION, PackedType
from qfin.dialects.tensors import AnyTensorConstr, Expected
from qfin.dialects.uniform import UniformType
from qfin.dialects.uniform.containers import verify_container
from qfin.dialects.uniform.storage import natural_range

PackedConstr = Expected(BaseAttr(PackedType), "a !quant.packed")
WeightTensorConstr = Expected(
    TensorType.constr(BaseAttr(UniformType) | BaseAttr(Float16Type)),
    "a ranked tensor of !quant.uniform or f16",
)


def verify_unpacked(
    packed: PackedType, weight: Attribute, bias: Attribute | None, what: str
) -> None:
    """Checks that a weight and a bias type are what `packed` holds. Raises VerifyException."""
    assert isinstance(weight, TensorType)
    element = weight.element_type
    if weight.get_shape() != packed.weight.get_shape():
        raise VerifyException(
            f"{what} weight has shape {shapes.text(weight.get_shape())},"
            f" the packed type says {shapes.text(packed.weight.get_shape())}"
        )
    if packed.op.data == LINEAR_FP16:
        if element != f16:
            raise VerifyException(f"{what} weight must be f16, got {element}")
    else:
        _verify_quantized(packed, weight, what)
    if (bias is None) != (packed.bias == NoneAttr()):
        raise VerifyException(f"{what} bias must be there if and only if the packed type has one")
    if bias is not None:
        _verify_bias(packed, bias, what)


def _verify_quantized(packed: PackedType, weight: TensorType, what: str) -> None:
    element = weight.element_type
    if not isinstance(element, UniformType):
        raise VerifyException(f"{what} weight must be quantized, got {element}")
    if element.signless_storage != i8:
        raise VerifyException(f"{what} weight must be stored in 8 bits, got {element.storage}")
    if element.expressed != f32:
        raise VerifyException(f"{what} weight must stand for f32, got {element.expressed}")
    axis = packed.weight_axis
    if not (element.is_per_layer or (element.is_per_axis and element.axis == axis)):
        raise VerifyException(f"{what} weight must be quantized per layer or along axis {axis}")
    low, high = natural_range(element.storage)
    if not ((element.zero_points >= low) & (element.zero_points <= high)).all():
        raise VerifyException(f"{what} weight must have zero points from {low} to {high}")
    if element.zero_points.any():
        _verify_centred_sum(packed)
    verify_container(weight)


def _verify_centred_sum(packed: PackedType) -> None:
    """Raises VerifyException where sums with weights that have zero points could overflow."""
    if packed.reduction > MAX_CENTRED_REDUCTION:
        raise VerifyException(
            f"a sum of {packed.reduction} products can overflow 32 bits, with zero points of the"
            f" weight (at most {MAX_CENTRED_REDUCTION})"
        )


def _verify_bias(packed: PackedType, bias: Attribute, what: str) -> None:
    assert isinstance(bias, TensorType)
    stored = element = bias.element_type
    if bias.get_shape() != (packed.out_channels,):
        raise VerifyException(
            f"{what} bias has shape {shapes.text(bias.get_shape())},"
            f" expected [{packed.out_channels}]"
        )
    if isinstance(element, UniformType):
        stored = element.storage
        if element.zero_points.any():
            raise VerifyException(f"{what} bias must have zero points of 0")
        verify_container(bias)
    if stored != packed.bias:
        raise VerifyException(f"{what} bias is {stored}, the packed type says {packed.bias}")


@irdl_op_definition
class PrepackOp(IRDLOperation):
    """Packs a quantized weight, or one of f16, and a bias for the op that the result type names.

    It packs what the values stand for: stored values less their zero points, where those of a
    channel fit i8, and else with the zero point beside them; those of u8 with 128 less.

    %p = quant.prepack %w, %b : (tensor<10x64x!qw>, tensor<10xf32>)
      -> !quant.packed<linear, tensor<10x64xi8>, bias = f32>
    """

    name = "quant.prepack"

    weight = operand_def(WeightTensorConstr)
    bias = opt_operand_def(AnyTensorConstr)
    result = result_def(PackedConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, weight: SSAValue, bias: SSAValue | None, result_type: PackedType):
        super().__init__(operands=[weight, bias], result_types=[result_type])

    def verify_(self) -> None:
        assert isinstance(self.result.type, PackedType)
        verify_unpacked(
            self.result.type, self.weight.type, self.bias.type if self.bias else None, "operand"
        )
        if self.result.type.layout != NoneAttr():
            raise VerifyException("prepack makes a packed value without a layout")


class UnpackCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.quant.packed_patterns import UnpackOfPrepack

        return (UnpackOfPrepack(),)


@irdl_op_definition
class UnpackOp(IRDLOperation):
    """The weight and the bias of a packed value; `unpack(prepack(w, b))` is `(w, b)`.

    The weight is stored with the zero points that its type has, whatever those packed are.

    %w, %b = quant.unpack %p : (!quant.packed<linear, tensor<10x64xi8>, bias = f32>)
      -> (tensor<10x64x!qw>, tensor<10xf32>)
    """

    name = "quant.unpack"

    packed = operand_def(PackedConstr)
    weight = result_def(WeightTensorConstr)
    bias = opt_result_def(AnyTensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure(), UnpackCanonicalization())

    def __init__(self, packed: SSAValue, weight_type: Attribute, bias_type: Attribute | None):
        super().__init__(operands=[packed], result_types=[weight_type, bias_type])

    def verify_(self) -> None:
        assert isinstance(self.packed.type, PackedType)
        verify_unpacked(
            self.packed.type, self.weight.type, self.bias.type if self.bias else None, "result"
        )


@irdl_op_definition
class PackedConstantOp(IRDLOperation):
    """A packed value known at compile time.

    %p = quant.packed_constant <dense<1> : tensor<10x64xi8>,
      scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<10x64xi8>>
    """

    name = "quant.packed_constant"

    value = prop_def(PackedAttr)
    result = result_def(PackedConstr)

    assembly_format = "$value attr-dict `:` type($result)"
    traits = traits_def(Pure())

    def __init__(self, value: PackedAttr, result_type: PackedType):
        super().__init__(properties={"value": value}, result_types=[result_type])

    def verify_(self) -> None:
        packed, value = self.result.type, self.value
        assert isinstance(packed, PackedType)
        weight = value.weight.type
        if isinstance(layout := packed.layout, BlockedAttr | DepthwiseAttr):
            size = layout.size(packed.dense_shape, packed.groups)
            if weight.get_shape() != (size,):
                raise VerifyException(f"weight is {weight}, the layout says tensor<{size}xi8>")
        elif weight != packed.weight:
            raise VerifyException(f"weight is {weight}, the packed type says {packed.weight}")
        channels = packed.out_channels
        if value.scales.get_shape() not in ((1,), (channels,)):
            raise VerifyException(
                f"there must be one scale, or {channels}, one for each output channel,"
                f" got {value.scales.type}"
            )
        if not isinstance(given := value.zero_points, NoneAttr):
            if given.get_shape() not in ((1,), (channels,)):
                raise VerifyException(
                    f"there must be one zero point, or {channels}, one for each output channel,"
                    f" got {given.type}"
                )
            _verify_centred_sum(packed)
        bias = None if isinstance(value.bias, NoneAttr) else value.bias.type
        expected = None if packed.bias_type is None else TensorType(packed.bias_type, [channels])
        if bias != expected:
            raise VerifyException(
                f"bias is {bias or 'absent'}, the packed type says {expected or 'absent'}"
            )
