"""Printing modules for people: large constants and long lists in types cut short.

What comes out does not parse where something was cut, so that it is never read back by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO

from typing_extensions import override
from xdsl.dialects.builtin import BuiltinAttribute, DenseArrayBase, DenseIntOrFPElementsAttr
from xdsl.ir import Attribute
from xdsl.printer import Printer

MAX_LIST = 8
"""Lists in types with more entries than this are cut."""

_SHOWN = 3
_OPEN, _CLOSE = "{[(<", "}])>"


@dataclass(eq=False, repr=False)
class ElidingPrinter(Printer):
    """A printer that shows `dense<...>` for constants of more than `elide_over` elements."""

    elide_over: int = field(default=16, kw_only=True)

    @override
    def print_attribute(self, attribute: Attribute) -> None:
        match attribute:
            case DenseIntOrFPElementsAttr() if self._too_long(attribute):
                self.print_string("dense<...> : ")
                self.print_attribute(attribute.get_type())
            case DenseArrayBase() if len(attribute) > self.elide_over:
                self.print_string(f"array<{attribute.elt_type}: ...>")
            case BuiltinAttribute():
                super().print_attribute(attribute)
            case _:
                inner = ElidingPrinter(stream=StringIO(), elide_over=self.elide_over)
                Printer.print_attribute(inner, attribute)
                assert isinstance(inner.stream, StringIO)
                self.print_string(cut_lists(inner.stream.getvalue()))

    def _too_long(self, attribute: DenseIntOrFPElementsAttr) -> bool:
        return len(attribute) > self.elide_over and not attribute.is_splat()


def cut_lists(text: str) -> str:
    """`text` with each brace list of more than `MAX_LIST` entries cut to its first few."""
    levels: list[list[str]] = [[""]]  # of open brackets; each the entries so far
    quoted = False
    for previous, char in zip(" " + text, text, strict=False):
        quoted ^= char == '"' and previous != "\\"
        if quoted or char not in "{[(<}])>,":
            levels[-1][-1] += char
        elif char == ",":
            levels[-1].append("")
        elif char in _OPEN:
            levels[-1][-1] += char
            levels.append([""])
        elif char == ">" and previous in "-=":  # an arrow, or `>=`
            levels[-1][-1] += char
        elif len(levels) > 1:
            entries = levels.pop()
            if char == "}" and len(entries) > MAX_LIST:
                entries = [*entries[:_SHOWN], f" ... {len(entries) - _SHOWN} more"]
            levels[-1][-1] += ",".join(entries) + char
        else:  # brackets do not match: nothing we know how to cut
            return text
    return text if len(levels) > 1 else ",".join(levels[0])
