"""`python -m benchmarks.compile_cost`: what compiling takes, and what a call from Python takes.

For one problem of each family: milliseconds from the finalized module to a program, cold (without
the cache) and warm (with the code in there). The difference is what kernels cost, their IR and
their machine code; what is left are the passes before, the packing of weights and the loading.
Times are CPU time, the least of some rounds, since other processes only ever add to them.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table
from xdsl.dialects.builtin import ModuleOp

import qfin
from benchmarks.as_mlir import module_text
from benchmarks.families import FAMILIES

MARK = 60
"""Milliseconds for a kernel, all in."""

_ONE_OP = """\
func.func @main(%x: tensor<1x64x!quant.uniform<u8:f32, 0.5>>)
    -> tensor<1x64x!quant.uniform<u8:f32, 0.5>> {
  %y = nn.relu %x : tensor<1x64x!quant.uniform<u8:f32, 0.5>>
  func.return %y : tensor<1x64x!quant.uniform<u8:f32, 0.5>>
}
"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds for one module."""

    kernels: int
    cold: float
    warm: float

    @property
    def of_a_kernel(self) -> float:
        """From its specification to machine code."""
        return (self.cold - self.warm) / max(1, self.kernels)


def compile_cost(module: ModuleOp, rounds: int) -> Cost:
    """The least of so many rounds."""
    with tempfile.TemporaryDirectory() as directory:
        program = qfin.compile(module, cache=directory)
        # All functions but that of the program, and those by which threads call kernels.
        kernels = len(re.findall(r"^define ", program.llvm_ir, re.MULTILINE)) - 1
        cold = min(_milliseconds(lambda: qfin.compile(module, cache=False)) for _ in range(rounds))
        warm = min(
            _milliseconds(lambda: qfin.compile(module, cache=directory)) for _ in range(rounds)
        )
    return Cost(kernels, cold, warm)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1e3 * (time.process_time() - start)


def call_cost(rounds: int, calls: int = 500) -> tuple[float, float]:
    """Microseconds of a call of a program with next to nothing to do: the least, the median."""
    program, x = qfin.compile(_ONE_OP), np.zeros((1, 64), np.uint8)
    times: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            program(x)
        times.append(1e6 * (time.perf_counter() - start) / calls)
    return min(times), median(times)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compile_cost", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="the best of which counts (5)")
    parser.add_argument("--all", action="store_true", help="every problem, not one of each family")
    parser.add_argument("--model", type=Path, action="append", default=[], help="this file as well")
    args = parser.parse_args()
    table = Table(title="compiling, CPU milliseconds")
    for column in ("module", "kernels", "cold", "warm", "a kernel", f"{MARK} ms"):
        table.add_column(column, justify="left" if column == "module" else "right")
    for label, module in _modules(args.all, args.model):
        cost = compile_cost(module, args.rounds)
        met = "met" if cost.of_a_kernel <= MARK else "missed"
        figures = (f"{cost.cold:.1f}", f"{cost.warm:.1f}", f"{cost.of_a_kernel:.1f}", met)
        table.add_row(label, str(cost.kernels), *figures)
    console = Console(width=None if Console().is_terminal else 120)
    console.print(table)
    least, middle = call_cost(40 * args.rounds)
    console.print(f"one call of one op: {least:.2f} us at least, {middle:.2f} in the median")


def _modules(every: bool, paths: list[Path]) -> list[tuple[str, ModuleOp]]:
    modules: list[tuple[str, ModuleOp]] = []
    for name, family in FAMILIES.items():
        for problem in family.problems if every else family.problems[:1]:
            dynamic = any(step.dynamic for step in problem.net.steps)
            try:
                kind = "dynamic" if dynamic else "static"
                module = qfin.finalize(module_text(problem.net), quant_type=kind)
                qfin.compile(module, cache=False)
            except qfin.Error:
                continue  # the benchmark of speed says why
            modules.append((f"{name} {problem.label}", module))
    return [*modules, *((str(path), qfin.finalize(path)) for path in paths)]


if __name__ == "__main__":
    main()
