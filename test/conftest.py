"""Fixtures for tests in any folder."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Generator
from importlib.util import find_spec

import pytest

from .random_modules import RandomModule

ORACLES = ("torch", "onnx", "onnxruntime")


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
    absent = [name for name in ORACLES if find_spec(name) is None]
    if absent and os.environ.get("QFIN_REQUIRE_ORACLES"):
        raise pytest.UsageError(f"QFIN_REQUIRE_ORACLES is set, and these are missing: {absent}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Says of a randomised case that fails how it runs alone."""
    report = yield
    seed = (
        item.callspec.params.get("seed")
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else None
    )
    if report.failed and isinstance(seed, int):
        report.sections.append(
            ("to run it alone", f"QFIN_TEST_SEED={seed} python -m pytest '{item.nodeid}'")
        )
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _list_if_skipped(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _list_if_skipped(report)


def _list_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Adds what is skipped for want of an oracle, a test or a whole module, to the file that
    QFIN_SKIPPED_LIST names: what is left to run where the oracles are (`pytest @file`). Each
    process does, and some stand there twice: of modules that are skipped at one place xdist reports
    only the first."""
    path = os.environ.get("QFIN_SKIPPED_LIST")
    if not path or not report.skipped:
        return
    if re.search(rf"could not import '({'|'.join(ORACLES)})'", str(report.longrepr)):
        with open(path, "a") as file:
            file.write(f"{report.nodeid}\n")
