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
from xdsl.rewriter import Rewriter

from qfin.dialects.kernel.dense import DEPTH
from qfin.dialects.kernel.state import StateOp
from qfin.dialects.layout import BlockedAttr, is_nhwc
from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalOp, GlobalStoreOp
from qfin.dialects.quant.packed_type import LINEAR, PackedType
from qfin.errors import PassError, UnsupportedError, describe
from qfin.interpreter.arrays import dense_to_numpy
from qfin.kernels.dense import weight_block
from qfin.locations import fuse
from qfin.passes.lower.activations import given_type, stored_type
from qfin.passes.lower.buffers import SLACK, Buffer, aligned, element_bytes, row_major
from qfin.passes.lower.unit_dimension import with_unit_dimension
from qfin.target.isa import Isa

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
            offsets[name] = size
            size += sum(_bytes(part) for part in _parts(op))
        if size > MAX_STATE:
            raise UnsupportedError(f"the globals need {size} bytes of memory", module)
        return cls(found, offsets, size) if found else None

    def buffers(self, base: SSAValue, name: str) -> list[Buffer]:
        """The memory of a global: one buffer for a tensor; for packed weights those of `Weights`:
        the weights, minus their sums, the scales, perhaps the bias."""
        buffers: list[Buffer] = []
        offset = self.offsets[name]
        for part in _parts(self.globals[name]):
            shape, element = part.get_shape(), given_type(part.element_type)
            buffers.append(Buffer(base, element, shape, row_major(shape), offset, slack=SLACK))
            offset += _bytes(part)
        return buffers

    def op(self, constants: DenseIntOrFPElementsAttr) -> StateOp:
        """What a caller must know of the state, and of the constants of all functions."""
        data = bytearray(self.size)
        for name, op in self.globals.items():
            if isinstance(op.value, DenseIntOrFPElementsAttr):
                value, start = dense_to_numpy(op.value).tobytes(), self.offsets[name]
                data[start : start + len(value)] = value
        unset = [name for name, op in self.globals.items() if op.value is None]
        initial = DenseIntOrFPElementsAttr(TensorType(i8, [self.size]), BytesAttr(bytes(data)))
        offsets = list(self.offsets.values())
        state = StateOp(list(self.offsets), offsets, unset, initial, constants)
        state.location = fuse(*(op.location for op in self.globals.values()))
        return state


def _parts(op: GlobalOp) -> list[TensorType[Attribute]]:
    """What a global consists of, where it can be memory."""
    if op.is_mutable is None:
        raise PassError(f"{describe(op)}: a constant: run fold-globals first")
    if not isinstance(op.type, PackedType):
        return [_stored(op, op.type)]
    packed, layout = op.type, op.type.layout
    if not isinstance(layout, BlockedAttr):
        raise PassError(f"{describe(op)}: no target's layout: run assign-layout first")
    lanes, groups = layout.lanes.data, packed.groups
    channels = [groups, -(-(packed.out_channels // groups) // lanes) * lanes]
    parts: list[TensorType[Attribute]] = [
        TensorType(i8, [layout.size(packed.dense_shape, groups)]),
        TensorType(i32, channels),
        TensorType(f32, channels),
    ]
    if packed.bias_type is not None:
        parts.append(TensorType(packed.bias_type, channels))
    return parts


def _stored(op: GlobalOp, tensor: Attribute) -> TensorType[Attribute]:
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


def _bytes(tensor: TensorType[Attribute]) -> int:
    item = element_bytes(stored_type(tensor.element_type))
    return aligned(prod(tensor.get_shape()) * item + SLACK)


def lay_out_packed_globals(module: ModuleOp, isa: Isa) -> None:
    """Gives variables of packed weights, and what loads them, the layout of a target.

    Raises UnsupportedError for one with an initial value."""
    for op in module.walk():
        packed = op.type if isinstance(op, GlobalOp) else None
        if isinstance(op, GlobalLoadOp):
            packed = op.result.type
        if not isinstance(packed, PackedType) or isinstance(packed.layout, BlockedAttr):
            continue
        linear = packed.op.data == LINEAR
        lanes = weight_block(packed.out_channels // packed.groups, isa, linear=linear)
        laid_out = with_unit_dimension(packed).with_layout(BlockedAttr(lanes, DEPTH))
        if isinstance(op, GlobalLoadOp):
            Rewriter.replace_value_with_new_type(op.result, laid_out)
        elif isinstance(op, GlobalOp) and op.is_mutable is not None:
            if op.value is not None:
                raise UnsupportedError(
                    "variables of packed weights have no initial value when compiled", op
                )
            op.type = laid_out


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
