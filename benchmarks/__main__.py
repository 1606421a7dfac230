"""`python -m benchmarks`: our time, the peers' and the share of the core's peak, side by side.

Each row is a module given as text through `qfin.compile` with default options, timed from outside
of `program(x)`, so that the call counts. Runs are interleaved; figures are medians over the rounds,
and each mark stands beside the figure that it speaks of, met or not. The process pins itself to as
many cores as threads. Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import track

from benchmarks import peers
from benchmarks.families import FAMILIES
from benchmarks.measure import Row, Settings, measure
from benchmarks.picture import draw
from benchmarks.table import markdown, show
from qfin.target import host_target_names, resolve


def main() -> None:
    args = _arguments()
    if args.list:
        for name, family in FAMILIES.items():
            marks = sorted({str(mark) for p in family.problems for mark in p.marks})
            print(f"{name:12} {len(family.problems):3} problems  {', '.join(marks)}")
        return
    os.sched_setaffinity(0, range(args.cpu, args.cpu + args.threads))
    console = Console(stderr=True)
    for name, reason in peers.absent().items():
        console.print(f"left out: {name} ({reason})", markup=False)
    random = Random(args.seed)
    if args.random:
        console.print(f"random shapes: --seed {args.seed}")
    settings = Settings(args.rounds, args.threads, args.target, tuple(args.peers))
    rows: list[Row] = []
    for name in args.families:
        family = FAMILIES[name]
        problems = family.small if args.small else family.problems
        drawn = [family.draw(random) for _ in range(args.random)]
        for problem in track([*problems, *drawn], name, console=console):
            if args.only in problem.label:
                rows.append(measure(name, problem, settings))
    if not rows:
        sys.exit(f"no problem of {', '.join(args.families)} has {args.only!r} in its name")
    cores = "one core" if args.threads == 1 else f"{args.threads} cores"
    width = None if sys.stdout.isatty() else 200
    title = f"{cores}, {resolve(args.target).name}"
    show(rows, title, Console(file=sys.stdout, width=width))
    if args.markdown:
        args.markdown.write_text(markdown(rows, title))
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    if args.picture:
        draw(rows, args.picture)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ", ".join(FAMILIES)
    parser.add_argument(
        "families", nargs="*", metavar="family", help=f"what to measure: {names} (all)"
    )
    parser.add_argument(
        "--families", dest="more", default="", metavar="A,B", help="the same, with commas"
    )
    parser.add_argument("--list", action="store_true", help="list the families and their marks")
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds (15)")
    parser.add_argument("--threads", type=int, default=1, help="of everybody (1)")
    parser.add_argument("--target", default="native", help="instruction set (native)")
    parser.add_argument("--cpu", type=int, default=0, help="the first core to run on (0)")
    parser.add_argument("--random", type=int, default=0, help="so many random shapes, too (0)")
    parser.add_argument("--seed", type=int, default=0, help="of the random shapes (0)")
    parser.add_argument("--only", default="", metavar="TEXT", help="problems whose name has TEXT")
    parser.add_argument("--small", action="store_true", help="tiny problems, to try the machinery")
    parser.add_argument(
        "--peers", nargs="*", default=peers.NAMES, choices=peers.NAMES, help="whom to ask (all)"
    )
    parser.add_argument("--json", type=Path, help="also write the rows there")
    parser.add_argument("--markdown", type=Path, help="also write the tables there")
    parser.add_argument("--picture", type=Path, help="also draw them there, as SVG or PNG")
    args = parser.parse_args()
    args.families += [name for name in args.more.split(",") if name]
    if unknown := set(args.families) - set(FAMILIES):
        parser.error(f"no family {', '.join(sorted(unknown))}; there are {names}")
    args.families = args.families or list(FAMILIES)
    if problem := _refused(args):
        parser.error(problem)
    return args


def _refused(args: argparse.Namespace) -> str:
    """What is wrong with the arguments, before anything is measured; nothing if empty."""
    cores = os.cpu_count() or 1
    if args.rounds < 1 or args.random < 0:
        return "--rounds must be 1 or more, --random 0 or more"
    if args.threads < 1 or args.cpu < 0 or args.cpu + args.threads > cores:
        return f"--threads {args.threads} from --cpu {args.cpu} on: there are {cores} cores, from 0"
    if args.target not in ("native", *host_target_names()):
        return f"--target {args.target}: this CPU runs native, {', '.join(host_target_names())}"
    if args.picture and find_spec("matplotlib") is None:
        return "--picture needs matplotlib: pip install -e '.[bench]'"
    for path in (args.json, args.markdown, args.picture):
        if path and not path.absolute().parent.is_dir():
            return f"{path}: there is no folder {path.parent}"
    return ""


if __name__ == "__main__":
    main()
