"""The rows as tables for people, one for each family, each mark beside the figure it speaks of: on
the terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Held, Row

_COLUMNS = ("us", "rate", "of peak", "best peer us", "peer", "ratio", "mark")


def show(rows: Sequence[Row], title: str, console: Console) -> None:
    """One table for each family."""
    for family, members in _families(rows):
        table = Table(title=f"{family}, {title}: {_met(members)}", title_justify="left")
        table.add_column("problem")
        for column in _COLUMNS:
            table.add_column(column, justify="left" if column == "mark" else "right")
        for row in members:
            table.add_row(row.problem, *_cells(row))
        console.print(table)


def markdown(rows: Sequence[Row], title: str) -> str:
    """The same."""
    lines: list[str] = []
    for family, members in _families(rows):
        lines += [f"### {family}, {title}: {_met(members)}", ""]
        lines += [f"| problem | {' | '.join(_COLUMNS)} |", "|---" * (1 + len(_COLUMNS)) + "|"]
        lines += [f"| {' | '.join([row.problem, *_cells(row)])} |" for row in members]
        lines.append("")
    return "\n".join(lines)


def _families(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    return [(family, list(members)) for family, members in groupby(rows, lambda row: row.family)]


def _met(rows: Sequence[Row]) -> str:
    """How many of the marks that could be measured are met."""
    held = [held.met for row in rows for held in row.marks if held.met is not None]
    return f"{sum(held)} of {len(held)} marks met"


def _cells(row: Row) -> list[str]:
    """What stands in the columns."""
    if row.skipped:
        return [*["-"] * (len(_COLUMNS) - 1), row.skipped]
    peer, best = row.best_peer
    return [
        _number(row.microseconds, ".1f"),
        f"{row.rate:.{0 if row.rate >= 20 else 1}f} {row.unit}",
        _number(row.share_of_peak, ".0%"),
        _number(best, ".1f"),
        peer,
        _number(row.ratio, ".2f"),
        "; ".join(marks(row)),
    ]


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
