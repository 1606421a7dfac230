"""On which targets a case of a test runs."""

from __future__ import annotations

import os
import zlib

from qfin.target import TARGETS, host_target_names


def case_targets() -> tuple[str, ...]:
    """For tests with many cases: the host's targets, of those with 512-bit vectors one, in turn by
    the name of the case. So one target more takes no more time."""
    names = host_target_names()
    wide = [name for name in names if TARGETS[name].vector_bytes == 64]
    if len(wide) < 2:
        return names
    case = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
    kept = wide[zlib.crc32(case.encode()) % len(wide)]
    return tuple(name for name in names if name == kept or name not in wide)
