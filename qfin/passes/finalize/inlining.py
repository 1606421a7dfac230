"""Calls become the bodies of what they call: a part of `inline-calls`, `fold-globals` and
`freeze-module`."""

from __future__ import annotations

from collections.abc import Iterable

from xdsl.dialects import func
from xdsl.dialects.builtin import CallSiteLoc, LocationAttr, ModuleOp
from xdsl.rewriter import InsertPoint, Rewriter

from qfin.errors import PassError, UnsupportedError, describe
from qfin.locations import is_unknown


def inline_calls(module: ModuleOp, roots: Iterable[str]) -> None:
    """Inlines every call in the functions among `roots`, and in those that they call.

    Before:

        func.func private @double(%a: tensor<2xf32>) -> tensor<2xf32> {
          %0 = nn.add %a, %a : (...) -> tensor<2xf32>
          func.return %0 : tensor<2xf32>
        }
        %y = func.call @double(%x) : (tensor<2xf32>) -> tensor<2xf32>

    After:

        %y = nn.add %x, %x : (...) -> tensor<2xf32>     at callsite(in @double at the call)

    Calls of functions without a body stay. Raises PassError for a function that calls itself,
    UnsupportedError for one of several blocks.
    """
    functions = {op.sym_name.data: op for op in module.ops if isinstance(op, func.FuncOp)}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done:
            return
        for call in [op for op in functions[name].walk() if isinstance(op, func.CallOp)]:
            callee = functions.get(call.callee.string_value())
            if callee is None or not callee.body.blocks:
                continue
            called = callee.sym_name.data
            if called in (*path, name):
                chain = " -> ".join(f"@{step}" for step in (*path, name, called))
                raise PassError(f"{describe(call)}: cannot inline a recursive call: {chain}")
            visit(called, (*path, name))
            _inline(call, callee)
        done.add(name)

    for root in roots:
        if root in functions:
            visit(root, ())


def _inline(call: func.CallOp, callee: func.FuncOp) -> None:
    """Puts a copy of the body of `callee` in the place of `call`."""
    blocks = callee.body.clone().blocks
    body, end = blocks[0], blocks[0].last_op
    if len(blocks) > 1 or not isinstance(end, func.ReturnOp):
        name = callee.sym_name.data
        raise UnsupportedError(f"cannot inline @{name}: it is not one block with a return", call)
    for op in body.walk():
        op.location = _called(op.location, call.location)
    Rewriter.inline_block(body, InsertPoint.before(call), call.arguments)
    results = list(end.operands)
    for value, result in zip(results, call.results, strict=True):
        value.name_hint = value.name_hint or result.name_hint
    Rewriter.replace_op(call, [], results)
    Rewriter.erase_op(end)


def _called(callee: LocationAttr, caller: LocationAttr) -> LocationAttr:
    """The place of an op that stood at `callee` and was called from `caller`."""
    if is_unknown(callee):
        return caller
    return callee if is_unknown(caller) else CallSiteLoc(callee, caller)
