"""What is measured, by the name that the command line takes."""

from __future__ import annotations

from benchmarks import families_contractions, families_epilogue, families_others
from benchmarks.problems import Family

FAMILIES: dict[str, Family] = {
    **families_contractions.FAMILIES,
    **families_epilogue.FAMILIES,
    **families_others.FAMILIES,
}
