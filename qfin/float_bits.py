"""Reading `dense<0x7F800000> : tensor<4xf32>` right: as the bits of the floats.

That is what hexadecimal means there, upstream and in xDSL's printer, which writes it for NaN,
infinities and values such as 12582912.0; but xDSL's parser (0.74, its issue 3370) takes it for the
number 2139095040.
"""

from __future__ import annotations

from typing_extensions import override
from xdsl.dialects.builtin import AnyFloat, ComplexType, IndexType, IntegerType
from xdsl.parser import AttrParser, Parser


class FloatBitsParser(Parser):
    """xDSL's parser, with float bits in dense literals."""

    class _Bits(Parser._TensorLiteralElement):  # pyright: ignore[reportPrivateUsage]
        """An element in hexadecimal: bits of a float, or an integer, as the type says."""

        @override
        def to_type(
            self, parser: AttrParser, type: AnyFloat | IntegerType | IndexType | ComplexType
        ) -> int | float | tuple[int, int] | tuple[float, float]:
            if not isinstance(type, AnyFloat):
                return super().to_type(parser, type)
            assert isinstance(self.value, int)
            size = type.compile_time_size
            if not 0 <= self.value < 1 << 8 * size:
                parser.raise_error(f"hexadecimal literal is not {size} bytes of {type}", self.span)
            return next(iter(type.iter_unpack(self.value.to_bytes(size, "little"))))

    @override
    def _parse_tensor_literal_element(self) -> Parser._TensorLiteralElement:
        element = super()._parse_tensor_literal_element()
        if not element.span.text.removeprefix("-").lower().startswith("0x"):
            return element
        return self._Bits(element.is_negative, element.value, element.span)
