"""`qfin run`: a model on arrays from files, values or chance; results to files or the screen."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qfin.errors import UnsupportedError
from qfin.tools.common import UsageError, check_target, read_module

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from xdsl.dialects.builtin import ModuleOp

    from qfin.runtime.spec import TensorSpec

    Specs = tuple[TensorSpec, ...]
    Feeds = dict[str, NDArray[Any]]
    Runner = Callable[[Feeds], Feeds]

_EPILOG = """\
inputs, each for the next input of the model, or for the one NAMEd:
  --input x.npy  --input NAME=x.npy       an array
  --input feeds.npz                       arrays by name
  --input 1x8xf32=@x.npy                  an array that must be of this type
  --input 1x8xf32=0.5  --input NAME=0.5   one value throughout, or as many as there are elements
outputs:
  --output y.npy  --output NAME=y.npy     the next one, or the one NAMEd
  --output results.npz                    all, by name

  qfin run model.mlir --input x.npy
  qfin run model.mlir --random --benchmark"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags."""
    parser.epilog = _EPILOG
    parser.add_argument("model", help="MLIR of any level: a file, or '-' for stdin")
    parser.add_argument("--function", metavar="NAME", help="which one, if there are several")
    parser.add_argument(
        "--backend",
        choices=("llvm", "interpreter"),
        default="llvm",
        help="run the finalized model as machine code (llvm), or in numpy, op by op: the same bits",
    )
    parser.add_argument(
        "--no-finalize",
        dest="finalize",
        action="store_false",
        help="interpreter: run the model as it is written, which may round elsewhere",
    )
    parser.add_argument(
        "--target", default="native", help="instruction set: native, avx2 ... (see README.md)"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="at most (QFIN_NUM_THREADS, or 1)")
    parser.add_argument(
        "--no-cache",
        dest="cache",
        action="store_false",
        help="neither use nor keep machine code in QFIN_CACHE_DIR (~/.cache/qfin)",
    )
    parser.add_argument("--input", action="append", default=[], metavar="SPEC", help="see below")
    parser.add_argument("--output", action="append", default=[], metavar="SPEC", help="see below")
    parser.add_argument("--random", action="store_true", help="make up the inputs not given")
    parser.add_argument("--seed", type=int, default=0, help="of --random (0)")
    parser.add_argument(
        "--print",
        action=argparse.BooleanOptionalAction,
        help="show the results (as by default, unless --output or --benchmark is there)",
    )
    parser.add_argument("--benchmark", action="store_true", help="run often, show the times")
    parser.add_argument("--repeat", type=int, default=100, metavar="N", help="runs to time (100)")
    parser.add_argument("--warmup", type=int, default=10, metavar="N", help="runs before (10)")


def execute(args: argparse.Namespace) -> None:
    """Run the command. Raises `UsageError` and `qfin.Error`."""
    if args.repeat < 1 or args.warmup < 0:
        raise UsageError("--repeat must be at least 1, and --warmup at least 0")
    if args.threads is not None and args.threads < 1:
        raise UsageError("--threads must be at least 1")
    if args.seed < 0:
        raise UsageError("--seed must be at least 0")
    if args.backend == "llvm" and not args.finalize:
        raise UsageError("--no-finalize is for --backend=interpreter: machine code is finalized")
    check_target(args.target)
    from qfin.tools import arrays

    sinks = [arrays.parse_sink(text) for text in args.output]
    inputs, outputs, run, machine = _prepare(read_module(args.model), args)
    feeds = arrays.read_feeds(args.input, inputs)
    missing = [spec for spec in inputs if spec.name not in feeds]
    if missing and not args.random:
        lines = "\n".join(f"  {spec}" for spec in missing)
        raise UsageError(
            f"no array for {len(missing)} of {len(inputs)} inputs:\n{lines}\n"
            "give each an --input, or let --random make up what is missing"
        )
    feeds |= arrays.random_feeds(missing, args.seed)
    arrays.check_sinks(sinks, outputs)
    results = run(feeds)
    arrays.write_results(sinks, results)
    if args.benchmark:
        from qfin.tools.benchmark import measure, print_times

        times = measure(lambda: run(feeds), args.repeat, args.warmup)
        print_times(times, f"{args.model} on {machine}")
    show = not (sinks or args.benchmark) if args.print is None else args.print
    if show:
        for spec in outputs:
            print(arrays.summary(spec, results[spec.name]))


def _prepare(module: ModuleOp, args: argparse.Namespace) -> tuple[Specs, Specs, Runner, str]:
    """What the function takes and gives, how to run it, and what it runs on."""
    from qfin.functions import SeveralFunctionsError, has_state

    try:
        return _prepared(module, args)
    except SeveralFunctionsError as e:
        text = f"{e} with --function"
        if has_state(module):
            text += " (a run calls one; what it stores is gone then: call several from Python)"
        raise UsageError(text) from e
    except UnsupportedError as e:
        if args.backend == "interpreter":
            raise
        hint = "--backend=interpreter needs no machine code; qfin-opt --finalize --remarks tells"
        raise UnsupportedError(f"{e}\n({hint} what was not fused)") from e


def _prepared(module: ModuleOp, args: argparse.Namespace) -> tuple[Specs, Specs, Runner, str]:
    from qfin import api
    from qfin.pipeline import is_before, level_of, to_level

    if args.backend == "interpreter":
        if args.finalize and is_before(module, "fused"):
            to_level(module, "fused")
        if not is_before(module, "buffers"):
            level = level_of(module)
            raise UsageError(
                f"--backend=interpreter runs tensors, and the model is of level {level}"
            )
        inputs, outputs = api.signature(module, args.function)

        def interpret(feeds: Feeds) -> Feeds:
            return api.interpret(module, feeds, function=args.function)

        return inputs, outputs, interpret, "the interpreter"
    program = api.compile(
        module,
        target=args.target,
        threads=args.threads,
        function=args.function,
        cache=args.cache,
    )
    machine = program.target
    if program.threads > 1:
        machine += f", {program.threads} threads"
    return program.inputs, program.outputs, program.run, machine
