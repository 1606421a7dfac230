"""`clear-shapes`: the sizes that an example input had are taken out of the types.

PyTorch's finalize strips traced shapes always, since there they are hints. Here types are rules, so
that it is done only on request. No op is asked for its shape rule by name: a dimension of a
result that the op's verifier held to one size, and holds to it no longer, is dynamic.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Attribute, Block, BlockArgument, Operation, OpResult, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter
from xdsl.utils.exceptions import VerifyException

from qfin import remarks
from qfin.dialects import nn
from qfin.dialects.shapes import DYNAMIC, text
from qfin.dialects.tensors import shape_of
from qfin.errors import describe
from qfin.functions import argument_names, public_functions, references


class _StaysError(Exception):
    """A dimension cannot be dynamic; `str()` is the reason."""


class ClearShapesPass(ModulePass):
    """Make the dimensions of public functions' arguments dynamic, and what follows from them.

    Before:

        func.func @main(%x: tensor<1x8x4x4xf32>) -> tensor<1x128xf32> {
          %y = nn.reshape %x : (tensor<1x8x4x4xf32>) -> tensor<1x128xf32>

    After:

        func.func @main(%x: tensor<?x8x4x4xf32>) -> tensor<?x128xf32> {
          %y = nn.reshape %x : (tensor<?x8x4x4xf32>) -> tensor<?x128xf32>

    One dimension after the other; a remark tells of each that stays static since an op insists on
    its size (above, channels, height and width: a reshape takes one dynamic dimension only).
    """

    name = "clear-shapes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        called = {name for symbol in op.ops for name in references(symbol)}
        for function in public_functions(op):
            if not any(isinstance(type, TensorType) for type in function.function_type.inputs):
                continue
            if (why := _why_not(function, called)) is not None:
                remarks.emit("note", function, f"shapes stay: {why}", pass_name=self.name)
                continue
            _clear(function)


def _why_not(function: func.FuncOp, called: set[str]) -> str | None:
    if (name := function.sym_name.data) in called:
        return f"@{name} is called within the module"
    if len(function.body.blocks) > 1:
        return "it has several blocks"
    return None


def _clear(function: func.FuncOp) -> None:
    """Relaxes the dimensions of all arguments, each where it can be."""
    relaxing = _Relaxing(function.body.block)
    for index, name in enumerate(argument_names(function)):
        if not isinstance(function.body.block.args[index].type, TensorType):
            continue
        for dim, size in enumerate(shape_of(function.body.block.args[index])):
            if size == DYNAMIC:
                continue
            try:
                relaxing.relax(index, dim)
            except _StaysError as reason:
                message = f"dimension {dim} of %{name} stays {size}: {reason}"
                remarks.emit("note", function, message, pass_name=ClearShapesPass.name)
    function.update_function_type()


class _Relaxing:
    """The types of the values of one block, and how they follow from those of its arguments."""

    def __init__(self, block: Block):
        self.block = block
        self.held = {op: self._held(op) for op in block.ops if op.operands and not op.regions}
        """What the verifiers hold to one size: the number of the result and the dimension."""
        self.before: list[tuple[Operation | Block, int, Attribute]] = []
        self.shapes = {_key(value): shape_of(value) for value in _varying(block)}
        """The shapes that the tensors which follow from the arguments had at first."""

    def _held(self, op: Operation) -> list[tuple[int, int]]:
        return [
            (index, dim)
            for index, result in enumerate(op.results)
            if isinstance(result.type, TensorType)
            for dim, size in enumerate(shape_of(result))
            if size != DYNAMIC and not self._fits(op, index, dim, size + 1)
        ]

    def relax(self, argument: int, dim: int) -> None:
        """Makes one dimension of an argument dynamic, and all that follow from it.

        Raises _StaysError, with all types as before, where an op insists on a size.
        """
        self.before = []
        try:
            self._set_size(self.block, argument, dim, DYNAMIC)
            pending = self._users(self.block.args[argument])
            for op in self.block.ops:
                if op in pending:
                    for value in self._infer(op):
                        pending |= self._users(value)
        except _StaysError:
            for owner, index, type in reversed(self.before):
                _set_type(owner, index, type)
            raise

    def _users(self, value: SSAValue) -> set[Operation]:
        users = {use.operation for use in value.uses}
        for user in users:
            if user.parent is not self.block:
                raise _StaysError(f"{describe(user)} is in a nested region")
        return users

    def _infer(self, op: Operation) -> list[SSAValue]:
        """Gives the results of `op` the types that follow from its operands'; those that changed"""
        if isinstance(op, func.ReturnOp):
            return []
        if op.regions or isinstance(op, func.CallOp):
            raise _StaysError(f"{describe(op)} has a shape rule of its own")
        changed = len(self.before)
        if isinstance(op, nn.ReshapeOp):
            self._reshape(op)
        elif (reason := _broken(op)) is not None:
            self._same_shape(op, reason)
        else:
            for index, dim in self.held[op]:
                size = shape_of(op.results[index])[dim]
                if size != DYNAMIC and self._fits(op, index, dim, size + 1):
                    self._set_size(op, index, dim, DYNAMIC)
        if (reason := _broken(op) or self._fixed(op)) is not None:
            raise _StaysError(f"{describe(op)}: {reason}")
        return [_value(owner, index) for owner, index, _ in self.before[changed:]]

    def _fixed(self, op: Operation) -> str | None:
        """What the verifier says of another size of a dynamic dimension, where all other operands
        are constants: it takes any dynamic one, though at run time a weight fixes its size."""
        keys = {_key(value) for value in op.operands}
        varying = [key for key in keys if key in self.shapes]
        if len(varying) != 1 or len(keys) == 1:
            return None
        owner, index = varying[0]
        type = _value(owner, index).type
        now = shape_of(_value(owner, index))
        for dim, (size, old) in enumerate(zip(now, self.shapes[owner, index], strict=True)):
            if size != DYNAMIC or old == DYNAMIC:
                continue
            _set_type(owner, index, _resized(type, dim, old + 1))
            reason = _broken(op)
            _set_type(owner, index, type)
            if reason is not None:
                return reason
        return None

    def _same_shape(self, op: Operation, reason: str) -> None:
        """For ops that insist on results of the very shape that an operand has."""
        given = [value.type for value in op.operands if isinstance(value.type, TensorType)]
        for shape in dict.fromkeys(type.get_shape() for type in given):
            for result in list(op.results):
                if isinstance(result.type, TensorType) and shape_of(result) != shape:
                    self._set_shape(op, result.index, shape)
            if _broken(op) is None:
                return
        raise _StaysError(f"{describe(op)}: {reason}")

    def _reshape(self, op: nn.ReshapeOp) -> None:
        """A reshape says its result's shape itself: at most one dimension, if it always divides."""
        before, after = shape_of(op.input), shape_of(op.result)
        dim = _free_dimension(before, after)
        if dim is None:
            raise _StaysError(
                f"{describe(op)}: no one dimension of {text(after)} follows from the others"
                f" for all of {text(before)}"
            )
        if after[dim] != DYNAMIC:
            self._set_size(op, 0, dim, DYNAMIC)

    def _fits(self, op: Operation, index: int, dim: int, size: int) -> bool:
        """Whether `op` verifies with another size of a result."""
        old = op.results[index].type
        _set_type(op, index, _resized(old, dim, size))
        fits = _broken(op) is None
        _set_type(op, index, old)
        return fits

    def _set_size(self, owner: Operation | Block, index: int, dim: int, size: int) -> None:
        old = _value(owner, index).type
        self.before.append((owner, index, old))
        _set_type(owner, index, _resized(old, dim, size))

    def _set_shape(self, owner: Operation, index: int, shape: tuple[int, ...]) -> None:
        old = owner.results[index].type
        assert isinstance(old, TensorType)
        self.before.append((owner, index, old))
        _set_type(owner, index, TensorType(old.element_type, shape, old.encoding))


def _varying(block: Block) -> list[SSAValue]:
    """The ranked tensors that follow from a block's arguments; others are constants, or weights."""
    found: set[SSAValue] = set(block.args)
    for op in block.ops:
        if not found.isdisjoint(op.operands):
            found.update(op.results)
    return [value for value in found if isinstance(value.type, TensorType)]


def _key(value: SSAValue) -> tuple[Operation | Block, int]:
    """Where a value is: one of another type is another value."""
    assert isinstance(value, OpResult | BlockArgument)
    return value.owner, value.index


def _free_dimension(before: Sequence[int], after: Sequence[int]) -> int | None:
    """The one dimension of a reshape's result that follows from the others, whatever the dynamic
    ones of its input are; the one that is dynamic already, if any."""
    known = prod(size for size in before if size != DYNAMIC)
    dims = [after.index(DYNAMIC)] if DYNAMIC in after else range(len(after))
    for dim in dims:
        others = prod((*after[:dim], *after[dim + 1 :]))
        if others and known % others == 0:
            return dim
    return None


def _value(owner: Operation | Block, index: int) -> SSAValue:
    return owner.args[index] if isinstance(owner, Block) else owner.results[index]


def _set_type(owner: Operation | Block, index: int, type: Attribute) -> None:
    Rewriter.replace_value_with_new_type(_value(owner, index), type)


def _resized(old: Attribute, dim: int, size: int) -> TensorType[Attribute]:
    assert isinstance(old, TensorType)
    shape = list(old.get_shape())
    shape[dim] = size
    return TensorType(old.element_type, shape, old.encoding)


def _broken(op: Operation) -> str | None:
    """What the verifier of `op` says, if anything."""
    try:
        op.verify_()  # not `verify`, which on failure prints the whole module
    except VerifyException as error:
        return " ".join(str(error).split())
    return None
