"""The rows as a picture: bars as long as the best peer's time, or our own reference's, by ours."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.measure import Row
from benchmarks.table import marks


def draw(rows: Sequence[Row], path: Path) -> None:
    """Writes an image of the kind that the suffix names: a panel for each family, green where all
    marks are met. Needs matplotlib."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("agg")
    pyplot: Any = import_module("matplotlib.pyplot")
    measured = [row for row in rows if not row.skipped]
    families = [(name, list(members)) for name, members in groupby(measured, lambda r: r.family)]
    figure, panels = pyplot.subplots(
        max(1, len(families)),
        figsize=(11, 1 + 0.6 * len(families) + 0.28 * len(measured)),
        height_ratios=[2 + len(members) for _, members in families] or [1],
        squeeze=False,
        layout="constrained",
    )
    for (name, members), axes in zip(families, panels[:, 0], strict=True):
        places = range(len(members))
        speeds = [_speed(row) for row in members]
        met = [all(held.met is not False for held in row.marks) for row in members]
        axes.barh(places, speeds, color=["tab:green" if good else "tab:orange" for good in met])
        for place, row, speed in zip(places, members, speeds, strict=True):
            text = f"  {row.microseconds:.1f} us; {'; '.join(marks(row))}"
            axes.text(speed, place, text, va="center", fontsize=7)
        axes.set_yticks(places, [row.problem for row in members], fontsize=7)
        axes.set_xlim(0, 2.2 * max([1.0, *speeds]))
        axes.invert_yaxis()
        axes.axvline(1, color="0.5", linewidth=0.8)
        axes.set_title(f"{name}: time of the best peer, or of our reference, by ours", fontsize=9)
    figure.savefig(path)


def _speed(row: Row) -> float:
    """The other's time by ours; 0 where there is no other."""
    if row.peers_microseconds:
        return row.ratio
    reference = row.ours_microseconds.get("qfin reference", 0.0)
    return reference / row.microseconds
