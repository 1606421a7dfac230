"""The quantized types without parameters yet: `!quant.any` and `!quant.calibrated`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from typing_extensions import override
from xdsl.dialects.builtin import AnyFloat, FloatData, IntegerType, NoneAttr, f64
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.uniform import UniformType
from qfin.dialects.uniform.literals import parse_expressed, parse_float_literal
from qfin.dialects.uniform.storage import StoredType, parse_storage, storage_parameters


@irdl_attr_definition
class AnyQuantizedType(StoredType):
    """
    Stored as an integer, by a rule that the type does not give; the expressed type is optional.

        !quant.any<i8>
        !quant.any<u8<1:250>:f32>
    """

    name = "quant.any"

    expressed: AnyFloat | NoneAttr

    @staticmethod
    def get(
        storage: IntegerType,
        expressed: AnyFloat | None = None,
        storage_min: int | None = None,
        storage_max: int | None = None,
    ) -> AnyQuantizedType:
        """Raises VerifyException for an illegal storage or range."""
        return AnyQuantizedType(
            *storage_parameters(storage, storage_min, storage_max), expressed or NoneAttr()
        )

    @classmethod
    @override
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        with parser.in_angle_brackets():
            storage, *limits = parse_storage(parser)
            has_expressed = parser.parse_optional_punctuation(":") is not None
            expressed = parse_expressed(parser) if has_expressed else None
        try:
            return cls.get(storage, expressed, *limits).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    @override
    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            self.print_storage(printer)
            if not isinstance(self.expressed, NoneAttr):
                printer.print_string(":")
                printer.print_attribute(self.expressed)


@irdl_attr_definition
class CalibratedType(ParametrizedAttribute, TypeAttribute):
    """
    A float whose values were seen to lie in a range; no storage is chosen yet.

        !quant.calibrated<f32<-0.998:1.2321>>
    """

    name = "quant.calibrated"

    expressed: AnyFloat
    range_min: FloatData
    range_max: FloatData

    @staticmethod
    def get(expressed: AnyFloat, minimum: float, maximum: float) -> CalibratedType:
        """Raises VerifyException unless minimum < maximum."""
        return CalibratedType(expressed, FloatData(minimum), FloatData(maximum))

    @property
    def minimum(self) -> float:
        return self.range_min.data

    @property
    def maximum(self) -> float:
        return self.range_max.data

    @override
    def verify(self) -> None:
        if not self.minimum < self.maximum:
            raise VerifyException(f"illegal min and max: ({self.minimum:e}:{self.maximum:e})")

    @classmethod
    @override
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        with parser.in_angle_brackets():
            expressed = parse_expressed(parser)
            with parser.in_angle_brackets():
                minimum = parse_float_literal(parser)
                parser.parse_punctuation(":")
                maximum = parse_float_literal(parser)
        try:
            return cls.get(expressed, minimum, maximum).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    @override
    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_attribute(self.expressed)
            with printer.in_angle_brackets():
                printer.print_float(self.minimum, f64)
                printer.print_string(":")
                printer.print_float(self.maximum, f64)


QuantizedType: TypeAlias = UniformType | AnyQuantizedType | CalibratedType
