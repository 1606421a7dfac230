"""Which part of qfin may import which: imports point one way, and any module can come first."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Of no part in particular; everything but the dialects may import them. They import each other.
LEAVES = {"elision", "errors", "float_bits", "float_functions", "locations", "remarks"}

# What each part stands on; it may import that, what that stands on, and so on.
BELOW: dict[str, set[str]] = {
    "dialects": set(),
    "target": set(),
    "ir": {"dialects"},
    "blame": {"ir"},
    "functions": {"dialects"},
    "interpreter": {"functions"},
    "kernels": {"target", "dialects"},
    "passes": {"kernels", "interpreter"},
    "universe": {"passes"},
    "pipeline": {"passes", "blame"},
    "runtime": {"pipeline", "ir"},
    "importers": {"passes", "ir"},
    "calibrate": {"passes", "ir"},
    "api": {"runtime", "pipeline", "importers", "calibrate"},
    "": {"api"},  # qfin/__init__.py
    "tools": {"", "universe"},
}


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in sorted((ROOT / "qfin").rglob("*.py"))}
OTHERS = [
    file for folder in ("test", "examples", "benchmarks") for file in (ROOT / folder).rglob("*.py")
]


def part_of(module: str) -> str:
    """The name behind `qfin.`; "" for the package itself."""
    return (module + ".").split(".")[1]


def imports(file: Path) -> Iterator[str]:
    """Every module that the file names in an import, at the top, in a function, or for types."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or not node.module:
                assert file not in MODULES.values(), f"relative import in {file}"
                continue
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


@cache
def allowed(part: str) -> frozenset[str]:
    """All that lies below a part, and itself."""
    return frozenset({part}).union(*(allowed(below) for below in BELOW[part]))


def may_import(part: str, other: str) -> bool:
    if part in LEAVES:
        return other in LEAVES
    return other in allowed(part) or (other in LEAVES and part != "dialects")


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    part = part_of(module)
    assert part in BELOW or part in LEAVES, f"say above where qfin.{part} stands"
    wrong = [
        name
        for name in imports(MODULES[module])
        if name.split(".")[0] == "qfin" and not may_import(part, part_of(name))
    ]
    assert not wrong, f"{module} must not import {', '.join(wrong)}"


def test_order_is_one() -> None:
    for part, below in BELOW.items():
        assert not any(part in allowed(other) for other in below), f"qfin.{part} is below itself"


def test_links_are_not_imported() -> None:
    """`dialects` and `passes` at the top are links for readers, not packages."""
    for file in [*MODULES.values(), *OTHERS]:
        roots = {name.split(".")[0] for name in imports(file)}
        assert not roots & {"dialects", "passes"}, file


def test_rules_refuse() -> None:
    """What the tests above would say of imports that must not be."""
    assert not may_import("dialects", "errors")
    assert not may_import("dialects", "passes")
    assert not may_import("interpreter", "passes")
    assert not may_import("kernels", "interpreter")
    assert not may_import("errors", "dialects")
    assert not may_import("runtime", "tools")
    assert may_import("tools", "target")


IMPORT_EACH = """
import sys
import numpy, xdsl.dialects.builtin, xdsl.dialects.func, xdsl.pattern_rewriter
from importlib import import_module

for name in sys.argv[1:]:
    for loaded in [m for m in sys.modules if m.split(".")[0] == "qfin"]:
        del sys.modules[loaded]
    try:
        import_module(name)
    except Exception as error:
        print(f"import {name}: {error!r}")
"""


SHALLOW = 3
"""How deep a name is that programs import by default: `qfin.dialects.nn`."""


def test_any_module_can_be_imported_first() -> None:
    """No cycle shows, whichever module a user's program, or a tool, begins with. Deep ones take a
    minute, and are for `make test-slow`."""
    deep = "QFIN_TEST_CASES" in os.environ
    first = [name for name in MODULES if deep or name.count(".") < SHALLOW]
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_EACH, *first],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("", "")


@pytest.mark.parametrize(
    "module", [f"qfin.dialects.{name}" for name in ("nn", "quant", "tensors", "layout", "kernel")]
)
def test_dialects_alone(module: str) -> None:
    """In an interpreter of its own, a dialect needs none of our other parts."""
    code = f"import sys, {module}; print(*[m for m in sys.modules if m.startswith('qfin.')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert module in ran.stdout.split()
    assert {part_of(name) for name in ran.stdout.split()} == {"dialects"}
