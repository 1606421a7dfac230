"""Machine code of a module on buffers: out of the cache, or else generated and put there.

The key is made of the module as it is before any kernel is built, so that code out of the cache
costs no kernel's IR. Weights are in no code, and so in no key.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import xdsl
from xdsl.dialects.builtin import ModuleOp

from qfin.dialects.kernel import ProgramOp, StateOp
from qfin.dialects.tensors import i64_attr
from qfin.ir import print_module
from qfin.pipeline import is_before, to_level
from qfin.runtime.cache import Cache
from qfin.target import codegen
from qfin.target.codegen import ObjectCode
from qfin.target.isa import Isa

_ROOT = Path(__file__).parent.parent
_GENERATORS = ("dialects/kernel", "kernels", "passes/lower", "passes/rewriting.py", "target")
"""What of qfin decides on the code of a given module on buffers."""


def object_code(
    module: ModuleOp, isa: Isa, threads: int = 1, stored: Cache | None = None
) -> ObjectCode:
    """The code of the programs of a module of level `buffers` or behind, which it takes out of the
    module: what describes the programs stays. Those of level `buffers` get so many `threads`.

    Raises Error when something in the module has no machine code.
    """
    key = _key(module, isa, threads) if stored else ""
    on_buffers = is_before(module, "kernels")
    if stored and (entry := stored.get(key)):
        take_code(module)
        for program in module.ops:
            if on_buffers and isinstance(program, ProgramOp):
                program.threads = i64_attr(threads)  # as the pass to `kernels` would say
        return ObjectCode.from_bytes(entry)
    with _without_collector():
        # LLVM checks what we generate.
        code = take_code(to_level(module, "llvm", threads=threads, verify_code=False))
        made = ObjectCode.of(codegen.to_llvm_ir(code, isa), isa)
    if stored:
        stored.put(key, made.to_bytes())
    return made


@contextmanager
def _without_collector() -> Generator[None]:
    """For code that makes many objects and gives few back: the garbage collector, which looks at
    all of them again and again, takes a seventh of the time of compiling."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def take_code(module: ModuleOp) -> ModuleOp:
    """Moves everything but what describes programs from a module into a new one."""
    code = ModuleOp([], module.attributes)
    for op in list(module.ops):
        if not isinstance(op, ProgramOp | StateOp):
            op.detach()
            code.body.block.add_op(op)
    return code


def _key(module: ModuleOp, isa: Isa, threads: int) -> str:
    """For all that decides on the code."""
    code = [op for op in module.ops if not isinstance(op, ProgramOp | StateOp)]
    texts: Iterable[str] = (_versions(isa), str(threads), *map(print_module, code))
    return sha256("\0".join(texts).encode()).hexdigest()


@cache
def _versions(isa: Isa) -> str:
    """What decides but the module: the target, and what we and others make code with."""
    sources = sha256()
    for name in _GENERATORS:
        path = _ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            sources.update(file.read_bytes())
    return f"{codegen.version_text(isa)} xdsl {xdsl.__version__} qfin {sources.hexdigest()}"
