"""Fixtures for tests in any folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from .random_modules import RandomModule


@pytest.fixture(scope="session")
def random_text() -> Callable[[int], str]:
    """`random_text(seed)`: a module of random int8 ops, of level 1 and 2; see `random_modules`."""
    return lambda seed: RandomModule(seed).text


def pytest_configure(config: pytest.Config) -> None:
    """Code is cached in a directory that goes with the session, not in the user's. With
    QFIN_REQUIRE_ORACLES set, a missing oracle is an error, where it else skips tests."""
    directory = tempfile.TemporaryDirectory(prefix="qfin-test-cache-")
    config.add_cleanup(directory.cleanup)
    os.environ["QFIN_CACHE_DIR"] = directory.name
    absent = [name for name in ("torch", "onnx", "onnxruntime") if find_spec(name) is None]
    if absent and os.environ.get("QFIN_REQUIRE_ORACLES"):
        raise pytest.UsageError(f"QFIN_REQUIRE_ORACLES is set, and these are missing: {absent}")
