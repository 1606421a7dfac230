"""`qfin-translate`: leave MLIR. LLVM IR, assembly or an object file of a module of any level."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from qfin.tools.common import (
    ArgumentParser,
    UsageError,
    check_target,
    read_module,
    run_tool,
    write_output,
)

TOOL = "qfin-translate"


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = ArgumentParser(
        prog=TOOL,
        description="Translates a module to LLVM IR, assembly or an object. What is not in "
        "the llvm dialect yet is lowered first.",
        epilog="Exit codes: 0 done, 1 bad input or failed pass, 2 bad command line.",
        allow_abbrev=False,
    )
    parser.add_argument("input_file", nargs="?", help="MLIR file; stdin if absent or '-'")
    form = parser.add_mutually_exclusive_group(required=True)
    for name, summary in (("llvmir", "LLVM IR"), ("asm", "assembly"), ("obj", "an ELF object")):
        aliases = ["--mlir-to-llvmir"] if name == "llvmir" else []
        form.add_argument(
            f"--to-{name}", *aliases, dest="to", action="store_const", const=name, help=summary
        )
    parser.add_argument(
        "--target",
        help="instruction set: avx2, avx512-vnni ... (see docs), amx-int8 (untested on hardware), "
        "or native, this CPU's best of the others; "
        "default: the one that the module was lowered for, else native",
    )
    parser.add_argument("-o", "--output-file", metavar="FILE", help="write here; stdout if absent")
    parser.add_argument("--debug", action="store_true", help="tracebacks")
    return parser.parse_args(arguments)


def _translate(args: argparse.Namespace) -> None:
    to_terminal = args.output_file in (None, "-") and sys.stdout.isatty()
    if args.to == "obj" and to_terminal:
        raise UsageError("an object file is not for terminals: give -o FILE")
    check_target(args.target)
    from qfin.target import codegen
    from qfin.tools.lowered import to_llvm_dialect

    module, isa = to_llvm_dialect(read_module(args.input_file), args.target)
    llvm_ir = codegen.to_llvm_ir(module, isa)
    match args.to:
        case "llvmir":
            data = llvm_ir.encode()
        case "asm":
            data = codegen.to_asm(llvm_ir, isa).encode()
        case _:
            data = codegen.to_object(llvm_ir, isa)
    write_output(args.output_file, data)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool on `arguments` (default: the process's own); the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return run_tool(TOOL, given, lambda: _translate(_arguments(given)))


if __name__ == "__main__":
    sys.exit(main())
