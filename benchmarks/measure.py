"""Measuring one problem: ours and the peers', interleaved, beside the peak of the same moment."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import qfin
from benchmarks import peers
from benchmarks.as_mlir import module_text
from benchmarks.contractions import weight_bytes
from benchmarks.net import Net, Quantization, Step, Value
from benchmarks.peak import measure_peak, measure_read
from benchmarks.peers import Runner
from benchmarks.problems import Mark, Problem
from qfin.errors import Error
from qfin.target import resolve

_SECONDS = 0.02
"""For one of the runners in one round."""
_WARM_SECONDS = 0.04
"""Before that, on several threads: a scheduler may wake threads on one core, and spread them at a
tick of its clock, of 10 ms."""
_RESTING_NANOSECONDS = 300_000
"""Other threads that run for less than this in 3 ms do not spin."""
_OURS, _BESIDE, _PART, _CALL = "qfin", "qfin reference", "qfin part", "qfin call"


@dataclass(frozen=True)
class Held:
    """A mark, and the median of what it speaks of; NaN where that was not measured."""

    mark: str
    value: float
    met: bool | None
    """None where there was nothing to measure it by."""
    at_peak: float = float("nan")
    """The same if ours did as many products a second as the core can: where that does not meet the
    mark either, no kernel would. NaN where the mark speaks of no other's time."""


@dataclass(frozen=True)
class Row:
    """Medians over the rounds of one problem."""

    family: str
    problem: str
    threads: int
    microseconds: float = float("nan")
    rate: float = float("nan")
    """10**9 a second of what `unit` says."""
    unit: str = "GMAC/s"
    share_of_peak: float = float("nan")
    """Of one core's register-only loop of dot products, times the number of threads."""
    peers_microseconds: dict[str, float] = field(default_factory=dict[str, float])
    ours_microseconds: dict[str, float] = field(default_factory=dict[str, float])
    """Other programs of ours that were timed beside it."""
    marks: tuple[Held, ...] = ()
    skipped: str = ""
    """Why nothing was measured."""

    @property
    def best_peer(self) -> tuple[str, float]:
        """Name and microseconds; ("-", nan) without peers."""
        fastest = min(self.peers_microseconds.items(), key=lambda item: item[1], default=None)
        return fastest or ("-", float("nan"))

    @property
    def ratio(self) -> float:
        """The best peer's time by ours."""
        return self.best_peer[1] / self.microseconds


@dataclass(frozen=True)
class Settings:
    """Of a whole run. `wanted` are the peers to ask."""

    rounds: int
    threads: int = 1
    target: str = "native"
    wanted: tuple[str, ...] = peers.NAMES
    seconds: float = _SECONDS


def measure(family: str, problem: Problem, settings: Settings) -> Row:
    """In each round everything runs for some milliseconds, every other time in reverse. What does
    not compile is skipped, with the reason."""
    threads = settings.threads
    try:
        runners = _ours(problem, settings)
    except Error as error:
        reason = f"skipped: not supported: {str(error).splitlines()[0].split(';')[0]}"
        return Row(family, problem.label, threads, skipped=reason)
    if problem.peers:
        runners |= peers.runners(problem.net, threads, settings.wanted)
    isa = resolve(settings.target)
    kinds = {mark.kind for mark in problem.marks}
    rounds: list[dict[str, float]] = []
    for number in range(settings.rounds):
        found: dict[str, float] = {}
        if problem.unit == "GMAC/s":
            found["peak"] = measure_peak(isa, repeat=3) * threads
        if "of read" in kinds:
            found["read"] = measure_read(isa, weight_bytes(problem.net))
        order = list(runners.items())
        for name, run in order if number % 2 else reversed(order):
            if threads > 1:
                _wait_for_other_threads()
                _median(run, _WARM_SECONDS)
            found[name] = _median(run, settings.seconds)
        rounds.append(found)
    times = {name: statistics.median(r[name] for r in rounds) * 1e6 for name in runners}
    ours = times.pop(_OURS)
    beside = {name: times.pop(name) for name in list(times) if name.startswith("qfin ")}
    return Row(
        family,
        problem.label,
        threads,
        ours,
        problem.work / ours / 1e3,
        problem.unit,
        _over_rounds(Mark("of peak", 0), problem, rounds),
        times,
        beside,
        tuple(_held(mark, problem, rounds) for mark in problem.marks),
    )


def _wait_for_other_threads() -> None:
    """Until this process's other threads rest: ONNX Runtime's spin for 50 ms after a call, and take
    half of a core from whoever runs next. At most half a second; on Linux alone."""
    tasks, me = Path("/proc/self/task"), str(threading.get_native_id())
    if not tasks.is_dir():
        return

    def nanoseconds() -> int:
        total = 0
        for task in tasks.iterdir():
            with suppress(OSError):  # a thread that has ended meanwhile
                if task.name != me:
                    total += int((task / "schedstat").read_text().split()[0])
        return total

    end, before = time.perf_counter() + 0.5, nanoseconds()
    while time.perf_counter() < end:
        time.sleep(0.003)
        now = nanoseconds()
        if now - before < _RESTING_NANOSECONDS:
            return
        before = now


def _ours(problem: Problem, settings: Settings) -> dict[str, Runner]:
    """The program, and what of ours it is held against."""
    found = {_OURS: _runner(problem.net, settings)}
    if problem.beside:
        found[_BESIDE] = _runner(problem.beside, settings)
    for number, part in enumerate(problem.parts):
        found[f"{_PART} {number}"] = _runner(part, settings)
    if problem.parts:  # next to nothing to do
        x = Value((1, 64), Quantization())
        found[_CALL] = _runner(Net((x,), (Step("relu", (0,), x),)), settings)
    return found


def _runner(net: Net, settings: Settings) -> Runner:
    module = module_text(net)
    if any(step.dynamic for step in net.steps):
        module = qfin.finalize(module, quant_type="dynamic")
    program = qfin.compile(module, target=settings.target, threads=settings.threads)
    arrays = [given.zeros() for given in program.inputs]
    for array, values in zip(arrays, net.inputs(), strict=True):
        array[...] = values
    return peers.timed(lambda: program(*arrays))


def _held(mark: Mark, problem: Problem, rounds: Sequence[dict[str, float]]) -> Held:
    value = _over_rounds(mark, problem, rounds)
    if value != value:
        return Held(str(mark), value, None)
    share, at_peak = _over_rounds(Mark("of peak", 0), problem, rounds), float("nan")
    if mark.kind in ("x peer", "of openvino"):
        at_peak = value * share if mark.most else value / share
    return Held(str(mark), value, mark.met(value), at_peak)


def _over_rounds(mark: Mark, problem: Problem, rounds: Sequence[dict[str, float]]) -> float:
    """The median over the rounds of what the mark speaks of: figures of one round are of one
    moment."""
    return statistics.median(_figure(mark, problem, found) for found in rounds)


def _figure(mark: Mark, problem: Problem, found: dict[str, float]) -> float:
    ours, nan = found[_OURS], float("nan")
    match mark.kind:
        case "of peak":
            return problem.work / 1e9 / ours / found["peak"] if "peak" in found else nan
        case "of read":
            return weight_bytes(problem.net) / 1e9 / ours / found["read"]
        case "x peer":
            others = [t for name, t in found.items() if name.split()[0] in peers.NAMES]
            return min(others) / ours if others else nan
        case "of ours":
            return ours / found[_BESIDE]
        case "of parts":
            # All parts in one program: one call.
            parts = [t for name, t in found.items() if name.startswith(_PART)]
            return ours / (sum(parts) - (len(parts) - 1) * found[_CALL])
        case "of openvino":
            return ours / found["openvino"] if "openvino" in found else nan
        case _:
            return problem.work / 1e9 / ours


def _median(run: Runner, seconds: float) -> float:
    """Seconds of the median run among those that fit into the time (at least three)."""
    samples: list[float] = []
    end = time.perf_counter() + seconds
    while len(samples) < 3 or time.perf_counter() < end:
        samples.append(run())
    return statistics.median(samples)
