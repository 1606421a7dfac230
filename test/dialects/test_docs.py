"""Docstrings of our ops, types and attributes: each has one, and its examples parse and verify."""

from __future__ import annotations

import inspect
import re

import pytest
from xdsl.ir import Attribute, Operation
from xdsl.parser import Parser
from xdsl.traits import SymbolUserOpInterface

from qfin.dialects import get_all_dialects
from qfin.ir import make_context

# Element types that examples abbreviate.
SHORT = re.compile(r"!q[a-z]?\b(?!\.)")
LONG = "!quant.uniform<i8:f32, 0.5>"

DIALECTS = [getter() for getter in get_all_dialects().values()]
OPS = {op.name: op for dialect in DIALECTS for op in dialect.operations}
ATTRIBUTES = {attr.name: attr for dialect in DIALECTS for attr in dialect.attributes}


def examples(documented: type[Operation] | type[Attribute]) -> list[str]:
    """The paragraphs, and lines of one, that start as an op, a type or an attribute does."""
    start = (
        rf"(?:%\w+(?:, %\w+)* = )?{re.escape(documented.name)} |[!#]{re.escape(documented.name)}<"
    )
    found: list[str] = []
    for paragraph in (inspect.getdoc(documented) or "").split("\n\n"):
        text = inspect.cleandoc(paragraph)
        if re.match(start, text):
            found += re.split(rf"\n(?={start})", text)
    return [SHORT.sub(LONG, text) for text in found]


@pytest.mark.parametrize("name", [*OPS, *ATTRIBUTES])
def test_docstring(name: str) -> None:
    documented = (OPS | ATTRIBUTES)[name]
    # Not one that is inherited, nor what `dataclass` writes.
    doc = vars(documented).get("__doc__") or ""
    assert doc.strip(), name
    assert not doc.startswith(f"{documented.__name__}("), name


@pytest.mark.parametrize("name", [name for name in OPS if not name.startswith("kernel.")])
def test_op_has_example(name: str) -> None:
    assert examples(OPS[name]), f"{name}: no example in the docstring"


@pytest.mark.parametrize("name", OPS)
def test_op_example(name: str) -> None:
    for text in examples(OPS[name]):
        # Operands need no definition: an op alone may refer to what follows it.
        op = Parser(make_context(), text).parse_operation()
        assert op.name == name
        if not op.get_traits_of_type(SymbolUserOpInterface):  # what it names is not there
            op.verify(verify_nested_ops=False)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attribute_example(name: str) -> None:
    for text in examples(ATTRIBUTES[name]):
        assert Parser(make_context(), text).parse_attribute().name == name
