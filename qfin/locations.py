"""Where an op comes from: giving, carrying and showing source locations.

xDSL leaves an op unknown where the text has no `loc(...)`, and gives unknown locations to the ops
that passes make. `LocatedParser` closes the first hole, `qfin.passes.rewriting` the second.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import override
from xdsl.context import Context
from xdsl.dialects.builtin import (
    ArrayAttr,
    CallSiteLoc,
    FileLineColLoc,
    FusedLoc,
    IntAttr,
    LocationAttr,
    ModuleOp,
    NameLoc,
    NoneAttr,
    StringAttr,
    UnknownLoc,
)
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import ParseError, VerifyException
from xdsl.utils.lexer import Span
from xdsl.utils.mlir_lexer import MLIRTokenKind

from qfin.float_bits import FloatBitsParser

UNKNOWN = UnknownLoc()

MAX_DIMENSION = 2**63 - 1
"""Of a shape: MLIR's are i64."""


def is_unknown(location: Attribute) -> bool:
    """True where nothing is known: `unknown`, or a name or fusion of nothing but that."""
    return not any(True for _ in _leaves(location))


def location_text(location: Attribute) -> str:
    """
    The location as messages show it: `model.mlir:12:8`; a name as itself, followed by what it
    stands for (`conv1 (model.mlir:12:8)`); fused ones joined with `, `; `<unknown>` for none.
    """
    match location:
        case FileLineColLoc(filename=file, line=line, column=column):
            return f"{file.data}:{line.data}:{column.data}"
        case NameLoc(desc=name, location=inner):
            return name.data if is_unknown(inner) else f"{name.data} ({location_text(inner)})"
        case CallSiteLoc(callee=callee, caller=caller):
            return f"{location_text(callee)} called from {location_text(caller)}"
        case FusedLoc():
            return ", ".join(map(location_text, _leaves(location))) or "<unknown>"
        case _:
            return "<unknown>"


def fuse(*locations: LocationAttr) -> LocationAttr:
    """
    The location of an op that stands for several: their known locations in the order given, each
    once. One alone stays itself; none at all is unknown.
    """
    parts = dict.fromkeys(leaf for location in locations for leaf in _leaves(location))
    if not parts:
        return UNKNOWN
    if len(parts) == 1:
        return next(iter(parts))
    return FusedLoc(tuple(parts), NoneAttr())


def inherit(op: Operation, location: LocationAttr) -> None:
    """Give `location` to `op`, and to every op inside it, that has none."""
    for inner in op.walk():
        if isinstance(inner.location, UnknownLoc):
            inner.location = location


def _leaves(location: Attribute) -> Iterator[LocationAttr]:
    """The known locations of a (perhaps nested) fusion; any other known location, itself."""
    match location:
        case FusedLoc(locations=ArrayAttr() as parts):
            for part in parts:
                yield from _leaves(part)
        case NameLoc() | FileLineColLoc() | CallSiteLoc():
            yield location
        case _:
            return


@dataclass(frozen=True)
class Blame:
    """What a rule that broke while text was read is about: an op, or a type or attribute."""

    span: Span
    op: str | None


class LocatedParser(FloatBitsParser):
    """
    A parser that leaves no op without location: one without an explicit, known `loc(...)` gets the
    file, line and column (from 1) where its text starts, results included. Ops that the text
    leaves out, as an implied `scf.yield`, get that of the op around them.
    """

    blame: Blame | None = None
    """For an exception that says no place: where the innermost rule broke."""

    def __init__(
        self, ctx: Context, input: str | bytes, name: str = "<unknown>", line_offset: int = 0
    ) -> None:
        """`line_offset` counts the lines before `input` in the file, for a piece of one."""
        super().__init__(ctx, input, name)
        self._file = StringAttr(name)
        self._line_offset = line_offset
        self._op_names: list[str] = []
        text = self.lexer.input.content
        self._line_starts = [0]
        while end := text.find("\n", self._line_starts[-1]) + 1:
            self._line_starts.append(end)

    @override
    def parse_module(self, allow_implicit_module: bool = True):
        if self._current_token.kind == MLIRTokenKind.EOF and allow_implicit_module:
            module = ModuleOp([])  # nothing, or comments alone: an empty module, as upstream
        else:
            module = super().parse_module(allow_implicit_module)
        # Only a module that the text does not spell out comes here without a location.
        inherit(module, self._location_at(0))
        return module

    @override
    def parse_operation(self) -> Operation:
        start, depth = self._current_token.span.start, len(self._op_names)
        try:
            op = super().parse_operation()
        except ParseError:
            raise
        except Exception:
            if depth < len(self._op_names):
                self._blame(start, self._op_names[depth])
            raise
        del self._op_names[depth:]
        self.blame = None
        if isinstance(op.location, UnknownLoc):
            op.location = self._location_at(start)
        for region in op.regions:
            for block in region.blocks:
                # Only a terminator can be implied.
                if (last := block.last_op) and isinstance(last.location, UnknownLoc):
                    last.location = op.location
        return op

    @override
    def parse_optional_type(self):
        try:
            return super().parse_optional_type()
        except VerifyException:
            self._blame(self.pos)
            raise

    @override
    def parse_optional_attribute(self):
        try:
            return super().parse_optional_attribute()
        except VerifyException:
            self._blame(self.pos)
            raise

    @override
    def parse_shape_dimension(self, allow_dynamic: bool = True) -> int:
        start = self._current_token.span.start
        size = super().parse_shape_dimension(allow_dynamic)
        if size > MAX_DIMENSION:
            self.raise_error(f"a dimension is at most 2^63 - 1, not {size}", start, self.pos)
        return size

    def _blame(self, start: int, op: str | None = None) -> None:
        self.blame = self.blame or Blame(Span(start, start + 1, self.lexer.input), op)

    @override
    def _get_op_by_name(self, name: str) -> type[Operation]:
        self._op_names.append(name)
        try:
            return super()._get_op_by_name(name)
        except ParseError as e:
            # xDSL points behind the name.
            start = self.lexer.input.content.rfind(name, 0, self.pos)
            self.raise_error(e.msg, start, start + len(name))

    def _location_at(self, position: int) -> LocationAttr:
        line = bisect_right(self._line_starts, position)
        column = position - self._line_starts[line - 1] + 1
        return FileLineColLoc(self._file, IntAttr(line + self._line_offset), IntAttr(column))
