"""Reading, checking and writing modules: the context, `parse`, `verify`, `print_module`."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Dialect, Operation
from xdsl.irdl import IRDLOperation
from xdsl.printer import Printer
from xdsl.utils.exceptions import DiagnosticException, MultipleSpansParseError
from xdsl.utils.exceptions import ParseError as XdslParseError
from xdsl.utils.lexer import Span

from qfin.dialects import get_all_dialects
from qfin.errors import InputError, ParseError, VerifyError
from qfin.locations import Blame, LocatedParser, is_unknown, location_text

_SHOWN_COLUMNS = 100

READABLE = (ValueError, NotImplementedError)
"""Exceptions that xDSL raises for bad input, with a message for people."""


def make_context(stock: dict[str, Callable[[], Dialect]] | None = None) -> Context:
    """
    A context that knows our dialects and, where the names differ, the `stock` ones (xDSL's own when
    not given). Each is imported when a text first names it.
    """
    if stock is None:
        from xdsl.dialects import get_all_dialects as get_stock_dialects

        stock = get_stock_dialects()
    context = Context()
    for name, getter in (stock | get_all_dialects()).items():
        context.register_dialect(name, getter)
    return context


def parse(
    source: str | Path, *, name: str | None = None, context: Context | None = None
) -> ModuleOp:
    """
    The verified module of MLIR text, or of a file: a `Path`, or a `str` of one line that ends in
    `.mlir`. `name` is what locations call the source.

    Raises `ParseError` or `VerifyError`, whose text starts with `file:line:column: error:`,
    OSError for a file that cannot be read, and InputError for what is neither text nor path.
    """
    if not isinstance(source, str | Path):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"expected MLIR text or a path, not {type(source).__name__}")
    if isinstance(source, Path) or (source.endswith(".mlir") and "\n" not in source):
        text = Path(source).read_bytes()
        name = name or str(source)
    else:
        text = source
    module = parse_located(context or make_context(), text, name or "<text>")
    verify(module)
    return module


def make_parser(
    context: Context, text: str | bytes, name: str, line_offset: int = 0
) -> LocatedParser:
    """A parser of `text`; a byte order mark is skipped. Raises `ParseError` for bytes that are not
    UTF-8 and for a first word that is none of MLIR's."""
    mark = "\ufeff" if isinstance(text, str) else b"\xef\xbb\xbf"
    try:
        return LocatedParser(context, text.removeprefix(mark), name, line_offset)  # pyright: ignore[reportArgumentType]
    except XdslParseError as e:
        raise ParseError(_with_context(e.span, e.msg, line_offset)) from e
    except UnicodeDecodeError as e:
        raise ParseError(f"{name}: not UTF-8 text ({e.reason} at byte {e.start})") from e


def parse_located(context: Context, text: str | bytes, name: str) -> ModuleOp:
    """`text` as a module whose every op has a location, not verified. Raises `ParseError`."""
    parser = make_parser(context, text, name)
    try:
        return parser.parse_module()
    except Exception as e:
        raise as_parse_error(e, parser) from e


def as_parse_error(error: Exception, parser: LocatedParser, line_offset: int = 0) -> ParseError:
    """
    What went wrong in `parser`, in our words. Only xDSL's own parse errors say where: a rule of a
    type or attribute that breaks while the text is read does not; then it is where the parser was.
    """
    if isinstance(error, XdslParseError):
        text = _with_context(error.span, error.msg, line_offset)
        if isinstance(error, MultipleSpansParseError):
            for span, note in error.refs:
                note = note or error.ref_text or "see also"
                text += "\n" + _with_context(span, note, line_offset, "note")
        return ParseError(text)
    blame = parser.blame or Blame(Span(parser.pos, parser.pos + 1, parser.lexer.input), None)
    op = f"'{blame.op}': " if blame.op else ""
    return ParseError(_with_context(blame.span, op + error_text(error), line_offset))


def error_text(error: BaseException) -> str:
    """The message of an exception; with its type where that is no message for people."""
    if isinstance(error, MemoryError):
        return "needs more memory than there is: are the shapes meant to be so large?"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    text = " ".join(str(part) for part in error.args) if error.args else ""
    if isinstance(error, (DiagnosticException, *READABLE)) and text:
        return str(error)
    return f"{type(error).__name__}: {error}" if text else type(error).__name__


def _with_context(span: Span[Any], message: str, line_offset: int, kind: str = "error") -> str:
    """`file:line:column: error: message`, the source line and a caret; long lines are cut."""
    location = span.get_location()
    source = span.input
    start = source.get_start_of_line(span.start)
    left = max(start, span.start - _SHOWN_COLUMNS // 2)
    right = min(source.get_end_of_line(span.start), left + _SHOWN_COLUMNS)
    line = str(source.content[left:right])
    carets = max(1, min(span.end, right) - span.start)
    where = f"{location.file}:{location.line + line_offset}:{location.col}"
    return (
        f"{where}: {kind}: {message.rstrip()}\n"
        f"  {line}\n  {' ' * (span.start - left)}{'^' * carets}"
    )


def verify(module: Operation) -> None:
    """
    Check `module` and all in it. Raises `VerifyError`: `file:line:column: error: 'op': reason`.
    """
    for op in module.walk():
        _verify_attributes(op)  # first: a misspelt one may be what a rule then misses
    try:
        module.verify()
    except Exception as error:
        op, reason = _first_invalid(module, error)
        located = VerifyError(_about(op, error_text(reason)))
        for note in getattr(error, "__notes__", ()):
            located.add_note(note)  # the IR with the op marked, for `--verify-diagnostics`
        raise located from error


def _about(op: Operation, reason: str) -> str:
    where = "" if is_unknown(op.location) else f"{location_text(op.location)}: "
    return f"{where}error: '{op.name}': {reason}"


_OWN_DIALECTS = ("nn", "quant")

_ADVICE = {
    (op, "alpha"): "PyTorch's alpha: multiply the right operand by it (nn.mul)"
    for op in ("nn.add", "nn.sub")
}
"""What to do instead of an attribute that an op of PyTorch has, and ours has not."""


def _verify_attributes(op: Operation) -> None:
    """What an op does not declare must carry a dialect's name, as discardable attributes in MLIR
    do (`my.note`). Raises VerifyError for others, most of which are misspelt."""
    if not op.attributes or op.name.split(".")[0] not in _OWN_DIALECTS:
        return
    for name in op.attributes:
        if "." in name:
            continue
        known = _properties(type(op))
        if (op.name, name) in _ADVICE:
            hint = _ADVICE[op.name, name]
        elif close := get_close_matches(name, known, n=1):
            hint = f"is '{close[0]}' meant?"
        else:
            own = ", ".join(f"'{k}'" for k in known) or "none"
            hint = f"it knows {own}; other attributes need a dialect's name, as in 'my.{name}'"
        raise VerifyError(_about(op, f"has no attribute '{name}'; {hint}"))


def _properties(op: type[Operation]) -> list[str]:
    assert issubclass(op, IRDLOperation)
    known = op.get_irdl_definition().properties
    return [name for name in known if not name.endswith("SegmentSizes")]


def _first_invalid(module: Operation, error: Exception) -> tuple[Operation, Exception]:
    """The op that `error` is about: xDSL's verifiers do not say."""
    for op in module.walk():
        try:
            op.verify(verify_nested_ops=False)
        except Exception as found:
            return op, found
    return module, error  # a rule of a block or region


def print_module(
    module: Operation,
    *,
    elide_over: int | None = None,
    debuginfo: bool = False,
    generic: bool = False,
) -> str:
    """
    The module as MLIR text. `elide_over=N` shortens constants of more than N elements and long
    lists in types: for people, not for parsers. `debuginfo` adds `loc(...)`, `generic` the generic
    form. Raises InputError for what is no op.
    """
    if not isinstance(module, Operation):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(
            f"print_module takes a module, not {type(module).__name__}: parse it first"
        )
    stream = StringIO()
    if elide_over is None:
        printer = Printer(stream=stream, print_debuginfo=debuginfo, print_generic_format=generic)
    else:
        from qfin.elision import ElidingPrinter

        printer = ElidingPrinter(
            stream=stream,
            print_debuginfo=debuginfo,
            print_generic_format=generic,
            elide_over=elide_over,
        )
    printer.print_op(module)
    return stream.getvalue() + "\n"
