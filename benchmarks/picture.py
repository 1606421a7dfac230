"""The rows as a picture: bars as long as the share of the peak, the best peer's beside ours."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.measure import Row


def draw(rows: Sequence[Row], path: Path) -> None:
    """Writes an image of the kind that the suffix names. Needs matplotlib."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("agg")
    pyplot: Any = import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=(9, 1 + 0.32 * len(rows)), layout="constrained")
    places = range(len(rows))
    axes.barh(
        [place - 0.2 for place in places],
        [100 * row.share_of_peak for row in rows],
        0.4,
        label="qfin",
    )
    axes.barh(
        [place + 0.2 for place in places],
        [100 * row.share_of_peak / row.ratio for row in rows],
        0.4,
        label="best peer",
        color="0.7",
    )
    for place, row in zip(places, rows, strict=True):
        text = f"  {row.ratio:.2f}x {row.best_peer[0]}"
        axes.text(100 * row.share_of_peak, place - 0.2, text, va="center", fontsize=7)
    axes.set_yticks(places, [f"{row.family}  {row.problem}" for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(100, color="0.5", linewidth=0.8)
    axes.set_xlabel("share of the cores' int8 peak, %")
    axes.legend(loc="lower right")
    figure.savefig(path)
