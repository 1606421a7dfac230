"""The command line of qfin-opt: every flag of stock xdsl-opt, mlir-opt's spellings, and our own."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from qfin.passes import ALIASES, PASSES

_OPTIONAL_VALUES = {
    "--remarks": ("text", re.compile("text|json")),
    "--elide-large-constants": ("16", re.compile("[0-9]+")),
}
"""What a flag means without a value, and what values look like."""


def fill_optional_values(arguments: Sequence[str]) -> list[str]:
    """`--remarks` becomes `--remarks=text` where no value follows: argparse would take any next
    argument for one."""
    filled: list[str] = []
    for argument, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        default, values = _OPTIONAL_VALUES.get(argument, ("", None))
        given = values is None or values.fullmatch(following)
        filled.append(argument if given else f"{argument}={default}")
    return filled


def flag_list() -> str:
    """Our passes, one line each, for `--help`; from a table, so that no pass is imported."""
    short = {name: alias for alias, name in ALIASES.items()}
    width = max((len(name) for name in PASSES), default=0) + 4
    lines = [
        f"  {'--' + name:<{width}}{entry.summary}"
        + (f" (also --{short[name]})" if name in short else "")
        for name, entry in sorted(PASSES.items())
    ]
    return (
        "passes (run in the order given; --PASS=OPTION=VALUE gives options, as in\n"
        "--assign-layout=target=avx2 or --assign-layout='{target=avx2}'):\n"
        + "\n".join(lines)
        + "\n\nxDSL's own passes (--cse, --canonicalize ...) work as well: see --list-passes.\n"
        "Exit codes: 0 done, 1 bad input or failed pass, 2 bad command line."
    )


def add_arguments(parser: argparse.ArgumentParser, frontends: Iterable[str]) -> None:
    """All flags but `--version`, which the driver adds."""
    parser.add_argument("input_file", nargs="?", help="MLIR file; stdin if absent or '-'")

    group = parser.add_argument_group("pipeline")
    group.add_argument(
        "-p",
        "--passes",
        "--pass-pipeline",
        metavar="PIPELINE",
        default="",
        help="passes by name: 'a,b{option=value}', with or without builtin.module(...) around; "
        "not together with a flag per pass",
    )
    group.add_argument("--list-passes", action="store_true", help="list all passes and leave")
    group.add_argument("--show-dialects", action="store_true", help="list all dialects and leave")
    group.add_argument(
        "--dump-pass-pipeline", action="store_true", help="print the pipeline, as for -p, to stderr"
    )

    group = parser.add_argument_group("input")
    group.add_argument("-f", "--frontend", choices=list(frontends), help="how to read the input")
    _switch(
        group.add_argument, "--split-input-file", help="treat parts between '// -----' one by one"
    )
    _switch(
        group.add_argument, "--allow-unregistered-dialect", help="accept ops of unknown dialects"
    )
    _switch(group.add_argument, "--no-implicit-module", help="insist on a module around the input")

    group = parser.add_argument_group("output")
    group.add_argument(
        "-o", "--output-file", metavar="FILE", help="write here, whole or not at all"
    )
    group.add_argument(
        "-t", "--target", default="mlir", help="mlir, or one of xDSL's targets (llvm, wat ...)"
    )
    _switch(
        group.add_argument,
        "--print-op-generic",
        "--mlir-print-op-generic",
        help="generic op syntax",
    )
    _switch(
        group.add_argument,
        "--print-no-properties",
        help="properties among the attributes, as of old",
    )
    _switch(
        group.add_argument, "--print-debuginfo", "--mlir-print-debuginfo", help="print loc(...)"
    )
    _switch(group.add_argument, "--syntax-highlight", help="colours")
    group.add_argument(
        "--elide-large-constants",
        "--mlir-elide-elementsattrs-if-larger",
        dest="elide_over",
        type=int,
        metavar="N",
        help="for reading: cut constants of more than N (may be left out: 16) elements; the result "
        "does not parse",
    )

    group = parser.add_argument_group("diagnosis (on stderr)")
    group.add_argument(
        "--remarks",
        choices=("text", "json"),
        help="what was fused, what was not, and why (may be left out: text)",
    )
    _switch(
        group.add_argument,
        "--print-ir-after-all",
        "--mlir-print-ir-after-all",
        help="IR after each pass",
    )
    _switch(
        group.add_argument,
        "--print-ir-before-all",
        "--mlir-print-ir-before-all",
        help="and before each",
    )
    _switch(
        group.add_argument,
        "--print-ir-after-change",
        "--mlir-print-ir-after-change",
        help="IR after each pass that changes it",
    )
    _switch(group.add_argument, "--print-between-passes", help="IR between passes")
    group.add_argument("--dump-dir", metavar="DIR", help="one numbered file of IR a pass")
    _switch(group.add_argument, "--time-passes", "--mlir-timing", help="seconds each pass took")
    _switch(group.add_argument, "--debug", help="tracebacks")

    group = parser.add_argument_group("for tests")
    _switch(
        group.add_argument,
        "--verify-diagnostics",
        help="print a broken rule to stdout, exit with 0",
    )
    _switch(
        group.add_argument,
        "--parsing-diagnostics",
        help="print a parse error to stdout, exit with 0",
    )
    _switch(group.add_argument, "--disable-verify", help="do not verify")
    _switch(group.add_argument, "--shrink", help="exit with 0 if a ShrinkException was raised")


def _switch(add: Callable[..., object], *names: str, help: str) -> None:
    add(*names, action="store_true", help=help)
