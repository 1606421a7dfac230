"""What ops mean that move, repeat, pad, join or choose values."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.ir import Operation

from qfin.dialects import nn, quant, shapes_movement
from qfin.dialects.nn.extrema import AmaxOp, AminOp
from qfin.dialects.nn.joining import CatOp, StackOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.nn.padding import PadOp, stored_fill
from qfin.dialects.nn.repetition import RepeatInterleaveOp, RepeatOp
from qfin.dialects.shapes_movement import pad_sides
from qfin.dialects.uniform import UniformType
from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import element_type
from qfin.interpreter.numerics import largest
from qfin.interpreter.quant import dequantize, quantize, uniform
from qfin.interpreter.views import along, views

Array: TypeAlias = NDArray[Any]

_NUMPY_MODES = {"reflect": "reflect", "replicate": "edge"}


def pad(op: PadOp, x: Array) -> Array:
    """numpy's pad; negative sides are cut off afterwards."""
    sides = pad_sides(x.ndim, op.pad.get_values())
    grown = [(max(0, before), max(0, after)) for before, after in sides]
    if op.mode.data != "constant":
        # numpy reflects what is too small several times, and PyTorch does not.
        shapes_movement.pad(x.shape, op.pad.get_values(), op.mode.data)
        return np.pad(x, grown, _NUMPY_MODES[op.mode.data])  # pyright: ignore[reportCallIssue, reportArgumentType]
    result = np.pad(x, grown, constant_values=fill_of(op))
    for dim, (before, after) in enumerate(sides):
        result = along(result, dim, slice(max(0, -before), result.shape[dim] - max(0, -after)))
    return result


def fill_of(op: PadOp) -> float | int:
    """What `op` pads with: the value, or the stored number that stands for it."""
    element, value = element_type(op.input.type), op.value.value.data
    if not isinstance(element, UniformType):
        return value
    stored = stored_fill(value, element)
    if stored is None:
        raise UnsupportedError(f"no value of {element} stands for {value}")
    return stored


def recode(x: Array, source: UniformType, target: UniformType) -> Array:
    """Stored values of one type as those of another: dequantize, quantize."""
    return quantize(dequantize(x, source), target)


class MovementFunctions(InterpreterFunctions):
    """`quant.cat`, and those of `nn.MOVE_OPS`; those that only look at their input with other
    strides are added below."""

    @impl(RepeatOp)
    def run_repeat(
        self, interpreter: Interpreter, op: RepeatOp, args: PythonValues
    ) -> PythonValues:
        return (np.tile(args[0], op.repeats.get_values()),)

    @impl(RepeatInterleaveOp)
    def run_repeat_interleave(
        self, interpreter: Interpreter, op: RepeatInterleaveOp, args: PythonValues
    ) -> PythonValues:
        return (np.repeat(args[0], op.repeats.value.data, op.dim.value.data),)

    @impl(PadOp)
    def run_pad(self, interpreter: Interpreter, op: PadOp, args: PythonValues) -> PythonValues:
        return (pad(op, args[0]),)

    @impl(AmaxOp)
    def run_amax(self, interpreter: Interpreter, op: AmaxOp, args: PythonValues) -> PythonValues:
        dims, keepdim = op.dims(), bool(op.keepdim.value.data)
        return (largest(args[0], dims, keepdims=keepdim),)

    @impl(AminOp)
    def run_amin(self, interpreter: Interpreter, op: AminOp, args: PythonValues) -> PythonValues:
        dims, keepdim = op.dims(), bool(op.keepdim.value.data)
        if np.issubdtype(args[0].dtype, np.floating):
            return (-largest(-args[0], dims, keepdims=keepdim),)
        return (np.asarray(np.amin(args[0], axis=dims, keepdims=keepdim)),)

    @impl(CatOp)
    def run_cat(self, interpreter: Interpreter, op: CatOp, args: PythonValues) -> PythonValues:
        return (np.concatenate(args, op.dim.value.data),)

    @impl(StackOp)
    def run_stack(self, interpreter: Interpreter, op: StackOp, args: PythonValues) -> PythonValues:
        return (np.stack(args, op.dim.value.data),)

    @impl(quant.CatOp)
    def run_quant_cat(
        self, interpreter: Interpreter, op: quant.CatOp, args: PythonValues
    ) -> PythonValues:
        target = uniform(op.result)
        parts = [
            recode(x, uniform(value), target) for x, value in zip(args, op.inputs, strict=True)
        ]
        return (np.concatenate(parts, op.dim.value.data),)


def _implement(op_type: type[MoveOp]) -> None:
    """Gives `MovementFunctions` the method that runs an op."""

    @impl(op_type)
    def run(
        self: MovementFunctions, interpreter: Interpreter, op: Operation, args: PythonValues
    ) -> PythonValues:
        assert isinstance(op, MoveOp)
        return views(op, np.asarray(args[0]))

    setattr(MovementFunctions, f"run_{op_type.name}", run)


for _op_type in nn.VIEW_OPS:
    _implement(_op_type)
register_impls(MovementFunctions)
