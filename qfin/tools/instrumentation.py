"""What qfin-opt shows of a pipeline while it runs: IR dumps, timings, which pass it is in."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from qfin.blame import verify_after
from qfin.ir import verify


@dataclass
class Instrumentation:
    """The callback of a `PassPipeline`, called before, between and after its passes."""

    to_text: Callable[[ModuleOp], str]
    print_before: bool = False
    print_after: bool = False
    print_after_change: bool = False
    print_between: bool = False
    dump_dir: Path | None = None
    verify: bool = True
    timings: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    """Name and seconds of each pass that ran."""

    running: str | None = None
    """The pass that is at work, if any."""

    _started: float = 0.0
    _dumped: int = 0
    _last_text: str = ""

    def __call__(
        self, previous: ModulePass | None, module: ModuleOp, following: ModulePass | None
    ) -> None:
        if previous is not None:
            self.timings.append((previous.name, time.perf_counter() - self._started))
        self.running = None
        if self.verify and previous is not None:
            verify_after(previous.name, module)
        elif self.verify:
            verify(module)
        self._show(previous, module, following)
        self.running = following and following.name
        self._started = time.perf_counter()

    @property
    def shows(self) -> bool:
        """Whether it has the IR between passes printed, or written."""
        flags = (self.print_before, self.print_after, self.print_after_change, self.print_between)
        return any(flags) or self.dump_dir is not None

    def step(
        self, previous: ModulePass | None, module: ModuleOp, following: ModulePass | None
    ) -> None:
        """As a call, for the steps of a pass that is a pipeline. They are not timed."""
        if previous is None:
            return  # as it is before the pass itself
        if self.verify:
            verify_after(previous.name, module)
        self._show(previous, module, following)

    def _show(
        self, previous: ModulePass | None, module: ModuleOp, following: ModulePass | None
    ) -> None:
        if self.dump_dir is not None:
            name = previous.name if previous else "input"
            file = self.dump_dir / f"{self._dumped:02}-{name}.mlir"
            file.write_text(self.to_text(module))
            self._dumped += 1
        if self.print_after_change:
            text = self.to_text(module)
            if previous is not None and text != self._last_text:
                _banner(f"IR Dump After {previous.name}", text)
            self._last_text = text
        elif self.print_after and previous is not None:
            _banner(f"IR Dump After {previous.name}", self.to_text(module))
        if self.print_before and following is not None:
            _banner(f"IR Dump Before {following.name}", self.to_text(module))
        if self.print_between and previous is not None and following is not None:
            print(f"IR after {previous.name}:\n{self.to_text(module)}\n\n\n", file=sys.stderr)

    def print_timings(self) -> None:
        """One line a pass on stderr, then their sum."""
        for name, seconds in self.timings:
            print(f"Pass {name} took {seconds} seconds", file=sys.stderr)
        total = sum(seconds for _, seconds in self.timings)
        print(f"All passes took {total} seconds", file=sys.stderr)


def _banner(title: str, text: str) -> None:
    print(f"// -----// {title} //----- //\n{text}", file=sys.stderr)
