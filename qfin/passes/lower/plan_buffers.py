"""`plan-buffers`: tensors become buffers, ops become kernel ops that read and write them.

Each value gets a place in one arena (with a halo as wide as its consumers pad), in the constants,
or in the caller's own memory. Values whose lifetimes do not meet share memory. All that later
steps need is then in the IR; see `qfin.dialects.kernel` for the form.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    Float32Type,
    IntegerType,
    MemRefType,
    ModuleOp,
    StringAttr,
    TensorType,
    i8,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from qfin.dialects.kernel import ProgramOp
from qfin.dialects.layout import is_nhwc
from qfin.dialects.uniform import UniformType
from qfin.errors import PassError, UnsupportedError
from qfin.locations import inherit, is_unknown
from qfin.passes.lower.assign_layout import TARGET_ATTR
from qfin.passes.lower.buffer_ops import EMITTERS, bind_argument, keeps_memory, wanted_halo
from qfin.passes.lower.buffers import NO_HALO, Arena, Buffer, ConstantPool, Halo, row_major
from qfin.signature import argument_names, result_names


class Planner:
    """Rewrites one function; emitters in `buffer_ops` use its methods."""

    def __init__(self, function: func.FuncOp):
        self.source = function
        self.old = function.body.block
        self.steps = {op: step for step, op in enumerate(self.old.ops)}
        self.end = len(self.steps)
        inputs = [_argument_type(function, arg.type) for arg in self.old.args]
        self.terminator = self.old.last_op
        assert isinstance(self.terminator, func.ReturnOp)
        outputs = [_argument_type(function, value.type) for value in self.terminator.operands]
        block = Block(arg_types=[*inputs, *outputs, _bytes(), _bytes()])
        self.block = block
        self.inputs = block.args[: len(inputs)]
        self.outputs = block.args[len(inputs) : -2]
        self.arena = Arena(block.args[-2])
        self.constants = ConstantPool(block.args[-1])
        self.buffers: dict[SSAValue, Buffer] = {}
        self.views: dict[Buffer, SSAValue] = {}
        self.last_uses = self._last_uses()
        self.step = -1

    def _last_uses(self) -> dict[SSAValue, int]:
        """For each value the last step that reads it, or reads another name of its memory."""
        last = {value: -1 for value in self.old.args}
        for op in self.old.ops:
            last |= dict.fromkeys(op.results, self.steps[op])
        for op in reversed(list(self.old.ops)):
            step = self.steps[op]
            if keeps_memory(op):
                step = max(step, last[op.results[0]])
            for operand in op.operands:
                last[operand] = max(last[operand], step)
        return last

    # What emitters use.

    def buffer(self, value: SSAValue) -> Buffer:
        return self.buffers[value]

    def emit(self, op: Operation) -> None:
        self.block.add_op(op)

    def view(self, buffer: Buffer, slack: int = 0) -> SSAValue:
        """The memref of a buffer, made at its first use."""
        if buffer not in self.views:
            self.emit(view := buffer.view(slack))
            self.views[buffer] = view.result
        return self.views[buffer]

    def temporary(self, like: Buffer) -> Buffer:
        """A row-major buffer that lives during this step only."""
        return self.arena.buffer(like.element, like.shape, self.step, self.step)

    def result(self, value: SSAValue) -> Buffer:
        """A place for a result: the caller's memory when it is only returned, else the arena."""
        tensor = value.type
        assert isinstance(tensor, TensorType)
        if (place := self._returned_place(value)) is not None:
            buffer = place
        else:
            halo = halo_of(value)
            buffer = self.arena.buffer(
                stored_type(tensor.element_type),
                tensor.get_shape(),
                self.step,
                self.last_uses[value],
                nhwc=is_nhwc(tensor),
                halo=halo,
            )
        self.buffers[value] = buffer
        return buffer

    def _returned_place(self, value: SSAValue) -> Buffer | None:
        use = value.get_user_of_unique_use()
        if use is not self.terminator or is_nhwc(value.type) or needs_flip(value.type):
            return None
        index = list(self.terminator.operands).index(value)
        return self.argument(self.outputs[index])

    def argument(self, value: SSAValue) -> Buffer:
        assert isinstance(value.type, MemRefType)
        shape = value.type.get_shape()
        return Buffer(value, value.type.element_type, shape, row_major(shape))

    # The whole function.

    def run(self) -> tuple[func.FuncOp, int]:
        """The function over buffers, and the size of its arena in bytes."""
        for old, new in zip(self.old.args, self.inputs, strict=True):
            bind_argument(self, old, self.argument(new))
        for op in self.old.ops:
            self.step = self.steps[op]
            self._run(op)
        for op in self.block.ops:  # what was emitted for the arguments
            inherit(op, self.source.location)
        function = func.FuncOp(
            self.source.sym_name.data,
            ([arg.type for arg in self.block.args], []),
            Region(self.block),
            self.source.sym_visibility,
        )
        function.location = self.source.location
        return function, self.arena.size

    def _run(self, op: Operation) -> None:
        emitter = EMITTERS.get(type(op))
        if emitter is None:
            raise UnsupportedError(
                "no native lowering for this op; run it with --backend=interpreter, or see"
                " --remarks for why it was not fused",
                op,
            )
        emitter(self, op)
        new = self.block.last_op
        while new is not None and is_unknown(new.location):
            new.location = op.location
            new = new.prev_op


def halo_of(value: SSAValue) -> Halo:
    """As wide as the widest padding of the ops that read the value."""
    halo = NO_HALO
    for use in value.uses:
        wanted = wanted_halo(use.operation)
        halo = tuple(max(a, b) for a, b in zip(halo, wanted, strict=True))
    return halo  # pyright: ignore[reportReturnType]


def stored_type(element: Attribute) -> Attribute:
    """The element type of the memory behind a tensor."""
    return element.signless_storage if isinstance(element, UniformType) else element


def needs_flip(tensor: Attribute) -> bool:
    """Whether the caller's bytes and ours differ by 128: quantized to signed storage."""
    assert isinstance(tensor, TensorType)
    return isinstance(tensor.element_type, UniformType) and tensor.element_type.is_signed


def _argument_type(function: func.FuncOp, tensor: Attribute) -> MemRefType[Attribute]:
    if not isinstance(tensor, TensorType) or not tensor.has_static_shape():
        raise UnsupportedError(f"compiles with static tensor types only, not {tensor}", function)
    element = stored_type(tensor.element_type)
    if not (element == i8 or isinstance(element, Float32Type) or element == IntegerType(32)):
        raise UnsupportedError(f"arguments and results of type {tensor} have no ABI", function)
    if is_nhwc(tensor):
        raise UnsupportedError("arguments and results are row-major", function)
    return MemRefType(element, tensor.get_shape())


def _bytes() -> MemRefType[Attribute]:
    return MemRefType(i8, [DYNAMIC_INDEX])


class PlanBuffersPass(ModulePass):
    """Turn tensors into buffers of one arena, and ops into kernel ops on them."""

    name = "plan-buffers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        target = op.attributes.pop(TARGET_ATTR, None)
        if not isinstance(target, StringAttr):
            raise PassError(f"plan-buffers needs assign-layout to run before it: no {TARGET_ATTR}")
        for function in [f for f in op.ops if isinstance(f, func.FuncOp)]:
            planner = Planner(function)
            planned, arena = planner.run()
            program = ProgramOp(
                function.sym_name.data,
                function.function_type,
                argument_names(function),
                result_names(function),
                target.data,
                arena,
                planner.constants.attribute(),
            )
            program.location = function.location
            Rewriter.insert_op(program, InsertPoint.before(function))
            Rewriter.replace_op(function, planned)
