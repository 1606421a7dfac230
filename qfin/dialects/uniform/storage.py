"""The integer side of a quantized type: `i8`, `u8<2:10>`, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from typing_extensions import override
from xdsl.dialects.builtin import IntAttr, IntegerType, Signedness
from xdsl.ir import ParametrizedAttribute, TypeAttribute
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

MAX_STORAGE_BITS = 32


@dataclass(frozen=True, init=False)
class StoredType(ParametrizedAttribute, TypeAttribute):
    """What the types with a storage share. The range is always resolved, never left out."""

    storage: IntegerType
    range_min: IntAttr
    range_max: IntAttr

    @property
    def storage_min(self) -> int:
        """The smallest value that is stored."""
        return self.range_min.data

    @property
    def storage_max(self) -> int:
        """The largest value that is stored."""
        return self.range_max.data

    @property
    def is_signed(self) -> bool:
        """Whether the stored bits are a signed integer."""
        return self.storage.signedness.data != Signedness.UNSIGNED

    @property
    def signless_storage(self) -> IntegerType:
        """What `quant.scast` converts to and from: `i8` for `i8` and for `u8`."""
        return IntegerType(self.storage.width.data)

    @property
    def storage_dtype(self) -> np.dtype[Any]:
        """The smallest numpy integer that holds the storage, of its signedness."""
        bits = max(8, 1 << (self.storage.width.data - 1).bit_length())
        return np.dtype(f"{'int' if self.is_signed else 'uint'}{bits}")

    @override
    def verify(self) -> None:
        width, lowest, highest = self.storage.width.data, self.storage_min, self.storage_max
        if not 1 <= width <= MAX_STORAGE_BITS:
            raise VerifyException(f"illegal storage type size: {width}")
        if self.storage.signedness.data == Signedness.SIGNED:
            raise VerifyException("signed storage is held as a signless integer")
        natural_min, natural_max = natural_range(self.storage)
        if lowest >= highest:
            raise VerifyException(f"illegal storage min and storage max: ({lowest}:{highest})")
        if lowest < natural_min:
            raise VerifyException(f"illegal storage type minimum: {lowest}")
        if highest > natural_max:
            raise VerifyException(f"illegal storage type maximum: {highest}")

    def print_storage(self, printer: Printer) -> None:
        """`i8<-127:127>`; the range only where it is not the full one."""
        printer.print_string(f"{'i' if self.is_signed else 'u'}{self.storage.width.data}")
        if (self.storage_min, self.storage_max) != natural_range(self.storage):
            printer.print_string(f"<{self.storage_min}:{self.storage_max}>")


def natural_range(storage: IntegerType) -> tuple[int, int]:
    """The smallest and largest value of the integer; a signless one counts as signed."""
    width = storage.width.data
    if storage.signedness.data == Signedness.UNSIGNED:
        return 0, (1 << width) - 1
    return -(1 << (width - 1)), (1 << (width - 1)) - 1


def storage_parameters(
    storage: IntegerType, storage_min: int | None, storage_max: int | None
) -> tuple[IntegerType, IntAttr, IntAttr]:
    """
    The parameters of a `StoredType`: `si8` becomes `i8`, an end that is None that of the full
    range. Raises VerifyException for a width outside 1..32.
    """
    if not 1 <= (width := storage.width.data) <= MAX_STORAGE_BITS:
        raise VerifyException(f"illegal storage type size: {width}")
    if storage.signedness.data == Signedness.SIGNED:
        storage = IntegerType(width)
    lowest, highest = natural_range(storage)
    return (
        storage,
        IntAttr(lowest if storage_min is None else storage_min),
        IntAttr(highest if storage_max is None else storage_max),
    )


def parse_storage(parser: AttrParser) -> tuple[IntegerType, int | None, int | None]:
    """`(i8 | si8 | u8 | ui8) (< min : max >)?`: the integer and the range, as written."""
    storage = _parse_storage_type(parser)
    if parser.parse_optional_punctuation("<") is None:
        return storage, None, None
    lowest = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(":")
    highest = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(">")
    return storage, lowest, highest


def _parse_storage_type(parser: AttrParser) -> IntegerType:
    start = parser.pos
    storage = parser.parse_optional_type()
    if isinstance(storage, IntegerType):
        return storage
    # `u8` is no type of MLIR's, only a word that quantized types know.
    word = None if storage else parser.parse_optional_identifier()
    if word is None or word[0] != "u" or not word[1:].isdecimal():
        parser.raise_error("expected an integer storage type such as i8 or u8", start, parser.pos)
    return IntegerType(int(word[1:]), Signedness.UNSIGNED)
