"""The symbols of a module: which functions and globals there are, and what they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.rewriter import Rewriter

from qfin import remarks
from qfin.dialects.ml_program import GlobalOp
from qfin.functions import references

Symbol: TypeAlias = func.FuncOp | GlobalOp


def symbols(module: ModuleOp) -> dict[str, Symbol]:
    """The functions and globals of a module by name."""
    return {op.sym_name.data: op for op in module.ops if isinstance(op, Symbol)}


def reachable(module: ModuleOp, roots: Iterable[str]) -> set[str]:
    """The names of `roots` and of what they speak of, directly or through others."""
    there = symbols(module)
    found: set[str] = set()
    pending = list(roots)
    while pending:
        if (name := pending.pop()) in there and name not in found:
            found.add(name)
            pending += references(there[name])
    return found


def is_public(symbol: Symbol) -> bool:
    return symbol.sym_visibility is None or symbol.sym_visibility.data == "public"


def keep_only(module: ModuleOp, roots: Iterable[str], pass_name: str) -> None:
    """Erases what `roots` do not reach; a remark for each public symbol that goes."""
    kept = reachable(module, roots)
    for name, symbol in symbols(module).items():
        if name in kept:
            continue
        if is_public(symbol):
            remarks.emit("note", symbol, f"@{name} is removed: not reached", pass_name=pass_name)
        Rewriter.erase_op(symbol, safe_erase=False)
