"""Packed constants as globals: a part of `fold-quantized-prepacking-ops`."""

from __future__ import annotations

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute
from xdsl.rewriter import InsertPoint, Rewriter

from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalOp
from qfin.dialects.quant.packed import PackedConstantOp
from qfin.passes.finalize.symbols import symbols


def packed_constants_to_globals(module: ModuleOp) -> None:
    """Makes a global of each packed constant of the module's functions; equal ones share one.

    Before:

        func.func @forward(...) {
          %p = quant.packed_constant <...> : !quant.packed<linear, ...>

    After:

        ml_program.global private @forward.packed_weight_0(#quant.weights<...>)
          : !quant.packed<linear, ...>
        func.func @forward(...) {
          %p = ml_program.global_load_const @forward.packed_weight_0 : !quant.packed<linear, ...>

    The name is of the first function that uses it, and counts that function's in order; where
    there is such a symbol already, the next number that is free.
    """
    taken = set(symbols(module))
    known: dict[tuple[Attribute, Attribute], str] = {
        (op.value, op.type): op.sym_name.data
        for op in module.ops
        if isinstance(op, GlobalOp) and op.is_mutable is None and op.value is not None
    }
    for function in [op for op in module.ops if isinstance(op, func.FuncOp)]:
        count = 0
        for op in [op for op in function.walk() if isinstance(op, PackedConstantOp)]:
            key = (op.value, op.result.type)
            if key not in known:
                while (name := f"{function.sym_name.data}.packed_weight_{count}") in taken:
                    count += 1
                variable = GlobalOp(name, op.result.type, op.value)
                variable.location = op.location
                Rewriter.insert_op(variable, InsertPoint.before(function))
                known[key] = name
                taken.add(name)
            load = GlobalLoadConstOp(known[key], op.result.type)
            load.location = op.location
            load.result.name_hint = op.result.name_hint
            Rewriter.replace_op(op, load)
