"""`freeze-module`: a module for inference alone, as PyTorch's pass of that name makes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass

from qfin.errors import PassError, describe
from qfin.functions import public_functions
from qfin.passes.finalize.fold_globals import fold_globals
from qfin.passes.finalize.symbols import symbols

FORWARD = "forward"


@dataclass(frozen=True)
class FreezeModulePass(ModulePass):
    """Inline calls, turn parameters into constants, and drop what is not needed for inference.

    What stays is `@forward`, the functions and globals that `preserved_attrs` names, and what they
    need. Without a `@forward`, and unless a function is preserved, all public functions stay.
    The name of a submodule (`fc`) stands for all its symbols (`@fc.weight` ...).

    Loads of immutable globals become constants, unless the global is preserved; mutable globals
    stay when something loads or stores them. A remark tells of each public symbol that goes.
    Raises PassError for names that are not there, for recursive calls, and where no function would
    stay.
    """

    name = "freeze-module"

    preserved_attrs: tuple[str, ...] = ()

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        methods, preserved = methods_of(op, self.preserved_attrs)
        roots = dict.fromkeys([*methods, *sorted(preserved)])
        fold_globals(op, roots, self.name, kept=preserved)


def methods_of(module: ModuleOp, preserved_attrs: Iterable[str]) -> tuple[list[str], set[str]]:
    """The functions that stay, which become public, and all symbols that are preserved.

    Raises PassError for names that are not there, and where no function would stay.
    """
    there = symbols(module)
    preserved = {name for wanted in preserved_attrs for name in named(wanted, there)}
    methods = [name for name in there if name in preserved and _has_body(there[name])]
    if FORWARD in there and _has_body(there[FORWARD]):
        methods.append(FORWARD)
    if not methods:
        methods = public_names(module)
    for name in methods:
        there[name].sym_visibility = StringAttr("public")
    return methods, preserved


def public_names(module: ModuleOp) -> list[str]:
    """The public functions. Raises PassError where there are functions, and all are private."""
    names = [function.sym_name.data for function in public_functions(module)]
    for op in module.ops:
        if not names and isinstance(op, func.FuncOp) and op.body.blocks:
            raise PassError(
                f"{describe(op)}: @{op.sym_name.data} is private, as are all functions, so that"
                " none would stay: make it public, or name it in preserved-attrs"
            )
    return names


def named(wanted: str, there: Iterable[str]) -> list[str]:
    """The symbols that a preserved name stands for."""
    found = [name for name in there if name == wanted or name.startswith(f"{wanted}.")]
    if not found:
        listed = ", ".join(f"@{name}" for name in there) or "nothing"
        raise PassError(f"preserved-attrs: unknown name '{wanted}'; the module has {listed}")
    return found


def _has_body(symbol: object) -> bool:
    return isinstance(symbol, func.FuncOp) and bool(symbol.body.blocks)
