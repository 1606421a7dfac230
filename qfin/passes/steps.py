"""How a pass that is a pipeline runs its steps: whoever looks sees the module between them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass, PassPipeline

Observer: TypeAlias = Callable[[ModulePass | None, ModuleOp, ModulePass | None], None]
"""Called before, between and after steps: the one that ran, the module, the one that follows."""

_observer: ContextVar[Observer | None] = ContextVar("qfin_steps", default=None)


def run_steps(steps: Sequence[ModulePass], ctx: Context, module: ModuleOp) -> None:
    """Applies passes one after the other, in the sight of `observe`."""
    PassPipeline(tuple(steps), _observer.get()).apply(ctx, module)


@contextmanager
def observe(observer: Observer) -> Generator[None]:
    """Calls `observer` around each step that runs inside the `with`."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)
