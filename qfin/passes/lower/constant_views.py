"""What views of a program's constants hold, for kernels that are made for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import BlockArgument, SSAValue

from qfin.dialects.kernel import ProgramOp, StateOp, ViewOp
from qfin.dialects.kernel.buffers import memref_of


def constant_table(value: SSAValue) -> NDArray[np.int32] | None:
    """A table of i32, row-major as kernels read it; None unless it is a view of the constants of
    the program that its function is."""
    view = value.owner
    if not isinstance(view, ViewOp) or not isinstance(view.base, BlockArgument):
        return None
    constants = _constants(view.base)
    shape, first = memref_of(value).get_shape(), view.offset.value.data
    count = int(np.prod(shape))
    if constants is None or first + 4 * count > len(constants.data.data):
        return None
    return np.frombuffer(constants.data.data, "<i4", count, first).reshape(shape)


def _constants(argument: BlockArgument) -> DenseIntOrFPElementsAttr | None:
    """Of `kernel.program`, or else of `kernel.state`, if that is what the argument points to."""
    function = argument.block.parent_op()
    if not isinstance(function, FuncOp) or not isinstance(module := function.parent_op(), ModuleOp):
        return None
    name = function.sym_name.data
    for program in module.ops:
        if isinstance(program, ProgramOp) and program.entry.string_value() == name:
            inputs, outputs = program.signature.inputs, program.signature.outputs
            if argument.index != len(inputs) + len(outputs) + 1:  # behind these and the arena
                return None
            states = (op.constants for op in module.ops if isinstance(op, StateOp))
            return program.constants or next(states, None)
    return None
