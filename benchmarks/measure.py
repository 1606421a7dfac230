"""Measuring one problem: ours and the peers', interleaved, beside the peak of the same moment."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import qfin
from benchmarks import peers
from benchmarks.as_mlir import module_text
from benchmarks.peak import measure_peak
from benchmarks.peers import Runner
from benchmarks.problems import Problem
from qfin.target import resolve

_SECONDS = 0.02
"""For one of the runners in one round."""


@dataclass(frozen=True)
class Row:
    """Medians over the rounds of one problem."""

    family: str
    problem: str
    threads: int
    microseconds: float
    gmacs: float
    """10**9 multiply-adds a second."""
    share_of_peak: float
    """Of one core's register-only loop, times the number of threads."""
    peers_microseconds: dict[str, float]

    @property
    def best_peer(self) -> tuple[str, float]:
        """Name and microseconds; ("-", nan) without peers."""
        fastest = min(self.peers_microseconds.items(), key=lambda item: item[1], default=None)
        return fastest or ("-", float("nan"))

    @property
    def ratio(self) -> float:
        """The best peer's time by ours."""
        return self.best_peer[1] / self.microseconds


def measure(family: str, problem: Problem, *, rounds: int, threads: int, target: str) -> Row:
    """In each round everything runs for some milliseconds, every other time in reverse."""
    isa = resolve(target)
    program = qfin.compile(module_text(problem), target=target, threads=threads)
    x = program.inputs[0].zeros()
    x[...] = problem.input
    runners: dict[str, Runner] = {"qfin": peers.timed(lambda: program(x))}
    runners |= peers.runners(problem, threads)
    times: dict[str, list[float]] = {name: [] for name in runners}
    shares: list[float] = []
    gigamacs = problem.macs / 1e9
    for number in range(rounds):
        peak = measure_peak(isa, repeat=3) * threads
        order = list(runners.items())
        for name, run in order if number % 2 else reversed(order):
            times[name].append(_median(run))
        shares.append(gigamacs / times["qfin"][-1] / peak)
    ours = statistics.median(times.pop("qfin"))
    return Row(
        family,
        problem.label,
        threads,
        ours * 1e6,
        gigamacs / ours,
        statistics.median(shares),
        {name: statistics.median(values) * 1e6 for name, values in times.items()},
    )


def _median(run: Runner) -> float:
    """Seconds of the median run among those that fit into the time (at least three)."""
    samples: list[float] = []
    end = time.perf_counter() + _SECONDS
    while len(samples) < 3 or time.perf_counter() < end:
        samples.append(run())
    return statistics.median(samples)
