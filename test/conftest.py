"""Fixtures for tests in any folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .random_modules import RandomModule


@pytest.fixture(scope="session")
def random_text() -> Callable[[int], str]:
    """`random_text(seed)`: a module of random int8 ops, of level 1 and 2; see `random_modules`."""
    return lambda seed: RandomModule(seed).text
