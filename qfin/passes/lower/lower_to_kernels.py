"""`lower-to-kernels`: each kernel op becomes one call of a function made for its shapes.

Buffers become pointers; the functions' bodies are in `scf` and `llvm` ops.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects import arith, func, llvm
from xdsl.dialects.builtin import FunctionType, IntegerAttr, ModuleOp, StringAttr, i8, i64
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from qfin import target as targets
from qfin.dialects.kernel import KernelOp, ProgramOp, ViewOp
from qfin.errors import PassError, describe
from qfin.passes.lower.kernel_calls import call_of
from qfin.target.isa import Isa

POINTER = llvm.LLVMPointerType()


class Lowering:
    """Rewrites the functions of one module; kernels are shared between them."""

    def __init__(self, module: ModuleOp):
        self.module = module
        self.kernels: dict[tuple[str, object], func.FuncOp] = {}

    def function(self, source: func.FuncOp, isa: Isa) -> func.FuncOp:
        """The function on pointers."""
        old = source.body.block
        block = Block(arg_types=[POINTER] * len(old.args))
        values: dict[SSAValue, SSAValue] = dict(zip(old.args, block.args, strict=True))
        for before, after in values.items():
            after.name_hint = before.name_hint
        bounds: dict[int, SSAValue] = {}

        def emit(op: Operation, like: Operation) -> Operation:
            op.location = like.location
            block.add_op(op)
            return op

        def bound(value: int, like: Operation) -> SSAValue:
            if value not in bounds:
                constant = arith.ConstantOp(IntegerAttr(value, i64))
                bounds[value] = emit(constant, like).results[0]
            return bounds[value]

        for op in old.ops:
            match op:
                case ViewOp():
                    pointer = values[op.base]
                    if offset := op.offset.value.data:
                        gep = llvm.GEPOp.from_mixed_indices(pointer, [offset], i8)
                        pointer = emit(gep, op).results[0]
                    values[op.result] = pointer
                case KernelOp():
                    call = call_of(op, isa)
                    kernel = self.kernels.get((call.family, call.spec))
                    if kernel is None:
                        name = self._free_name(call.family)
                        kernel = call.build(name, call.spec, isa, op.location)
                        kernel.sym_visibility = StringAttr("private")
                        self.kernels[call.family, call.spec] = kernel
                    operands = [values[operand] for operand in op.operands]
                    operands += [bound(0, op), bound(call.spec.parallel_size(isa), op)]
                    emit(func.CallOp(kernel.sym_name.data, operands, []), op)
                case func.ReturnOp():
                    emit(func.ReturnOp(), op)
                case _:
                    raise PassError(f"{describe(op)}: not on buffers: run plan-buffers first")
        new = func.FuncOp(
            source.sym_name.data,
            FunctionType.from_lists([POINTER] * len(old.args), []),
            Region(block),
            source.sym_visibility,
        )
        new.location = source.location
        return new

    def _free_name(self, family: str) -> str:
        taken = {f.sym_name.data for f in self.module.ops if isinstance(f, func.FuncOp)}
        taken |= {kernel.sym_name.data for kernel in self.kernels.values()}
        index = len(self.kernels)
        while (name := f"{family}_{index}") in taken:
            index += 1
        return name


class LowerToKernelsPass(ModulePass):
    """Replace each kernel op by a call of a function generated for its shapes."""

    name = "lower-to-kernels"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        lowering = Lowering(op)
        programs = {
            program.entry.string_value(): program
            for program in op.ops
            if isinstance(program, ProgramOp)
        }
        for function in [f for f in op.ops if isinstance(f, func.FuncOp)]:
            program = programs.get(function.sym_name.data)
            if program is None:
                name = function.sym_name.data
                raise PassError(
                    f"{describe(function)}: no kernel.program for @{name}: run plan-buffers first"
                )
            isa = targets.lookup(program.target.data)
            Rewriter.replace_op(function, lowering.function(function, isa))
        for kernel in lowering.kernels.values():
            Rewriter.insert_op(kernel, InsertPoint.at_end(op.body.block))
