"""`python -m benchmarks`: our time, the peers' and the share of the core's peak, side by side.

Each row is a one-op module through `qfin.compile` with default options, timed from outside of
`program(x)`, so that the call counts. Runs are interleaved; figures are medians over the rounds.
The process pins itself to as many cores as threads. Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import peers
from benchmarks.families import FAMILIES
from benchmarks.measure import Row, measure
from benchmarks.picture import draw
from qfin.errors import Error
from qfin.target import resolve


def main() -> None:
    args = _arguments()
    os.sched_setaffinity(0, range(args.cpu, args.cpu + args.threads))
    console = Console(stderr=True)
    for name, reason in peers.absent().items():
        console.print(f"left out: {name} ({reason})")
    random = Random(args.seed)
    if args.random:
        console.print(f"random shapes: --seed {args.seed}")
    rows: list[Row] = []
    for name in args.families:
        family = FAMILIES[name]
        drawn = [family.draw(random) for _ in range(args.random)]
        for problem in track([*family.problems, *drawn], name, console=console):
            try:
                rows.append(
                    measure(
                        name,
                        problem,
                        rounds=args.rounds,
                        threads=args.threads,
                        target=args.target,
                    )
                )
            except Error as error:
                console.print(f"{name} {problem.label}: {error}")
        console.print(f"{name}: the mark is {family.mark}")
    Console(file=sys.stdout).print(_table(rows, args.threads, resolve(args.target).name))
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    if args.picture:
        draw(rows, args.picture)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "families",
        nargs="*",
        metavar="family",
        help=f"what to measure: {', '.join(FAMILIES)} (all)",
    )
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds (15)")
    parser.add_argument("--threads", type=int, default=1, help="of everybody (1)")
    parser.add_argument("--target", default="native", help="instruction set (native)")
    parser.add_argument("--cpu", type=int, default=0, help="the first core to run on (0)")
    parser.add_argument("--random", type=int, default=0, help="so many random shapes, too (0)")
    parser.add_argument("--seed", type=int, default=0, help="of the random shapes (0)")
    parser.add_argument("--json", type=Path, help="also write the rows there")
    parser.add_argument("--picture", type=Path, help="also draw them there, as SVG or PNG")
    args = parser.parse_args()
    if unknown := set(args.families) - set(FAMILIES):
        parser.error(f"no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    args.families = args.families or list(FAMILIES)
    return args


def _table(rows: Sequence[Row], threads: int, isa: str) -> Table:
    cores = "one core" if threads == 1 else f"{threads} cores"
    table = Table(title=f"int8, {cores}, {isa}")
    table.add_column("family")
    for column in ("problem", "us", "GMAC/s", "of peak", "best peer us", "peer", "ratio"):
        table.add_column(column, justify="right")
    for row in rows:
        peer, best = row.best_peer
        table.add_row(
            row.family,
            row.problem,
            f"{row.microseconds:.1f}",
            f"{row.gmacs:.0f}",
            f"{row.share_of_peak:.0%}",
            f"{best:.1f}",
            peer,
            f"{row.ratio:.2f}",
        )
    return table


if __name__ == "__main__":
    main()
