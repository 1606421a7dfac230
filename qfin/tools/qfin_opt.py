"""`qfin-opt`: IR in, passes, IR out. xDSL's driver with our dialects, passes and manners.

stdout carries IR only, all else goes to stderr; the exceptions are `--verify-diagnostics` and
`--parsing-diagnostics`, whose output is what FileCheck tests look at.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO

from typing_extensions import override
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute
from xdsl.passes import PassPipeline
from xdsl.universe import Universe
from xdsl.utils.arg_spec import parse_spec
from xdsl.utils.diagnostic import Diagnostic
from xdsl.utils.exceptions import DiagnosticException, ParseError, ShrinkException
from xdsl.xdsl_opt_main import xDSLOptMain

from qfin import remarks
from qfin.errors import PassError, UnsupportedError, VerifyError
from qfin.ir import as_parse_error, make_context, make_parser, print_module
from qfin.passes import ALIASES, get_all_passes
from qfin.tools.common import ArgumentParser, UsageError, explain, nearest, run_tool, write_whole
from qfin.tools.instrumentation import Instrumentation
from qfin.tools.listing import dialect_list, pass_list
from qfin.tools.opt_arguments import add_arguments, fill_optional_values, flag_list
from qfin.tools.pass_specs import build, parse_specs, split_flags

TOOL = "qfin-opt"


class _Kept(io.StringIO):
    """An output that outlives the driver's `close`, for its file when all went well."""

    @override
    def close(self) -> None:
        pass


@contextmanager
def _unchecked_attributes() -> Generator[None]:
    """Attributes do not verify themselves, in the whole process: for `--disable-verify`."""
    kept = Attribute.__post_init__
    Attribute.__post_init__ = lambda self: None  # pyright: ignore[reportUnknownLambdaType]
    try:
        yield
    finally:
        Attribute.__post_init__ = kept


class QfinOpt(xDSLOptMain):
    """One run of qfin-opt. Raises for whatever goes wrong; `main` makes exit codes of it."""

    instrumentation: Instrumentation

    def __init__(self, arguments: Sequence[str]):
        # Not the base class's: its argument parser cannot be replaced.
        self.available_frontends = {}
        self.available_passes = {}
        self.available_targets = {}
        self.register_all_dialects()
        self.register_all_frontends()
        self.register_all_passes()
        self.register_all_targets()

        parser = ArgumentParser(
            prog=TOOL,
            description="Reads MLIR, runs passes on it, and prints the result.",
            epilog=flag_list(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.more_flags = [f"--{name}" for name in (*self.available_passes, *ALIASES)]
        self.register_all_arguments(parser)
        rest, self._flags = split_flags(arguments, self.available_passes)
        self.args = parser.parse_args(fill_optional_values(rest))

        target = parse_spec(self.args.target).name
        if target not in self.available_targets:
            hint = nearest(target, self.available_targets)
            raise UsageError(f"unknown target '{target}'{hint}")
        self.ctx.allow_unregistered = self.args.allow_unregistered_dialect
        Diagnostic.colored = self.args.syntax_highlight
        self.setup_pipeline()

    @override
    def register_all_dialects(self) -> None:
        self.ctx = make_context(Universe.get_multiverse().all_dialects)

    @override
    def register_all_passes(self) -> None:
        self.available_passes = Universe.get_multiverse().all_passes | get_all_passes()

    @override
    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        add_arguments(arg_parser, self.available_frontends)
        arg_parser.add_argument("-v", "--version", action=_Version, nargs=0, help="versions")

    @override
    def setup_pipeline(self) -> None:
        if self._flags and self.args.passes:
            raise UsageError(
                f"-p '{self.args.passes}' and pass flags (--{', --'.join(self._flags)}) do not go "
                "together: their order would be unclear; use one of the two"
            )
        specs = parse_specs(self.args.passes or ",".join(self._flags))
        dump_dir = self.args.dump_dir and Path(self.args.dump_dir)
        self.instrumentation = Instrumentation(
            self._dump,
            print_before=self.args.print_ir_before_all,
            print_after=self.args.print_ir_after_all,
            print_after_change=self.args.print_ir_after_change,
            print_between=self.args.print_between_passes,
            dump_dir=dump_dir,
            verify=not self.args.disable_verify,
        )
        self.pipeline = PassPipeline(build(specs, self.available_passes), self.instrumentation)
        if self.args.dump_pass_pipeline:
            print(",".join(map(str, self.pipeline.passes)), file=sys.stderr)

    @override
    def run(self) -> None:
        if self.args.list_passes:
            print(pass_list(self.available_passes))
            return
        if self.args.show_dialects:
            print(dialect_list(self.ctx))
            return
        if dump_dir := self.instrumentation.dump_dir:
            dump_dir.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            said = stack.enter_context(remarks.collect()) if self.args.remarks else []
            if self.args.disable_verify:
                stack.enter_context(_unchecked_attributes())
            if self.instrumentation.shows:
                from qfin.passes.steps import observe

                stack.enter_context(observe(self.instrumentation.step))
            try:
                super().run()
            finally:
                to_line = remarks.to_json if self.args.remarks == "json" else remarks.to_text
                for remark in said:
                    print(to_line(remark), file=sys.stderr)
                if self.args.time_passes:
                    self.instrumentation.print_timings()
        if self._output is not None:
            write_whole(self.args.output_file, self._output.getvalue().encode())

    @override
    def get_input_stream(self) -> tuple[IO[bytes], str]:
        path = self.args.input_file
        if path is None or path == "-":
            return sys.stdin.buffer, "mlir"
        extension = os.path.splitext(path)[1].removeprefix(".")
        # Whatever we have no frontend for (/dev/fd/63, notes.txt) had better be MLIR.
        return open(path, "rb"), extension if extension in self.available_frontends else "mlir"

    @override
    def get_input_name(self) -> str:
        path = self.args.input_file
        return "<stdin>" if path is None or path == "-" else path

    @override
    def parse_chunk(
        self, chunk: IO[bytes], file_extension: str, start_offset: int = 0
    ) -> ModuleOp | None:
        if file_extension != "mlir":
            return super().parse_chunk(chunk, file_extension, start_offset)
        parser = make_parser(self.ctx, chunk.read(), self.get_input_name(), start_offset)
        try:
            return parser.parse_module(not self.args.no_implicit_module)
        except ParseError as e:
            if self.args.parsing_diagnostics:
                raise  # the driver prints it
            raise as_parse_error(e, parser, start_offset) from e
        except Exception as e:
            if self.args.verify_diagnostics and isinstance(e, DiagnosticException):
                raise
            raise as_parse_error(e, parser, start_offset) from e

    @override
    def prepare_output(self) -> IO[str]:
        self._output = _Kept() if self.args.output_file not in (None, "-") else None
        return self._output or sys.stdout

    @override
    def apply_passes(self, prog: ModuleOp) -> None:
        try:
            super().apply_passes(prog)
        except (ShrinkException, VerifyError):
            raise
        except Exception as e:
            name = self.instrumentation.running
            if name is None or (
                self.args.verify_diagnostics and isinstance(e, DiagnosticException)
            ):
                raise
            lost = isinstance(e, UnsupportedError) and e.op is not None and not self.args.remarks
            hint = "\n(--remarks tells what was not fused, and why)" if lost else ""
            raise PassError(f"pass '{name}' failed: {explain(e)}{hint}") from e

    @override
    def output_resulting_program(self, prog: ModuleOp) -> str:
        if self.args.elide_over is None or parse_spec(self.args.target).name != "mlir":
            return super().output_resulting_program(prog)
        return self._dump(prog)

    def _dump(self, module: ModuleOp) -> str:
        return print_module(
            module,
            elide_over=self.args.elide_over,
            debuginfo=self.args.print_debuginfo,
            generic=self.args.print_op_generic,
        )


class _Version(argparse.Action):
    @override
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"{TOOL} {version('qfin')} on xDSL {version('xdsl')}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool on `arguments` (default: the process's own); the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return run_tool(TOOL, given, lambda: QfinOpt(given).run())


if __name__ == "__main__":
    sys.exit(main())
