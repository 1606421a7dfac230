"""`python -m benchmarks`: our time, the peers' and the share of the core's peak, side by side.

Each row is a one-op module through `qfin.compile` with default options, timed from outside of
`program(x)`, so that the call counts. Runs are interleaved: in each round everything runs once
for some milliseconds, after the peak was measured anew; figures are medians over the rounds. The
process pins itself to one core. Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

import qfin
from benchmarks import peers
from benchmarks.peak import measure_peak
from qfin.target import resolve

# M, K, N: rows of activations, products of a sum, output channels.
SHAPES = ((128, 768, 768), (128, 768, 3072), (128, 3072, 768), (512, 1024, 1024))
_SCALES = (0.02, 0.01, 0.15)


@dataclass(frozen=True)
class Row:
    """Medians over the rounds of one shape."""

    shape: tuple[int, int, int]
    microseconds: float
    gmacs: float
    share_of_peak: float
    peers_microseconds: dict[str, float]


def linear_module(m: int, k: int, n: int, weight: NDArray[np.int8]) -> str:
    """A `quant.linear` on arguments that are quantized already, as level 1 text."""
    x, w, y = _SCALES
    scales = ",".join([str(w)] * n)
    return f"""
!x = !quant.uniform<u8:f32, {x}:128>
!w = !quant.uniform<i8:f32:0, {{{scales}}}>
!y = !quant.uniform<u8:f32, {y}:128>
func.func @main(%x_q: tensor<{m}x{k}x!x>) -> tensor<{m}x{n}x!y> {{
  %x = quant.dcast %x_q : tensor<{m}x{k}x!x> to tensor<{m}x{k}xf32>
  %w_i = arith.constant dense<"0x{weight.tobytes().hex().upper()}"> : tensor<{n}x{k}xi8>
  %w_q = quant.scast %w_i : tensor<{n}x{k}xi8> to tensor<{n}x{k}x!w>
  %w = quant.dcast %w_q : tensor<{n}x{k}x!w> to tensor<{n}x{k}xf32>
  %b = arith.constant dense<0.5> : tensor<{n}xf32>
  %y = nn.linear %x, %w, %b
    : (tensor<{m}x{k}xf32>, tensor<{n}x{k}xf32>, tensor<{n}xf32>) -> tensor<{m}x{n}xf32>
  %y_q = quant.qcast %y : tensor<{m}x{n}xf32> to tensor<{m}x{n}x!y>
  return %y_q : tensor<{m}x{n}x!y>
}}
"""


def bench_linear(shape: tuple[int, int, int], rounds: int, target: str) -> Row:
    """One shape, ours and the peers', interleaved."""
    m, k, n = shape
    rng = np.random.default_rng(0)
    weight = rng.integers(-127, 128, (n, k), np.int8)
    x = rng.integers(0, 256, (m, k), np.uint8)
    program = qfin.compile(linear_module(m, k, n, weight), target=target)
    runners: dict[str, Callable[[], Any]] = {"qfin": lambda: program(x)}
    runners |= peers.linear(x, weight, _SCALES)
    isa = resolve(target)
    times: dict[str, list[float]] = {name: [] for name in runners}
    shares: list[float] = []
    gigamacs = m * k * n / 1e9
    for number in range(rounds):
        peak = measure_peak(isa, repeat=3)
        order = list(runners.items())
        for name, run in order if number % 2 else reversed(order):
            times[name].append(median_of(run, seconds=0.02))
        shares.append(gigamacs / times["qfin"][-1] / peak)
    ours = statistics.median(times.pop("qfin"))
    return Row(
        shape,
        ours * 1e6,
        gigamacs / ours,
        statistics.median(shares),
        {name: statistics.median(values) * 1e6 for name, values in times.items()},
    )


def median_of(run: Callable[[], Any], seconds: float) -> float:
    """Seconds of the median run among those that fit into `seconds` (at least three)."""
    samples: list[float] = []
    end = time.perf_counter() + seconds
    while len(samples) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds (15)")
    parser.add_argument("--target", default="native", help="instruction set (native)")
    parser.add_argument("--cpu", type=int, default=0, help="the core to run on (0)")
    parser.add_argument("--json", type=Path, help="also write the rows there")
    args = parser.parse_args()
    os.sched_setaffinity(0, {args.cpu})
    console = Console(stderr=True)
    for name, reason in peers.absent().items():
        console.print(f"left out: {name} ({reason})")
    rows = [
        bench_linear(shape, args.rounds, args.target)
        for shape in track(SHAPES, "linear", console=console)
    ]
    table = Table(title=f"int8 linear, one core, {resolve(args.target).name}")
    for column in ("M x K x N", "us", "GMAC/s", "of peak", "best peer us", "peer", "ratio"):
        table.add_column(column, justify="right")
    for row in rows:
        peer, best = min(
            row.peers_microseconds.items(), key=lambda item: item[1], default=("-", float("nan"))
        )
        table.add_row(
            "x".join(map(str, row.shape)),
            f"{row.microseconds:.1f}",
            f"{row.gmacs:.0f}",
            f"{row.share_of_peak:.0%}",
            f"{best:.1f}",
            peer,
            f"{best / row.microseconds:.2f}",
        )
    Console(file=sys.stdout).print(table)
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


if __name__ == "__main__":
    main()
