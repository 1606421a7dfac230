"""`qfin`: the command for people who have a model. Each subcommand is a module of its own, imported
when it is the one asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from qfin import __version__
from qfin.tools.common import ArgumentParser, run_tool

TOOL = "qfin"

# Each module offers `configure(parser)` and `execute(args)`.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("qfin.tools.command_run", "run a model on arrays, or measure how fast it runs"),
    "tune": ("qfin.tools.command_tune", "measure which register tiles are the fastest here"),
}


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = ArgumentParser(
        prog=TOOL,
        description="Compiles and runs quantized neural networks.",
        epilog="'qfin COMMAND --help' says more. For IR see qfin-opt and qfin-translate.\n"
        "Machine code is kept in QFIN_CACHE_DIR (~/.cache/qfin); --no-cache does without.\n"
        "Exit codes: 0 done, 1 bad input, 2 bad command line.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=f"qfin {__version__}")
    # Only known here: `run_tool` looks for it wherever it stands.
    parser.add_argument(
        "--debug", action="store_true", help="tracebacks", default=argparse.SUPPRESS
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    chosen = next((a for a in arguments if not a.startswith("-")), None)
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name == chosen:
            home = import_module(module)
            home.configure(command)
            command.add_argument("--debug", action="store_true", help="tracebacks")
            command.set_defaults(execute=home.execute)
            parser.more_flags = command.flags()
    return parser.parse_args(arguments)


def _run(arguments: Sequence[str]) -> None:
    args = _arguments(arguments)
    args.execute(args)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool on `arguments` (default: the process's own); the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return run_tool(TOOL, given, lambda: _run(given))


if __name__ == "__main__":
    sys.exit(main())
