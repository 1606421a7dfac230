"""Running our tools as their entry points do, without the cost of a process each."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest


@dataclass
class Done:
    """What a process would have left behind."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """`tool("qfin-opt", "--cse", "a.mlir", stdin="...")`, run in `tmp_path`; checked to show no
    traceback that was not asked for."""
    monkeypatch.chdir(tmp_path)

    def run(name: str, *arguments: str, stdin: str | bytes = "") -> Done:
        main = import_module(f"qfin.tools.{name.replace('-', '_')}").main
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        capsysbinary.readouterr()
        try:
            code = main(arguments)
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 0
        out, err = capsysbinary.readouterr()
        done = Done(code, out.decode(errors="replace"), err.decode())
        if "--debug" not in arguments:
            assert "Traceback" not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    """`write("a.mlir", text)`: a file in `tmp_path`, and its name there."""

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return name

    return write
