"""From the llvm dialect to llvmlite's IR: what xDSL's backend makes, in half the time.

xDSL declares what a module holds and translates most kinds of ops. Those of which kernels have
hundreds are translated here, from their properties, with types, masks and indices that are made
once for all modules: a mask of 64 lanes is 64 constants, and their text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from llvmlite import ir
from xdsl.backend.llvm.convert import convert_module
from xdsl.backend.llvm.convert_op import convert_op
from xdsl.backend.llvm.convert_type import convert_type
from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    DenseArrayBase,
    IntegerAttr,
    IntegerType,
    ModuleOp,
    StringAttr,
    i32,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue

Values = dict[SSAValue, Any]
"""What stands for each value in llvmlite's IR."""


def translate(module: ModuleOp, triple: str) -> Any:
    """The `llvmlite.ir.Module` of a module of `llvm.func` and `llvm.global` ops, for the target
    `triple` if the module names none itself.

    Raises NotImplementedError and LLVMTranslationException as xDSL's `convert_module` does.
    """
    heads = ModuleOp([op.clone_without_regions() for op in module.ops], module.attributes)
    translated = convert_module(heads, fallback_target_triple=triple)
    for op in module.ops:
        if isinstance(op, llvm.FuncOp):
            function = translated.get_global(op.sym_name.data)
            _translate_blocks(op.body.blocks, function)
            # xDSL leaves linkages out; without them no two objects could be linked.
            if (linkage := op.linkage.linkage.data) != "external":
                function.linkage = linkage
    return translated


def _translate_blocks(source: Sequence[Block], function: Any) -> None:
    # Blocks and their arguments first: branches speak of later ones.
    blocks: dict[Block, Any] = {
        block: function.append_basic_block(name=block.name_hint or "") for block in source
    }
    values: Values = {}
    for index, block in enumerate(source):
        builder = ir.IRBuilder(blocks[block])
        made = [builder.phi(_type(a.type)) for a in block.args] if index else function.args
        values.update(zip(block.args, made, strict=True))
    for block in source:
        builder = ir.IRBuilder(blocks[block])
        for op in block.ops:
            if (translation := _FREQUENT.get(type(op))) is not None:
                translation(op, builder, values)
            else:
                convert_op(op, builder, values, blocks)


_type = cache(convert_type)


@cache
def _lanes(mask: Attribute) -> Any:
    lanes = _numbers(mask)
    return ir.Constant(ir.VectorType(_I32, len(lanes)), [_index(lane) for lane in lanes])


@cache
def _numbers(array: Attribute) -> tuple[int, ...]:
    return cast("DenseArrayBase[IntegerType]", array).get_values()


@cache
def _index(value: int) -> Any:
    return ir.Constant(_I32, value)


_I32 = ir.IntType(32)


def _shuffle(op: Operation, builder: Any, values: Values) -> None:
    v1, v2 = op.operands
    mask = _lanes(op.properties["mask"])
    values[op.results[0]] = builder.shuffle_vector(values[v1], values[v2], mask)


def _gep(op: Operation, builder: Any, values: Values) -> None:
    indices = _numbers(op.properties["rawConstantIndices"])
    pointer, *dynamic = (values[operand] for operand in op.operands)
    if len(indices) != 1 or not pointer.type.is_opaque or "inbounds" in op.properties:
        convert_op(op, builder, values)
        return
    offset = dynamic[0] if dynamic else _index(indices[0])
    element = _type(op.properties["elem_type"])
    values[op.results[0]] = builder.gep(pointer, [offset], source_etype=element)


def _load(op: Operation, builder: Any, values: Values) -> None:
    (result,) = op.results
    values[result] = builder.load(
        values[op.operands[0]], typ=_type(result.type), align=_alignment(op)
    )


def _store(op: Operation, builder: Any, values: Values) -> None:
    value, pointer = op.operands
    builder.store(values[value], values[pointer], align=_alignment(op))


def _alignment(op: Operation) -> int | None:
    alignment = op.properties.get("alignment")
    return alignment.value.data if isinstance(alignment, IntegerAttr) else None


def _call_intrinsic(op: Operation, builder: Any, values: Values) -> None:
    properties = op.properties
    intrinsic = builder.module.globals.get(cast(StringAttr, properties["intrin"]).data)
    plain = properties["fastmathFlags"] == _NO_FLAGS and properties["op_bundle_sizes"] == _NO_SIZES
    if intrinsic is None or not plain:
        convert_op(op, builder, values)  # which declares it, or refuses it
        return
    made = builder.call(intrinsic, [values[operand] for operand in op.operands])
    if op.results:
        values[op.results[0]] = made


_NO_FLAGS: Attribute = llvm.FastMathAttr(None)
_NO_SIZES: Attribute = DenseArrayBase.from_list(i32, ())

_FREQUENT: dict[type[Operation], Callable[[Any, Any, Values], None]] = {
    llvm.ShuffleVectorOp: _shuffle,
    llvm.GEPOp: _gep,
    llvm.LoadOp: _load,
    llvm.StoreOp: _store,
    llvm.CallIntrinsicOp: _call_intrinsic,
}
