"""The errors that users see. Each says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from xdsl.utils.exceptions import DiagnosticException

if TYPE_CHECKING:
    from xdsl.ir import Operation


class Error(Exception):
    """Root of all errors that qfin raises for bad input; `str()` is the message for people."""


class ParseError(Error):
    """The text is not MLIR, or names an op, type or attribute that is not registered."""


# The next three are DiagnosticExceptions too, so that xDSL's drivers report them as their own
# (`--verify-diagnostics` is for these).


class VerifyError(Error, DiagnosticException):
    """The IR breaks a rule of an op or type."""


class PassError(Error, DiagnosticException):
    """A pass cannot do its work on this module."""


class UnsupportedError(Error, DiagnosticException):
    """Something legal that qfin cannot do: an op without lowering, an ISA the host lacks.

    `reason` is the bare reason; the op's name and location, when there is an op, are in front
    of it in the message.
    """

    def __init__(self, reason: str, op: Operation | None = None):
        self.reason = reason
        self.op = op
        super().__init__(reason if op is None else f"{describe(op)}: {reason}")


class InputError(Error, ValueError):
    """An argument is not what it must be: above all an array of the wrong name, count, shape or
    dtype."""


def describe(op: Operation) -> str:
    """`'nn.conv2d' at model.mlir:12:8`: how messages name an op."""
    from qfin.locations import location_text

    return f"'{op.name}' at {location_text(op.location)}"


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x' or 'y'?` for the known words closest to `word`, or nothing."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word, names, n=3) or [
        folded[name] for name in difflib.get_close_matches(word.casefold(), folded, n=3)
    ]
    return f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
