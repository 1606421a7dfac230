"""Where qfin keeps what it found out: machine code, and what was measured on this CPU."""

from __future__ import annotations

import os
from pathlib import Path


def default_directory() -> Path:
    """What QFIN_CACHE_DIR says, else `qfin` in the place for caches of this user."""
    if given := os.environ.get("QFIN_CACHE_DIR"):
        return Path(given)
    # The specification of XDG_CACHE_HOME: relative paths do not count.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "qfin"
