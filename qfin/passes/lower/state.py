"""Mutable globals as memory: where each lies in the state that the functions of a module share."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from xdsl.dialects import func
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    ModuleOp,
    TensorType,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute, SSAValue

from qfin.dialects.kernel.state import StateOp
from qfin.dialects.layout import is_nhwc
from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalOp, GlobalStoreOp
from qfin.dialects.quant.packed_type import PackedType
from qfin.errors import PassError, UnsupportedError, describe
from qfin.interpreter.arrays import dense_to_numpy
from qfin.locations import fuse
from qfin.passes.lower.activations import stored_type
from qfin.passes.lower.buffers import SLACK, Buffer, aligned, element_bytes, row_major

MAX_STATE = 2**31 - 1
"""Bytes: offsets are 32-bit constants in the llvm dialect."""


@dataclass(frozen=True)
class StateLayout:
    """The globals of a module, in order, each aligned, with readable slack behind it. Values lie
    as a caller's do: row-major, signed where the type is."""

    globals: dict[str, GlobalOp]
    offsets: dict[str, int]
    size: int

    @classmethod
    def of(cls, module: ModuleOp) -> StateLayout | None:
        """The layout for a module; None for one without globals.

        Raises PassError for a constant that `fold-globals` has left, UnsupportedError for a
        global that no kernel could read."""
        found = {op.sym_name.data: op for op in module.ops if isinstance(op, GlobalOp)}
        offsets: dict[str, int] = {}
        size = 0
        for name, op in found.items():
            tensor = _stored(op)
            offsets[name] = size
            size += aligned(prod(tensor.get_shape()) * _item(tensor) + SLACK)
        if size > MAX_STATE:
            raise UnsupportedError(f"the globals need {size} bytes of memory", module)
        return cls(found, offsets, size) if found else None

    def buffer(self, base: SSAValue, name: str) -> Buffer:
        """The memory of a global."""
        tensor = _stored(self.globals[name])
        shape = tensor.get_shape()
        element = stored_type(tensor.element_type)
        return Buffer(base, element, shape, row_major(shape), self.offsets[name], slack=SLACK)

    def op(self) -> StateOp:
        """What a caller must know of the state."""
        data = bytearray(self.size)
        for name, op in self.globals.items():
            if isinstance(op.value, DenseIntOrFPElementsAttr):
                value, start = dense_to_numpy(op.value).tobytes(), self.offsets[name]
                data[start : start + len(value)] = value
        unset = [name for name, op in self.globals.items() if op.value is None]
        initial = DenseIntOrFPElementsAttr(TensorType(i8, [self.size]), BytesAttr(bytes(data)))
        state = StateOp(list(self.offsets), list(self.offsets.values()), unset, initial)
        state.location = fuse(*(op.location for op in self.globals.values()))
        return state


def _stored(op: GlobalOp) -> TensorType[Attribute]:
    """The type of a global that can be memory."""
    if op.is_mutable is None:
        raise PassError(f"{describe(op)}: a constant: run fold-globals first")
    tensor = op.type
    if not isinstance(tensor, TensorType) or not tensor.has_static_shape():
        raise UnsupportedError(
            f"only tensors of static shape are kept between calls when compiled, not {tensor}; the"
            " interpreter keeps any",
            op,
        )
    if stored_type(tensor.element_type) not in (i8, i32, f32) or is_nhwc(tensor):
        raise UnsupportedError(
            f"only row-major 8-bit, i32 and f32 tensors are kept between calls when compiled, not"
            f" {tensor}",
            op,
        )
    if op.value is not None and not isinstance(op.value, DenseIntOrFPElementsAttr):
        raise UnsupportedError("its initial value is defined elsewhere", op)
    return tensor


def _item(tensor: TensorType[Attribute]) -> int:
    return element_bytes(stored_type(tensor.element_type))


def require_unpacked(module: ModuleOp) -> None:
    """Raises UnsupportedError for a variable of packed weights: a layout would have to change it,
    too."""
    for op in module.ops:
        if isinstance(op, GlobalOp) and isinstance(op.type, PackedType) and op.is_mutable:
            raise UnsupportedError(
                "packed weights are not kept between calls when compiled; the interpreter keeps"
                " them",
                op,
            )


def loads_and_stores(function: func.FuncOp) -> tuple[list[str], list[str]]:
    """The globals that a function of one block loads before it stores them, and those that it
    stores."""
    loads: dict[str, None] = {}
    stores: dict[str, None] = {}
    for op in function.walk():
        match op:
            case GlobalLoadOp() | GlobalLoadConstOp() if op.symbol.string_value() not in stores:
                loads[op.symbol.string_value()] = None
            case GlobalStoreOp():
                stores[op.symbol.string_value()] = None
            case _:
                pass
    return list(loads), list(stores)
