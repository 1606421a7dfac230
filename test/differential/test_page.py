"""`docs/pytorch.md` says what the table says. With QFIN_WRITE_PAGE set, it is written."""

from __future__ import annotations

import os
from pathlib import Path

from .document import document

PAGE = Path(__file__).parents[2] / "docs" / "pytorch.md"


def test_page_is_up_to_date():
    if os.environ.get("QFIN_WRITE_PAGE"):
        PAGE.write_text(document())
    assert PAGE.read_text() == document(), "see its first line for how to write it anew"
