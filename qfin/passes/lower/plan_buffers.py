"""`plan-buffers`: tensors become buffers, ops become kernel ops that read and write them.

Each value gets a place in one arena (with a halo as wide as its consumers pad), in the constants,
or in the caller's own memory. Values whose lifetimes do not meet share memory. All that later
steps need is then in the IR; see `qfin.dialects.kernel` for the form.
"""

from __future__ import annotations

from math import prod

from xdsl.context import Context
from xdsl.dialects import arith, func
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    AnyFloat,
    DenseIntOrFPElementsAttr,
    IntegerType,
    MemRefType,
    ModuleOp,
    StringAttr,
    TensorType,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.traits import SymbolTable

from qfin.dialects import nn
from qfin.dialects.kernel import CopyOp, FillHaloOp, ProgramOp
from qfin.dialects.layout import halo_of_type, is_nhwc
from qfin.dialects.ml_program import GlobalOp
from qfin.dialects.tensors import ints
from qfin.dialects.uniform import UniformType
from qfin.errors import PassError, UnsupportedError, describe
from qfin.functions import argument_names, public_functions, result_names
from qfin.interpreter.arrays import dense_to_numpy
from qfin.locations import inherit, is_unknown
from qfin.passes.lower.activations import (
    require_compilable,
    stored_type,
    tensor_of,
    uniform_of,
    zero_point,
)
from qfin.passes.lower.arguments import argument_buffer, memory_type
from qfin.passes.lower.assign_layout import TARGET_ATTR
from qfin.passes.lower.buffer_ops import EMITTERS, emit_argument, is_lowered, keeps_memory
from qfin.passes.lower.buffers import NO_HALO, Arena, Buffer, ConstantBytes, ConstantPool, Halo
from qfin.passes.lower.emit_dense import wanted_halo
from qfin.passes.lower.layout_reshape import as_images
from qfin.passes.lower.runtime_weights import Weights
from qfin.passes.lower.state import StateLayout, loads_and_stores
from qfin.target import lookup
from qfin.target.isa import Isa

MAX_ARENA = 2**31 - 1
"""Bytes: offsets into the arena are 32-bit constants in the llvm dialect."""


class Planner:
    """Rewrites one function; emitters in `buffer_ops` use its methods."""

    def __init__(
        self,
        function: func.FuncOp,
        isa: Isa,
        constants_of: ConstantBytes,
        state: StateLayout | None = None,
    ):
        self.source, self.isa = function, isa
        self.old, self.terminator = _body(function)
        self.steps = {op: step for step, op in enumerate(self.old.ops)}
        taken = [_argument_type(function, arg.type) for arg in self.old.args]
        given = [_argument_type(function, value.type) for value in self.terminator.operands]
        inputs, outputs = ([memory_type(type) for type in types] for types in (taken, given))
        memory = ["arena", "constants"] if state is None else ["arena", "constants", "state"]
        block = Block(arg_types=[*inputs, *outputs, *(_bytes() for _ in memory)])
        names = [*argument_names(function), *result_names(function), *memory]
        for argument, name in zip(block.args, names, strict=True):
            argument.name_hint = name if SSAValue.is_valid_name(name) else None
        self.block = block
        self.inputs = block.args[: len(inputs)]
        arena, constants, *_ = block.args[-len(memory) :]
        self.outputs = block.args[len(inputs) : -len(memory)]
        self.types: dict[SSAValue, TensorType[Attribute]] = dict(
            zip(block.args, (*taken, *given), strict=False)
        )
        self.arena = Arena(arena)
        self.constants = ConstantPool(constants, constants_of)
        self.state = state
        self.buffers: dict[SSAValue, Buffer] = {}
        self.packed: dict[SSAValue, Weights] = {}
        self.views: dict[Buffer, SSAValue] = {}
        self.last_uses = self._last_uses()
        self.step = -1

    def _last_uses(self) -> dict[SSAValue, int]:
        """For each value the last step that reads it, or reads another name of its memory."""
        last: dict[SSAValue, int] = dict.fromkeys(self.old.args, -1)
        for op in self.old.ops:
            last |= dict.fromkeys(op.results, self.steps[op])
        for op in reversed(list(self.old.ops)):
            step = self.steps[op]
            if keeps_memory(op):
                step = max(step, *(last[result] for result in op.results))
            for operand in op.operands:
                last[operand] = max(last[operand], step)
        return last

    # What emitters use.

    def buffer(self, value: SSAValue, *, signed: bool = False) -> Buffer:
        """Where a value lies. Constants that nothing asks for are nowhere. What lies signed is
        copied first, once, unless whoever asks can read `signed` bytes."""
        known = value.owner
        if value not in self.buffers and isinstance(known, arith.ConstantOp):
            assert isinstance(known.value, DenseIntOrFPElementsAttr)
            self.buffers[value] = self.constants.add(dense_to_numpy(known.value))
        buffer = self.buffers[value]
        return self.copied(value) if buffer.is_signed and not signed else buffer

    def named(self, value: SSAValue) -> Buffer:
        """Where a value lies that shall have another name: signed only if nothing else reads it,
        since each name might be copied."""
        return self.buffer(value, signed=value.has_one_use())

    def copied(self, value: SSAValue) -> Buffer:
        """An unsigned copy of a value, which is where it lies from now on, with the halo that is
        wanted around it."""
        source, copy = self.buffers[value], self.result(value)
        self.emit(CopyOp(self.view(source), self.view(copy)))
        return copy

    def emit(self, op: Operation) -> None:
        self.block.add_op(op)

    def view(self, buffer: Buffer) -> SSAValue:
        """The memref of a buffer, made at its first use."""
        if buffer not in self.views:
            self.emit(view := buffer.view())
            self.views[buffer] = view.result
        return self.views[buffer]

    def temporary(self, like: Buffer, *, nhwc: bool = False, halo: Halo = NO_HALO) -> Buffer:
        """A buffer that lives during this step only: row-major, or with channels innermost and a
        halo, which is not filled; never signed."""
        element = i8 if like.is_signed else like.element
        return self.arena.buffer(element, like.shape, self.step, self.step, nhwc=nhwc, halo=halo)

    def result(self, value: SSAValue, *, signed: bool = False) -> Buffer:
        """A place for a result: the caller's memory when it is only returned, else the arena, with
        a halo, filled, as wide as the ops that read it pad. It may be signed, as a caller's memory
        can be, only if whoever asks can write `signed` bytes."""
        tensor = tensor_of(value)
        halo = self.halo(value)
        place = self._returned_place(value)
        if place is not None and place.is_signed and not signed:
            place = None
        buffer = place or self.arena.buffer(
            stored_type(tensor.element_type),
            tensor.get_shape(),
            self.step,
            self.last_uses[value],
            nhwc=is_nhwc(tensor),
            halo=halo,
        )
        self.buffers[value] = buffer
        self.fill_halo(value, buffer, halo)
        return buffer

    def fill_halo(self, value: SSAValue, buffer: Buffer, halo: Halo) -> None:
        """The zero point of `value` in the `halo` of the place where it lies."""
        if any(halo):
            filler = zero_point(uniform_of(value))
            self.emit(FillHaloOp(self.view(buffer), ints(*halo), filler))

    @staticmethod
    def halo(value: SSAValue) -> Halo:
        """As wide as the widest padding of the ops that read it as their first operand, and as its
        type asks for."""
        wanted = [wanted_halo(use.operation) for use in value.uses if use.index == 0]
        wanted.append(halo_of_type(value.type))
        return tuple(map(max, zip(*filter(any, wanted), strict=True)))

    def _returned_place(self, value: SSAValue) -> Buffer | None:
        """The caller's memory, for a value of which nothing is wanted but to be returned, perhaps
        under another shape."""
        tensor = tensor_of(value)
        returned = value
        while isinstance(user := returned.get_user_of_unique_use(), nn.ReshapeOp | nn.FlattenOp):
            returned = user.result
        if user is not self.terminator or is_nhwc(returned.type) != is_nhwc(tensor):
            return None
        index = list(self.terminator.operands).index(returned)
        place = self.argument(self.outputs[index])
        if returned is value:
            return place
        reshaped = as_images if is_nhwc(tensor) else Buffer.reshaped
        return reshaped(place, tensor.get_shape())

    def argument(self, value: SSAValue) -> Buffer:
        """The caller's memory for an input or an output."""
        return argument_buffer(value, self.types[value])

    def variable(self, name: str) -> list[Buffer]:
        """The memory of a mutable global, in the last argument: several buffers if it is packed."""
        assert self.state is not None
        return self.state.buffers(self.block.args[-1], name)

    # The whole function.

    def run(self) -> tuple[func.FuncOp, int]:
        """The function over buffers, and the size of its arena in bytes."""
        for op in self.old.ops:
            if isinstance(op, func.CallOp):
                raise UnsupportedError(_call_text(op), op)
            if not is_lowered(op):
                require_compilable(op)  # whose reason says more
                raise UnsupportedError(
                    "no native lowering for this op; the interpreter can run it, and remarks tell"
                    " why it was not fused",
                    op,
                )
        for old, new in zip(self.old.args, self.inputs, strict=True):
            emit_argument(self, old, self.argument(new))
        for op in self.block.ops:
            inherit(op, self.source.location)
        for op in self.old.ops:
            self.step = self.steps[op]
            self._run(op)
            # At once: soon an offset would leave i64.
            if self.arena.size > MAX_ARENA:
                raise UnsupportedError(_memory_text(self.source, self.arena.size), self.source)
        function = func.FuncOp(
            self.source.sym_name.data,
            ([arg.type for arg in self.block.args], []),
            Region(self.block),
            self.source.sym_visibility,
        )
        function.location = self.source.location
        return function, self.arena.size

    def _run(self, op: Operation) -> None:
        require_compilable(op)
        EMITTERS[type(op)](self, op)
        new = self.block.last_op
        while new is not None and is_unknown(new.location):
            new.location = op.location
            new = new.prev_op


def _body(function: func.FuncOp) -> tuple[Block, func.ReturnOp]:
    """The one block of a function, and its return."""
    name = function.sym_name.data
    if not name or not name.isascii() or name.startswith("llvm."):
        raise UnsupportedError(
            "only functions with ASCII names are compiled, none that starts with llvm.", function
        )
    if len(function.body.blocks) != 1:
        raise UnsupportedError("only functions of one block are compiled", function)
    block = function.body.block
    if not isinstance(block.last_op, func.ReturnOp):
        raise UnsupportedError("only functions that end in a return are compiled", function)
    return block, block.last_op


def _memory_text(function: func.FuncOp, size: int) -> str:
    """Why an arena is too large, and what to do."""
    tensors = [
        value.type
        for op in function.body.block.ops
        for value in op.results
        if isinstance(value.type, TensorType)
    ]
    largest = max(tensors, key=lambda tensor: prod(tensor.get_shape()))
    return (
        f"needs {size} bytes of memory or more for what is between its ops, of which there are at"
        f" most {MAX_ARENA}; the largest value is a {largest}: make the batch smaller, or compile"
        " the function in parts"
    )


def _call_text(call: func.CallOp) -> str:
    """Why a call is left when its function is lowered."""
    name = call.callee.string_value()
    callee = SymbolTable.lookup_symbol(call, call.callee)
    if isinstance(callee, func.FuncOp) and callee.body.blocks:
        return (
            f"calls are compiled inlined: run quant-finalize on the module, which inlines @{name}"
        )
    return f"@{name} has no body, and what is not in the module cannot be called: give it one"


def _static_form(type: Attribute) -> str:
    """What to write instead of a type that is no tensor of static shape, if something serves."""
    if isinstance(type, TensorType):
        return ": give each dimension a size"
    return f": write tensor<{type}>" if isinstance(type, IntegerType | AnyFloat) else ""


def _argument_type(function: func.FuncOp, tensor: Attribute) -> TensorType[Attribute]:
    """The type of an argument or a result, if its memory can be the caller's."""
    if not isinstance(tensor, TensorType) or not tensor.has_static_shape():
        raise UnsupportedError(
            f"takes and returns only tensors of static shape when compiled, not {tensor}"
            f"{_static_form(tensor)}",
            function,
        )
    element = stored_type(tensor.element_type)
    if element not in (i8, i32, f32):
        raise UnsupportedError(
            f"takes and returns only 8-bit, i32 and f32 tensors when compiled, not {tensor}",
            function,
        )
    if halo_of_type(tensor) and not isinstance(tensor.element_type, UniformType):
        raise UnsupportedError(
            f"a halo holds the zero point: only quantized tensors have one, not {tensor}", function
        )
    return tensor


def _bytes() -> MemRefType[Attribute]:
    return MemRefType(i8, [DYNAMIC_INDEX])


class PlanBuffersPass(ModulePass):
    """Turn tensors into buffers of one arena, and ops into kernel ops on them.

    Functions that are private or only declared are dropped: nothing that is compiled can call them.
    Mutable globals become memory that all functions share, in the order of the module; those of
    such a module share their constants, too.
    """

    name = "plan-buffers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        target = op.attributes.get(TARGET_ATTR)
        if not isinstance(target, StringAttr):
            raise PassError(f"{describe(op)}: no {TARGET_ATTR}: run assign-layout first")
        for other in op.ops:
            if not isinstance(other, func.FuncOp | GlobalOp):
                raise UnsupportedError(
                    "only functions and globals are compiled at the top of a module", other
                )
        isa, state = lookup(target.data), StateLayout.of(op)
        shared = ConstantBytes()
        public = public_functions(op)
        others = [f for f in op.ops if isinstance(f, func.FuncOp) and f not in public]
        for function in public:
            constants = ConstantBytes() if state is None else shared
            planned, arena = Planner(function, isa, constants, state).run()
            program = ProgramOp(
                function.sym_name.data,
                function.function_type,
                argument_names(function),
                result_names(function),
                target.data,
                arena,
                constants.attribute() if state is None else None,
                *loads_and_stores(function),
            )
            program.location = function.location
            Rewriter.insert_op(program, InsertPoint.before(function))
            Rewriter.replace_op(function, planned)
        for function in others:
            Rewriter.erase_op(function)
        if state is not None:
            Rewriter.insert_op(state.op(shared.attribute()), InsertPoint.at_start(op.body.block))
            for variable in state.globals.values():
                Rewriter.erase_op(variable)
        del op.attributes[TARGET_ATTR]
