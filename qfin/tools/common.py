"""What our tools share: exit codes, one message for an error, output that is whole or absent."""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from typing_extensions import override
from xdsl.utils.exceptions import ArgSpecParseError, DiagnosticException, ParseError

from qfin.errors import Error, nearest

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

OK = 0
FAILED = 1
"""Bad input, or a pass that failed."""
BAD_USAGE = 2
"""A command line that we cannot follow."""


# A located error names its place first, as compilers do, and not the tool.
_LOCATED = re.compile(r"[^'\n]*:\d+:\d+: error: ")


class UsageError(Exception):
    """The command line asks for something that does not exist or does not go together."""


class ArgumentParser(argparse.ArgumentParser):
    """Says what is wrong, and not all that could be right: raises `UsageError`, for `run_tool`."""

    more_flags: Sequence[str] = ()
    """Flags that it does not know itself, and that a misspelt one may have meant."""

    @override
    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ")
        if unknown != message and unknown.startswith("-"):
            message += nearest(re.split(r"[ =]", unknown)[0], self.flags())
        raise UsageError(message)

    def flags(self) -> list[str]:
        """All spellings of all flags."""
        known = [flag for action in self._actions for flag in action.option_strings]
        return [*known, *self.more_flags]


def run_tool(tool: str, arguments: Sequence[str], work: Callable[[], None]) -> int:
    """
    Do `work` and return the process's exit code. An exception becomes one message on stderr, after
    its traceback where `--debug` is among the arguments or QFIN_DEBUG is set.
    """
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        # Closed (`>&-`): nobody wants to hear it.
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    debug = "--debug" in arguments or bool(os.environ.get("QFIN_DEBUG"))
    try:
        work()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return 130
    except (Exception, ArgSpecParseError) as e:
        if debug:
            traceback.print_exc()
        print(message(tool, e), file=sys.stderr)
        return BAD_USAGE if isinstance(e, (UsageError, ArgSpecParseError)) else FAILED
    return OK


def message(tool: str, error: BaseException) -> str:
    """The one message for an error that ends a tool."""
    text = explain(error)
    if _LOCATED.match(text):
        return text
    if isinstance(error, (UsageError, ArgSpecParseError)):
        text += f"\n(see {tool} --help)"
    return f"{tool}: error: {text.removeprefix('error: ')}"


def explain(error: BaseException) -> str:
    """What an error says to people, without a tool's name in front."""
    if isinstance(error, OSError):
        file = f"{error.filename}: " if error.filename else ""
        return f"{file}{error.strerror or error}"
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    if isinstance(error, (Error, UsageError, ArgSpecParseError)):
        return str(error).rstrip()
    from qfin.ir import READABLE, error_text

    for_people = isinstance(error, (DiagnosticException, ParseError, *READABLE))
    return error_text(error) + ("" if for_people else " (a bug? --debug shows where)")


def read_input(path: str | None) -> tuple[bytes, str]:
    """The content of `path` (stdin for None or `-`), and the name for its locations."""
    if path is None or path == "-":
        return sys.stdin.buffer.read(), "<stdin>"
    return Path(path).read_bytes(), path


def read_module(path: str | None) -> ModuleOp:
    """The verified module of a file, or of stdin. Raises OSError, ParseError and VerifyError."""
    from qfin.ir import make_context, parse_located, verify

    text, name = read_input(path)
    module = parse_located(make_context(), text, name)
    verify(module)
    return module


def check_target(name: str | None) -> None:
    """Raises UsageError for a `--target` that there is not."""
    from qfin import target as targets

    if name in (None, "native"):
        return
    try:
        targets.lookup(name)
    except Error as e:
        raise UsageError(f"--target: {e}") from e


def write_output(path: str | None, data: bytes) -> None:
    """Write `data` to a file, or to stdout for None or `-`."""
    if path is None or path == "-":
        sys.stdout.buffer.write(data)
        return
    write_whole(path, data)


def write_whole(path: str, data: bytes) -> None:
    """One file by `write_together`."""
    write_together({path: data})


def write_together(files: Mapping[str, bytes]) -> None:
    """
    Write files so that, whatever happens, there is all of each or what was there before, and none
    where one cannot be written. A file that is there keeps its mode. Something that is no plain
    file (`/dev/null`, a pipe) is written to directly, last.
    """
    prepared: list[tuple[Path, Path]] = []
    direct: list[tuple[Path, bytes]] = []
    try:
        for path, data in files.items():
            target = Path(os.path.realpath(path))
            if target.exists() and not target.is_file():
                direct.append((target, data))
                continue
            temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
            prepared.append((temporary, target))
            try:
                temporary.write_bytes(data)
                if target.exists():
                    temporary.chmod(target.stat().st_mode & 0o7777)
            except OSError as e:
                e.filename = path  # not the temporary one, of which the user knows nothing
                raise
        for temporary, target in prepared:
            os.replace(temporary, target)
        for target, data in direct:
            target.write_bytes(data)
    finally:
        for temporary, _ in prepared:
            temporary.unlink(missing_ok=True)
