"""On which targets a case of a test runs."""

from __future__ import annotations

import os
import zlib
from itertools import groupby

from qfin.target import TARGETS, host_target_names


def case_targets() -> tuple[str, ...]:
    """For tests with many cases: of the host's targets one of each width of vectors, in turn by the
    name of the case, so that one target more takes no more time; all for `make test-slow`."""
    names = host_target_names()
    if "QFIN_TEST_CASES" in os.environ:
        return names
    case = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
    widths = groupby(
        sorted(names, key=lambda name: TARGETS[name].vector_bytes),
        key=lambda name: TARGETS[name].vector_bytes,
    )
    alike = [(width, tuple(group)) for width, group in widths]
    kept = {group[zlib.crc32(f"{width} {case}".encode()) % len(group)] for width, group in alike}
    return tuple(name for name in names if name in kept)
