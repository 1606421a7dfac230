"""Running a piece of MLIR in the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from numpy.typing import NDArray

from qfin.interpreter import run
from qfin.ir import parse


@pytest.fixture
def interpret() -> Callable[..., tuple[NDArray[Any], ...]]:
    """`interpret(text, *arrays)`: the text, `test.mlir`, is parsed and its `@main` is run."""

    def interpret(text: str, *args: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        return run(parse(text, name="test.mlir"), "main", args)

    return interpret
