"""How long one call takes: what `qfin run --benchmark` shows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence


def measure(call: Callable[[], object], repeat: int, warmup: int) -> list[float]:
    """Seconds of each of `repeat` calls, after `warmup` calls that do not count."""
    for _ in range(warmup):
        call()
    times: list[float] = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


def print_times(times: Sequence[float], title: str) -> None:
    """A table on stdout: median, 90th percentile and minimum, in milliseconds."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ordered = sorted(times)
    # The smallest time that at least 90 % of the calls stayed within.
    p90 = ordered[-(-len(ordered) * 9 // 10) - 1]
    table = Table(title=Text(title), title_justify="left")
    for column in ("runs", "median ms", "p90 ms", "min ms"):
        table.add_column(column, justify="right")
    milliseconds = [1e3 * t for t in (statistics.median(ordered), p90, ordered[0])]
    table.add_row(str(len(ordered)), *[f"{t:.4g}" for t in milliseconds])
    Console().print(table)
