"""Which function of a module a caller means, and the names of its arguments and results.

Names are the argument attribute `nn.name`; without one the name in the text, then `arg0`, `out0`.
"""

from __future__ import annotations

from xdsl.dialects import func
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    ModuleOp,
    StringAttr,
    SymbolRefAttr,
)
from xdsl.ir import Operation
from xdsl.rewriter import Rewriter

from qfin.dialects.kernel import ProgramOp, StateOp
from qfin.dialects.ml_program import GlobalOp
from qfin.errors import Error

NAME_ATTR = "nn.name"


class SeveralFunctionsError(Error):
    """A module has several functions, and nobody said which one is meant."""


def argument_names(function: func.FuncOp) -> list[str]:
    """A name for each argument, all different."""
    hints = [arg.name_hint or f"arg{i}" for i, arg in enumerate(function.args)]
    return _names(function.arg_attrs, hints)


def result_names(function: func.FuncOp) -> list[str]:
    """A name for each result, all different."""
    hints = [f"out{i}" for i in range(len(function.function_type.outputs))]
    return _names(function.res_attrs, hints)


def _names(attributes: ArrayAttr[DictionaryAttr] | None, hints: list[str]) -> list[str]:
    given = [a.data.get(NAME_ATTR) for a in attributes] if attributes else [None] * len(hints)
    names: list[str] = []
    for index, (name, hint) in enumerate(zip(given, hints, strict=True)):
        chosen = name.data if isinstance(name, StringAttr) else hint
        while chosen in names:
            chosen = f"{chosen}_{index}"
        names.append(chosen)
    return names


def public_functions(module: ModuleOp) -> list[func.FuncOp]:
    """The functions with a body that are not private."""
    return [
        op
        for op in module.ops
        if isinstance(op, func.FuncOp)
        and op.body.blocks
        and (op.sym_visibility is None or op.sym_visibility.data == "public")
    ]


def select(names: list[str], wanted: str | None) -> str:
    """The function to run: the one named, else the only one.

    Raises Error for a name that is not there, for none and, as SeveralFunctionsError, for several
    without a name.
    """
    there = ", ".join(f"@{name}" for name in names) or "none"
    if wanted is not None:
        if wanted not in names:
            raise Error(f"the module has no public function @{wanted} (there: {there})")
        return wanted
    if not names:
        raise Error("the module has no public function to run")
    if len(names) > 1:
        raise SeveralFunctionsError(f"the module has several functions ({there}): name one")
    return names[0]


def isolate(module: ModuleOp, wanted: str | None) -> None:
    """Leaves of the functions of `module`, of any level before llvm, only the one that `select`
    takes and those that it calls, which become private. Raises Error as `select` does."""
    name = select([f.sym_name.data for f in public_functions(module)], wanted)
    functions = {op.sym_name.data: op for op in module.ops if isinstance(op, func.FuncOp)}
    needed: set[str] = set()
    pending = [name]
    while pending:
        if (current := pending.pop()) not in needed and current in functions:
            needed.add(current)
            pending += references(functions[current])
    for op in list(module.ops):
        match op:
            case ProgramOp() if op.entry.string_value() != name:
                Rewriter.erase_op(op)
            case func.FuncOp() if op.sym_name.data not in needed:
                Rewriter.erase_op(op)
            case func.FuncOp() if op.sym_name.data != name:
                op.sym_visibility = StringAttr("private")
            case _:
                pass


def has_state(module: ModuleOp) -> bool:
    """Whether the functions of a module, of any level, share mutable globals."""
    return any(
        isinstance(op, StateOp) or (isinstance(op, GlobalOp) and op.is_mutable is not None)
        for op in module.ops
    )


def references(op: Operation) -> list[str]:
    """The names of the symbols that an op, and what is inside it, speaks of."""
    return [
        attribute.root_reference.data
        for inner in op.walk()
        for attribute in (*inner.properties.values(), *inner.attributes.values())
        if isinstance(attribute, SymbolRefAttr)
    ]
