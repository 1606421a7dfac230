"""`lower-to-kernels`: each kernel op becomes one call of a function made for its shapes.

Buffers become pointers; the functions' bodies are in `scf` and `llvm` ops. With several threads, a
call that is worth it goes through the pool of threads; see `qfin.kernels.parallel`.
"""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import TypeVar
from xdsl.context import Context
from xdsl.dialects import arith, func, llvm
from xdsl.dialects.builtin import FunctionType, IntegerAttr, ModuleOp, StringAttr, i8, i64
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from qfin import target as targets
from qfin.dialects.kernel import KernelOp, ProgramOp, ViewOp
from qfin.dialects.tensors import i64_attr
from qfin.errors import PassError, describe
from qfin.kernels.parallel import (
    MAX_THREADS,
    PARALLEL_FOR,
    POINTER_BYTES,
    build_part,
    declare_parallel_for,
)
from qfin.passes.lower.kernel_calls import call_of
from qfin.passes.lower.work import least_nanoseconds
from qfin.target.isa import Isa

POINTER = llvm.LLVMPointerType()
_CACHE_LINE = 64

PARALLEL_FROM = 2000
"""Nanoseconds that a kernel takes at least on one thread, if it is to run on several."""

AnyOp = TypeVar("AnyOp", bound=Operation)


class Lowering:
    """Makes the functions that kernel ops of one module call; they are shared between ops."""

    def __init__(self, module: ModuleOp, threads: int, parallel_from: int):
        self.module = module
        self.threads = threads
        self.parallel_from = parallel_from
        self.kernels: dict[tuple[str, object], func.FuncOp] = {}
        self.parts: dict[func.FuncOp, func.FuncOp] = {}

    @property
    def functions(self) -> list[func.FuncOp]:
        """What was made, in the order of the module."""
        outside = [declare_parallel_for()] if self.parts else []
        return [*self.kernels.values(), *self.parts.values(), *outside]

    def kernel(self, op: KernelOp, isa: Isa) -> tuple[func.FuncOp, int]:
        """The function of an op, and the end of its range."""
        call = call_of(op, isa)
        kernel = self.kernels.get((call.family, call.spec))
        if kernel is None:
            name = self._free_name(call.family, len(self.kernels))
            kernel = call.build(name, call.spec, isa, op.location)
            kernel.sym_visibility = StringAttr("private")
            self.kernels[call.family, call.spec] = kernel
        return kernel, call.spec.parallel_size(isa)

    def part(self, kernel: func.FuncOp) -> func.FuncOp:
        """The function by which the pool calls a kernel."""
        if kernel not in self.parts:
            name = self._free_name("part", len(self.parts))
            self.parts[kernel] = build_part(name, kernel, kernel.location)
        return self.parts[kernel]

    def is_parallel(self, op: KernelOp, size: int) -> bool:
        """Whether an op with a range `[0, size)` is for several threads."""
        return self.threads > 1 and size > 1 and least_nanoseconds(op) >= self.parallel_from

    def _free_name(self, stem: str, index: int) -> str:
        made = (*self.module.ops, *self.kernels.values(), *self.parts.values())
        taken = {f.sym_name.data for f in made if isinstance(f, func.FuncOp)}
        while (name := f"{stem}_{index}") in taken:
            index += 1
        return name


class FunctionLowering:
    """Rewrites one function from buffers to pointers."""

    def __init__(self, lowering: Lowering, source: func.FuncOp, isa: Isa):
        self.lowering = lowering
        self.source = source
        self.isa = isa
        self.block = Block(arg_types=[POINTER] * len(source.body.block.args))
        self.values: dict[SSAValue, SSAValue] = {}
        self.constants: dict[int, SSAValue] = {}
        self.arguments: SSAValue | None = None

    def run(self) -> func.FuncOp:
        """The function on pointers."""
        old = self.source.body.block
        for before, after in zip(old.args, self.block.args, strict=True):
            after.name_hint = before.name_hint
            self.values[before] = after
        for op in old.ops:
            match op:
                case ViewOp():
                    self.values[op.result] = self._moved(self.values[op.base], op)
                case KernelOp():
                    self._call(op)
                case func.ReturnOp():
                    self._emit(func.ReturnOp(), op)
                case _:
                    raise PassError(f"{describe(op)}: not on buffers: run plan-buffers first")
        new = func.FuncOp(
            self.source.sym_name.data,
            FunctionType.from_lists([POINTER] * len(old.args), []),
            Region(self.block),
            self.source.sym_visibility,
        )
        new.location = self.source.location
        return new

    def _call(self, op: KernelOp) -> None:
        kernel, size = self.lowering.kernel(op, self.isa)
        pointers = [self.values[operand] for operand in op.operands]
        if not self.lowering.is_parallel(op, size):
            operands = [*pointers, self._constant(0, op), self._constant(size, op)]
            self._emit(func.CallOp(kernel.sym_name.data, operands, []), op)
            return
        # One block of arguments does for all calls: each is over before the next one begins.
        if self.arguments is None:
            self.arguments = self._new_arguments(op)
        for index, pointer in enumerate(pointers):
            place = self._byte_offset(self.arguments, POINTER_BYTES * index, op)
            self._emit(llvm.StoreOp(pointer, place, alignment=POINTER_BYTES), op)
        part = self.lowering.part(kernel).sym_name.data
        address = self._emit(llvm.AddressOfOp(part, POINTER), op).result
        counts = self._constant(size, op), self._constant(self.lowering.threads, op)
        self._emit(func.CallOp(PARALLEL_FOR, [address, self.arguments, *counts], []), op)

    def _new_arguments(self, like: Operation) -> SSAValue:
        """Memory for the pointers of any of the function's ops."""
        ops = self.source.body.block.ops
        most = max(len(op.operands) for op in ops if isinstance(op, KernelOp))
        words = self._constant(most, like)
        return self._emit(llvm.AllocaOp(words, POINTER, alignment=_CACHE_LINE), like).res

    def _moved(self, base: SSAValue, view: ViewOp) -> SSAValue:
        return self._byte_offset(base, view.offset.value.data, view)

    def _byte_offset(self, base: SSAValue, offset: int, like: Operation) -> SSAValue:
        if not offset:
            return base
        return self._emit(llvm.GEPOp.from_mixed_indices(base, [offset], i8), like).result

    def _constant(self, value: int, like: Operation) -> SSAValue:
        if value not in self.constants:
            constant = arith.ConstantOp(IntegerAttr(value, i64))
            self.constants[value] = self._emit(constant, like).result
        return self.constants[value]

    def _emit(self, op: AnyOp, like: Operation) -> AnyOp:
        op.location = like.location
        self.block.add_op(op)
        return op


@dataclass(frozen=True)
class LowerToKernelsPass(ModulePass):
    """Replace each kernel op by a call of a function generated for its shapes.

    With more than one of `threads`, ops that take `parallel_from` nanoseconds or more on one
    thread (see `least_nanoseconds`) are called through `@qfin_parallel_for`.

        kernel.lut %x, %table, %y : ...

        func.call @lut_0(%x, %table, %y, %c0, %c64)

        func.call @qfin_parallel_for(%part, %args, %c64, %c2)  // threads=2; %args: %x, %table, %y

    Raises PassError for functions that are not on buffers, and for a number of threads that the
    pool has no room for.
    """

    name = "lower-to-kernels"

    threads: int = 1
    parallel_from: int = PARALLEL_FROM

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if not 1 <= self.threads <= MAX_THREADS:
            raise PassError(f"threads are 1 to {MAX_THREADS}, not {self.threads}")
        lowering = Lowering(op, self.threads, self.parallel_from)
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
            program.threads = i64_attr(self.threads)
            Rewriter.replace_op(function, FunctionLowering(lowering, function, isa).run())
        for made in lowering.functions:
            Rewriter.insert_op(made, InsertPoint.at_end(op.body.block))
