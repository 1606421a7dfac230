"""The rows as a table for people, grouped by family, each mark beside the figure it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Held, Row


def show(rows: Sequence[Row], title: str, console: Console) -> None:
    """One table for each family."""
    for family, members in groupby(rows, lambda row: row.family):
        console.print(_table(f"{family}, {title}", list(members)))


def _table(title: str, rows: Sequence[Row]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("problem")
    for column in ("us", "rate", "of peak", "best peer us", "peer", "ratio"):
        table.add_column(column, justify="right")
    table.add_column("mark")
    for row in rows:
        if row.skipped:
            table.add_row(row.problem, *["-"] * 6, row.skipped)
            continue
        peer, best = row.best_peer
        table.add_row(
            row.problem,
            _number(row.microseconds, ".1f"),
            f"{row.rate:.{0 if row.rate >= 20 else 1}f} {row.unit}",
            _number(row.share_of_peak, ".0%"),
            _number(best, ".1f"),
            peer,
            _number(row.ratio, ".2f"),
            "; ".join(marks(row)),
        )
    return table


def marks(row: Row) -> list[str]:
    """What each mark asks, what there is, and whether that is enough; and whether it would be with
    as many products as the core can do, if not."""
    return [_mark(held) for held in row.marks]


def _mark(held: Held) -> str:
    if held.met is None:
        return f"{held.mark}: not measured"
    if held.met:
        return f"{held.mark}: {held.value:.2f} met"
    at_peak = "" if held.at_peak != held.at_peak else f" ({held.at_peak:.2f} at the peak)"
    return f"{held.mark}: {held.value:.2f} NOT met{at_peak}"


def _number(value: float, format: str) -> str:
    return f"{value:{format}}" if value == value else "-"
