"""What `--list-passes` and `--show-dialects` print."""

from __future__ import annotations

from xdsl.context import Context

from qfin.dialects import get_all_dialects
from qfin.passes import PASSES
from qfin.tools.pass_specs import PassGetters


def pass_list(available: PassGetters) -> str:
    """All passes with one line on each: ours, then the rest."""
    ours = {name: entry.summary for name, entry in sorted(PASSES.items())}
    others = {name: _summary(available, name) for name in sorted(available.keys() - ours.keys())}
    return f"qfin:\n{_table(ours)}\n\nxDSL and plugins:\n{_table(others)}"


def dialect_list(context: Context) -> str:
    """The names of all dialects: ours, then the rest."""
    ours = get_all_dialects().keys()
    others = set(context.registered_dialect_names) - ours
    return f"qfin: {', '.join(sorted(ours))}\nxDSL and plugins: {', '.join(sorted(others))}"


def _summary(available: PassGetters, name: str) -> str:
    try:
        text = (available[name]().__doc__ or "").strip()
    except ImportError as e:  # of something optional that is not installed
        return f"(not usable: {e})"
    first = text.split("\n\n")[0]
    # A dataclass without a docstring gets its signature for one.
    if first.startswith(available[name]().__name__ + "("):
        return ""
    return " ".join(first.split()).split(". ")[0].rstrip(".")


def _table(rows: dict[str, str]) -> str:
    width = max(map(len, rows), default=0)
    return "\n".join(f"  {name:<{width}}  {summary}".rstrip() for name, summary in rows.items())
