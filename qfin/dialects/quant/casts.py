"""The casts of upstream's dialect: `quant.qcast`, `quant.dcast`, `quant.scast`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from typing_extensions import override
from xdsl.dialects.builtin import (
    AnyFloat,
    IntegerType,
    NoneAttr,
    Signedness,
    TensorType,
    UnrankedTensorType,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
)
from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.quant.types import QuantizedType
from qfin.dialects.uniform.containers import element_of, verify_container
from qfin.dialects.uniform.storage import StoredType

FLOAT = "floating-point"
QUANTIZED = "quantized type"
INTEGER_OR_QUANTIZED = "signless integer or quantized type"


class _CastOp(IRDLOperation, ABC):
    """A cast of each element; shapes stay, and encodings (which are layouts) may change."""

    INPUT_KIND: ClassVar[str]
    RESULT_KIND: ClassVar[str]

    input = operand_def()
    result = result_def()

    assembly_format = "$input attr-dict `:` type($input) `to` type($result)"

    def __init__(self, input: SSAValue | Operation, result_type: Attribute):
        super().__init__(operands=[input], result_types=[result_type])

    @override
    def verify_(self) -> None:
        source, target = self.input.type, self.result.type
        _verify_kind("operand #0", source, self.INPUT_KIND)
        _verify_kind("result #0", target, self.RESULT_KIND)
        if _shape(source) != _shape(target):
            raise VerifyException(
                "input and result are both scalars or both tensors with matching shape"
            )
        self.verify_elements(element_of(source), element_of(target))
        verify_container(source)
        verify_container(target)

    @abstractmethod
    def verify_elements(self, source: Attribute, target: Attribute) -> None:
        """Checks the element types against each other. Raises VerifyException."""


class QCastCanonicalizationTrait(HasCanonicalizationPatternsTrait):
    @classmethod
    @override
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.quant.canonicalization import RequantizeSame

        return (RequantizeSame(),)


class SCastCanonicalizationTrait(HasCanonicalizationPatternsTrait):
    @classmethod
    @override
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.quant.canonicalization import StorageThereAndBack

        return (StorageThereAndBack(),)


@irdl_op_definition
class QCastOp(_CastOp):
    """
    Quantize: from floats to the nearest values of a quantized type.

        %q = quant.qcast %x : tensor<2x8xf32> to tensor<2x8x!quant.uniform<i8:f32, 2.0>>
    """

    name = "quant.qcast"
    INPUT_KIND: ClassVar[str] = FLOAT
    RESULT_KIND: ClassVar[str] = QUANTIZED
    traits = traits_def(Pure(), QCastCanonicalizationTrait())

    @override
    def verify_elements(self, source: Attribute, target: Attribute) -> None:
        _verify_expressed(quantized=target, expressed=source)


@irdl_op_definition
class DCastOp(_CastOp):
    """
    Dequantize: the floats that quantized values stand for.

        %x = quant.dcast %q : tensor<2x8x!quant.uniform<i8:f32, 2.0>> to tensor<2x8xf32>

    It has no canonicalization: a dcast of a qcast is not the value before, which was rounded.
    """

    name = "quant.dcast"
    INPUT_KIND: ClassVar[str] = QUANTIZED
    RESULT_KIND: ClassVar[str] = FLOAT
    traits = traits_def(Pure())

    @override
    def verify_elements(self, source: Attribute, target: Attribute) -> None:
        _verify_expressed(quantized=source, expressed=target)


@irdl_op_definition
class SCastOp(_CastOp):
    """
    Between a quantized type and the signless integer that stores it; the bits stay the same.

        %i = quant.scast %q : tensor<8x!quant.uniform<u8:f32, 2.0>> to tensor<8xi8>
    """

    name = "quant.scast"
    INPUT_KIND: ClassVar[str] = INTEGER_OR_QUANTIZED
    RESULT_KIND: ClassVar[str] = INTEGER_OR_QUANTIZED
    traits = traits_def(Pure(), SCastCanonicalizationTrait())

    @override
    def verify_elements(self, source: Attribute, target: Attribute) -> None:
        integer, quantized = source, target
        if not isinstance(integer, IntegerType):
            integer, quantized = target, source
        if not isinstance(integer, IntegerType) or isinstance(quantized, IntegerType):
            raise VerifyException(
                "input must be integer and result must be quantized, or vice versa"
            )
        if not isinstance(quantized, StoredType) or quantized.signless_storage != integer:
            raise VerifyException("storage type in quantized type expected to match integer type")


def _verify_kind(which: str, container: Attribute, kind: str) -> None:
    element = element_of(container)
    match kind:
        case "floating-point":
            fits = isinstance(element, AnyFloat)
        case "quantized type":
            fits = isinstance(element, QuantizedType)
        case _:
            fits = isinstance(element, QuantizedType) or (
                isinstance(element, IntegerType) and element.signedness.data == Signedness.SIGNLESS
            )
    if not fits:
        raise VerifyException(f"{which} must be scalar or tensor of {kind}, but got '{container}'")


def _verify_expressed(quantized: Attribute, expressed: Attribute) -> None:
    assert isinstance(quantized, QuantizedType)
    if isinstance(quantized.expressed, NoneAttr) or quantized.expressed != expressed:
        raise VerifyException("expressed type in quantized type expected to match float type")


def _shape(container: Attribute) -> tuple[int, ...] | str:
    if isinstance(container, TensorType):
        return container.get_shape()
    return "unranked" if isinstance(container, UnrankedTensorType) else "scalar"
